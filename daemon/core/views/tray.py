"""What the icon, the tooltip and the menu shall show."""

from dataclasses import dataclass
from enum import StrEnum

from config.i18n.text import Sentence, Text
from daemon.core.action_id import ActionId
from daemon.core.events import Verb
from daemon.core.model import Claim, KeyId
from daemon.core.notice import Choice


class IconState(StrEnum):
    """The icon's state; each has a shape and a colour of its own."""

    WELL = "well"
    SOON = "soon"
    URGENT = "urgent"
    EXPIRED = "expired"
    READING = "reading"
    TROUBLE = "trouble"
    NO_READER = "no_reader"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeCommand:
    """A menu item that does what a click on the notice with this tag does."""

    tag: str
    choice: Choice = Choice.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCommand:
    """A menu item by which the person tells something of a key."""

    key: KeyId
    claim: Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideCommand:
    """A menu item that does what an action of the guide does, by its id there."""

    action: ActionId


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """One line of the menu; without an action it only informs. With `items` it opens a menu of its own."""

    label: Sentence
    action: NoticeCommand | ClaimCommand | GuideCommand | Verb | None = None
    items: tuple["MenuItem", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrayView:
    """The whole face. `days_left` is of the certificate that ends first, None when none is known."""

    icon_state: IconState
    tooltip: Text
    days_left: int | None = None
    items: tuple[MenuItem, ...] = ()
