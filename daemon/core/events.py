"""The events that `step` handles.

Every event carries the moment it was posted (aware UTC).
"""

from collections.abc import Mapping

from config.i18n.text import Text
from config.instants import Instant
from config.settings import SettingId, Settings
from config.values import dataclass
from config.workflows import Destination
from daemon.core.action_id import ActionKind
from daemon.core.commands import Command
from daemon.core.dedup_keys import DedupKey
from daemon.core.model import (
    ActivationToken,
    AnswerWord,
    Certificate,
    ProgramName,
    ReaderName,
    ReaderState,
    Ticket,
    TokenReading,
)
from daemon.core.notice import NoticeChoice, NoticeId
from daemon.core.troubles import Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadersSeen:
    """The state of every reader, in the PC/SC service's order."""

    at: Instant
    readers: tuple[ReaderState, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLost:
    """The PC/SC service does not answer.

    Every reader is unknown until the next `ReadersSeen`.
    """

    at: Instant
    trouble: Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensRead:
    """One module's answer to the read with this ticket.

    `trouble` says why tokens are missing.
    """

    at: Instant
    ticket: Ticket
    module: str
    tokens: tuple[TokenReading, ...] = ()
    copies: tuple[Certificate, ...] = ()
    """Certificates that the system keeps of cards that are not in."""
    trouble: Trouble | None = None
    programs: tuple[ProgramName, ...] = ()
    """Those that may hold the card, where the system tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFreed:
    """Another program has ended its use of a card."""

    at: Instant
    reader: ReaderName


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFinished:
    """Every module has answered the read with this ticket or timed out."""

    at: Instant
    ticket: Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A due moment, the heartbeat, or the machine's waking."""

    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDelivered:
    """A channel has delivered the notice with these dedup keys."""

    at: Instant
    notice_id: NoticeId
    dedup_keys: tuple[DedupKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesSwitched:
    """Whether the system shows vigicle's notices.

    The user or an administrator may have switched them off. A notice is then not delivered.
    """

    at: Instant
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWordsIssued:
    """A notice will be shown whose clicks come as these words."""

    at: Instant
    notice_id: NoticeId
    words: Mapping[AnswerWord, NoticeChoice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """A launch was tried.

    `trouble` is None when it worked.
    """

    at: Instant
    procedure: str
    destination: Destination
    trouble: Trouble | None = None
    place: str | None = None
    """Where the tool lies that was not started, for Trouble.TOOL_UNKNOWN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandReceived:
    """The user gave a command.

    With a `request` number, a client waits for `Reply(request=…)`.
    """

    at: Instant
    command: Command
    request: int | None = None
    activation: ActivationToken | None = None
    """The right of the click to bring a window to the front."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsLoaded:
    """The settings were read again and are good."""

    at: Instant
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLock:
    """The user's session was locked or unlocked."""

    at: Instant
    locked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMoved:
    """The user's session came to the front, or left it."""

    at: Instant
    in_front: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemMet:
    """A problem to notify the user of once, such as invalid settings."""

    at: Instant
    topic: str
    title: Text
    body: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongThing:
    """What a diagnosis found wrong, and what to do about it."""

    topic: Text
    what: Text
    remedy: Text | None = None
    done_by: ActionKind | None = None
    """The action of the guide's settings that helps; None for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosed:
    """A diagnosis has ended, with what is wrong, the worst first."""

    at: Instant
    wrong: tuple[WrongThing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginStartKnown:
    """Whether vigicle starts at login, at the start or after a change."""

    at: Instant
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingAnswered:
    """A setting was written to the settings file, or refused."""

    at: Instant
    setting: SettingId
    refusal: Text | None = None
    """Why it was refused; None when it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultMet:
    """A part of vigicle failed on something, and left it out."""

    at: Instant


Event = (
    ReadersSeen
    | ServiceLost
    | TokensRead
    | ReadFinished
    | CardFreed
    | Tick
    | NoticeDelivered
    | NoticesSwitched
    | AnswerWordsIssued
    | Launched
    | CommandReceived
    | SettingsLoaded
    | SessionLock
    | SessionMoved
    | ProblemMet
    | Diagnosed
    | LoginStartKnown
    | SettingAnswered
    | FaultMet
)
