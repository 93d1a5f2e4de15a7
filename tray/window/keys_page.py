"""The page of the remembered keys, as cards or a list."""

from collections.abc import Callable
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import GuideAnswer, Page
from daemon.core.action_id import ActionId
from daemon.core.views.guide import Action, CertificateCard
from tray.window.key_card import KeyCard, OnKey
from tray.window.labels import Heading, WrappingLabel, as_sentence
from tray.window.layouts import clear, column
from tray.window.page_widget import PageWidget
from tray.window.theme import Theme

if TYPE_CHECKING:
    from datetime import datetime

    from tray.window.key_list import KeyList

MANY_HOLDERS = 5  # more of them make a list


class KeysPage(PageWidget):
    """Shows a card for each key, or a list of many holders."""

    def __init__(
        self,
        theme: Theme,
        answer: Callable[[GuideAnswer], None],
        choose: Callable[[Action[str]], None],
        open_guide: Callable[[ActionId], None],
    ) -> None:
        super().__init__(theme)
        self._theme = theme
        self._answer = answer
        self._choose = choose
        self._open_guide = open_guide
        self._drafts: dict[str | None, str] = {}  # names that are being written, by key
        self._now: datetime | None = None
        self._is_list = False
        self._shown: tuple[tuple[CertificateCard[str], ...], int, str] | None = None
        self._column = column(theme, gap=0.6)
        self._whole = column(theme, gap=0.6, margin=1.4)
        self._whole.addWidget(self.headline)
        self._whole.addLayout(self._column)
        self.setLayout(self._whole)

    def show_page(self, page: Page, translator: Translator) -> None:
        """Show the keys of a page.

        A name that is being written stays.
        """
        self._now = page.timeline.now if page.timeline is not None else None
        certificates, more = page.certificates, page.more_certificates
        if self._shown == (certificates, more, translator.language):
            return
        self._shown = (certificates, more, translator.language)
        clear(self._column)
        self.headline.show_words(translator.render(text("window.keys")))
        was_list, self._is_list = self._is_list, len({each.holder for each in certificates}) > MANY_HOLDERS
        if was_list or self._is_list:
            self._list.setVisible(self._is_list)
        if self._is_list:
            keys = groupby(certificates, lambda each: (each.holder, each.key))
            self._list.show_keys(tuple(tuple(on_key) for _, on_key in keys), translator)
        else:
            self._add_cards(certificates, translator)
        if more:
            words = translator.render(text("window.more_certificates", count=more))
            self._column.addWidget(WrappingLabel(self._theme, words))
        if not self._is_list:
            self._column.addStretch(1)

    def words_to_read(self) -> str:
        """Return what each card says, or how many keys are listed."""
        if self._is_list:
            return self._list.count_words
        return " ".join(as_sentence(card.words_to_read) for card in self.findChildren(KeyCard))

    @cached_property
    def _list(self) -> "KeyList":
        """The list, made where there are many keys.

        Its table takes 7 MiB and 70 ms.
        """
        from tray.window.key_list import KeyList

        made = KeyList(self._theme, self._card, self._open_guide)
        self._whole.insertWidget(1, made, 1)
        return made

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
        card.add_validity(self._now)
        return card
