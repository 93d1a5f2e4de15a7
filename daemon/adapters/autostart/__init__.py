"""Start at login, by the means of each system."""

import shutil
import sys
from pathlib import Path

from daemon.ports import LoginStarter


def make_login_starter() -> LoginStarter:
    """Return the one of this system."""
    if sys.platform == "win32":
        from daemon.adapters.autostart.windows import RunKey, WindowsRegistry

        return RunKey(own_command(), WindowsRegistry())
    elif sys.platform == "darwin":  # noqa: RET505 - mypy skips the other systems' branches only in one chain
        from daemon.adapters.autostart.macos import LaunchAgent

        return LaunchAgent(own_command())
    else:
        from daemon.adapters.autostart.xdg import XdgEntry

        return XdgEntry(own_command())


def own_command(verb: str = "run") -> list[str]:
    """Return the command line of this installation's command.

    Its path is absolute, and it opens no terminal window.
    """
    if getattr(sys, "frozen", False):
        return [str(Path(sys.executable).absolute()), verb]
    if sys.platform == "win32":  # vigicle.exe would open a console
        ours, python = (Path(sys.executable).with_name(name) for name in ("vigiclew.exe", "pythonw.exe"))
        if ours.exists():
            return [str(ours), verb]
        if python.exists():
            return [str(python), "-I", "-m", "tray", verb]
    return [str(_installed_command().absolute()), verb]


def _installed_command() -> Path:
    """Find the `vigicle` script.

    The one that was called comes first, since a link outlives updates. Then come the environment's and the path's.
    """
    called, beside = Path(sys.argv[0]), Path(sys.executable).with_name("vigicle")
    if called.name == "vigicle" and called.exists():
        return called
    if beside.exists():
        return beside
    return Path(shutil.which("vigicle") or beside)
