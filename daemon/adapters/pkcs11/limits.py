"""What a child that loads a module may use.

Vendor modules crash, leak and loop. The limits keep that within the child: no memory image on the disk, no endless
memory or files, no further rights, and no life after the daemon's.
"""

import os
import sys
from collections.abc import Mapping

MEMORY = 4 << 30  # bytes of address space; OpenSC takes 0.3 GB, most of it shared libraries
FILES = 256
FILE_SIZE = 64 << 20  # bytes; OpenSC caches certificates in files
MORE_TASKS = 256  # processes and threads that the user may have beyond those of before
NO_CORE = 1  # byte: with 0 a core would still go to a collector that core_pattern names (core(5))

# What OpenSC, SoftHSM, p11-kit and vendors' modules look for. Secrets of other programs stay out.
NAMES = frozenset(
    {"HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOGNAME", "OPENSC_CONF", "OPENSC_DEBUG", "PATH", "SHELL", "TEMP"}
    | {"SOFTHSM2_CONF", "TMP", "TMPDIR", "TZ", "USER", "DISPLAY", "WAYLAND_DISPLAY"}
)
PREFIXES = ("LC_", "P11_KIT_", "PCSCLITE_", "PKCS11_", "VIGICLE_", "XDG_", "YKCS11_", "YUBIHSM_", "_PYI_", "_MEIPASS")
NO_FOLDER = "/dev/null"  # OpenSC keeps no file of a card then, and so shows no certificate of the past


def child_environment(environ: Mapping[str, str], *, whole: bool = sys.platform == "win32") -> dict[str, str]:
    """Return the part of the environment that a module may need.

    On Windows that is the `whole`: its libraries find their own folders by it.
    """
    if whole:
        return dict(environ)
    kept = {name: value for name, value in environ.items() if name in NAMES or name.startswith(PREFIXES)}
    return kept | {"XDG_CACHE_HOME": NO_FOLDER}


if sys.platform == "linux":
    import contextlib
    import ctypes
    import resource
    import signal
    import threading

    PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38  # linux/prctl.h
    LIMITS = {
        resource.RLIMIT_CORE: NO_CORE,
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_NOFILE: FILES,
        resource.RLIMIT_FSIZE: FILE_SIZE,
    }

    def restrain() -> None:
        """Give up rights and set the limits of this process, for good.

        It ends with the thread that started it. Raises OSError.
        """
        for limit, value in LIMITS.items():
            most = _within_hard(limit, value)
            resource.setrlimit(limit, (most, most))
        _limit_tasks()
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        die_with_parent(signal.SIGKILL)

    def die_with_parent(number: signal.Signals) -> None:
        """Get this signal when the thread that started this process ends.

        Raises OSError.
        """
        parent = os.getppid()
        prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:
            raise ProcessLookupError("the parent has ended")

    def prctl(option: int, value: int) -> None:
        """Call prctl(2). Raises OSError."""
        if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    def _within_hard(limit: int, value: int) -> int:
        hard = resource.getrlimit(limit)[1]
        return value if hard == resource.RLIM_INFINITY else min(value, hard)

    def _limit_tasks() -> None:
        """Bound the processes and threads that the module may start.

        The kernel counts those of the whole user (setrlimit(2), RLIMIT_NPROC; root has no such limit). Where that
        count cannot be known, as in a container, a first thread fails, and the limit is taken back.
        """
        before = resource.getrlimit(resource.RLIMIT_NPROC)
        most = _within_hard(resource.RLIMIT_NPROC, _tasks_of_user() + MORE_TASKS)
        resource.setrlimit(resource.RLIMIT_NPROC, (most, before[1]))
        try:
            threading.Thread(target=int).start()
        except RuntimeError:
            resource.setrlimit(resource.RLIMIT_NPROC, before)
        else:
            resource.setrlimit(resource.RLIMIT_NPROC, (most, most))

    def _tasks_of_user() -> int:
        """Return how many threads of this user can be seen."""
        seen = 0
        for name in filter(str.isdecimal, os.listdir("/proc")):  # noqa: PTH208 - names alone
            with contextlib.suppress(OSError):
                facts = os.stat(f"/proc/{name}/task")  # noqa: PTH116 - hundreds of them
                seen += (facts.st_nlink - 2) * (facts.st_uid == os.getuid())
        return seen

else:

    def restrain() -> None:
        """Do nothing: there the daemon limits the child."""
