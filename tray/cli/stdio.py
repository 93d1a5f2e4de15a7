"""What becomes of a command whose words nobody can read."""

import errno
import os
import sys
from collections.abc import Callable
from typing import TextIO

from config.i18n.text import Text, text

READER_GONE = 141  # what a shell makes of SIGPIPE
UNWRITTEN = 74  # EX_IOERR of sysexits.h
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


def open_closed_streams() -> None:
    """Give a command that was started with closed streams others that lead nowhere (`vigicle status <&- >&-`).

    Else the next file that is opened takes the number of one, and gets what is printed.
    """
    if sys.platform != "win32":  # there a program without a console has none, and its log takes their place
        for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
            if getattr(sys, name) is None:
                setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


def printed(command: Callable[[], int], render: Callable[[Text], str]) -> int:
    """Do a command to its last printed letter; return its exit code, or one of these two when nobody can read it."""
    try:
        try:
            return command()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        _print_no_more(sys.stdout, sys.stderr)
        return READER_GONE
    except OSError as error:
        if error.errno not in FULL or error.filename is not None:
            raise
        _print_no_more(sys.stdout)
        print(f"vigicle: {render(text('output.full', reason=error.strerror or ''))}", file=sys.stderr)
        return UNWRITTEN


def _print_no_more(*streams: TextIO | None) -> None:
    """Send what they still hold nowhere: Python flushes them once more at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in filter(None, streams):
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
