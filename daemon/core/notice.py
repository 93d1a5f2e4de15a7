"""What is said to the person on the desktop, before it is put into words."""

from dataclasses import dataclass
from enum import StrEnum

from config.i18n.text import Text
from daemon.core.model import Claim


class Urgency(StrEnum):
    """How much a notice presses; the desktop may keep a critical one on the screen."""

    LOW = "low"
    NORMAL = "normal"
    CRITICAL = "critical"


class NoticeChoice(StrEnum):
    """What the user did with a notice, apart from making a claim."""

    OPEN = "open"  # clicked its body, or its first button
    LATER = "later"  # clicked "Remind me tomorrow"
    DISMISSED = "dismissed"


Choice = NoticeChoice | Claim  # a claim: clicked a button such as "This key already works in my account"


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
