"""Keeps the interpreter alive under PySide 6.12.

That takes one reference to None too few on Python 3.11.
"""

import ctypes
import sys

IMMORTAL_FROM = (3, 12)  # PEP 683: there, nothing counts the references to None
PLENTY = 1 << 40


def protect_none() -> None:
    """Give None more references than can ever be lost.

    Every call into PySide 6.12.0 that returns None loses one (measured: 100 in 100 calls; none with 6.11.3), and
    after some dozens of pages the interpreter aborts with "deallocating None".
    """
    if sys.version_info < IMMORTAL_FROM:
        ctypes.c_ssize_t.from_address(id(None)).value += PLENTY
