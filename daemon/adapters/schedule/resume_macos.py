"""Reports on macOS when the machine wakes.

AppKit delivers it to programs that run its event loop: with the icon, not headless.
"""

from collections.abc import Callable
from typing import Any

import AppKit
import Foundation


class WorkspaceResume:
    """The workspace's NSWorkspaceDidWakeNotification."""

    def __init__(self, woken: Callable[[], None]) -> None:
        """Keep `woken`, which AppKit calls in the main thread."""
        self._observer = WakeObserver.alloc().init()
        self._observer.woken = woken

    def start(self) -> None:
        """Begin to listen."""
        _notification_center().addObserver_selector_name_object_(
            self._observer, b"machineWoke:", AppKit.NSWorkspaceDidWakeNotification, None
        )

    def ensure(self) -> None:
        """Do nothing: the workspace lives as long as the process."""

    def stop(self) -> None:
        """Listen no more."""
        _notification_center().removeObserver_(self._observer)


class WakeObserver(Foundation.NSObject):  # type: ignore[misc] # PyObjC is not typed
    """Hears the notification."""

    woken: Callable[[], None]

    def machineWoke_(self, _notification: Any) -> None:
        """Pass it on."""
        self.woken()


def _notification_center() -> Any:
    """Return the workspace's own center, the only one that has it (NSWorkspace.didWakeNotification)."""
    return AppKit.NSWorkspace.sharedWorkspace().notificationCenter()
