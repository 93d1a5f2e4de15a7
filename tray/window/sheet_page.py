"""The page from which the sheet of paper is printed or saved."""

from collections.abc import Callable

from PySide6.QtGui import QPagedPaintDevice

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import Page
from daemon.core.views.guide import SavedFile
from tray.window.buttons import WrappingButton, literal
from tray.window.labels import WrappingLabel, by_sentence, tell
from tray.window.layouts import Flow
from tray.window.link_page import LinkPage
from tray.window.paper import print_where_asked
from tray.window.press_guard import PressGuard
from tray.window.save_dialog import save_as
from tray.window.sheet import as_pdf, draw_sheet
from tray.window.theme import Theme


class SheetPage(LinkPage):
    """Says what is on the sheet, and offers both ways."""

    def __init__(self, theme: Theme, guard: PressGuard) -> None:
        self._body = WrappingLabel(theme, scale=1.06)
        self._outcome = WrappingLabel(theme, bold=True)
        self._print = self._button(theme, guard, "sheet:print", self._print_sheet)
        self._save = self._button(theme, guard, "sheet:save", self._save_sheet)
        buttons = Flow(round(0.5 * theme.base))
        buttons.addWidget(self._print)
        buttons.addWidget(self._save)
        super().__init__(theme, self._body, buttons, self._outcome)

    def show_page(self, page: Page, translator: Translator) -> None:
        """Show the words in this language."""
        self._page, self._translator = page, translator
        self.headline.show_words(translator.render(text("sheet.title")))
        body = translator.render(text("sheet.body"))
        self._body.show_words(by_sentence(body))
        self._body.setAccessibleName(body)
        for button, id_ in ((self._print, "sheet.print"), (self._save, "sheet.save")):
            words = translator.render(text(id_))
            button.setText(literal(words))
            button.setAccessibleName(words)

    def words_to_read(self) -> str:
        """Return what the sheet is for."""
        return self._body.accessibleName()

    def _print_sheet(self) -> None:
        """Print the sheet where the user says."""
        self._tell(print_where_asked(self, self._draw, self._translator))

    def _save_sheet(self) -> None:
        file = SavedFile(name="vigicle.pdf", content=as_pdf(self._page, self._translator))
        self._tell(save_as(self, file, self._translator) or "")

    def _draw(self, printer: QPagedPaintDevice) -> bool:
        return draw_sheet(printer, self._page, self._translator)

    def _tell(self, words: str | None) -> None:
        """Say how it went."""
        if words is not None:
            self._outcome.show_words(words)
            tell(self, words, at_once=True)

    def _button(self, theme: Theme, guard: PressGuard, name: str, press: Callable[[], None]) -> WrappingButton:
        button = WrappingButton(theme, "")
        button.setObjectName(name)
        button.clicked.connect(lambda: guard.then(press))
        guard.cover(button)
        return button
