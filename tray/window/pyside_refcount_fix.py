"""Keeps the interpreter alive under PySide 6.12.

That takes references to None, and to True and False, too few on Python 3.11.
"""

import ctypes
import sys

IMMORTAL_FROM = (3, 12)  # PEP 683: there, nothing counts the references to constants
PLENTY = 1 << 40
CONSTANTS = (None, True, False, Ellipsis, NotImplemented, (), "", b"")
SMALL_NUMBERS = (-5, 257)  # CPython keeps one object for each


def protect_constants() -> None:
    """Give the constants of CPython more references than can be lost.

    Every call into PySide 6.12.0 that returns None loses one (measured: 100 in 100 calls; none with 6.11.3), and
    after some dozens of pages the interpreter aborts with "deallocating None". After some hundreds of windows it
    aborted with "deallocating True or False". The other constants are given more as well, without having been seen to
    be lost.
    """
    if sys.version_info < IMMORTAL_FROM:
        for constant in (*CONSTANTS, *range(*SMALL_NUMBERS)):
            ctypes.c_ssize_t.from_address(id(constant)).value += PLENTY
