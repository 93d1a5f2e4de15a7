"""Fixes desktop-notifier's toasts on Windows: the sender's name, lost clicks, late failures."""

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


def hear_late_clicks(backend: Any) -> None:
    """Keep toasts whose banner has timed out.

    Such a toast lies in the notification centre, where it can still be clicked (learn.microsoft.com,
    ToastDismissalReason.TimedOut). desktop-notifier 6.2.0 forgets it. Before an application's first toast Windows may
    answer "element not found" (0x80070490) instead of an empty history.
    """
    handle, ask = backend._on_dismissed, backend.get_current_notifications

    def record(sender: Any, dismissed: Any) -> None:
        if dismissed is None or dismissed.reason.name != "TIMED_OUT":
            handle(sender, dismissed)

    async def ask_history() -> list[str]:
        try:
            on_screen: list[str] = await ask()
        except OSError:
            on_screen = []
        return on_screen

    backend._on_dismissed = record  # read anew for each toast
    backend.get_current_notifications = ask_history


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
