"""Record the demonstration as docs/pictures/demo.gif, in a real panel.

For developers: run it, and look at the result.
It needs xfce4-notifyd, whose notices have buttons; VIGICLE_NOTIFYD names it where it is not installed.
"""

from __future__ import annotations

import os
import queue
import re
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path
from typing import IO

from config.values import dataclass

ROOT = Path(__file__).parents[3]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from PIL import Image, ImageColor, ImageDraw, ImageFont, ImageGrab  # noqa: E402 - the path comes first

from support.bus import SessionBus  # noqa: E402
from support.desktop import Screen  # noqa: E402
from support.process import Process, require_file, require_tool  # noqa: E402
from support.program import Program  # noqa: E402
from support.tray import XfcePanel  # noqa: E402

TARGET = ROOT / "docs" / "pictures" / "demo.gif"
NOTIFYD = "/usr/lib/x86_64-linux-gnu/xfce4/notifyd/xfce4-notifyd"
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
SCREEN_SIZE = (880, 800)
CAPTION_HEIGHT = 58
CAPTION_COLUMNS = 94
PAPER, INK, DESKTOP = "#17352f", "#ffffff", "#8fa3a0"
COLOURS = 64
SETTLE_S = 0.5  # until what is new begins to show
FADE_LIMIT_S = 1.5
LOOK_EACH_S = 0.12
STEP_WEIGHT = 0.55  # a step that the guide ticks is shown less long
LENGTH_LIMIT_S = 20.0
LAST_FRAME_S = 2.0
PROMPT = "Press Enter"  # what the demonstration prints with --step
SLOWER = """
from tray.cli import demo, main
demo.STEP_PAUSE_S = 2.5  # the window has drawn the step by then, on any machine
raise SystemExit(main.main())
"""
WINDOW_MANAGER = """<?xml version="1.0"?>
<openbox_config xmlns="http://openbox.org/3.4/rc"><applications><application type="normal">
<decor>no</decor><position force="yes"><x>10</x><y>150</y></position><size><width>860</width><height>600</height></size>
</application></applications></openbox_config>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What the screen shows, and what the demonstration printed for it."""

    picture: Image.Image
    caption: str
    weight: float
    """How long it is shown, as a part of what the longest ones get."""


def main() -> int:
    """Write the picture, and return the exit code of the demonstration."""
    notifyd = require_file([os.environ.get("VIGICLE_NOTIFYD", NOTIFYD)], "xfce4-notifyd")
    home = Path(tempfile.mkdtemp(prefix="vigicle-demo-"))
    (home / "openbox.xml").write_text(WINDOW_MANAGER)
    openbox = [require_tool("openbox", "openbox"), "--config-file", str(home / "openbox.xml")]
    width, height = SCREEN_SIZE
    with (
        SessionBus() as bus,
        Screen(f"{width}x{height}x24") as screen,
        XfcePanel(bus, screen),
        Program(home, bus.environment | screen.environment) as program,
    ):
        environment = os.environ | program.environment | {"LANG": "en_GB.UTF-8", "COLUMNS": "100"}
        notices = Process([str(notifyd)], environment=environment, log=home / "notifyd.log")
        windows = Process(openbox, environment=environment, log=home / "openbox.log")
        shots, code = _play(environment, screen.environment["DISPLAY"])
        notices.close()
        windows.close()
    _save(shots)
    return code


def _play(environment: dict[str, str], display: str) -> tuple[list[Shot], int]:
    """Take a picture of each event, and press Enter after it."""
    command = [sys.executable, "-c", SLOWER, "run", "--demo", "--step"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT) as story:
        assert story.stdin is not None
        assert story.stdout is not None
        printed: queue.Queue[str] = queue.Queue()
        threading.Thread(target=_read, args=(story.stdout, printed), daemon=True).start()
        shots: list[Shot] = []
        lines = ""
        while True:
            time.sleep(SETTLE_S if PROMPT in lines or not shots else LOOK_EACH_S)
            while not printed.empty():
                lines += printed.get()
            if story.poll() is not None:
                return shots, story.returncode
            waits = PROMPT in lines
            if lines:
                caption, weight = _caption(lines), 1.0 if waits else STEP_WEIGHT
                _add(shots, Shot(picture=_settled(display), caption=caption, weight=weight))
            if waits:
                lines = ""
                story.stdin.write(b"\n")
                story.stdin.flush()
                time.sleep(SETTLE_S)


def _settled(display: str) -> Image.Image:
    """Return what the screen shows once nothing fades in any more."""
    time.sleep(2 * LOOK_EACH_S)
    deadline = time.monotonic() + FADE_LIMIT_S
    picture = ImageGrab.grab(xdisplay=display)
    while time.monotonic() < deadline:
        time.sleep(LOOK_EACH_S)
        before, picture = picture, ImageGrab.grab(xdisplay=display)
        if picture == before:
            break
    return picture


def _add(shots: list[Shot], shot: Shot) -> None:
    """Add a shot, or replace the last of the same caption."""
    if shots and shots[-1].caption == shot.caption:
        shots.pop()
    shots.append(shot)


def _read(stream: IO[bytes], printed: queue.Queue[str]) -> None:
    while line := os.read(stream.fileno(), 4096):
        printed.put(line.decode())


def _caption(printed: str) -> str:
    """Return the last printed event, or the title of a notice."""
    plain = printed.split(PROMPT)[0]
    title = re.search(r"╭─ (.+?) ─", plain)
    if title is not None:
        return f"A notice: {title[1]}"
    *_, last = re.split(r"\n(?=\[|  The guide)", "\n" + plain.strip("\n"))
    return " ".join(re.sub(r"\[played time: (.+?)\]", r"\1:", last).split())


def _save(shots: list[Shot]) -> None:
    """Write the shots, and share the length among them by weight."""
    frames = [_frame(shot).quantize(COLOURS, dither=Image.Dither.NONE) for shot in shots]
    whole_ms = 1000 * (LENGTH_LIMIT_S - LAST_FRAME_S) / sum(shot.weight for shot in shots)
    durations = [int(whole_ms * shot.weight) for shot in shots]
    durations[-1] = int(1000 * LAST_FRAME_S)
    first, *others = frames
    first.save(TARGET, save_all=True, append_images=others, duration=durations, loop=0, optimize=True)


def _frame(shot: Shot) -> Image.Image:
    """Put the caption below the screen, and colour the empty desktop."""
    width, height = SCREEN_SIZE
    screen = shot.picture.convert("RGB")
    for corner in ((2, height - 3), (width - 3, height - 3)):
        if screen.getpixel(corner) == (0, 0, 0):
            ImageDraw.floodfill(screen, corner, ImageColor.getrgb(DESKTOP))
    frame = Image.new("RGB", (width, height + CAPTION_HEIGHT), PAPER)
    frame.paste(screen)
    words = "\n".join(textwrap.wrap(shot.caption, CAPTION_COLUMNS))
    ImageDraw.Draw(frame).text((16, height + 8), words, fill=INK, font=ImageFont.truetype(FONT, 16))
    return frame


if __name__ == "__main__":
    sys.exit(main())
