"""The guide's window in this process, off screen, for tests and pictures."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from support.guide_pages import PAGES, Writer
from support.guide_story_pages import story_pages
from tray.window.guide_window import CONTACTS, HELP, KEYS, SETTINGS, GuideWindow
from tray.window.pyside_refcount_fix import protect_constants
from tray.window.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from daemon.adapters.guide.messages import GuideAnswer, Page

BESIDE = {"help": HELP, "contacts": CONTACTS, "keys": KEYS, "settings": SETTINGS}
POINTS = 9  # Qt's own on Linux


class GuideSetup:
    """One application, one window after the other."""

    def __init__(self, size: str = "", letters: float = 1.0) -> None:
        """Set the window's size, WIDTHxHEIGHT or "", and the font's scale."""
        protect_constants()
        application = QApplication.instance()
        self.application = application if isinstance(application, QApplication) else QApplication(["vigicle"])
        self.application.setStyle("Fusion")
        self.enlarge(letters)
        self.theme = Theme(self.application, scheme="light", still=True)
        self.size = size
        self.answers: list[GuideAnswer] = []

    def enlarge(self, letters: float) -> None:
        """Let the desktop's letters be that much larger than usual."""
        font = self.application.font()
        font.setPointSizeF(POINTS * letters)
        self.application.setFont(font)
        self.application.processEvents()

    def window(self, page: Page, size: str = "") -> GuideWindow:
        """Open a window on a page."""
        window = GuideWindow(self.theme, self.answers.append)
        window.show_page(page)
        window.guard.end()
        if size or self.size:
            width, height = map(int, (size or self.size).split("x"))
            window.resize(width, height)
        self.settle()
        return window

    def close(self, window: GuideWindow) -> None:
        """Delete a window, so that changes of colours no longer redraw it."""
        window.hide()
        window.deleteLater()
        self.settle()
        gc.collect(1)  # the window before

    def end(self) -> None:
        """Delete every window, and the theme."""
        for window in self.application.topLevelWidgets():
            window.hide()
            window.deleteLater()
        self.theme.deleteLater()
        self.settle()

    def settle(self) -> None:
        """Let Qt do what it has put off."""
        for _ in range(5):
            self.application.processEvents()
            self.application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def take(self, folder: Path, scheme: str, language: str, names: Iterable[str] | None = None) -> None:
        """Save pictures of the pages, the known problems and the certificates."""
        self.theme.set_scheme(scheme)
        wanted = set(names or (*PAGES, "helps", "certificates", "naming"))
        for name in [*PAGES, "helps", "certificates", "naming"]:
            if name not in wanted:
                continue
            window = self.window(PAGES.get(name, PAGES["step"])(Writer(language)))
            if name == "helps":
                window.go_to(HELP)
            if name in {"certificates", "naming"}:
                window.go_to(KEYS)
            if name == "naming":
                window.findChildren(QAction, "name:1")[0].trigger()
            self._grab(window, folder / f"{name}-{language}-{scheme}.png")

    def take_story(self, folder: Path, scheme: str, language: str, names: Iterable[str] | None = None) -> None:
        """Save pictures of the pages along one renewal, and of those beside."""
        self.theme.set_scheme(scheme)
        for name, page in story_pages(language):
            if names is None or name in names:
                self._grab(self.window(page), folder / f"{name}-{language}-{scheme}.png")
        for name, place in BESIDE.items():
            if names is None or name in names:
                window = self.window(dict(story_pages(language))["add_with_old-log_in"])
                window.go_to(place)
                window.guard.end()
                self._grab(window, folder / f"{name}-{language}-{scheme}.png")

    def _grab(self, window: GuideWindow, file: Path) -> None:
        """Save a picture of a window, and close it."""
        self.settle()
        window.grab().save(str(file))
        self.close(window)
