"""The icon in a taskbar: picture, balloon, menu, end of session."""

from __future__ import annotations

import io
import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from support.process import require_tool, wait_until
from support.wine_prefix import LIMIT_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.windows import DesktopProgram, Windows

pytestmark = pytest.mark.full

TASKBAR = (600, 680, 1000, 700)
DUE = (250, 190, 30)  # the icon's colour when a certificate is due
ICON = (990, 690)  # the only one, thus the last
MENU_PLACE = (700, 470, 990, 600)  # above balloons
WM_USER = 0x400
CALLBACK, BALLOON_CLICKED = WM_USER + 11, 0x405
WM_CLOSE, WM_CONTEXTMENU = 0x10, 0x7B
OF_ICON = 1 << 16  # version 4 writes the icon's number above the message
PLACE = (400, 400)  # far from mouse and icon
PLACE_OF_MENU = (150, 250, 400, 400)  # above, and to the left
WM_QUERYENDSESSION, WM_ENDSESSION = 0x11, 0x16

SEND = """
import ctypes, sys
from ctypes import wintypes
user32 = ctypes.WinDLL("user32")
user32.SendMessageW.argtypes = [wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM]
user32.PostMessageW.argtypes = user32.SendMessageW.argtypes
user32.SendMessageW.restype = ctypes.c_ssize_t
how, number, wparam, lparam = sys.argv[1], *map(int, sys.argv[2:])
found = []

@ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
def seen(window, _):
    name = ctypes.create_unicode_buffer(200)
    user32.GetClassNameW(window, name, 200)
    if name.value.startswith("vigicle") and name.value.endswith("SystemTrayIcon"):
        found.append(window)
    return True

user32.EnumWindows(seen, 0)
call = user32.SendMessageW if how == "send" else user32.PostMessageW
print(len(found), "answers:", *(call(window, number, wparam, lparam) & 0xFFFFFFFF for window in found))
"""
DRAW = """
import threading
from PIL import Image
from tray.icon.windows import WindowsIcon
drawn = []
class Drawing:
    def draw(self, size):
        drawn.append(threading.get_ident() == icon._owner)
        return Image.new("RGBA", (size, size))
def set_up(icon):
    icon.visible = True
    icon.icon = Drawing()
    icon.stop()
icon = WindowsIcon("vigicle", Drawing(), "title")
icon.run(set_up)
print(len(drawn) > 0, all(drawn))
"""
OUTCOME = """
from daemon.adapters.launch.launcher import is_elevated
print("elevated" if is_elevated() else "done")
"""


class Taskbar:
    """vigicle's icon in a taskbar."""

    def __init__(self, windows: Windows, daemon: DesktopProgram) -> None:
        self.windows = windows
        self.daemon = daemon

    def send(self, number: int, wparam: int = 0, lparam: int = 0, *, how: str = "send") -> str:
        """Send the windows of the icon a message, and return their answers."""
        arguments = (how, *map(str, (number, wparam, lparam)))
        return self.windows.python_on_desktop(SEND, *arguments).strip()

    def picture(self, box: tuple[int, int, int, int]) -> Image.Image:
        """Return what a part of the screen shows."""
        file = self.windows.folder / "screen.png"
        self._on_screen(require_tool("scrot", "scrot"), "--overwrite", str(file))
        return Image.open(io.BytesIO(file.read_bytes())).convert("RGB").crop(box)

    def open_menu(self) -> None:
        """Click the icon with the right button."""
        x, y = map(str, ICON)
        self._on_screen(require_tool("xdotool", "xdotool"), "mousemove", x, y, "click", "3")

    def _on_screen(self, *command: str) -> None:
        subprocess.run(command, env=os.environ | {"DISPLAY": self.windows.display}, check=True, timeout=30)

    def shows(self, colour: tuple[int, int, int]) -> bool:
        """Return whether the taskbar shows that colour."""
        near = (all(abs(a - b) < 8 for a, b in zip(each, colour, strict=True)) for each in self._colours())
        return sum(near) > 20

    def _colours(self) -> Iterator[tuple[int, int, int]]:
        picture = self.picture(TASKBAR).tobytes()
        return zip(picture[::3], picture[1::3], picture[2::3], strict=True)


