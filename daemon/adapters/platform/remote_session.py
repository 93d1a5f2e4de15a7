"""Detects whether the user works here from another computer.

Their reader is then at the other one.
"""

import os
import sys
from collections.abc import Mapping

VARIABLES = ("SSH_CONNECTION", "XRDP_SESSION", "X2GO_SESSION", "NX_SESSION_ID")
SM_REMOTESESSION = 0x1000  # GetSystemMetrics


def is_remote(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether this session is a remote one.

    Windows is asked. Elsewhere, variables that servers set decide.
    """
    if sys.platform == "win32":
        import ctypes

        return bool(ctypes.windll.user32.GetSystemMetrics(SM_REMOTESESSION))
    else:  # noqa: RET505 - mypy skips the other systems' branch only so
        return any(environ.get(name) for name in VARIABLES)
