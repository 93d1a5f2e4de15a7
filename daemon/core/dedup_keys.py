"""The keys by which a notice is delivered once.

Each is a value here, and becomes a string in the store alone.
"""

from collections.abc import Iterable
from enum import StrEnum

from config.instants import Instant
from config.values import dataclass
from daemon.core.model import CertificatePair, KeyId
from daemon.core.troubles import Trouble

TROUBLE_PREFIX = "trouble|"
TOOL_PREFIX = "tool|"


@dataclass(frozen=True, slots=True)
class MilestoneKey:
    """A key's certificate has come within this many days of its end."""

    key: KeyId
    end: Instant
    days: int

    def __str__(self) -> str:
        return f"expiry|{self.key}|{_seconds(self.end)}|{self.days}"


@dataclass(frozen=True, slots=True)
class PathKey:
    """A path has come up.

    `new` is the beginning of the new certificate's fingerprint, or names a blank token.
    """

    procedure: str
    new: str
    kind: StrEnum

    def __str__(self) -> str:
        return f"path|{self.procedure}|{self.new}|{self.kind}"


@dataclass(frozen=True, slots=True)
class LastDayKey:
    """The last day for step 2-A has come."""

    case: KeyId
    end: Instant

    def __str__(self) -> str:
        return f"last_day|{self.case}|{_seconds(self.end)}"


@dataclass(frozen=True, slots=True)
class ToldKey:
    """The user was told of this key.

    Its moment is kept anew at each notice.
    """

    key: KeyId

    def __str__(self) -> str:
        return f"told|{self.key}"


@dataclass(frozen=True, slots=True)
class BeginKey:
    """A certificate that was seen too early has begun."""

    new: str

    def __str__(self) -> str:
        return f"begin|{self.new}"


@dataclass(frozen=True, slots=True)
class WindowKey:
    """The renewal of a key has become possible."""

    key: KeyId
    opens: Instant

    def __str__(self) -> str:
        return f"window|{self.key}|{_seconds(self.opens)}"


@dataclass(frozen=True, slots=True)
class HolderKey:
    """The user was asked whether two keys are of one person."""

    pair: CertificatePair

    def __str__(self) -> str:
        return f"holder|{self.pair}"


@dataclass(frozen=True, slots=True)
class UseKey:
    """The user was asked what a key is for."""

    key: KeyId

    def __str__(self) -> str:
        return f"use|{self.key}"


@dataclass(frozen=True, slots=True)
class LaunchKey:
    """Something was opened for this case, whose key's use was a question."""

    case: KeyId

    def __str__(self) -> str:
        return f"launch|{self.case}"


@dataclass(frozen=True, slots=True)
class QuestionKey:
    """The user was asked this about a key."""

    question: StrEnum
    key: KeyId

    def __str__(self) -> str:
        return f"question|{self.question}|{self.key}"


@dataclass(frozen=True, slots=True)
class TroubleKey:
    """A trouble in a place. `when` is the day or week."""

    trouble: Trouble
    place: str
    when: str

    def __str__(self) -> str:
        return f"{TROUBLE_PREFIX}{self.trouble}|{self.place}|{self.when}"


@dataclass(frozen=True, slots=True)
class ForeignCardKey:
    """A card of no use here, by its key or its reader."""

    trouble: Trouble
    place: str

    def __str__(self) -> str:
        return f"foreign|{self.trouble}|{self.place}"


@dataclass(frozen=True, slots=True)
class LinkKey:
    """The platform's link for this case soon stops working."""

    case: KeyId
    until: Instant

    def __str__(self) -> str:
        return f"link|{self.case}|{_seconds(self.until)}"


@dataclass(frozen=True, slots=True)
class CleanUpKey:
    """The old certificate of this case is still in the account."""

    case: KeyId

    def __str__(self) -> str:
        return f"clean_up|{self.case}"


@dataclass(frozen=True, slots=True)
class ToolKey:
    """The user was told of a tool in their own folders."""

    place: str

    def __str__(self) -> str:
        return f"{TOOL_PREFIX}{self.place}"


@dataclass(frozen=True, slots=True)
class IconHintKey:
    """The user was told where the taskbar hides the icon."""

    def __str__(self) -> str:
        return "icon_hint"


@dataclass(frozen=True, slots=True)
class WelcomeKey:
    """The user was welcomed."""

    def __str__(self) -> str:
        return "welcome"


DedupKey = (
    MilestoneKey
    | BeginKey
    | WindowKey
    | HolderKey
    | ForeignCardKey
    | PathKey
    | LastDayKey
    | ToldKey
    | UseKey
    | QuestionKey
    | TroubleKey
    | LinkKey
    | CleanUpKey
    | ToolKey
    | IconHintKey
    | WelcomeKey
)


def known_tools(stored: Iterable[str]) -> frozenset[str]:
    """Return the paths of the tools that the user was told of."""
    return frozenset(key.removeprefix(TOOL_PREFIX) for key in stored if key.startswith(TOOL_PREFIX))


def is_trouble_key(stored: str) -> bool:
    """Return whether a stored key is of a trouble."""
    return stored.startswith(TROUBLE_PREFIX)


def _seconds(moment: Instant) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}"
