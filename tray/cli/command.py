"""The types and the exit code that the commands share."""

import argparse
from collections.abc import Callable

from config.folders import Folders
from config.i18n.translator import Translator
from config.schema.load_settings import Loaded

NOT_DONE = 1  # an exit code
USAGE = 2  # an exit code
BAD_CONFIGURATION = 3  # an exit code

CommandHandler = Callable[[argparse.Namespace, Folders, Loaded, Translator], int]
"""Carries out a command and returns its exit code."""
AddCommand = Callable[[str, CommandHandler], argparse.ArgumentParser]
"""Adds a command to the command line by its name."""
