"""Reports on macOS waking, and whose session is in front.

AppKit delivers it to programs that run its event loop: with the icon, not headless.
"""

from collections.abc import Callable
from typing import Any

import AppKit
import Foundation


class WorkspaceResume:
    """The workspace's notifications of waking, and of fast user switching."""

    def __init__(self, woken: Callable[[], None], moved: Callable[[bool], None]) -> None:
        """Keep what AppKit calls in the main thread."""
        self._observer = WakeObserver.alloc().init()
        self._observer.woken, self._observer.moved = woken, moved

    def start(self) -> None:
        """Begin to listen."""
        for selector, name in (
            (b"machineWoke:", AppKit.NSWorkspaceDidWakeNotification),
            (b"sessionCame:", AppKit.NSWorkspaceSessionDidBecomeActiveNotification),
            (b"sessionWent:", AppKit.NSWorkspaceSessionDidResignActiveNotification),
        ):
            _notification_center().addObserver_selector_name_object_(self._observer, selector, name, None)

    def ensure(self) -> None:
        """Do nothing: the workspace lives as long as the process."""

    def stop(self) -> None:
        """Listen no more."""
        _notification_center().removeObserver_(self._observer)


class WakeObserver(Foundation.NSObject):  # type: ignore[misc] # PyObjC is not typed
    """Hears the notification."""

    woken: Callable[[], None]
    moved: Callable[[bool], None]

    def machineWoke_(self, _notification: Any) -> None:
        """Pass it on."""
        self.woken()

    def sessionCame_(self, _notification: Any) -> None:
        """Report the session in front."""
        self.moved(True)  # noqa: FBT003 - what it reports

    def sessionWent_(self, _notification: Any) -> None:
        """Report the session in the background."""
        self.moved(False)  # noqa: FBT003 - what it reports


def _notification_center() -> Any:
    """Return the workspace's own center, the only one that has it (NSWorkspace.didWakeNotification)."""
    return AppKit.NSWorkspace.sharedWorkspace().notificationCenter()
