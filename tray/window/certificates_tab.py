"""The second tab: the remembered certificates by holder and key."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import groupby

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import Forgotten, GuideAnswer, Page
from daemon.core import labels
from daemon.core.views.guide import CertificateCard, Timeline
from tray.window.buttons import Rank, WrappingButton
from tray.window.forget_question import ask_to_forget
from tray.window.glyphs import STAGES, GlyphView
from tray.window.key_name import KeyName
from tray.window.labels import WrappingLabel
from tray.window.layouts import Flow, card, clear, column, row
from tray.window.theme import Theme
from tray.window.timeline import TimelinePicture, bar_words


class CertificatesPage(QWidget):
    """Shows the certificates by holder and by key."""

    def __init__(self, theme: Theme, answer: Callable[[GuideAnswer], None]) -> None:
        super().__init__()
        self.setObjectName("paper")
        self._theme = theme
        self._answer = answer
        self._drafts: dict[str | None, str] = {}  # names that are being written, by key
        self._wanted: tuple[Page, Translator] | None = None
        self._shown: tuple[tuple[CertificateCard[str], ...], int, str] | None = None
        self.headline = WrappingLabel(theme, scale=1.75, bold=True)
        self._column = column(theme, gap=0.8)
        whole = column(theme, gap=0.8, margin=1.4)
        whole.addWidget(self.headline)
        whole.addLayout(self._column)
        self.setLayout(whole)

    def show_certificates(self, page: Page, translator: Translator) -> None:
        """Show the certificates of a page once this tab is visible.

        A name that is being written stays.
        """
        self._wanted = (page, translator)
        if self.isVisible():
            self._draw(page, translator)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Draw what waits.

        A hundred certificates would delay the window's opening, and few users open this tab.
        """
        super().showEvent(event)
        if self._wanted is not None:
            self._draw(*self._wanted)

    def _draw(self, page: Page, translator: Translator) -> None:
        certificates, more, line = page.certificates, page.more_certificates, page.timeline
        if self._shown == (certificates, more, translator.language):
            return
        self._shown = (certificates, more, translator.language)
        clear(self._column)
        self.headline.show_words(translator.render(text("window.keys")))
        if not certificates:
            self._column.addWidget(
                WrappingLabel(self._theme, translator.render(text("window.no_certificates")), scale=1.1)
            )
        for holder, theirs in groupby(sorted(certificates, key=_rank), lambda each: each.holder):
            self._column.addWidget(WrappingLabel(self._theme, holder, scale=1.3, bold=True))
            for _, on_key in groupby(theirs, lambda each: each.key):
                self._add_key(tuple(on_key), line, translator)
        if more:
            self._column.addWidget(
                WrappingLabel(self._theme, translator.render(text("window.more_certificates", count=more)))
            )
        self._column.addStretch(1)

    def _add_key(
        self, certificates: tuple[CertificateCard[str], ...], line: Timeline[str] | None, translator: Translator
    ) -> None:
        frame, inner = card(self._theme, gap=1.3)
        inner.addWidget(KeyName(self._theme, certificates[0], translator, self._drafts, self._answer))
        for certificate in certificates:
            inner.addLayout(self._paragraph(certificate, line, translator))
        self._column.addWidget(frame)

    def _paragraph(
        self, certificate: CertificateCard[str], line: Timeline[str] | None, translator: Translator
    ) -> QVBoxLayout:
        role = translator.render(text(labels.ROLES[certificate.role]))
        stage = translator.render(text(labels.STAGES[certificate.stage]))
        title = translator.render(text("window.certificate", role=role, stage=stage))
        lines = column(self._theme, gap=0.4)
        head = WrappingLabel(self._theme, title, bold=True)
        lines.addLayout(row(self._theme, GlyphView(self._theme, STAGES[certificate.stage], 1.5), head))
        facts = [certificate.procedure, certificate.until, certificate.left, certificate.place]
        for words in filter(None, facts):
            lines.addWidget(WrappingLabel(self._theme, words))
        if certificate.bar is not None:
            lines.addWidget(self._picture(certificate, line, translator))
        forget = WrappingButton(self._theme, translator.render(text("window.forget")), rank=Rank.PLAIN)
        forget.setObjectName(f"forget:{certificate.fingerprint}")
        forget.setAccessibleDescription(", ".join(filter(None, (certificate.holder, title, certificate.until))))
        forget.clicked.connect(lambda: self._ask(certificate, title, translator))
        buttons = Flow(0)
        buttons.addWidget(forget)
        lines.addLayout(buttons)
        return lines

    def _picture(
        self, certificate: CertificateCard[str], line: Timeline[str] | None, translator: Translator
    ) -> TimelinePicture:
        bar = certificate.bar
        assert bar is not None  # noqa: S101 - the caller looked
        picture = TimelinePicture(self._theme)
        now = line.now if line is not None else datetime.now(UTC)
        picture.show_timeline(Timeline(bars=(bar,), now=now), translator)
        picture.setAccessibleName(bar_words(bar, translator))
        return picture

    def _ask(self, certificate: CertificateCard[str], title: str, translator: Translator) -> None:
        what = " – ".join(filter(None, (certificate.holder, title, certificate.until)))
        fingerprint = certificate.fingerprint
        ask_to_forget(self._theme, self, what, translator, lambda: self._answer(Forgotten(fingerprint=fingerprint)))


def _rank(certificate: CertificateCard[str]) -> tuple[str, str]:
    return certificate.holder, certificate.key or ""
