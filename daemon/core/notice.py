"""What is said to the person on the desktop, before it is put into words."""

from dataclasses import dataclass
from enum import StrEnum

from config.i18n.text import Text


class Urgency(StrEnum):
    """How much a notice presses; the desktop may keep a critical one on the screen."""

    LOW = "low"
    NORMAL = "normal"
    CRITICAL = "critical"


class Choice(StrEnum):
    """What the person did with a notice."""

    OPEN = "open"  # clicked its body, or its first button
    LATER = "later"  # clicked "Remind me tomorrow"
    ACTIVATED = "activated"  # clicked "It is already activated"
    WORKS = "works"  # clicked "This key already works in my account"
    NEW = "new"  # clicked "It is still new"
    OLD_LOST = "old_lost"  # clicked "It is lost or expired"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice. A newer one with the same `tag` replaces it on the screen.

    `marks` are remembered as said once a channel has delivered it. `button` is the label of the action that a
    click on the body does too; None means that a click does nothing. `more` are further buttons, in order; the
    label of each is the text `choice.<value>`.
    """

    tag: str
    title: Text
    body: Text
    dedup_keys: tuple[str, ...] = ()
    button: Text | None = None
    more: tuple[Choice, ...] = ()
    urgency: Urgency = Urgency.NORMAL
