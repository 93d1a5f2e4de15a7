"""The page of the remembered keys, as cards or a list."""

from collections.abc import Callable
from itertools import groupby

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import GuideAnswer, Page
from daemon.core.action_id import ActionId
from daemon.core.views.guide import Action, CertificateCard
from tray.window.key_card import KeyCard
from tray.window.key_list import KeyList
from tray.window.key_table import OnKey
from tray.window.labels import Heading, WrappingLabel, as_sentence
from tray.window.layouts import clear, column
from tray.window.theme import Theme

MANY_HOLDERS = 5  # more of them make a list


class KeysPage(QWidget):
    """Shows a card for each key, or a list of many holders."""

    def __init__(
        self,
        theme: Theme,
        answer: Callable[[GuideAnswer], None],
        choose: Callable[[Action[str]], None],
        open_guide: Callable[[ActionId], None],
    ) -> None:
        super().__init__()
        self.setObjectName("paper")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)  # as LinkPage
        self._theme = theme
        self._answer = answer
        self._choose = choose
        self._drafts: dict[str | None, str] = {}  # names that are being written, by key
        self._wanted: tuple[Page, Translator] | None = None
        self._shown: tuple[tuple[CertificateCard[str], ...], int, str] | None = None
        self.headline = Heading(theme)
        self.list = KeyList(theme, self._card, open_guide)
        self._column = column(theme, gap=0.6)
        whole = column(theme, gap=0.6, margin=1.4)
        whole.addWidget(self.headline)
        whole.addWidget(self.list, 1)
        whole.addLayout(self._column)
        self.setLayout(whole)

    def show_page(self, page: Page, translator: Translator) -> None:
        """Show the keys of a page once this page is visible.

        A name that is being written stays.
        """
        self._wanted = (page, translator)
        if self.isVisible():
            self._draw(page, translator)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Draw what waits.

        A thousand keys would delay the window's opening, and few users open this page.
        """
        super().showEvent(event)
        if self._wanted is not None:
            self._draw(*self._wanted)

    def words_to_read(self) -> str:
        """Return what each card says, or how many keys are listed."""
        if self.list.isVisible():
            return self.list.count_words
        return " ".join(as_sentence(card.words_to_read) for card in self.findChildren(KeyCard))

    def _draw(self, page: Page, translator: Translator) -> None:
        certificates, more = page.certificates, page.more_certificates
        if self._shown == (certificates, more, translator.language):
            return
        self._shown = (certificates, more, translator.language)
        clear(self._column)
        self.headline.show_words(translator.render(text("window.keys")))
        is_list = len({each.holder for each in certificates}) > MANY_HOLDERS
        self.list.setVisible(is_list)
        if is_list:
            keys = groupby(certificates, lambda each: (each.holder, each.key))
            self.list.show_keys(tuple(tuple(on_key) for _, on_key in keys), translator)
        else:
            self._add_cards(certificates, translator)
        if more:
            words = translator.render(text("window.more_certificates", count=more))
            self._column.addWidget(WrappingLabel(self._theme, words))
        if not is_list:
            self._column.addStretch(1)

    def _add_cards(self, certificates: tuple[CertificateCard[str], ...], translator: Translator) -> None:
        if not certificates:
            words = translator.render(text("window.no_certificates"))
            self._column.addWidget(WrappingLabel(self._theme, words, scale=1.1))
        for holder, theirs in groupby(certificates, lambda each: each.holder):
            self._column.addWidget(Heading(self._theme, holder, scale=1.15))
            for _, on_key in groupby(theirs, lambda each: each.key):
                self._column.addWidget(self._card(tuple(on_key), translator))

    def _card(self, on_key: OnKey, translator: Translator) -> KeyCard:
        card = KeyCard(self._theme, on_key, translator, self._answer, self._choose, drafts=self._drafts)
        timeline = self._wanted[0].timeline if self._wanted is not None else None
        card.add_validity(timeline.now if timeline is not None else None)
        return card
