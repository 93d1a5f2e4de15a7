"""Each gesture on the icon is one action."""

from __future__ import annotations

import pytest

from tray.icon.windows_messages import (
    NIN_BALLOONUSERCLICK,
    NIN_KEYSELECT,
    NIN_SELECT,
    VERSION,
    WM_CONTEXTMENU,
    WM_LBUTTONDBLCLK,
    WM_LBUTTONDOWN,
    WM_LBUTTONUP,
    WM_RBUTTONUP,
    IconAction,
    MessageFilter,
    place_of,
)

DOUBLE_CLICK_S = 0.5
DOWN, UP, TWICE = WM_LBUTTONDOWN, WM_LBUTTONUP, WM_LBUTTONDBLCLK
CLICK, MENU = IconAction.CLICK, IconAction.MENU
NUMBER = 1 << 16  # version 4 writes the icon's number above the message
# What Windows sends, as pairs of seconds and messages. The four messages of a double click: learn.microsoft.com,
# WM_LBUTTONDBLCLK, Remarks.
DOUBLE_CLICK = [(0.0, DOWN), (0.1, UP), (0.3, TWICE), (0.4, UP)]
GESTURES = {
    "a click": (0, [(0.0, DOWN), (0.1, UP)], [CLICK]),
    "a double click": (0, DOUBLE_CLICK, [CLICK]),
    "a double click, held long": (0, [*DOUBLE_CLICK[:3], (3.0, UP)], [CLICK]),
    "two clicks with the time of a double click between": (0, [(0.1, UP), (0.6, DOWN), (0.6, UP)], [CLICK, CLICK]),
    "two clicks, just faster": (0, [(0.1, UP), (0.599, DOWN), (0.599, UP)], [CLICK]),
    "a click after a double click": (0, [*DOUBLE_CLICK, (2.0, DOWN), (2.1, UP)], [CLICK, CLICK]),
    "the right button": (0, [(0.0, WM_RBUTTONUP)], [MENU]),
    "a click in version 4": (4, [(0.0, DOWN), (0.1, UP), (0.1, NIN_SELECT)], [CLICK]),
    "a double click in version 4": (
        4,
        [*DOUBLE_CLICK[:2], (0.1, NIN_SELECT), *DOUBLE_CLICK[2:], (0.4, NIN_SELECT)],
        [CLICK],
    ),
    "Enter after a double click": (4, [*DOUBLE_CLICK, (2.0, NIN_KEYSELECT), (2.0, NIN_KEYSELECT)], [CLICK, CLICK]),
    "Enter, which comes twice": (4, [(0.0, NIN_KEYSELECT), (0.0, NIN_KEYSELECT)], [CLICK]),
    "the right button in version 4": (4, [(0.0, WM_RBUTTONUP), (0.0, WM_CONTEXTMENU)], [MENU]),
    "the menu key": (4, [(0.0, WM_CONTEXTMENU)], [MENU]),
    "a balloon": (4, [(0.0, NIN_BALLOONUSERCLICK)], [IconAction.BALLOON_CLICK]),
    "the mouse passes": (4, [(0.0, 0x0200), (0.1, 0x0406)], []),
}


@pytest.mark.parametrize("gesture", GESTURES)
def test_a_gesture_is_one_action(gesture: str) -> None:
    version, messages, expected = GESTURES[gesture]
    now = 0.0
    messages_of_icon = MessageFilter(lambda: DOUBLE_CLICK_S, lambda: now)
    messages_of_icon.version = version
    found = []
    for now, message in messages:  # noqa: B007 - the clock reads it
        found.append(messages_of_icon.understand(message | (NUMBER if version == VERSION else 0)))
    assert [action for action in found if action is not None] == expected


@pytest.mark.parametrize(
    ("wparam", "place"),
    [(0, (0, 0)), (0x0438_0780, (1920, 1080)), (0xFFFF_FFFF, (-1, -1)), (0x8000_7FFF, (32767, -32768))],
)
def test_the_place_is_signed(wparam: int, place: tuple[int, int]) -> None:
    assert place_of(wparam) == place
