"""Qt's objects are freed in the thread of the window."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject
from shiboken6 import getAllValidWrappers, isValid, ownedByPython

from support.guide_pages import PAGES, Writer
from tray.window.garbage import GarbageCollector
from tray.window.guide_window import CONTACTS, HELP, KEYS, SETTINGS, SHEET

if TYPE_CHECKING:
    from support.guide_setup import GuideSetup

ENOUGH = 100_000  # collections of every generation, were the collector on


class Cycle(QObject):
    """An object that refers to itself, as a window does."""

    def __init__(self, freed_in: list[threading.Thread]) -> None:
        super().__init__()
        self.itself = self
        weakref.finalize(self, lambda: freed_in.append(threading.current_thread()))


@pytest.mark.usefixtures("guide_setup")
def test_a_thread_that_allocates_frees_no_object_of_qt() -> None:
    gc.enable()
    garbage = GarbageCollector()
    freed_in: list[threading.Thread] = []
    Cycle(freed_in)
    thread = threading.Thread(target=lambda: [[] for _ in range(ENOUGH)])
    thread.start()
    thread.join()
    assert freed_in == []
    garbage.collect()
    assert freed_in == [threading.main_thread()]


def test_qt_deletes_all_of_a_window_that_ends(guide_setup: GuideSetup) -> None:
    window = guide_setup.window(PAGES["step"](Writer("en")))
    for place in (HELP, CONTACTS, KEYS, SETTINGS, SHEET):
        window.go_to(place)
    guide_setup.close(window)
    assert not isValid(window.guard)
    left = [each for each in getAllValidWrappers() if isinstance(each, QObject) and ownedByPython(each)]
    assert left == [guide_setup.theme]
