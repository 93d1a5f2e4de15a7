"""What toasts need of the Windows registry: a sender's name, a scheme."""

import contextlib
import subprocess
import sys
from collections.abc import Sequence

from config.identity import APPLICATION, WINDOWS_ID
from daemon.adapters.notify.toast_xml import SCHEME

CLASSES = r"Software\Classes"
SENDER = rf"AppUserModelId\{WINDOWS_ID}"


def name_sender() -> None:
    """Give toasts the program's name. Raises OSError.

    It is needed where no shortcut of the setup gives the name.
    """
    _write(SENDER, "DisplayName", APPLICATION)


def register_scheme(command: Sequence[str]) -> None:
    """Let Windows start a command for the addresses of vigicle's scheme.

    learn.microsoft.com, "Registering an Application to a URI Scheme". Raises OSError.
    """
    _write(SCHEME, "", f"URL:{APPLICATION}")
    _write(SCHEME, "URL Protocol", "")
    _write(rf"{SCHEME}\shell\open\command", "", command_line(command))


def command_line(command: Sequence[str]) -> str:
    """Return the command line, with the address where Windows puts it."""
    return f'{subprocess.list2cmdline(command)} "%1"'


def _write(key: str, name: str, value: str) -> None:
    """Write a value for this user, unless it holds for all already.

    A value of the user's own would stay when vigicle is removed for all.
    """
    if sys.platform == "win32":
        import winreg

        with contextlib.suppress(OSError), winreg.OpenKey(winreg.HKEY_CLASSES_ROOT, key) as shown:
            if winreg.QueryValueEx(shown, name)[0] == value:
                return
        place = rf"{CLASSES}\{key}"
        with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, place, access=winreg.KEY_SET_VALUE) as opened:
            winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, value)
