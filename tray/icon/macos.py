"""The tray icon on macOS: pystray's, in the menu bar's colour.

The program keeps its own signal handlers.
"""

import io
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

import AppKit
import Foundation
import pystray
from PyObjCTools import AppHelper, MachSignals

POINTS = 18  # of 22 in the menu bar (Apple's Human Interface Guidelines, The menu bar)
SCALE = 2  # of a Retina screen

Handler = Callable[[int, FrameType | None], Any]
Line = Callable[[Any], object]


class MacIcon(pystray.Icon):  # type: ignore[misc] # pystray is not typed
    """Takes a drawing as its icon.

    All but `run` must be called through AppHelper.callAfter. `reopened` is called when the user starts the running
    app again. `session_ends` has to store everything before it returns.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.reopened: Callable[[], None] = lambda: None
        self.session_ends: Callable[[], None] = lambda: None
        self._lines = MenuLines()
        self._menu_handle: tuple[Any, MenuLines] | None = None
        self._menu_is_stale = False
        self._menu_is_open = False
        self._native_delegate = NativeDelegate.alloc().init()
        self._native_delegate.icon = self
        self._app.setDelegate_(self._native_delegate)

    def renew_menu(self, nsmenu: Any) -> None:
        """Fill the menu anew before it opens, if it has changed."""
        if self._menu_is_stale and not self._menu_is_open:
            self._menu_is_stale = False
            nsmenu.removeAllItems()
            self._fill(nsmenu)

    def note_menu(self, *, is_open: bool) -> None:
        """Remember whether the user is choosing from the menu."""
        self._menu_is_open = is_open

    def yield_activation(self) -> None:
        """Let the guide's window come to the front.

        It is another process of this bundle. Since macOS 14 the active program has to yield (developer.apple.com,
        "Passing control from one app to another with cooperative activation").
        """
        bundle = AppKit.NSBundle.mainBundle().bundleIdentifier()
        if bundle:  # none when run from the sources
            self._app.yieldActivationToApplicationWithBundleIdentifier_(bundle)

    def _run(self) -> None:
        """Restore the signal handlers once pystray has taken SIGINT.

        Its handler would end the program at once.
        """
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        AppHelper.callAfter(_restore, {n: h for n, h in handlers.items() if callable(h)})
        self._app.setActivationPolicy_(AppKit.NSApplicationActivationPolicyAccessory)  # no Dock icon
        super()._run()

    def _assert_image(self) -> None:
        """Make the image a template, which macOS colours for its menu bar."""
        stream = io.BytesIO()
        self._icon.draw(POINTS * SCALE, template=True).save(stream, "png")
        data = Foundation.NSData.dataWithBytes_length_(stream.getvalue(), stream.tell())
        image = AppKit.NSImage.alloc().initWithData_(data)
        image.setSize_(AppKit.NSMakeSize(POINTS, POINTS))
        image.setTemplate_(True)
        image.setAccessibilityDescription_(self.title)
        self._icon_image = image
        button = self._status_item.button()
        button.setImage_(image)
        button.setTitle_(self.name)
        button.setImagePosition_(AppKit.NSImageOnly)  # the title is for VoiceOver alone

    def _update_title(self) -> None:
        super()._update_title()
        self._status_item.button().setAccessibilityLabel_(self.title)

    # --- the menu: one NSMenu, which is filled anew when it opens ---

    def _update_menu(self) -> None:
        """Make the menu the first time. Later mark it as stale.

        AppKit runs this also while the menu is open, and the user is choosing from its lines.
        """
        if self._menu_handle is None:
            nsmenu = AppKit.NSMenu.alloc().initWithTitle_(self.name)
            nsmenu.setAutoenablesItems_(False)
            nsmenu.setDelegate_(self._native_delegate)
            self._menu_handle = (nsmenu, self._lines)
            self._fill(nsmenu)
            self._status_item.setMenu_(nsmenu)
        else:
            self._menu_is_stale = True

    def _fill(self, nsmenu: Any) -> None:
        self._lines.clear()
        for descriptor in self.menu:
            nsmenu.addItem_(self._create_menu_item(descriptor, self._lines))
            self._lines.append(self._handler(descriptor))


class MenuLines:
    """What each line of the menu does, by its tag.

    It takes the place of pystray's list, in which a number means another line after each change. Here no number is used
    twice.
    """

    def __init__(self) -> None:
        self._actions: dict[int, Line] = {}
        self._next = 0

    def __len__(self) -> int:
        """Return the tag of the next line."""
        return self._next

    def __getitem__(self, tag: int) -> Line:
        """Return what the line does, or nothing once it has gone."""
        return self._actions.get(tag, lambda _icon: None)

    def append(self, action: Line) -> None:
        """Add the line with the next tag."""
        self._actions[self._next] = action
        self._next += 1

    def clear(self) -> None:
        """Remove all lines."""
        self._actions.clear()


class NativeDelegate(Foundation.NSObject):  # type: ignore[misc] # PyObjC is not typed
    """Hears what AppKit tells the menu's delegate and the application's."""

    icon: MacIcon

    def menuNeedsUpdate_(self, nsmenu: Any) -> None:
        """Renew the menu before it is shown (NSMenuDelegate, menuNeedsUpdate:)."""
        self.icon.renew_menu(nsmenu)

    def menuWillOpen_(self, _nsmenu: Any) -> None:
        """Keep the lines from now on (NSMenuDelegate, menuWillOpen:)."""
        self.icon.note_menu(is_open=True)

    def menuDidClose_(self, _nsmenu: Any) -> None:
        """Pass the activation on, as a line may open the guide.

        AppKit sends the line's action afterwards (NSMenuDelegate, menuDidClose:).
        """
        self.icon.note_menu(is_open=False)
        self.icon.yield_activation()

    def applicationWillTerminate_(self, _notification: Any) -> None:
        """End in order at log-out.

        AppKit ends the process next (NSApplicationDelegate, same name).
        """
        self.icon.session_ends()

    def applicationShouldHandleReopen_hasVisibleWindows_(self, _app: Any, _has: bool) -> bool:  # noqa: FBT001 - AppKit's
        """Show the guide (NSApplicationDelegate, same name)."""
        self.icon.yield_activation()
        self.icon.reopened()
        return False


def _restore(handlers: dict[signal.Signals, Handler]) -> None:
    """Call the handlers on signals while AppKit's loop runs.

    Python's own handlers would wait for the loop's end.
    """
    for number, handler in handlers.items():
        MachSignals.signal(number, lambda received, handler=handler: handler(received, None))