@pytest.fixture
def taskbar(windows: Windows, key: bytes) -> Taskbar:
    """The icon, after a notice went through its balloon."""
    daemon = windows.start_on_desktop("-v", "run")
    daemon.wait_for("Notice delivered by the channel")  # the welcome, which waits for the icon, but not for long
    windows.plug_in(key)
    daemon.wait_for("Notice delivered by the channel balloon")
    return Taskbar(windows, daemon)


def test_a_click_on_the_balloon_launches_but_not_with_an_administrators_rights(taskbar: Taskbar) -> None:
    """Wine 8 gives those rights, and Wine 10 does not."""
    wait_until(lambda: taskbar.shows(DUE), "the icon that says due", LIMIT_S)
    outcome = taskbar.windows.python_on_desktop(OUTCOME).strip()
    assert taskbar.send(CALLBACK, lparam=BALLOON_CLICKED, how="post").startswith("2 answers:")
    taskbar.daemon.wait_for("event AnswerNotice")
    taskbar.daemon.wait_for(f"Launch of order_page for opalexe: {outcome}")


def test_the_end_of_a_session_is_answered_with_the_store_closed(taskbar: Taskbar) -> None:
    assert taskbar.send(WM_QUERYENDSESSION) == "2 answers: 1 1"
    taskbar.send(WM_ENDSESSION, wparam=0)  # called off
    assert taskbar.windows.answer("status")["certificates"][0]["stage"] == "due"
    assert (taskbar.windows.data / "vigicle.sqlite3-wal").exists()
    assert taskbar.send(WM_ENDSESSION, wparam=1) == "2 answers: 0 0"
    assert not (taskbar.windows.data / "vigicle.sqlite3-wal").exists()
    taskbar.daemon.wait_for("released on")


def test_an_open_menu_keeps_its_entries_and_does_not_block_quitting(taskbar: Taskbar) -> None:
    closed = taskbar.picture(MENU_PLACE)
    taskbar.open_menu()
    wait_until(lambda: taskbar.picture(MENU_PLACE) != closed, "the menu", LIMIT_S)
    opened = taskbar.picture(MENU_PLACE)
    taskbar.windows.remove()
    taskbar.daemon.wait_for("effect Show")
    assert taskbar.picture(MENU_PLACE) == opened
    assert taskbar.windows.run("quit").code == 0
    taskbar.daemon.wait_for("released on")


def test_the_keyboard_opens_the_menu_at_the_icons_place(taskbar: Taskbar) -> None:
    """Version 4 sends WM_CONTEXTMENU for the menu key, with the icon's place."""
    closed = taskbar.picture(PLACE_OF_MENU)
    place = PLACE[1] << 16 | PLACE[0]
    assert taskbar.send(CALLBACK, place, WM_CONTEXTMENU | OF_ICON, how="post").startswith("2 answers:")
    wait_until(lambda: taskbar.picture(PLACE_OF_MENU) != closed, "the menu", LIMIT_S)
    assert taskbar.windows.run("quit").code == 0


def test_who_asks_the_icon_to_close_ends_the_program_in_order(taskbar: Taskbar) -> None:
    """As taskkill without /F does (learn.microsoft.com, taskkill)."""
    taskbar.send(WM_CLOSE, how="post")
    taskbar.daemon.wait_for("released on")
    assert not (taskbar.windows.data / "vigicle.sqlite3-wal").exists()


def test_the_icons_picture_is_made_in_the_thread_of_its_window(windows: Windows) -> None:
    assert windows.python(DRAW).text.split() == ["True", "True"]
