"""Standard streams that are closed, full or broken."""

import errno
import os
import sys
from collections.abc import Callable
from typing import TextIO

from config.i18n.text import Render, text
from config.system_errors import reason_of

READER_GONE = 141  # what a shell makes of SIGPIPE
UNWRITTEN = 74  # EX_IOERR of sysexits.h
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


def open_closed_streams() -> None:
    """Replace closed standard streams by the null device (`vigicle status <&- >&-`).

    Otherwise the next opened file would get the number of one, and the output.
    """
    if sys.platform != "win32":  # there a program without a console has none, and its log takes their place
        for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
            if getattr(sys, name) is None:
                setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


def printed(command: Callable[[], int], render: Render) -> int:
    """Run a command, flush its output, and return its exit code.

    Returns READER_GONE when the output pipe closes, UNWRITTEN when the disk is full.
    """
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
        print(f"vigicle: {render(text('output.full', reason=reason_of(error)))}", file=sys.stderr)
        return UNWRITTEN


def _print_no_more(*streams: TextIO | None) -> None:
    """Point the streams to the null device: Python flushes them at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in filter(None, streams):
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
