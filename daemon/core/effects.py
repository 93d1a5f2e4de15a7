"""The effects that the core asks the adapters for."""

from enum import StrEnum

from config.i18n.text import Sentence, Text
from config.instants import Instant
from config.settings import SettingId
from config.values import dataclass
from config.workflows import Destination
from daemon.core.model import ActivationToken, Memory, ReaderName, Ticket
from daemon.core.notice import Notice, NoticeId
from daemon.core.views.guide import GuideView
from daemon.core.views.report import Report
from daemon.core.views.tray import TrayView


class SystemPage(StrEnum):
    """A page of the system's settings."""

    NOTICES = "notices"  # whether vigicle may show notices
    TASKBAR = "taskbar"  # which icons it shows


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTokens:
    """Read the tokens in these readers.

    The answers carry `ticket`. Slots that name a reader of `others` are left out. Without `readers`, read every token
    that any module shows: soft tokens, and keys outside PC/SC.
    """

    ticket: Ticket
    readers: tuple[ReaderName, ...]
    others: tuple[ReaderName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveMemory:
    """Write this memory to the store before anything that follows."""

    memory: Memory
    history: tuple["HistoryEntry", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """A line of the history.

    `subject` is the id of a key, a procedure or a notice, never a name.
    """

    at: Instant
    what: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowNotice:
    """Show a notice to the user."""

    notice: Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Take this notice off the screen, if it is still there."""

    notice_id: NoticeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """Open a page or start the vendor's tool without waiting for it."""

    procedure: str
    destination: Destination
    holder: str = ""
    """Fills the letter to the support, and is used nowhere else."""
    serial_hex: str = ""
    """Fills the letter to the support, and is used nowhere else."""
    known_tools: frozenset[str] = frozenset()
    """The tools in the user's own folders that may be started, because the user was told of them."""
    activation: ActivationToken | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeAt:
    """Post a `Tick` at this moment, instead of the one asked before.

    None cancels it.
    """

    moment: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateTray:
    """Show this icon, tooltip and menu in the tray."""

    tray: TrayView


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGuide:
    """Open the guide's window, or bring it to the front."""

    activation: ActivationToken | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowGuide:
    """Show this in the guide, wherever it is open."""

    view: GuideView[Sentence]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Send the report to the client with this request number."""

    request: int
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSetting:
    """Keep a setting as the user wrote it.

    The answer is a `SettingAnswered`.
    """

    setting: SettingId
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAtLogin:
    """Start at login from now on, or no longer."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Examine:
    """Look for what is wrong, and post it as a `ProblemMet`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSystemPage:
    """Open a page of the system's settings."""

    page: SystemPage


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCalendar:
    """Hand the dates of all keys to the desktop's calendar program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMessage:
    """Begin a message in the user's mail program. Nothing is sent."""

    subject: Text
    body: Text


SystemAction = WriteSetting | StartAtLogin | Examine | OpenSystemPage | OpenCalendar | OpenMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Quit:
    """End the program, in order."""


Effect = (
    ReadTokens
    | SaveMemory
    | ShowNotice
    | Withdraw
    | Launch
    | WakeAt
    | UpdateTray
    | OpenGuide
    | ShowGuide
    | Reply
    | SystemAction
    | Quit
)
