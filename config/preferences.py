"""What the user chose in the menu.

It has a file of its own, so that the program never rewrites the user's settings file.
"""

from pathlib import Path

from config.files import write_whole
from config.folders import Folders, private_folder

FILE = "choices.toml"


def choices_file(folders: Folders) -> Path:
    """Return the file of the choices. `config.toml` wins over it."""
    return folders.state / FILE


def save_language(folders: Folders, language: str) -> None:
    """Write the chosen language, "fr" or "en", to the file.

    Raises OSError, and then leaves the file as it was.
    """
    file = choices_file(folders)
    private_folder(file.parent)
    write_whole(file, f'language = "{language}"\n'.encode())
