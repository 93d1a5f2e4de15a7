"""The names under which the systems know vigicle."""

APPLICATION = "vigicle"
WINDOWS_ID = "vigicle.vigicle"
"""The AppUserModelID: the process, its toasts and the Start menu's shortcut bear it, so that Windows takes them for one
program (learn.microsoft.com, Application User Model IDs)."""
