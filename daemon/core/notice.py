"""The notices for the user's desktop, before they are rendered."""

from enum import StrEnum

from config.i18n.text import Text
from config.values import dataclass
from daemon.core.dedup_keys import DedupKey
from daemon.core.model import KeyId


class Urgency(StrEnum):
    """How urgent a notice is.

    The desktop may keep a critical one on the screen.
    """

    LOW = "low"
    NORMAL = "normal"
    CRITICAL = "critical"


class NoticeChoice(StrEnum):
    """What the user did with a notice.

    What only the user can know of a key is never one click here: the window asks for it.
    """

    OPEN = "open"  # clicked its body, or its first button
    LATER = "later"  # clicked "Tomorrow"
    SOON = "soon"  # clicked "In an hour"
    NOT_YET = "not_yet"  # clicked "Not yet" where an ordered key is late
    ORDERED = "ordered"  # clicked "Already done" where a key is to be ordered
    DISMISSED = "dismissed"


CHOICE_LABELS = {
    NoticeChoice.LATER: "choice.later",
    NoticeChoice.SOON: "choice.soon",
    NoticeChoice.NOT_YET: "choice.not_yet",
    NoticeChoice.ORDERED: "choice.ordered",
}


class NoticeKind(StrEnum):
    """What a notice is about. Its subject is named beside each kind."""

    KEY = "key"  # a key's certificate and its path; the key's id
    QUESTION = "ask"  # a question about a key; the key's id
    LINK = "link"  # a link that runs out; the case's id
    CLEAN_UP = "clean_up"  # an old certificate still in the account; the case's id
    PUT_IN = "await"  # which key to put in; the procedure
    NOTHING_TO_DO = "nothing"  # the procedure
    TROUBLE = "trouble"  # the reader, or "service"
    PROBLEM = "problem"  # of settings, store or guide; the topic
    LAUNCH_FAILED = "launch"  # the procedure
    WELCOME = "welcome"
    ICON_HINT = "icon_hint"  # where the taskbar hides the icon
    SUMMARY = "flood"  # many notices in one
    TEST = "doctor"  # proves that notices arrive


KINDS_ABOUT_KEYS = (NoticeKind.KEY, NoticeKind.QUESTION, NoticeKind.LINK, NoticeKind.CLEAN_UP)


@dataclass(frozen=True, slots=True)
class NoticeId:
    """Names a notice on the screen.

    A newer one with the same id replaces it.
    """

    kind: NoticeKind
    subject: str = ""

    def __str__(self) -> str:
        match self.kind:
            case NoticeKind.KEY:
                return self.subject
            case NoticeKind.WELCOME | NoticeKind.ICON_HINT | NoticeKind.SUMMARY | NoticeKind.TEST:
                return self.kind.value
            case NoticeKind.TROUBLE:
                return f"{self.kind}|{self.subject}"
            case _:
                return f"{self.kind}:{self.subject}"

    @property
    def key(self) -> KeyId | None:
        """The key that the notice is about, None for other kinds."""
        if self.kind not in KINDS_ABOUT_KEYS:
            return None
        return KeyId(self.subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice on the desktop."""

    notice_id: NoticeId

    title: Text

    body: Text

    dedup_keys: tuple[DedupKey, ...] = ()
    """Remembered once a channel has delivered the notice."""

    button: Text | None = None
    """The label of the action that a click on the body does too; with None a click does nothing."""

    more: tuple[NoticeChoice, ...] = ()
    """Further buttons, in order; the label of each is the text `choice.<value>`."""

    urgency: Urgency = Urgency.NORMAL
