"""Draws the pictures of the Windows setup from vigicle's icon.

`pictures.py FOLDER`, with Pillow and vigicle on the path.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

from daemon.core.views.tray import IconState
from tray.icon.drawing import draw_icon

SCALE = 2  # drawn for 200 %; Windows shrinks it for the other scales
WELCOME, HEADER = (164, 314), (150, 57)  # of the Modern UI at 100 % (its Readme, MUI_WELCOMEFINISHPAGE_BITMAP)
BLUE, WHITE = (0x1F, 0x4E, 0x79), (255, 255, 255)  # plain: a shrunken shade of colours gets lines


def draw_pictures(folder: Path) -> None:
    """Write welcome.bmp and header.bmp."""
    welcome = Image.new("RGB", (WELCOME[0] * SCALE, WELCOME[1] * SCALE), BLUE)
    _put_icon(welcome, 112 * SCALE, height=0.38)
    welcome.save(folder / "welcome.bmp")
    header = Image.new("RGB", (HEADER[0] * SCALE, HEADER[1] * SCALE), WHITE)
    _put_icon(header, 48 * SCALE, height=0.5)
    header.save(folder / "header.bmp")


def _put_icon(picture: Image.Image, size: int, *, height: float) -> None:
    """Put the icon in the middle, at a share of the height."""
    icon = draw_icon(IconState.WELL, size)
    picture.paste(icon, ((picture.width - size) // 2, round(picture.height * height) - size // 2), icon)


if __name__ == "__main__":
    draw_pictures(Path(sys.argv[1]))
