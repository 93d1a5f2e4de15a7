"""What desktop-notifier leaves undone for toasts on Windows: the sender's name, and toasts that fail afterwards."""

import sys
from typing import Any

from config.identity import APPLICATION, WINDOWS_ID

SENDER = rf"Software\Classes\AppUserModelId\{WINDOWS_ID}"
FAILURE_S = 0.5  # Windows says within that time that it shows no toast


def name_sender() -> None:
    """Let toasts bear the program's name, where no shortcut of the setup gives it. Raises OSError."""
    if sys.platform == "win32":
        import winreg

        with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, SENDER, access=winreg.KEY_SET_VALUE) as key:
            winreg.SetValueEx(key, "DisplayName", 0, winreg.REG_SZ, APPLICATION)


def collect_failures(backend: Any) -> set[str]:
    """Return the identifiers of the backend's toasts that Windows did not show; the set grows as it says so."""
    failed: set[str] = set()
    hear = backend._on_failed

    def heard(sender: Any, said: Any) -> None:
        if sender is not None:
            failed.add(sender.tag)
        hear(sender, said)

    backend._on_failed = heard  # taken anew for each toast
    return failed
