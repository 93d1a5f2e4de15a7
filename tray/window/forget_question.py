"""The question before something is forgotten."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from tray.window.buttons import WrappingButton
from tray.window.labels import Heading, WrappingLabel, by_sentence
from tray.window.layouts import Flow, column
from tray.window.press_guard import PressGuard
from tray.window.theme import Theme

WIDTH = 28  # em


def ask_to_forget(
    theme: Theme, over: QWidget, what: str, translator: Translator, forget: Callable[[], None]
) -> QDialog:
    """Ask whether to forget a certificate.

    Return and Escape keep it.
    """
    dialog = QDialog(over.window())
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    question = translator.render(text("window.forget.question"))
    dialog.setWindowTitle(question)
    lines = column(theme, gap=0.8, margin=1.2)
    dialog.setLayout(lines)
    lines.addWidget(Heading(theme, question, scale=1.3))
    lines.addWidget(WrappingLabel(theme, what))
    detail = translator.render(text("window.forget.detail"))
    lines.addWidget(WrappingLabel(theme, by_sentence(detail)))
    dialog.setAccessibleDescription(f"{what}. {detail}")
    keep = WrappingButton(theme, translator.render(text("window.keep")))
    keep.setDefault(True)
    keep.clicked.connect(dialog.reject)
    yes = WrappingButton(theme, translator.render(text("window.forget.yes")))
    yes.clicked.connect(dialog.accept)
    guard = PressGuard(dialog)  # the second click on the menu's entry would answer
    guard.begin()
    guard.cover(yes)
    keep.installEventFilter(guard)  # it takes the keyboard at once
    dialog.accepted.connect(forget)
    buttons = Flow(round(0.6 * theme.em))
    buttons.addWidget(keep)
    buttons.addWidget(yes)
    lines.addLayout(buttons)
    width = min(round(WIDTH * theme.em), over.window().width())
    dialog.resize(width, lines.heightForWidth(width))
    dialog.open()
    keep.setFocus()
    return dialog
