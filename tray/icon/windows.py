"""The tray icon on Windows: pystray's, sharp at every scale.

It has balloons, and stops in order when the session ends.
"""

import io
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

import pystray
from PIL import Image
from pystray._util import win32

from tray.icon.windows_messages import VERSION, IconAction, MessageFilter, place_of

WM_NULL, WM_CLOSE, WM_QUERYENDSESSION, WM_ENDSESSION, WM_DPICHANGED = 0x0000, 0x0010, 0x0011, 0x0016, 0x02E0
WM_WTSSESSION_CHANGE, WTS_SESSION_LOCK, WTS_SESSION_UNLOCK = 0x02B1, 0x7, 0x8  # wtsapi32.h
SESSION_MOVES = {0x1: True, 0x2: False, 0x3: True, 0x4: False}  # WTS_CONSOLE_CONNECT to WTS_REMOTE_DISCONNECT
NOTIFY_FOR_THIS_SESSION = 0
WM_DO = win32.WM_NOTIFY + 1  # pystray's own messages end there
SM_CXSMICON = 49
ICON_HEADERS = 22  # bytes of ICONDIR and its one ICONDIRENTRY
ICON_VERSION = 0x00030000
TASKBAR = "Shell_TrayWnd"
SHOW_TRIES, SHOW_AGAIN_S = 5, 1.0
SHOW_LIMIT_S = 10.0

user32 = win32.windll.user32
wtsapi32 = win32.windll.wtsapi32
wtsapi32.WTSRegisterSessionNotification.argtypes = (win32.wintypes.HWND, win32.wintypes.DWORD)
user32.FindWindowW.restype = win32.wintypes.HWND
user32.FindWindowW.argtypes = (win32.wintypes.LPCWSTR, win32.wintypes.LPCWSTR)
user32.GetDpiForWindow.argtypes = (win32.wintypes.HWND,)
user32.CreateIconFromResourceEx.restype = win32.wintypes.HICON
user32.CreateIconFromResourceEx.argtypes = (
    *(win32.wintypes.LPCVOID, win32.wintypes.DWORD, win32.wintypes.BOOL, win32.wintypes.DWORD),
    *(win32.ctypes.c_int, win32.ctypes.c_int, win32.wintypes.UINT),
)


