"""The page from which the sheet of paper is printed or saved."""

from collections.abc import Callable

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import Page
from tray.window.buttons import WrappingButton, literal
from tray.window.labels import WrappingLabel, by_sentence
from tray.window.layouts import Flow
from tray.window.link_page import LinkPage
from tray.window.press_guard import PressGuard
from tray.window.theme import Theme


class SheetPage(LinkPage):
    """Says what is on the sheet, and offers both ways."""

    def __init__(
        self, theme: Theme, guard: PressGuard, print_sheet: Callable[[], None], save_sheet: Callable[[], None]
    ) -> None:
        self._body = WrappingLabel(theme, scale=1.06)
        self._outcome = WrappingLabel(theme, bold=True)
        self._print = self._button(theme, guard, "sheet:print", print_sheet)
        self._save = self._button(theme, guard, "sheet:save", save_sheet)
        buttons = Flow(round(0.5 * theme.base))
        buttons.addWidget(self._print)
        buttons.addWidget(self._save)
        super().__init__(theme, self._body, buttons, self._outcome)

    def show_page(self, _page: Page, translator: Translator) -> None:
        """Show the words in this language."""
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

    def show_outcome(self, words: str) -> None:
        """Say how it went."""
        self._outcome.show_words(words)

    def _button(self, theme: Theme, guard: PressGuard, name: str, press: Callable[[], None]) -> WrappingButton:
        button = WrappingButton(theme, "")
        button.setObjectName(name)
        button.clicked.connect(press)
        guard.cover(button)
        return button
