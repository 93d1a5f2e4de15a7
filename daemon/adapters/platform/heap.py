"""Keeps the C library's heap small (mallopt(3), malloc_trim(3))."""

import contextlib
import ctypes
import gc
import sys

M_ARENA_MAX = -8  # malloc.h of glibc


def use_one_arena() -> None:
    """Let all threads share one heap.

    Each would otherwise keep one of its own, for threads that hardly ever allocate at one time.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def give_back() -> None:
    """Give free memory back to the system, after rare work."""
    gc.collect()
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
