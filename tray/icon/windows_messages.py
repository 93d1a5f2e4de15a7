"""Understands what the taskbar of Windows says of the icon.

Source: learn.microsoft.com, Shell_NotifyIconW, NOTIFYICONDATAW and "Notifications and the Notification Area". From
version 4 on the keyboard has messages of its own, and each message carries the icon's place.
"""

import time
from collections.abc import Callable
from enum import Enum, auto

VERSION = 4  # NOTIFYICON_VERSION_4
WM_CONTEXTMENU = 0x007B
WM_LBUTTONDOWN, WM_LBUTTONUP, WM_LBUTTONDBLCLK, WM_RBUTTONUP = 0x0201, 0x0202, 0x0203, 0x0205
NIN_SELECT, NIN_KEYSELECT = 0x0400, 0x0401
NIN_BALLOONUSERCLICK = 0x0405


class IconAction(Enum):
    """What the user wants of the icon."""

    CLICK = auto()
    MENU = auto()
    BALLOON_CLICK = auto()


class MessageFilter:
    """Makes one action of the several messages of one gesture.

    A double click sends two clicks, version 4 sends each click twice, and Enter does so too.
    """

    def __init__(self, double_click_s: Callable[[], float], clock: Callable[[], float] = time.monotonic) -> None:
        """Keep the clock, and what returns the double-click time."""
        self._double_click_s = double_click_s
        self._clock = clock
        self._clicked_at: float | None = None
        self._is_second_press = False
        self.version = 0

    def understand(self, message: int) -> IconAction | None:
        """Return what a message asks for, None for nothing."""
        message &= 0xFFFF  # version 4 has the icon's number above
        if message in {WM_LBUTTONDOWN, WM_LBUTTONDBLCLK, NIN_KEYSELECT}:  # a key has no message for its press
            self._is_second_press = message == WM_LBUTTONDBLCLK
        match message:
            case message if message == NIN_BALLOONUSERCLICK:
                return IconAction.BALLOON_CLICK
            case message if message == (WM_CONTEXTMENU if self.version >= VERSION else WM_RBUTTONUP):
                return IconAction.MENU
            case message if message in {WM_LBUTTONUP, NIN_SELECT, NIN_KEYSELECT} and self._is_first():
                return IconAction.CLICK
        return None

    def _is_first(self) -> bool:
        """Return whether a click begins a gesture."""
        now = self._clock()
        is_late = self._clicked_at is None or now >= self._clicked_at + self._double_click_s()
        if is_late and not self._is_second_press:
            self._clicked_at = now
            return True
        return False


def place_of(wparam: int) -> tuple[int, int]:
    """Return the icon's place on the screen, in version 4.

    Both are signed: a monitor may lie left of or above the first one (GET_X_LPARAM).
    """
    return _signed(wparam), _signed(wparam >> 16)


def _signed(word: int) -> int:
    return ((word & 0xFFFF) ^ 0x8000) - 0x8000
