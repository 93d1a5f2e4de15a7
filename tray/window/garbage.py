"""Frees what nothing refers to any more, in the window's thread alone."""

import gc

from PySide6.QtCore import QObject


class GarbageCollector(QObject):
    """Python's collector, asked for in the thread of the window.

    By itself it runs in whatever thread allocates. The one that reads pages would delete Qt's objects, and PySide 6.12
    crashes then (seen: "Timers cannot be stopped from another thread", and a segmentation fault).
    """

    def __init__(self) -> None:
        """Keep the collector from running by itself."""
        super().__init__()
        gc.disable()

    def collect(self) -> None:
        """Free what nothing refers to.

        To be called in the window's thread.
        """
        gc.collect()
