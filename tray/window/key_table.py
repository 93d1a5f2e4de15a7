"""The table of many keys, one line a key."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from PySide6.QtCore import QModelIndex, QRectF, QRegularExpression, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPixmap, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView

from config.i18n.text import text
from config.i18n.translator import Translator
from config.values import dataclass, replace
from daemon.core.action_id import ActionId
from daemon.core.labels import STAGES as STAGE_WORDS
from daemon.core.person_names import folded
from daemon.core.views.guide import CertificateCard
from daemon.core.views.report import Stage
from tray.window.colours import Colours
from tray.window.glyphs import STAGES, Glyph, draw_glyph
from tray.window.key_card import OnKey
from tray.window.key_picture import title_of
from tray.window.labels import LATEST, sensible
from tray.window.theme import Theme

END, HOLDER, USE, PLACE, GUIDE = range(5)  # the columns
TITLES = {END: "table.until", HOLDER: "table.holder", USE: "window.list.use", PLACE: "window.list.place"}
WIDTHS = {END: 11.5, HOLDER: 11, USE: 9, PLACE: 10, GUIDE: 5}  # em
LOWEST, GLYPH = 12, 1.2  # em
SORTED_BY = Qt.ItemDataRole.UserRole
SEARCHED = Qt.ItemDataRole.UserRole + 1
ROW = Qt.ItemDataRole.UserRole + 2
SILENT = {Stage.SUPERSEDED, Stage.UNREADABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """The words of one key, by its certificate that ends first."""

    on_key: OnKey
    words: tuple[str, ...]
    """Those of the columns, the guide's without."""
    details: str
    """What else is searched."""
    stage: Stage
    stage_words: str
    ends: datetime


def line_of(on_key: OnKey, translator: Translator) -> KeyLine:
    """Return the line of a key."""
    card = min(on_key, key=lambda each: (each.stage in SILENT, _end(each)))
    ends = translator.render(text("table.date", date=card.bar.ends)) if card.bar is not None else card.until
    use = " – ".join(filter(None, (card.key_name, title_of(card.procedure))))
    place = " – ".join(filter(None, (card.note, card.keeper)))
    if not place:
        place = translator.render(text("window.plugged_in")) if card.present else card.place
    stage = translator.render(text(STAGE_WORDS[card.stage]))
    details = " ".join(filter(None, (card.procedure, card.place, card.left, stage)))
    return KeyLine(
        on_key=on_key,
        words=(ends, card.holder, use, place),
        details=details,
        stage=card.stage,
        stage_words=stage,
        ends=_end(card),
    )


def _end(card: CertificateCard[str]) -> datetime:
    return LATEST if card.bar is None else sensible(card.bar.ends)


