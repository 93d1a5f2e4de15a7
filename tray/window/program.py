"""Puts the window's program together: Qt's application, the pipe, the window."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

import tray.window.light_imports  # noqa: F401 -- before all that loads PySide6
from tray.window.garbage import GarbageCollector
from tray.window.guide_window import GuideWindow
from tray.window.pipe import Pipe
from tray.window.pyside_refcount_fix import protect_constants
from tray.window.theme import Theme

ICONS = Path(__file__).with_name("icons")  # drawn beforehand: Pillow would take 4 MiB in this process


def run(*, scheme: str | None, still: bool, no_display: Callable[[], None]) -> int:
    """Run the window to its end, and return the exit code.

    `no_display` is called where Qt finds none, and does not return.
    """
    protect_constants()
    application = _application(no_display)
    theme = Theme(application, scheme=scheme, still=still)
    garbage = GarbageCollector()
    source, sink = _binary(0, "rb"), _binary(1, "wb")
    pipe = Pipe(source, sink)
    window = GuideWindow(theme, pipe.send)
    window.setWindowIcon(_icon())
    pipe.came.connect(window.show_page)
    pipe.came.connect(garbage.collect)
    pipe.ended.connect(application.quit)
    pipe.start()
    code = application.exec()
    pipe.hang_up()
    return code


def _application(no_display: Callable[[], None]) -> QApplication:
    """Make Qt's application, or call `no_display` where Qt fails."""

    def told(kind: QtMsgType, _context: QMessageLogContext, _message: str | None) -> None:
        if kind is QtMsgType.QtFatalMsg:
            no_display()

    qInstallMessageHandler(told)
    application = QApplication(sys.argv[:1])
    qInstallMessageHandler(None)
    application.setApplicationName("vigicle")
    application.setDesktopFileName("vigicle")
    application.setStyle("Fusion")  # the one style that draws the same colours on every system
    return application


def _binary(descriptor: int, mode: str) -> IO[bytes]:
    """Open a standard stream as bytes.

    The interpreter's own are text, and a thread that reads one locks it at the end.
    """
    return open(descriptor, mode, closefd=False)


def _icon() -> QIcon:
    icon = QIcon()
    for file in ICONS.glob("*.png"):
        icon.addFile(str(file))
    return icon
