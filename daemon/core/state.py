"""Everything the loop knows at one moment: what is remembered, what is in the readers, what is under way."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo

from config.i18n.text import Sentence
from config.settings import Settings
from config.workflows import Destination
from daemon.core.model import KeyId, Memory, Occupancy, ReaderName, ReaderState, Ticket, TokenReading
from daemon.core.recognition import Content
from daemon.core.troubles import Trouble
from daemon.core.views.guide import GuideView
from daemon.core.views.tray import TrayView
from daemon.core.workflows.cards import CardsPresent

FIRST_TICKET = Ticket(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A read under way: which insertion of which reader it is of, and what has come in so far.

    `held` are all insertions that were there when it began: while they stay, a slot that names no reader can
    be told by the only one.
    """

    insertions: Mapping[ReaderName, int]
    held: Mapping[ReaderName, int] = field(default_factory=dict)
    tokens: tuple[TokenReading, ...] = ()
    troubles: frozenset[Trouble] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A key that the person was asked to put in, so that a page may open when it arrives in time.

    `others` are keys that were in meanwhile, each said to be the wrong one.
    """

    key: KeyId
    procedure: str
    until: datetime
    others: frozenset[KeyId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """When a notice with these marks was last handed out without word of its delivery since, and how often."""

    dedup_keys: tuple[str, ...]
    at: datetime
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The whole state; changed only by `step`.

    `telling` is False for commands that look once and say nothing on the desktop. `contents` is by reader
    name; "" stands for tokens whose reader is unknown. `requests` are checks that wait for the reads with
    these tickets. `saying` holds, by tag, the notices that are not yet known to be delivered. `login_start` is
    None until it is known; `greeting` asks for a welcome at the first start ever. `guide` is what the guide shows;
    `guide_case` is a key of the line that is on show there, "" for the most pressing; `cards` are what was in the
    readers when that was last known; `launching` holds, by procedure and destination, the newest key of the line for
    which it is being opened. `clock` is the latest moment that was seen.
    """

    settings: Settings
    memory: Memory = field(default_factory=Memory)
    zone: tzinfo = UTC
    notifies: bool = True
    readers: tuple[ReaderState, ...] | None = None
    service_trouble: Trouble | None = None
    blind_since: datetime | None = None
    contents: Mapping[ReaderName | None, Content] = field(default_factory=dict)
    reads: Mapping[Ticket, Read] = field(default_factory=dict)
    next_ticket: Ticket = FIRST_TICKET
    requests: Mapping[int, frozenset[Ticket]] = field(default_factory=dict)
    in_flight: Mapping[str, Delivery] = field(default_factory=dict)
    awaited: Awaited | None = None
    activating_until: datetime | None = None
    login_start: bool | None = None
    greeting: bool = False
    tray: TrayView | None = None
    guide: GuideView[Sentence] | None = None
    guide_case: KeyId | None = None
    cards: CardsPresent = field(default_factory=CardsPresent)
    launching: Mapping[tuple[str, Destination], KeyId] = field(default_factory=dict)
    clock: datetime | None = None
    wake_at: datetime | None = None

    @property
    def held(self) -> tuple[ReaderState, ...]:
        """The readers that hold a card, as far as is known."""
        return tuple(r for r in self.readers or () if r.occupancy is Occupancy.HOLDING)

    def lose_service(self, trouble: Trouble, at: datetime) -> "State":
        """Make every reader unknown: nothing is decided from it until the service shows them again."""
        unknown = tuple(replace(r, occupancy=Occupancy.UNKNOWN, trouble=None) for r in self.readers or ())
        return replace(
            self,
            readers=unknown,
            contents={},
            service_trouble=trouble,
            blind_since=self.blind_since or at,
        )
