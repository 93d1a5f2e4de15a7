"""Draws the icon files of the window, Windows and macOS.

For developers, after a change of the icon.
"""

import sys
from pathlib import Path

from daemon.core.views.tray import IconState
from tray.icon.drawing import SIZES, draw_icon

INSTALLERS = Path(__file__).parent
WINDOW = INSTALLERS.parent / "tray" / "window" / "icons"
WINDOWS_SIZES = (16, 20, 24, 32, 48, 64, 256)
MACOS_SIZES = (32, 64, 128, 256, 512, 1024)


def main() -> int:
    """Write the files."""
    write(INSTALLERS / "windows" / "vigicle.ico", WINDOWS_SIZES)
    write(INSTALLERS / "macos" / "vigicle.icns", MACOS_SIZES)
    for size in SIZES:
        draw_icon(IconState.WELL, size).save(WINDOW / f"{size}.png")
    return 0


def write(file: Path, sizes: tuple[int, ...]) -> None:
    """Write one file with a picture in each size."""
    *smaller, largest = (draw_icon(IconState.WELL, size) for size in sizes)
    largest.save(file, append_images=smaller, sizes=[(size, size) for size in sizes])
    sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    sys.exit(main())
