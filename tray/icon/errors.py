"""What the icons of all systems raise."""


class NoTrayError(Exception):
    """There can be no icon here, now or later."""


class TrayGoneError(Exception):
    """The tray went away after the icon was in it.

    Most likely the desktop session ended.
    """
