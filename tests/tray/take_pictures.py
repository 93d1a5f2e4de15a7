"""Takes the pictures of the tray for the README in a real panel: run it, and look at them (for developers)."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from PIL import Image  # noqa: E402 - the path comes first

from config.text import text  # noqa: E402
from config.texts import Texts  # noqa: E402
from daemon.core.events import Verb  # noqa: E402
from daemon.core.face import Answering, Face, Look, MenuItem  # noqa: E402
from daemon.core.notice import Choice  # noqa: E402
from rig.bus import SessionBus  # noqa: E402
from rig.desktop import Screen  # noqa: E402
from rig.tray import XfcePanel  # noqa: E402
from rig.tray_face import RunningFace  # noqa: E402
from tray.icon import draw_icon  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
LOOKS = (Look.WELL, Look.SOON, Look.URGENT, Look.EXPIRED, Look.READING, Look.TROUBLE, Look.NO_READER)
DAYS = {Look.SOON: 54, Look.URGENT: 12}
HOLDER = "Jeanne MARTIN"
SETTLE_S = 0.7  # a panel fades its menus in


def main() -> int:
    """Take them all into docs/pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for look in LOOKS:
        draw_icon(look, 48, DAYS.get(look)).save(PICTURES / f"icon-{look}.png", optimize=True)
    strips = [_strip(dark=dark) for dark in (False, True)]
    both = Image.new("RGB", (strips[0].width, sum(strip.height for strip in strips)))
    for row, strip in enumerate(strips):
        both.paste(strip, (0, row * strip.height))
    both.save(PICTURES / "panel.png", optimize=True)
    for language in ("en", "fr"):
        _menu(language).save(PICTURES / f"menu-{language}.png", optimize=True)
    return 0


def _strip(*, dark: bool) -> Image.Image:
    """Give the panel's corner for every look, side by side."""
    with SessionBus() as bus, Screen() as screen, XfcePanel(bus, screen, dark=dark, icon_size=24) as panel:
        _lead_to(bus)
        with RunningFace() as face:
            corners = []
            for look in LOOKS:
                face.show(Face(look=look, tooltip=text("face.no_key"), days_left=DAYS.get(look)))
                time.sleep(SETTLE_S)
                corners.append(panel.picture().crop((984, 0, 1024, 36)))
    strip = Image.new("RGB", (40 * len(corners), 36))
    for column, corner in enumerate(corners):
        strip.paste(corner, (column * 40, 0))
    return strip


def _menu(language: str) -> Image.Image:
    """Give the open menu of an urgent key."""
    with SessionBus() as bus, Screen() as screen, XfcePanel(bus, screen) as panel:
        _lead_to(bus)
        with RunningFace(Texts(language)) as face:
            face.show(_urgent())
            time.sleep(SETTLE_S)
            panel.click(1006, 18)
            time.sleep(SETTLE_S)
            panel.point(960, 52)
            time.sleep(SETTLE_S)
            picture = panel.picture()
    below = picture.crop((0, 37, picture.width, picture.height))
    box = below.getbbox()
    left, bottom = (box[0], box[3] + 37) if box else (700, 200)
    return picture.crop((left, 0, picture.width, bottom))


def _urgent() -> Face:
    now = datetime.now(UTC)
    left = text("days.left", count=DAYS[Look.URGENT])
    return Face(
        look=Look.URGENT,
        tooltip=text("face.path", holder=HOLDER, path=text("path.order")),
        days_left=DAYS[Look.URGENT],
        items=(
            MenuItem(label=text("menu.order", holder=HOLDER), action=Answering(tag="key")),
            MenuItem(label=text("menu.later"), action=Answering(tag="key", choice=Choice.LATER)),
            MenuItem(label=text("menu.key", holder=HOLDER, left=left, date=now, place=text("menu.present"))),
            MenuItem(label=text("menu.check"), action=Verb.CHECK),
            MenuItem(label=text("menu.quit"), action=Verb.QUIT),
        ),
    )


def _lead_to(bus: SessionBus) -> None:
    """Lead this process to the bus, and away from every display."""
    os.environ.update(bus.environment)
    os.environ.pop("DISPLAY", None)


if __name__ == "__main__":
    sys.exit(main())
