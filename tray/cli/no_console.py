"""Output without a terminal: a log file and a message box.

Windows gives `vigiclew.exe` no standard streams.
"""

import contextlib
import sys
from pathlib import Path

from config.folders import Folders, private_folder
from config.identity import APPLICATION
from tray.cli.patient_stream import patient

LOG = "vigicle.log"
ENOUGH = 1 << 20  # bytes, before a new log begins; the last one is kept
MB_ICONWARNING = 0x30


def has_no_console() -> bool:
    """Return whether the process has no standard streams."""
    return sys.stderr is None


def print_to_log(folders: Folders) -> Path:
    """Print to a log file in the state folder, and return it.

    Raises FolderError and OSError.
    """
    file = private_folder(folders.state) / LOG
    with contextlib.suppress(OSError):  # there is none, or another vigicle writes into it
        if file.is_symlink():
            file.unlink()  # its target may belong to another program
        elif file.stat().st_size > ENOUGH:
            file.replace(file.with_suffix(".old.log"))
    sys.stdout = sys.stderr = patient(file.open("a", encoding="utf-8"))
    return file


def tell(words: str) -> None:
    """Show a message box, and wait until the user closes it."""
    if sys.platform == "win32":
        import ctypes

        ctypes.WinDLL("user32").MessageBoxW(None, words, APPLICATION, MB_ICONWARNING)
