"""The names under which the systems know vigicle."""

APPLICATION = "vigicle"
WINDOWS_ID = "vigicle.vigicle"
"""The AppUserModelID of the process, its toasts and its shortcut in the Start menu.

Windows then treats them as one program (learn.microsoft.com, Application User Model IDs).
"""
MACOS_ID = "fr.vigicle.vigicle"
"""The bundle identifier, under which macOS keeps preferences."""
