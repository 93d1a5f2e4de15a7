"""Waits for the PC/SC service to come back, or for the stop."""

import sys
import threading
from typing import Protocol


class Backoff(Protocol):
    """A wait that the service's start or a stop ends early."""

    def wait(self, seconds: float) -> bool:
        """Sleep this long at most, and return whether the service started.

        Returns at once when stopped.
        """

    def stop(self) -> None:
        """End every wait, now and later. Any thread may call."""


class TimedBackoff:
    """A plain pause: nothing announces the service's start on Linux and macOS."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def wait(self, seconds: float) -> bool:
        """Sleep this long at most, and return at once when stopped."""
        self._stopped.wait(seconds)
        return False

    def stop(self) -> None:
        """End every wait, now and later. Any thread may call."""
        self._stopped.set()


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    WAIT_FAILED = 0xFFFFFFFF
    RARELY_S = 300.0  # between two tries, whatever the system says

    class ServiceBackoff:
        """A wait that the start of the Windows Smart Card service ends.

        Through SCardAccessStartedEvent.
        """

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
            self._stopped: int = kernel.CreateEventW(None, True, False, None)  # noqa: FBT003 - a C call
            started: int | None = access_started()
            self._started = [] if started is None or self._place([started], 0) == WAIT_FAILED else [started]
            self._runs = True  # the service, at the last look

        def wait(self, seconds: float) -> bool:
            """Sleep this long at most, and return whether the service started.

            Returns at once when stopped.

            While the service is stopped its start is waited for, and hardly anything else. The event stays set while
            it runs: a service that runs and still refuses us is tried by time alone, never without end.
            """
            ran, self._runs = self._runs, not self._started or self._place(self._started, 0) == 0
            if self._runs:
                if ran:
                    self._place([self._stopped], seconds)
                return not ran
            self._runs = self._place([self._stopped, *self._started], max(seconds, RARELY_S)) == 1
            return self._runs

        def _place(self, handles: list[int], seconds: float) -> int:
            """Return the index of the first event that is set.

            A larger number when none is set in time.
            """
            watched = (wintypes.HANDLE * len(handles))(*handles)
            return int(self._wait_for(len(watched), watched, False, int(seconds * 1000)))  # noqa: FBT003 - a C call

        def stop(self) -> None:
            """End every wait, now and later. Any thread may call."""
            self._set_event(self._stopped)

    def make_backoff() -> Backoff:
        """Return the best pause that this system has."""
        try:
            return ServiceBackoff()
        except (OSError, AttributeError):  # a winscard.dll without that function
            return TimedBackoff()

else:

    def make_backoff() -> Backoff:
        """Return the best pause that this system has."""
        return TimedBackoff()
