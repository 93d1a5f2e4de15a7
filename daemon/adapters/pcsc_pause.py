"""Wait for the PC/SC service to come back, or for the order to stop."""

import sys
import threading
from typing import Protocol


class Pause(Protocol):
    """A wait that ends early when the service starts (where the system says so) or when told to stop."""

    def wait(self, seconds: float) -> bool:
        """Sleep this long at most; at once when stopped. Tell whether the service's start ended it."""

    def stop(self) -> None:
        """End every wait, now and later; any thread."""


class TimedPause:
    """A plain pause: nothing announces the service's start on Linux and macOS."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def wait(self, seconds: float) -> bool:
        """Sleep this long at most; at once when stopped."""
        self._stopped.wait(seconds)
        return False

    def stop(self) -> None:
        """End every wait, now and later; any thread."""
        self._stopped.set()


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    WAIT_OBJECT_0 = 0

    class ServicePause:
        """A pause that the start of the Windows Smart Card service ends (SCardAccessStartedEvent)."""

        def __init__(self) -> None:
            kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            kernel.CreateEventW.restype = wintypes.HANDLE
            self._set_event = kernel.SetEvent
            self._set_event.argtypes = [wintypes.HANDLE]
            self._wait_for = kernel.WaitForMultipleObjects
            self._wait_for.argtypes = [
                wintypes.DWORD,
                ctypes.POINTER(wintypes.HANDLE),
                wintypes.BOOL,
                wintypes.DWORD,
            ]
            self._wait_for.restype = wintypes.DWORD
            access_started = ctypes.WinDLL("winscard").SCardAccessStartedEvent
            access_started.restype = wintypes.HANDLE
            self._stopped: int = kernel.CreateEventW(None, True, False, None)  # a C call
            self._started: int | None = access_started()
            self._was_started = False

        def wait(self, seconds: float) -> bool:
            """Sleep this long at most; at once when stopped. Tell whether the service's start ended it.

            The event stays set while the service runs: after it has ended one wait, the next is by time alone,
            so that a service which starts and still refuses us is not asked without end.
            """
            watched = [self._stopped]
            if self._started is not None and not self._was_started:
                watched.append(self._started)
            handles = (wintypes.HANDLE * len(watched))(*watched)
            signalled = self._wait_for(len(watched), handles, False, int(seconds * 1000))
            self._was_started = signalled == WAIT_OBJECT_0 + 1
            return self._was_started

        def stop(self) -> None:
            """End every wait, now and later; any thread."""
            self._set_event(self._stopped)

    def make_pause() -> Pause:
        """Return the best pause that this system has."""
        try:
            return ServicePause()
        except (OSError, AttributeError):  # a winscard.dll without that function
            return TimedPause()

else:

    def make_pause() -> Pause:
        """Return the best pause that this system has."""
        return TimedPause()
