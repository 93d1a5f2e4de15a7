"""Where versions before kept the language chosen in the menu."""

from pathlib import Path

from config.folders import Folders

FILE = "choices.toml"


def choices_file(folders: Folders) -> Path:
    """Return the file of the choices. `config.toml` wins over it."""
    return folders.state / FILE
