"""Finds the bus of the user's session on Linux."""

import os
from pathlib import Path


def find_session_bus() -> bool:
    """Return whether there is a session bus to try.

    The user bus of systemd is written into the environment where only its socket is there: desktop-notifier and the
    programs that we start look nowhere else.
    """
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    folder = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"  # type: ignore[attr-defined,unused-ignore]
    socket = Path(folder) / "bus"
    if socket.is_socket():
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={socket}"
    return socket.is_socket()
