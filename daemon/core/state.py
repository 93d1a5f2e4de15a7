"""The state of the loop."""

from collections.abc import Mapping
from datetime import UTC, tzinfo

from config.i18n.text import Sentence, Text
from config.instants import Instant
from config.settings import SettingId, Settings
from config.values import dataclass, field, replace
from config.workflows import Destination
from daemon.core.action_id import ActionKind
from daemon.core.dedup_keys import DedupKey
from daemon.core.events import WrongThing
from daemon.core.model import (
    Certificate,
    CertificateRecord,
    Claim,
    Fingerprint,
    KeyId,
    Memory,
    Occupancy,
    ProgramName,
    ReaderName,
    ReaderState,
    Ticket,
    TokenReading,
)
from daemon.core.notice import NoticeId
from daemon.core.recognition import Content
from daemon.core.repeats import Presence
from daemon.core.troubles import Trouble
from daemon.core.views.guide import GuideView
from daemon.core.views.tray import TrayView
from daemon.core.workflows.cards import CardsPresent

FIRST_TICKET = Ticket(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A read under way.

    `insertions` are those being read. `held` are all that were there when the read began: while they stay, a slot that
    names no reader is of the only occupied one.
    """

    insertions: Mapping[ReaderName, int]
    held: Mapping[ReaderName, int] = field(default_factory=dict)
    tokens: tuple[TokenReading, ...] = ()
    troubles: frozenset[Trouble] = frozenset()
    copies: tuple[Certificate, ...] = ()
    programs: tuple[ProgramName, ...] = ()
    freed: frozenset[ReaderName] = frozenset()
    """The readers whose card another program has let go meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A key that the user was asked to put in.

    A page opens when it comes in time.
    `others` are wrong keys that the user was told about.
    """

    key: KeyId
    procedure: str
    until: Instant
    others: frozenset[KeyId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """The service as it is while the session is in the background."""

    readers: tuple[ReaderState, ...] | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A notice in flight: when it was sent, and how often."""

    dedup_keys: tuple[DedupKey, ...]
    at: Instant
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedLaunch:
    """Why a launch failed."""

    trouble: Trouble
    place: str | None = None
    """Where the tool lies that was not started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The whole state. Only `step` changes it."""

    settings: Settings

    memory: Memory = field(default_factory=Memory)

    zone: tzinfo = UTC
    """The local time zone, for quiet hours."""

    notifies: bool = True
    """False for commands that look once and show nothing on the desktop."""

    readers: tuple[ReaderState, ...] | None = None
    """The readers in the service's order, None until they are known."""

    service_trouble: Trouble | None = None
    """Why the card service does not answer."""

    background: Background | None = None
    """What is kept for the return to the foreground, None in the foreground."""

    blind_since: Instant | None = None
    """Since when it has not answered."""

    contents: Mapping[ReaderName | None, Content] = field(default_factory=dict)
    """What was read of the card in each reader. Tokens that name no reader are under None."""

    old_copies: Mapping[Fingerprint, CertificateRecord] = field(default_factory=dict)
    """Copies that the system keeps of a user's old keys, which were never in a reader."""

    reads: Mapping[Ticket, Read] = field(default_factory=dict)
    """The reads under way."""

    next_ticket: Ticket = FIRST_TICKET

    requests: Mapping[int, frozenset[Ticket]] = field(default_factory=dict)
    """The reads that each waiting `check` waits for, by request number."""

    in_flight: Mapping[NoticeId, Delivery] = field(default_factory=dict)
    """The notices that are not yet known to be delivered."""

    awaited: Awaited | None = None
    """The key that the user was asked to put in."""

    activating_until: Instant | None = None
    """Until when a token is read often, because the user activates it."""

    arrived: Instant | None = None
    """When the user last logged in or unlocked the session."""

    locked: bool = False
    """Whether the session is known to be locked."""

    login_start: bool | None = None
    """Whether vigicle starts at login, None until that is known."""

    failed_launches: Mapping[tuple[str, Destination], FailedLaunch] = field(default_factory=dict)
    """What did not open when it was asked for last, by procedure and destination."""

    refused_settings: Mapping[SettingId, Text] = field(default_factory=dict)
    """Why what the user set last was refused, by setting."""

    diagnosis: tuple[WrongThing, ...] | None = None
    """What the last diagnosis found wrong, None before one."""

    examining: bool = False
    """Whether a diagnosis runs."""

    notices_on: bool = True
    """Whether the system shows notices, as far as is known."""

    hides_new_icons: bool = False
    """Whether the taskbar hides new icons, as that of Windows 11 does."""

    greeting: bool = False
    """Whether to welcome the user: this is the first start ever."""

    tray: TrayView | None = None
    """What the tray shows."""

    guide: GuideView[Sentence] | None = None
    """What the guide shows."""

    guide_case: KeyId | None = None
    """A key of the case that the guide shows, None for the most pressing case."""

    cards: CardsPresent = field(default_factory=CardsPresent)
    """The cards in the readers when they were last known."""

    launching: Mapping[tuple[str, Destination], KeyId] = field(default_factory=dict)
    """The newest key of the case for which a destination is being opened, by procedure and destination."""

    launched_at: Mapping[tuple[str, Destination, KeyId], Instant] = field(default_factory=dict)
    """When each destination was last launched, by procedure, destination and newest key of the case."""

    run_at: Mapping[ActionKind, Instant] = field(default_factory=dict)
    """When each action that a double click shall not do twice was last chosen."""

    asked: tuple[KeyId, tuple[Claim, ...]] | None = None
    """The claims that the guide asks the user to confirm, and the newest key of their case."""

    revoking: bool = False
    """Whether what it asks is about a key that is lost or stolen: its certificate has to be revoked first."""

    asked_use: Fingerprint | None = None
    """The certificate that the guide asks the use of, because the user wants to say it."""

    has_failed: bool = False
    """Whether a part of vigicle has failed since the start, and left something out."""

    clock: Instant | None = None
    """The latest moment of an event."""

    wake_at: Instant | None = None
    """The moment of the next `Tick` that was asked for."""

    @property
    def presence(self) -> Presence:
        """What is known of the user at the computer."""
        is_away = self.locked or self.background is not None
        return Presence(zone=self.zone, arrived=self.arrived, locked=is_away)

    @property
    def held(self) -> tuple[ReaderState, ...]:
        """The readers that are known to hold a card."""
        return tuple(r for r in self.readers or () if r.occupancy is Occupancy.HOLDING)

    def lose_service(self, trouble: Trouble, at: Instant) -> "State":
        """Return the state with every reader unknown."""
        unknown = tuple(replace(r, occupancy=Occupancy.UNKNOWN, trouble=None) for r in self.readers or ())
        return replace(
            self,
            readers=unknown,
            contents={},
            service_trouble=trouble,
            blind_since=self.blind_since or at,
        )
