"""Draw the notices of two years as docs/pictures/two-years.png.

For developers: run it, and look at the result. A line is one user, a stroke one notice, and the grey below it how long
a silence may be at most. The years are those of `unit/core/test_never_lost.py`.
"""

from __future__ import annotations

import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from PIL import Image, ImageDraw, ImageFont  # noqa: E402 - the path comes first

from unit.core.test_never_lost import (  # noqa: E402
    BEGIN,
    END,
    MILESTONES,
    Answer,
    answer_the_first,
    days_told,
    dismiss,
    longest,
    never,
    play,
)

TARGET = ROOT / "docs" / "pictures" / "two-years.png"
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
USERS: dict[str, Answer] = {
    "never answers": never,
    "answers the first one": answer_the_first,
    "dismisses every one": dismiss,
}
TITLE = "Two years of logins: a green stroke is a notice, the bar below it the longest silence allowed"
DAYS, PER_DAY = 730, 2
LEFT, TOP, ROW, STROKE = 220, 70, 130, 60
PAPER, INK, MUTED, NOTICE, ALLOWED = "#ffffff", "#1b1b1b", "#6b6b6b", "#0b6e4f", "#c9d5d1"


def place(day: date) -> int:
    """Return where a day is drawn, in pixels."""
    return LEFT + (day - BEGIN.date()).days * PER_DAY


def draw_axis(draw: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont, height: int) -> None:
    """Draw the months, the milestones and the end of the key."""
    for number in range(25):
        month = date(BEGIN.year + (BEGIN.month - 1 + number) // 12, (BEGIN.month - 1 + number) % 12 + 1, 1)
        draw.line((place(month), TOP - 18, place(month), height - 10), fill="#eeeeee")
        if number % 3 == 0:
            draw.text((place(month) + 3, TOP - 34), f"{month:%b %Y}", MUTED, font)
    for days in MILESTONES:
        at = place(date.fromordinal(END.toordinal() - days))
        draw.line((at, TOP - 14, at, TOP - 6), fill=INK, width=2)
    draw.line((place(END.date()), TOP - 14, place(END.date()), height - 10), fill="#a8201a", width=2)
    draw.text((place(END.date()) + 4, height - 22), "the key expires", "#a8201a", font)


def draw_user(draw: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont, top: int, name: str, told: list[date]) -> None:
    """Draw one user's notices, and the longest silence after each."""
    draw.text((12, top + 12), name, INK, font)
    gaps = [(later - after).days for after, later in pairwise(told)]
    draw.text((12, top + 32), f"{len(told)} notices", MUTED, font)
    draw.text((12, top + 50), f"longest silence {max(gaps, default=0)} days", MUTED, font)
    for day in told:
        end = date.fromordinal(day.toordinal() + longest(day))
        draw.rectangle((place(day), top + STROKE + 6, place(end), top + STROKE + 14), fill=ALLOWED)
    for day in told:
        draw.line((place(day), top, place(day), top + STROKE), fill=NOTICE)


def main() -> None:
    """Play and draw."""
    height = TOP + ROW * len(USERS) + 10
    image = Image.new("RGB", (LEFT + DAYS * PER_DAY + 70, height), PAPER)
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(FONT, 13)
    draw.text(
        (12, 10),
        "Two years of logins: a green stroke is a notice, the bar below it the longest silence that is allowed",
        INK,
        ImageFont.truetype(FONT, 16),
    )
    draw_axis(draw, font, height)
    for number, (name, answer) in enumerate(USERS.items()):
        draw_user(draw, font, TOP + number * ROW, name, days_told(play(answer)))
    image.save(TARGET, optimize=True)


if __name__ == "__main__":
    main()