class WindowsIcon(pystray.Icon):  # type: ignore[misc] # pystray is not typed
    """Takes a `Drawing` as its icon.

    Setters, balloons and `stop` may be called from any thread, `run` from one only.

    Set `session_ends`: it has to store everything before it returns, for Windows then ends the process. Set
    `asked_to_end`: it is called where another program, such as taskkill, asks for the end.
    """

    _icon_handle: int | None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.session_ends: Callable[[], None] = lambda: None
        self.session_locks: Callable[[bool], None] = lambda _locked: None
        self.session_moves: Callable[[bool], None] = lambda _in_front: None
        self.asked_to_end: Callable[[], None] = lambda: None
        self._clicked: Callable[[], None] = lambda: None
        self._filter = MessageFilter(lambda: user32.GetDoubleClickTime() / 1000)
        self._actions: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._owner: int | None = None
        self._menu_is_open = False
        self._menu_is_stale = False
        self._message_handlers |= {  # a handler that is not there answers 0, and thereby forbids to end the session
            WM_CLOSE: lambda _wparam, _lparam: self.asked_to_end(),
            WM_QUERYENDSESSION: lambda _wparam, _lparam: 1,
            WM_ENDSESSION: self._on_session_end,
            WM_WTSSESSION_CHANGE: self._on_session_change,
            WM_DPICHANGED: self._on_display_change,
            WM_DO: self._on_do,
        }

    def show_balloon(self, title: str, body: str, clicked: Callable[[], None]) -> bool:
        """Show a balloon in place of the one before, and return success."""
        self._clicked = clicked
        return self._message(win32.NIM_MODIFY, win32.NIF_INFO, szInfo=body, szInfoTitle=title)

    def hide_balloon(self) -> None:
        """Remove the balloon from the screen."""
        self._clicked = lambda: None
        self._remove_notification()

    def _run(self) -> None:
        self._owner = threading.get_ident()
        wtsapi32.WTSRegisterSessionNotification(self._hwnd, NOTIFY_FOR_THIS_SESSION)  # Windows drops it with the window
        super()._run()

    def _message(self, code: int, flags: int, **fields: Any) -> bool:
        data = win32.NOTIFYICONDATAW(
            cbSize=win32.ctypes.sizeof(win32.NOTIFYICONDATAW), hWnd=self._hwnd, uFlags=flags, **fields
        )
        return bool(win32.Shell_NotifyIcon(code, data))

    def _show(self) -> None:
        """Add the icon, and make its handle, in the window's thread."""
        shown = threading.Event()

        def show() -> None:
            self._add()
            shown.set()

        self._do(show)
        shown.wait(SHOW_LIMIT_S)

    def _add(self) -> None:
        """Add the icon, and try again while the taskbar is busy.

        A taskbar that is busy with the login may take it late, or not (Shell_NotifyIcon, Remarks).

        One that is not there yet calls when it is.
        """
        self._assert_icon_handle()
        flags = win32.NIF_MESSAGE | win32.NIF_ICON | win32.NIF_TIP | win32.NIF_SHOWTIP
        fields = {"uCallbackMessage": win32.WM_NOTIFY, "hIcon": self._icon_handle, "szTip": self.title}
        for _ in range(SHOW_TRIES):
            if any(self._message(code, flags, **fields) for code in (win32.NIM_ADD, win32.NIM_MODIFY)):
                self._filter.version = VERSION if self._message(win32.NIM_SETVERSION, 0, uVersion=VERSION) else 0
                return
            if not user32.FindWindowW(TASKBAR, None):
                return
            time.sleep(SHOW_AGAIN_S)

    # --- images and menu, made in the thread that owns the window ---

    def _update_icon(self) -> None:
        self._do(super()._update_icon)

    def _update_title(self) -> None:
        self._do(self._renew_title)

    def _renew_title(self) -> None:
        self._message(win32.NIM_MODIFY, win32.NIF_TIP | win32.NIF_SHOWTIP, szTip=self.title)

    def _update_menu(self) -> None:
        self._do(self._renew_menu)

    def _renew_menu(self) -> None:
        """Renew the menu, but not while it is open.

        The user is choosing from its lines.
        """
        self._menu_is_stale = self._menu_is_open
        if not self._menu_is_open:
            super()._update_menu()

    def _do(self, action: Callable[[], None]) -> None:
        if self._owner in (None, threading.get_ident()):
            action()
        else:
            self._actions.put(action)
            win32.PostMessage(self._hwnd, WM_DO, 0, 0)

    def _on_do(self, _wparam: int, _lparam: int) -> None:
        self._actions.get()()

    def _assert_icon_handle(self) -> None:
        if not self._icon_handle:
            self._icon_handle = handle_of(self._icon.draw(icon_size()))

    # --- messages ---

    def _on_notify(self, wparam: int, lparam: int) -> None:
        match self._filter.understand(lparam):
            case IconAction.CLICK:
                self()
            case IconAction.MENU if self._menu_handle:
                self._open_menu(wparam)
            case IconAction.BALLOON_CLICK:
                self._clicked()

    def _open_menu(self, wparam: int) -> None:
        """Open the menu, and do what is chosen.

        It opens at the icon, before version 4 at the mouse.

        Source of the calls around it: learn.microsoft.com, TrackPopupMenu, Remarks. Without WM_NULL the menu stays.
        """
        menu, actions = self._menu_handle
        self._menu_is_open = True
        win32.SetForegroundWindow(self._hwnd)
        flags = win32.TPM_RIGHTALIGN | win32.TPM_BOTTOMALIGN | win32.TPM_RETURNCMD
        chosen = win32.TrackPopupMenuEx(menu, flags, *self._menu_place(wparam), self._menu_hwnd, None)
        win32.PostMessage(self._hwnd, WM_NULL, 0, 0)
        self._menu_is_open = False
        if chosen > 0:
            actions[chosen - 1](self)
        elif self._filter.version >= VERSION:
            self._message(win32.NIM_SETFOCUS, 0)  # the keyboard goes on where it was
        if self._menu_is_stale:
            self._renew_menu()

    def _menu_place(self, wparam: int) -> tuple[int, int]:
        if self._filter.version >= VERSION:
            return place_of(wparam)
        point = win32.wintypes.POINT()
        win32.GetCursorPos(win32.ctypes.byref(point))
        return point.x, point.y

    def _on_display_change(self, _wparam: int, _lparam: int) -> None:
        """Draw anew, for the scale that holds now."""
        if self.visible:
            self._update_icon()

    def _on_session_end(self, wparam: int, _lparam: int) -> None:
        if wparam:  # else somebody has called it off
            self.session_ends()

    def _on_session_change(self, wparam: int, _lparam: int) -> None:
        """Report a lock or a change of user (WM_WTSSESSION_CHANGE)."""
        if wparam in {WTS_SESSION_LOCK, WTS_SESSION_UNLOCK}:
            self.session_locks(wparam == WTS_SESSION_LOCK)
        if wparam in SESSION_MOVES:
            self.session_moves(SESSION_MOVES[wparam])

    def _on_stop(self, wparam: int, lparam: int) -> None:
        """Close the menu first, and stop.

        The menu's own loop would otherwise keep the request to quit.
        """
        user32.EndMenu()
        super()._on_stop(wparam, lparam)


def icon_size() -> int:
    """Return the edge of a tray icon in pixels.

    It depends on the scale of the monitor with the taskbar.
    """
    taskbar = user32.FindWindowW(TASKBAR, None)
    dpi = (user32.GetDpiForWindow(taskbar) if taskbar else 0) or user32.GetDpiForSystem()
    return int(user32.GetSystemMetricsForDpi(SM_CXSMICON, dpi))


def handle_of(image: Image.Image) -> int:
    """Return an HICON, which the caller destroys. Raises OSError."""
    stream = io.BytesIO()
    image.save(stream, "ico", sizes=[image.size], bitmap_format="bmp")
    resource = stream.getvalue()[ICON_HEADERS:]
    size = image.size
    handle = user32.CreateIconFromResourceEx(resource, len(resource), True, ICON_VERSION, *size, 0)  # noqa: FBT003 - C
    if not handle:
        raise win32.ctypes.WinError()
    return int(handle)
