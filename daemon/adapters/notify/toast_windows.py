"""Fixes desktop-notifier's toasts on Windows: the sender's name, late failures."""

import sys
from typing import Any

from config.identity import APPLICATION, WINDOWS_ID

SENDER = rf"Software\Classes\AppUserModelId\{WINDOWS_ID}"
FAILURE_S = 0.5  # Windows says within that time that it shows no toast


def name_sender() -> None:
    """Give toasts the program's name. Raises OSError.

    It is needed where no shortcut of the setup gives the name. Raises OSError."""
    if sys.platform == "win32":
        import winreg

        with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, SENDER, access=winreg.KEY_SET_VALUE) as key:
            winreg.SetValueEx(key, "DisplayName", 0, winreg.REG_SZ, APPLICATION)


def collect_failures(backend: Any) -> set[str]:
    """Return the identifiers of toasts that Windows did not show.

    The set grows as Windows reports failures.
    """
    failed: set[str] = set()
    handle = backend._on_failed

    def record(sender: Any, error: Any) -> None:
        if sender is not None:
            failed.add(sender.tag)
        handle(sender, error)

    backend._on_failed = record  # read anew for each toast
    return failed
