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
NO_CORE = 1  # byte: with 0 a core would still go to a collector that core_pattern names (core(5))

# What OpenSC, SoftHSM, p11-kit and vendors' modules look for. Secrets of other programs stay out.
NAMES = frozenset(
    {"HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOGNAME", "OPENSC_CONF", "OPENSC_DEBUG", "PATH", "SHELL", "TEMP"}
    | {"SOFTHSM2_CONF", "TMP", "TMPDIR", "TZ", "USER", "DISPLAY", "WAYLAND_DISPLAY"}
)
PREFIXES = ("LC_", "P11_KIT_", "PCSCLITE_", "PKCS11_", "VIGICLE_", "XDG_", "YKCS11_", "YUBIHSM_", "_PYI_", "_MEIPASS")


def child_environment(environ: Mapping[str, str], *, whole: bool = sys.platform == "win32") -> dict[str, str]:
    """Return the part of the environment that a module may need.

    On Windows that is the `whole`: its libraries find their own folders by it.
    """
    return {name: value for name, value in environ.items() if whole or name in NAMES or name.startswith(PREFIXES)}


if sys.platform == "linux":
    import ctypes
    import resource
    import signal

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
        parent = os.getppid()
        for limit, value in LIMITS.items():
            hard = resource.getrlimit(limit)[1]
            least = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(limit, (least, least))
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        for option, value in ((PR_SET_NO_NEW_PRIVS, 1), (PR_SET_PDEATHSIG, signal.SIGKILL)):
            if prctl(option, value, 0, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        if os.getppid() != parent:
            raise ProcessLookupError("the parent has ended")

else:

    def restrain() -> None:
        """Do nothing: only the daemon's limit of time holds here."""
