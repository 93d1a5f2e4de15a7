"""What becomes of a command whose words nobody can read."""

import errno
import os
import sys
from collections.abc import Callable
from typing import TextIO

from config.text import Text, text

READER_GONE = 141  # what a shell makes of SIGPIPE
UNWRITTEN = 74  # EX_IOERR of sysexits.h
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


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
