"""Tells smart cards from USB keys by the names of their readers.

PC/SC says no more of a reader without a connection to its card. A USB key brings its own reader.
"""

import re
from collections.abc import Iterable
from enum import Enum, auto

from config.i18n.text import of_cards
from config.values import replace
from daemon.core.effects import Effect, ShowNotice, UpdateTray
from daemon.core.model import Occupancy, ReaderName
from daemon.core.state import State
from daemon.core.views.tray import MenuItem

# Names that drivers give (the list of readers in the ccid driver's documentation, and the vendors' own).
# Windows calls every reader without a driver of its own "Microsoft Usbccid Smartcard Reader", USB keys too.
UNSURE = re.compile(r"usbccid", re.IGNORECASE)
USB_KEYS = re.compile(
    r"token|\baks\b|\bikey|usb ?key|idbridge k|virtual|rockey|\bepass|yubi|nitrokey|id-?one key", re.IGNORECASE
)
CARD_READERS = re.compile(
    r"smart ?card|card ?(?:reader|man|terminal)|smart ?terminal|lecteur|\bscr ?\d|\bacr ?\d|\bacs |omnikey|pin ?pad"
    r"|pc twin|idbridge ct|minilector|cyberjack|alcor|\bau95|utrust|ez100|asedrive|digipass|\bleo\b|xi-?sign|\bb?r30\d",
    re.IGNORECASE,
)


class FormFactor(Enum):
    """What the user has in the hand."""

    KEY = auto()
    CARD = auto()
    UNKNOWN = auto()


def form_factor(state: State) -> FormFactor:
    """Return what the user's keys are.

    The readers that held the known keys decide, then those that hold something, then all.
    """
    held = {reader.name for reader in state.readers or () if reader.occupancy is Occupancy.HOLDING}
    every = {reader.name for reader in state.readers or ()}
    used = {key.reader for key in state.memory.keys.values() if key.reader}
    return form_of(used or held or every)


def form_of(readers: Iterable[ReaderName]) -> FormFactor:
    """Return what these readers hold: cards only where all are card readers."""
    forms = set(map(_form, readers))
    if FormFactor.KEY in forms:
        return FormFactor.KEY
    return FormFactor.CARD if forms == {FormFactor.CARD} else FormFactor.UNKNOWN


def in_own_words(state: State, effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """Return the effects, with words for cards where the user has cards."""
    if form_factor(state) is not FormFactor.CARD:
        return effects
    return tuple(map(_of_cards, effects))


def _of_cards(effect: Effect) -> Effect:
    match effect:
        case ShowNotice(notice=notice):
            button = of_cards(notice.button) if notice.button is not None else None
            reworded = replace(notice, title=of_cards(notice.title), body=of_cards(notice.body), button=button)
            return ShowNotice(notice=reworded)
        case UpdateTray(tray=tray):
            items = tuple(map(_item_of_cards, tray.items))
            return UpdateTray(tray=replace(tray, tooltip=of_cards(tray.tooltip), items=items))
        case _:
            return effect


def _item_of_cards(item: MenuItem) -> MenuItem:
    return replace(item, label=of_cards(item.label), items=tuple(map(_item_of_cards, item.items)))


def _form(reader: ReaderName) -> FormFactor:
    if UNSURE.search(reader):
        return FormFactor.UNKNOWN
    if USB_KEYS.search(reader):
        return FormFactor.KEY
    return FormFactor.CARD if CARD_READERS.search(reader) else FormFactor.UNKNOWN
