"""Makes the test process a PC/SC client of one private service."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from support.reader import ReaderService

SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"


def use_service(service: ReaderService) -> None:
    """Lead this process's PC/SC calls to this service.

    libpcsclite reads its variable once per process (measured with 1.9.9), so the variable names a link, and
    the link moves.
    """
    link = _link()
    link.unlink(missing_ok=True)
    link.symlink_to(service.environment[SOCKET_VARIABLE])


@cache
def _link() -> Path:
    link = Path(tempfile.mkdtemp(prefix="vigicle-pcsc-link-")) / "pcscd.comm"
    os.environ[SOCKET_VARIABLE] = str(link)
    return link
