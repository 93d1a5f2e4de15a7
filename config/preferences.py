"""What the person chose in the menu: kept in a file of its own, so that nothing rewrites theirs."""

from pathlib import Path

from config.files import write_whole
from config.folders import Folders, private_folder

FILE = "choices.toml"


def choices_file(folders: Folders) -> Path:
    """Name the file; what `config.toml` says wins over it."""
    return folders.state / FILE


def keep_language(folders: Folders, language: str) -> None:
    """Keep the language, "fr" or "en". Raises OSError and leaves the file as it was."""
    file = choices_file(folders)
    private_folder(file.parent)
    write_whole(file, f'language = "{language}"\n'.encode())
