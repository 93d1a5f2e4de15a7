"""The window on Windows, by the libraries that the setup brings."""

from __future__ import annotations

import io
import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageColor

from support.process import require_tool, wait_until
from support.windows import compile_program
from support.wine_prefix import LIMIT_S
from tray.window.colours import LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.windows import Windows

pytestmark = pytest.mark.full

# What Qt imports and Wine lacks. It asks for both only to convert texts of other character sets, and for the colours of
# a picture's profile: neither happens here.
LACKING = {
    "icuuc": (
        "UCNV_FROM_U_CALLBACK_SUBSTITUTE UCNV_TO_U_CALLBACK_SUBSTITUTE ucnv_cbFromUWriteUChars ucnv_cbToUWriteUChars"
        " ucnv_close ucnv_countAvailable ucnv_fromUCountPending ucnv_fromUnicode ucnv_getAvailableName"
        " ucnv_getFromUCallBack ucnv_getMaxCharSize ucnv_getName ucnv_getStandardName ucnv_getToUCallBack ucnv_open"
        " ucnv_reset ucnv_setFromUCallBack ucnv_setToUCallBack ucnv_toUCountPending ucnv_toUnicode"
    ),
    "mscms": "CloseColorProfile GetColorProfileFromHandle OpenColorProfileW WcsCreateIccProfile",
}
TITLE = "^vigicle – "
BUTTON = ImageColor.getrgb(LIGHT.accent)


@pytest.fixture
def windows_with_qt(windows: Windows) -> Iterator[Windows]:
    """A Windows on which Qt's libraries load."""
    made = []
    for name, functions in LACKING.items():
        source = "".join(f"__declspec(dllexport) void *{each}(void) {{ return 0; }}\n" for each in functions.split())
        made.append(compile_program(source, windows.program / f"{name}.dll"))
    yield windows
    windows.prefix.run("taskkill", "/F", "/IM", "vigicle.exe")
    for library in made:
        library.unlink()


def on_screen(windows: Windows, *command: str) -> bytes:
    environment = os.environ | {"DISPLAY": windows.display}
    return subprocess.run(command, env=environment, capture_output=True, check=False, timeout=30).stdout


def test_the_window_opens_and_shows_a_page(windows_with_qt: Windows) -> None:
    def is_open() -> bool:
        return on_screen(windows, require_tool("xdotool", "xdotool"), "search", "--name", TITLE) != b""

    def shows_button() -> bool:
        on_screen(windows, require_tool("scrot", "scrot"), "--overwrite", str(file))
        picture = Image.open(io.BytesIO(file.read_bytes())).convert("RGB")
        return sum(count for count, colour in picture.getcolors(1 << 24) or () if colour == BUTTON) > 1000

    windows, file = windows_with_qt, windows_with_qt.folder / "window.png"
    windows.start("run", "--demo")
    wait_until(is_open, "the window", LIMIT_S)
    wait_until(shows_button, "its page", LIMIT_S)
