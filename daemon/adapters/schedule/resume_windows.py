"""Reports on Windows when the machine wakes, without a window.

Through PowerRegisterSuspendResumeNotification.
"""

import ctypes
import logging
import sys
from collections.abc import Callable

log = logging.getLogger(__name__)

DEVICE_NOTIFY_CALLBACK = 2
PBT_APMRESUMEAUTOMATIC = 0x12


class _Subscription(ctypes.Structure):
    """DEVICE_NOTIFY_SUBSCRIBE_PARAMETERS (powrprof.h)."""

    _fields_ = (("callback", ctypes.c_void_p), ("context", ctypes.c_void_p))


class PowerServiceResume:
    """The power service's callback.

    Where it refuses, only the heartbeat remains.
    """

    def __init__(self, woken: Callable[[], None]) -> None:
        """Keep `woken`, which is called from a thread of the power service."""
        self._woken = woken
        self._handle = ctypes.c_void_p()
        self._callback: object = None  # kept: the power service holds its address

    def start(self) -> None:
        """Begin to listen."""
        if sys.platform == "win32":
            prototype = ctypes.WINFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p)
            callback = self._callback = prototype(self._hear)
            subscription = _Subscription(ctypes.cast(callback, ctypes.c_void_p), None)
            register = ctypes.WinDLL("powrprof").PowerRegisterSuspendResumeNotification
            error = register(DEVICE_NOTIFY_CALLBACK, ctypes.byref(subscription), ctypes.byref(self._handle))
            if error:
                log.debug("The power service refused: error %d", error)

    def ensure(self) -> None:
        """Do nothing: the power service stays."""

    def stop(self) -> None:
        """Listen no more."""
        if sys.platform == "win32" and self._handle.value:
            ctypes.WinDLL("powrprof").PowerUnregisterSuspendResumeNotification(self._handle)
            self._handle = ctypes.c_void_p()

    def _hear(self, _context: int | None, kind: int, _setting: int | None) -> int:
        if kind == PBT_APMRESUMEAUTOMATIC:
            log.debug("The machine has woken")
            self._woken()
        return 0
