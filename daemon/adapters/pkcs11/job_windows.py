"""Holds a child and what it starts in a job (Windows).

Source: learn.microsoft.com/windows/win32/procthread/job-objects.
"""

import sys
from typing import Protocol

MEMORY = 4 << 30  # bytes that all processes of the job may commit
PROCESSES = 16  # a module needs one; the virtual environment's launcher is another


class ChildJob(Protocol):
    """What ends a child with all that it started."""

    def kill(self) -> None:
        """End every process of the job. It may be called again."""


if sys.platform == "win32":
    import ctypes
    import logging
    import threading
    from ctypes import wintypes

    log = logging.getLogger(__name__)

    JOB_OBJECT_EXTENDED_LIMIT_INFORMATION = 9  # JOBOBJECTINFOCLASS
    ACTIVE_PROCESS, JOB_MEMORY, DIE_ON_UNHANDLED_EXCEPTION, KILL_ON_JOB_CLOSE = 0x8, 0x200, 0x400, 0x2000
    PROCESS_SET_QUOTA, PROCESS_TERMINATE = 0x100, 0x1  # what AssignProcessToJobObject asks for

    class _BasicLimits(ctypes.Structure):
        """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

        _fields_ = (
            ("PerProcessUserTimeLimit", wintypes.LARGE_INTEGER),
            ("PerJobUserTimeLimit", wintypes.LARGE_INTEGER),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        )

    class _ExtendedLimits(ctypes.Structure):
        """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

        _fields_ = (
            ("Basic", _BasicLimits),
            ("IoInfo", ctypes.c_ulonglong * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        )

    class _Job:
        """A job object.

        Its processes end with its last handle, so also with this process.
        """

        def __init__(self, handle: int) -> None:
            self._handle: int | None = handle
            self._guard = threading.Lock()

        def kill(self) -> None:
            with self._guard:
                if self._handle is not None:
                    _kernel().CloseHandle(self._handle)
                    self._handle = None

    def hold(process_id: int) -> ChildJob | None:
        """Put a process into a new job with limits.

        None, and a line in the log, where the system refuses.
        """
        kernel = _kernel()
        limits = _ExtendedLimits(JobMemoryLimit=MEMORY)
        limits.Basic.ActiveProcessLimit = PROCESSES
        limits.Basic.LimitFlags = ACTIVE_PROCESS | JOB_MEMORY | DIE_ON_UNHANDLED_EXCEPTION | KILL_ON_JOB_CLOSE
        process = kernel.OpenProcess(PROCESS_SET_QUOTA | PROCESS_TERMINATE, False, process_id)  # noqa: FBT003 - a C call
        handle = kernel.CreateJobObjectW(None, None)
        held = (
            process
            and handle
            and kernel.SetInformationJobObject(
                handle, JOB_OBJECT_EXTENDED_LIMIT_INFORMATION, ctypes.byref(limits), ctypes.sizeof(limits)
            )
            and kernel.AssignProcessToJobObject(handle, process)
        )
        error = ctypes.get_last_error()
        if process:
            kernel.CloseHandle(process)
        if held:
            return _Job(handle)
        if handle:
            kernel.CloseHandle(handle)
        log.warning("A module runs without limits: %s", ctypes.FormatError(error))
        return None

    def _kernel() -> ctypes.WinDLL:
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = kernel.CreateJobObjectW.restype = wintypes.HANDLE
        kernel.CreateJobObjectW.argtypes = [wintypes.LPVOID, wintypes.LPCWSTR]
        kernel.SetInformationJobObject.argtypes = [wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD]
        kernel.AssignProcessToJobObject.argtypes = [wintypes.HANDLE, wintypes.HANDLE]
        kernel.CloseHandle.argtypes = [wintypes.HANDLE]
        return kernel

else:

    def hold(process_id: int) -> ChildJob | None:  # noqa: ARG001 - as on Windows
        """Return None: there are other means there."""
        return None
