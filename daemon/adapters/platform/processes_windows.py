"""Lists the programs that run in this Windows session."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

PROCESSES_AT_MOST = 16384
PATH_LIMIT = 32768  # characters, with the final zero
PROCESS_QUERY_LIMITED_INFORMATION = 0x1000


def runs(program: Path) -> bool:
    """Return whether a process of this session runs this very file."""
    wanted = _normal(str(program))
    return any(_normal(image) == wanted for image in _images())


def _normal(path: str) -> str:
    return os.path.normcase(os.path.realpath(path))


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    def _images() -> Iterator[str]:
        """Yield the files of the processes that may be asked."""
        kernel = ctypes.WinDLL("kernel32")
        kernel.OpenProcess.restype = wintypes.HANDLE
        ids, used = (wintypes.DWORD * PROCESSES_AT_MOST)(), wintypes.DWORD()
        if not kernel.K32EnumProcesses(ids, ctypes.sizeof(ids), ctypes.byref(used)):
            return
        ours = _session(kernel, os.getpid())
        for number in ids[: used.value // ctypes.sizeof(wintypes.DWORD)]:
            if number and _session(kernel, number) == ours:
                image = _image(kernel, number)
                if image:
                    yield image

    def _session(kernel: ctypes.WinDLL, number: int) -> int | None:
        session = wintypes.DWORD()
        if kernel.ProcessIdToSessionId(number, ctypes.byref(session)):
            return session.value
        return None

    def _image(kernel: ctypes.WinDLL, number: int) -> str:
        handle: int | None = kernel.OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, False, number)  # noqa: FBT003 - a C call
        if handle is None:
            return ""
        process = wintypes.HANDLE(handle)
        path, size = ctypes.create_unicode_buffer(PATH_LIMIT), wintypes.DWORD(PATH_LIMIT)
        known = kernel.QueryFullProcessImageNameW(process, 0, path, ctypes.byref(size))
        kernel.CloseHandle(process)
        if known:
            return path.value
        return ""

else:

    def _images() -> Iterator[str]:
        return iter(())