class KeyTable(QTreeView):
    """One line a key, with the way to its guide."""

    chosen = Signal(object)  # the keys' certificates of the current line, or None

    def __init__(self, theme: Theme, open_guide: Callable[[ActionId], None]) -> None:
        super().__init__()
        self._theme = theme
        self._open_guide = open_guide
        self._lines: tuple[KeyLine, ...] = ()
        self._model = QStandardItemModel(0, len(WIDTHS), self)
        self._shown = QSortFilterProxyModel(self)
        self._shown.setSourceModel(self._model)
        self._shown.setSortRole(SORTED_BY)
        self._shown.setFilterRole(SEARCHED)
        self._shown.setFilterKeyColumn(END)
        self.setObjectName("keys")
        self.setModel(self._shown)
        self._look()
        self.clicked.connect(self._click)
        self.selectionModel().currentRowChanged.connect(lambda *_rows: self.chosen.emit(self.current()))

    def show_lines(self, lines: tuple[KeyLine, ...], translator: Translator) -> None:
        """Show these lines, and keep the order and the current one."""
        current = self.current()
        self._lines = lines
        icons = {stage: self._icon(stage) for stage in {line.stage for line in lines}}
        opens = translator.render(text("window.list.open"))
        self._model.removeRows(0, self._model.rowCount())
        titles = [translator.render(text(id_)) for id_ in TITLES.values()]
        self._model.setHorizontalHeaderLabels([*titles, translator.render(text("window.list.guide"))])
        for row, line in enumerate(lines):
            self._model.appendRow(list(self._items(row, line, icons[line.stage], opens)))
        self._go_to(current)

    def search(self, words: str) -> None:
        """Show the lines that hold each of these words.

        Neither case nor accents count.
        """
        current = self.current()
        parts = (QRegularExpression.escape(part) for part in folded(words).split())
        self._shown.setFilterRegularExpression("".join(f"(?=.*{part})" for part in parts))
        self._go_to(current)

    def sort_by(self, column: int) -> None:
        """Sort by a column, and the other way round the second time."""
        header = self.header()
        again = header.sortIndicatorSection() == column and header.sortIndicatorOrder() is Qt.SortOrder.AscendingOrder
        self.sortByColumn(column, Qt.SortOrder.DescendingOrder if again else Qt.SortOrder.AscendingOrder)

    def lines(self) -> Iterator[KeyLine]:
        """Yield the lines that are shown, in their order."""
        for row in range(self._shown.rowCount()):
            yield self._line(self._shown.index(row, END))

    def current(self) -> OnKey | None:
        """Return the certificates of the current line."""
        index = self.currentIndex()
        return self._line(index).on_key if index.isValid() else None

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Open the guide by Return, which the window's default button would take."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            event.accept()
            if not event.isAutoRepeat():
                self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _look(self) -> None:
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setItemsExpandable(False)
        self.setAllColumnsShowFocus(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSortingEnabled(True)
        self.sortByColumn(END, Qt.SortOrder.AscendingOrder)
        self.setMinimumHeight(round(LOWEST * self._theme.em))
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionsMovable(False)
        for column, width in WIDTHS.items():
            header.resizeSection(column, round(width * self._theme.em))
        header.setMinimumSectionSize(round(4 * self._theme.em))
        header.setSectionResizeMode(PLACE, QHeaderView.ResizeMode.Stretch)

    def _items(self, row: int, line: KeyLine, icon: QIcon, opens: str) -> Iterator[QStandardItem]:
        """Yield the cells of a line.

        All that is searched lies at the first.
        """
        for column, words in enumerate(line.words):
            item = QStandardItem(words)
            item.setData(words, Qt.ItemDataRole.ToolTipRole)
            item.setData(folded(words), SORTED_BY)
            if column == END:
                item.setIcon(icon)
                item.setData(f"{words}, {line.stage_words}", Qt.ItemDataRole.AccessibleTextRole)
                item.setData(f"{line.stage is Stage.SUPERSEDED:d}{line.ends:%Y%m%d%H%M%S}", SORTED_BY)
                item.setData(folded(" ".join((*line.words, line.details))), SEARCHED)
                item.setData(row, ROW)
            yield item
        has_guide = _guide(line.on_key) is not None
        item = QStandardItem(opens if has_guide else "")
        font = item.font()
        font.setUnderline(True)
        item.setFont(font)
        item.setData(str(int(not has_guide)), SORTED_BY)
        yield item

    def _icon(self, stage: Stage) -> QIcon:
        """Return the glyph of a stage.

        On the chosen line it has other colours.
        """
        colours = self._theme.colours
        shape, sign, _ink = STAGES[stage]
        icon = QIcon(self._pixmap(STAGES[stage], colours))
        chosen = self._pixmap((shape, sign, "on_accent"), replace(colours, on_glyph=colours.accent))
        icon.addPixmap(chosen, QIcon.Mode.Selected)
        return icon

    def _pixmap(self, glyph: Glyph, colours: Colours) -> QPixmap:
        edge = round(GLYPH * self._theme.em)
        pixmap = QPixmap(edge, edge)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        draw_glyph(painter, glyph, QRectF(pixmap.rect()).adjusted(1, 1, -1, -1), colours)
        painter.end()
        return pixmap

    def _line(self, index: QModelIndex) -> KeyLine:
        row: int = index.siblingAtColumn(END).data(ROW)
        return self._lines[row]

    def _go_to(self, on_key: OnKey | None) -> None:
        """Make the line of a key the current one, or the first."""
        wanted = on_key[0].fingerprint if on_key else None
        rows = (row for row, line in enumerate(self.lines()) if line.on_key[0].fingerprint == wanted)
        index = self._shown.index(next(rows, 0), END)
        self.setCurrentIndex(index)
        self.chosen.emit(self.current())

    def _click(self, index: QModelIndex) -> None:
        if index.column() == GUIDE:
            self._open(index)

    def _open(self, index: QModelIndex) -> None:
        guide = _guide(self._line(index).on_key) if index.isValid() else None
        if guide is not None:
            self._open_guide(guide)


def _guide(on_key: Iterable[CertificateCard[str]]) -> ActionId | None:
    return next((card.guide for card in on_key if card.guide is not None), None)
