"""What can happen outside, as the rules learn of it. Every event carries the moment it was posted (aware UTC)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.i18n.text import Text
from config.settings import Settings
from daemon.core.action_id import ActionId
from daemon.core.destination import Destination
from daemon.core.model import Claim, Fingerprint, KeyId, ReaderState, Ticket, TokenReading
from daemon.core.notice import Choice
from daemon.core.troubles import Trouble

NO_FINGERPRINT = Fingerprint("")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadersSeen:
    """The PC/SC service's whole present picture; `readers` in the service's order."""

    at: datetime
    readers: tuple[ReaderState, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLost:
    """The PC/SC service does not answer: every reader is unknown until the next `ReadersSeen`."""

    at: datetime
    trouble: Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensRead:
    """One module's answer to the read that was asked with `ticket`; `trouble` says why there is no more."""

    at: datetime
    ticket: Ticket
    module: str
    tokens: tuple[TokenReading, ...] = ()
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFinished:
    """Every module that was worth asking has answered or was given up; no more comes for `ticket`."""

    at: datetime
    ticket: Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time to look again: a due moment, the heartbeat, or the machine's waking."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDelivered:
    """A channel has delivered the notice with these marks."""

    at: datetime
    tag: str
    dedup_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAnswered:
    """The person did something with a notice, perhaps hours later."""

    at: datetime
    tag: str
    choice: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """A launch was tried; `trouble` is None when it worked."""

    at: datetime
    procedure: str
    destination: Destination
    trouble: Trouble | None = None


class Verb(StrEnum):
    """What the command line, the menu and another instance may ask; nothing else crosses the control channel."""

    STATUS = "status"
    CHECK = "check"
    GUIDE = "guide"
    TELL = "tell"  # the person's word on a key, with `claim` and `fingerprint`
    NAME = "name"  # the person's own name for a key, `text`, with `fingerprint`
    FORGET = "forget"  # the certificate with this `fingerprint`
    DOCTOR = "doctor"  # look for what is wrong, and say it on the desktop
    LANGUAGE = "language"  # speak the other language from now on
    LOGIN_START = "login_start"  # start at login from now on, or no longer
    QUIT = "quit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Someone asked through the control channel and waits for `Reply(request=…)`.

    `fingerprint` (of any certificate of the key, 64 hex digits) goes with the verbs `tell`, `name` and `forget`.
    """

    at: datetime
    request: int
    verb: Verb
    claim: Claim | None = None
    fingerprint: Fingerprint = NO_FINGERPRINT
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """The person told something of a key, by notice, menu or guide."""

    at: datetime
    key: KeyId
    claim: Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideChosen:
    """The user chose an action of the guide. One that is not offered now does nothing."""

    at: datetime
    action: ActionId


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNamed:
    """The person gave the key that holds this certificate a name of their own; "" takes it away."""

    at: datetime
    fingerprint: Fingerprint
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateForgotten:
    """The person wants this certificate forgotten, and was asked whether they mean it."""

    at: datetime
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsLoaded:
    """The settings were read again and are good."""

    at: datetime
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemMet:
    """Something outside is wrong that the person should hear of once: refused settings, a damaged store."""

    at: datetime
    topic: str
    title: Text
    body: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginStartKnown:
    """Whether vigicle starts at login, as found at the start or after a change."""

    at: datetime
    on: bool


Event = (
    ReadersSeen
    | ServiceLost
    | TokensRead
    | ReadFinished
    | Tick
    | NoticeDelivered
    | NoticeAnswered
    | Launched
    | Asked
    | Claimed
    | GuideChosen
    | KeyNamed
    | CertificateForgotten
    | SettingsLoaded
    | ProblemMet
    | LoginStartKnown
)
