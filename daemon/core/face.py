"""What the icon, the tooltip and the menu shall show."""

from dataclasses import dataclass
from enum import StrEnum

from daemon.core.model import Claim
from daemon.core.text import Text


class Look(StrEnum):
    """The icon's state; each has a shape and a colour of its own."""

    WELL = "well"
    SOON = "soon"
    URGENT = "urgent"
    EXPIRED = "expired"
    READING = "reading"
    TROUBLE = "trouble"
    NO_READER = "no_reader"


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """One line of the menu. What a click posts is told by `tag` (answer the notice so) or `key` and `claim`."""

    label: Text
    tag: str = ""
    key: str = ""
    claim: Claim | None = None
    default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """The whole face. `days_left` is of the most pressing certificate, None when none is known."""

    look: Look
    tooltip: Text
    days_left: int | None = None
    items: tuple[MenuItem, ...] = ()
