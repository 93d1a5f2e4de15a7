"""The content of the icon, the tooltip and the menu."""

from enum import StrEnum

from config.i18n.text import Sentence, Text
from config.values import dataclass
from daemon.core.commands import Command


class IconState(StrEnum):
    """The icon's state, with its own shape and colour."""

    WELL = "well"
    SOON = "soon"
    URGENT = "urgent"
    EXPIRED = "expired"
    READING = "reading"
    TROUBLE = "trouble"
    NO_READER = "no_reader"


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """One line of the menu.

    Without a command it only informs. With `items` it opens a submenu. `checked` is None for a line without a tick.
    """

    label: Sentence
    command: Command | None = None
    items: tuple["MenuItem", ...] = ()
    checked: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrayView:
    """What the tray shows.

    `days_left` is of the certificate that ends first, None when none is known.
    """

    icon_state: IconState
    tooltip: Text
    days_left: int | None = None
    items: tuple[MenuItem, ...] = ()
