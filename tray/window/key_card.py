"""One key on the page of the keys."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QMenu, QSizePolicy, QVBoxLayout, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator, capitalized
from daemon.adapters.guide.messages import Forgotten, GuideAnswer
from daemon.core import labels
from daemon.core.model import Role
from daemon.core.views.guide import Action, BarRole, CertificateCard
from daemon.core.views.report import Stage
from tray.window.buttons import WrappingButton, literal
from tray.window.forget_question import ask_to_forget
from tray.window.glyphs import STAGES, GlyphView
from tray.window.key_name import KeyName
from tray.window.key_picture import KEY_HEIGHT, KEY_WIDTH, NAMES, SPOKEN, TOP, DrawnKey, draw_key, short_title
from tray.window.labels import Heading, WrappingLabel
from tray.window.layouts import column, row
from tray.window.roles import set_role
from tray.window.steady_menu import SteadyMenu
from tray.window.theme import Theme
from tray.window.validity_bar import ValidityBar

ROLES = (Role.AUTHENTICATION, Role.SIGNATURE, Role.OTHER)  # the first one speaks for the key
KINDS = {BarRole.OLD: "old", BarRole.NEW: "new", BarRole.OTHER: "good"}
WIDE_FROM = 34  # parts of the letters' height in pixels
SILENT = {Stage.SUPERSEDED, Stage.UNREADABLE}  # drawn without colour

OnKey = tuple[CertificateCard[str], ...]
"""The certificates of one key."""


class KeyCard(QFrame):
    """The facts of one key, and its menu."""

    def __init__(
        self,
        theme: Theme,
        certificates: OnKey,
        translator: Translator,
        answer: Callable[[GuideAnswer], None],
        choose: Callable[[Action[str]], None],
        *,
        drafts: dict[str | None, str],
    ) -> None:
        super().__init__()
        self.setProperty("card", True)  # noqa: FBT003 - Qt's call
        self._theme = theme
        self._certificates = tuple(sorted(certificates, key=lambda each: ROLES.index(each.role)))
        self._translator = translator
        self._answer = answer
        self._choose = choose
        first = self._certificates[0]
        self._title = first.key_name or self._words_of_unnamed(first)
        drawn = self._drawn(first)
        self._spoken = self._words(SPOKEN[drawn.kind]) if drawn.kind in SPOKEN else ""
        self._menu_button = WrappingButton(theme, self._words("window.change"))
        self._menu_button.setObjectName(f"menu:{first.key}")
        self._menu_button.setAccessibleDescription(self.words_to_read)
        self._name = KeyName(theme, first, translator, drafts, answer, self._menu_button)
        self._drawing = KeyDrawing(theme, drawn, self._spoken)
        self._lines = column(theme, gap=0.4, margin=0.8)
        self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._lay_out(first)

    @property
    def words_to_read(self) -> str:
        """What the card says, in one line for a screen reader."""
        first = self._certificates[0]
        states = map(self._state_words, self._told())
        ends = first.until if first.left else None  # else the state says it
        words = (first.holder, self._title, self._spoken, *states, ends, *self._places(first))
        return ", ".join(filter(None, words))

    def add_validity(self, now: datetime | None) -> None:
        """Show how much of the validity is left."""
        bar = self._certificates[0].bar
        if bar is not None:
            self._lines.addWidget(ValidityBar(self._theme, bar, now or datetime.now(UTC), self._translator))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Set its parts beside or below each other."""
        super().resizeEvent(event)
        wide = event.size().width() >= WIDE_FROM * self._theme.base
        self._drawing.setVisible(wide)
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._top.setDirection(direction)

    def _lay_out(self, first: CertificateCard[str]) -> None:
        words = column(self._theme, gap=0.3)
        words.addWidget(Heading(self._theme, self._title, scale=1.15))
        for certificate in self._told():
            words.addLayout(self._state(certificate))
        self._add_facts(words, first)
        self._top.setSpacing(round(self._theme.em))
        self._top.addWidget(self._drawing, 0, Qt.AlignmentFlag.AlignTop)
        self._top.addLayout(words, 1)
        self._top.addWidget(self._menu_button, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._lines.addLayout(self._top)
        self._lines.addWidget(self._name)
        self._menu_button.setMenu(self._menu())
        self.setLayout(self._lines)

    def _add_facts(self, words: QVBoxLayout, first: CertificateCard[str]) -> None:
        """Say what the key is for, and where it is."""
        for fact in filter(None, (first.procedure, *self._places(first))):
            words.addWidget(WrappingLabel(self._theme, fact, tone="muted"))

    def _places(self, first: CertificateCard[str]) -> tuple[str | None, ...]:
        """Return where the key is, and who keeps it."""
        place = self._words("window.plugged_in") if first.present else first.place
        kept = self._translator.render(text("window.keeper", keeper=first.keeper)) if first.keeper else None
        return capitalized(place), first.note, kept

    def _told(self) -> tuple[CertificateCard[str], ...]:
        """Return the certificates whose states differ, or one."""
        states = {(each.stage, each.until) for each in self._certificates}
        return self._certificates if len(states) > 1 else self._certificates[:1]

    def _state(self, certificate: CertificateCard[str]) -> QVBoxLayout:
        words = self._state_words(certificate)
        line = column(self._theme, gap=0)
        glyph = GlyphView(self._theme, STAGES[certificate.stage], 1.3)
        line.addLayout(row(self._theme, glyph, WrappingLabel(self._theme, words), gap=0.4))
        return line

    def _state_words(self, certificate: CertificateCard[str]) -> str:
        facts = certificate.left or certificate.until  # the bar below has the date
        if certificate.stage is not Stage.EXPIRED:  # its facts say it
            stage = self._words(labels.STAGES[certificate.stage])
            facts = self._translator.render(text("window.state", stage=stage, facts=facts))
        if len(self._told()) > 1:
            role = self._words(labels.ROLES[certificate.role])
            facts = self._translator.render(text("window.state.role", role=role, state=facts))
        return capitalized(facts)

    def _menu(self) -> QMenu:
        menu = SteadyMenu(self._menu_button)
        menu.addAction(self._words("window.name"), self._name.open).setObjectName(f"name:{self._certificates[0].key}")
        for use in filter(None, (certificate.use for certificate in self._certificates)):
            asks = menu.addAction(literal(use.label))
            asks.setObjectName(f"action:{use.id}")
            asks.triggered.connect(lambda _checked, each=use: self._choose(each))
        for certificate in self._certificates:
            label = self._words("window.forget")
            if len(self._certificates) > 1:
                role = self._words(labels.ROLES[certificate.role])
                label = self._translator.render(text("window.forget.role", role=role))
            entry = menu.addAction(literal(label))
            entry.setObjectName(f"forget:{certificate.fingerprint}")
            entry.triggered.connect(lambda _checked, each=certificate: self._ask(each))
        return menu

    def _ask(self, certificate: CertificateCard[str]) -> None:
        role = self._words(labels.ROLES[certificate.role])
        what = " – ".join(filter(None, (certificate.holder, self._title, role, certificate.until)))
        fingerprint = certificate.fingerprint
        ask_to_forget(
            self._theme, self, what, self._translator, lambda: self._answer(Forgotten(fingerprint=fingerprint))
        )

    def _drawn(self, first: CertificateCard[str]) -> DrawnKey:
        role = first.bar.role if first.bar is not None else BarRole.OTHER
        kind = "other" if first.stage in SILENT else KINDS[role]
        label = self._words(NAMES[kind]) if kind in {"old", "new"} else short_title(first.procedure)
        return DrawnKey(kind=kind, label=label, x=0)

    def _words_of_unnamed(self, first: CertificateCard[str]) -> str:
        title = short_title(first.procedure)
        return self._translator.render(text("window.key.of", procedure=title) if title else text("window.key"))

    def _words(self, id_: str) -> str:
        return self._translator.render(text(id_))


class KeyDrawing(QWidget):
    """A key as in the guide, which the words beside describe.

    `spoken` is what they do not say.
    """

    def __init__(self, theme: Theme, key: DrawnKey, spoken: str) -> None:
        super().__init__()
        if spoken:
            self.setAccessibleName(spoken)
            set_role(self, QAccessible.Role.Graphic)
        self._theme = theme
        self._key = key
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Grow with the letters."""
        scale = self._theme.base / 16
        return QSize(round((KEY_WIDTH + 4) * scale), round((KEY_HEIGHT + 4) * scale))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = self.width() / (KEY_WIDTH + 4)
        painter.scale(scale, scale)
        painter.translate(2, 2 - TOP)
        draw_key(painter, self._key, self._theme)
