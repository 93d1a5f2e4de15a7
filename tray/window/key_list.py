"""The list of a whole office's keys, to sort, search and print."""

from collections.abc import Callable

from PySide6.QtGui import QPagedPaintDevice
from PySide6.QtWidgets import QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.core.action_id import ActionId
from daemon.core.views.guide import SavedFile
from tray.window.buttons import LOWEST, WrappingButton, literal
from tray.window.key_card import KeyCard, OnKey
from tray.window.key_sheet import draw_key_list
from tray.window.key_table import TITLES, KeyTable, line_of
from tray.window.labels import WrappingLabel, tell
from tray.window.layouts import Flow, clear, column
from tray.window.paper import pdf_of, print_where_asked
from tray.window.save_dialog import save_as
from tray.window.steady_menu import SteadyMenu
from tray.window.theme import Theme

FILE_NAME = "vigicle.pdf"


class KeyList(QWidget):
    """A search field, the table, and the card of the current line."""

    def __init__(
        self,
        theme: Theme,
        make_card: Callable[[OnKey, Translator], KeyCard],
        open_guide: Callable[[ActionId], None],
    ) -> None:
        super().__init__()
        self._theme = theme
        self._make_card = make_card
        self._translator = Translator("en")
        self._keys: tuple[OnKey, ...] = ()
        self._carded: OnKey | None = None
        self.table = KeyTable(theme, open_guide)
        self._field = QLineEdit()
        self._field.setObjectName("list:search")
        self._field.setClearButtonEnabled(True)
        self._field.setMinimumHeight(round(LOWEST * theme.base))
        self._sort = self._button("list:sort", None)
        self._print = self._button("list:print", self._print_lines)
        self._save = self._button("list:save", self._save_lines)
        self._count = WrappingLabel(theme, tone="muted")
        self._outcome = WrappingLabel(theme, bold=True)
        self._card: QVBoxLayout = column(theme, gap=0)
        self._field.textChanged.connect(self._search)
        self.table.chosen.connect(lambda _on_key: self._show_card())
        theme.changed.connect(self._fill)
        self._lay_out()

    def show_keys(self, keys: tuple[OnKey, ...], translator: Translator) -> None:
        """Show these keys. What is searched, sorted and current stays."""
        self._keys, self._translator, self._carded = keys, translator, None
        for button, id_ in ((self._print, "sheet.print"), (self._save, "sheet.save"), (self._sort, "window.list.sort")):
            words = translator.render(text(id_))
            button.setText(literal(words))
            button.setAccessibleName(words)
        words = translator.render(text("window.list.search"))
        self._field.setPlaceholderText(words)
        self._field.setAccessibleName(words)
        self.table.setAccessibleName(translator.render(text("window.keys")))
        self._sort.setMenu(self._sort_menu())
        self._fill()

    @property
    def count_words(self) -> str:
        """How many keys are shown."""
        return self._count.accessibleName()

    def _lay_out(self) -> None:
        tools = Flow(round(0.5 * self._theme.base))
        for widget in (self._field, self._sort, self._print, self._save):
            tools.addWidget(widget)
        whole = column(self._theme, gap=0.5)
        whole.addLayout(tools)
        whole.addWidget(self._outcome)
        whole.addWidget(self._count)
        whole.addWidget(self.table, 1)
        whole.addLayout(self._card)
        self.setLayout(whole)

    def _fill(self) -> None:
        lines = tuple(line_of(on_key, self._translator) for on_key in self._keys)
        self.table.show_lines(lines, self._translator)
        self._show_count()

    def _search(self, words: str) -> None:
        self.table.search(words)
        self._show_count()
        tell(self, self.count_words)

    def _show_count(self) -> None:
        shown = self.table.model().rowCount()
        words = text("window.list.count", count=shown, total=len(self._keys))
        self._count.show_words(self._translator.render(words))

    def _show_card(self) -> None:
        """Show the card of the current line below the table."""
        on_key = self.table.current()
        if on_key == self._carded:
            return
        self._carded = on_key
        clear(self._card)
        if on_key is not None:
            self._card.addWidget(self._make_card(on_key, self._translator))

    def _draw(self, device: QPagedPaintDevice) -> bool:
        return draw_key_list(device, self.table.lines(), self._translator)

    def _print_lines(self) -> None:
        self._tell(print_where_asked(self, self._draw, self._translator))

    def _save_lines(self) -> None:
        title = self._translator.render(text("window.keys"))
        file = SavedFile(name=FILE_NAME, content=pdf_of(self._draw, title))
        self._tell(save_as(self, file, self._translator))

    def _tell(self, words: str | None) -> None:
        """Say how the printing went."""
        self._outcome.show_words(words)
        tell(self, words or "", at_once=True)

    def _sort_menu(self) -> QMenu:
        menu = SteadyMenu(self._sort)
        for by, id_ in TITLES.items():
            entry = menu.addAction(literal(self._translator.render(text(id_))))
            entry.setObjectName(f"sort:{by}")
            entry.triggered.connect(lambda _checked, each=by: self.table.sort_by(each))
        return menu

    def _button(self, name: str, press: Callable[[], None] | None) -> QPushButton:
        button = WrappingButton(self._theme, "")
        button.setObjectName(name)
        if press is not None:
            button.clicked.connect(press)
        return button
