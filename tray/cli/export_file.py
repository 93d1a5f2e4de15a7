"""Writes what is exported into a file, or to the terminal."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from config.saved_files import save_file

STDOUT = "-"

MayReplace = Callable[[Path], bool]
"""Asks whether to replace a file that is there."""


def write_export(content: bytes, target: str, *, may_replace: MayReplace) -> None:
    """Write the content into the file, or to stdout for "-".

    `may_replace` is asked when the file exists already. Raises SaveError, and then has written no file. Raises OSError
    as printing does, for `stdio.printed`.
    """
    if target == STDOUT:
        _print(content)
    else:
        save_file(Path(target), content, may_replace=may_replace)


def _print(content: bytes) -> None:
    """Write the bytes to stdout.

    The text layer would change the line ends, and report errors late.
    """
    with os.fdopen(sys.stdout.fileno(), "wb", closefd=False) as stream:
        stream.write(content)
