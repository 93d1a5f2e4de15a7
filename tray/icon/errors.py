"""What the icons of all systems raise."""


class TrayGoneError(Exception):
    """The tray went away after the icon was in it; most likely the desktop session ended."""
