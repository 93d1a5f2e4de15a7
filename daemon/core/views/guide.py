"""What the guide shows at one moment, before it is put into words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.i18n.text import Sentence
from config.workflows import WorkflowKind
from daemon.core.destination import Destination
from daemon.core.model import Claim, Fingerprint, KeyId, Role
from daemon.core.views.report import Stage


class ReaderStatus(StrEnum):
    """What is in the readers, as the line on show sees it."""

    NO_READER = "no_reader"
    EMPTY = "empty"
    READING = "reading"
    OLD = "old"
    NEW = "new"
    BOTH = "both"  # the old and the new one, in two readers
    OTHER = "other"  # another key: someone else's, or one of the past
    UNREAD = "unread"  # a card that nothing reads, or a token without certificate where none is awaited
    AWAY = "away"  # the card service does not answer: nothing is decided


class StepStatus(StrEnum):
    """Where a step stands."""

    DONE = "done"
    CURRENT = "current"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSummary:
    """One step in the list."""

    id: str
    title: Sentence
    status: StepStatus


@dataclass(frozen=True, slots=True)
class Opening:
    """Open a page, the tool, or the letter."""

    destination: Destination


@dataclass(frozen=True, slots=True)
class Ending:
    """The person says that this step is done."""

    step: str


@dataclass(frozen=True, slots=True)
class GoingBack:
    """Do this step and all after it again."""

    step: str


@dataclass(frozen=True, slots=True)
class Stating:
    """The person says this of a key."""

    key: KeyId
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Copying:
    """Copy this text; the window does it by itself, and tells nobody."""

    content: str


@dataclass(frozen=True, slots=True)
class Selecting:
    """Show the line whose newest key this is."""

    case: KeyId


class Handling(StrEnum):
    """What can be done with the whole course."""

    PUT_OFF = "put_off"  # until tomorrow
    RESTART = "restart"
    ABANDON = "abandon"
    FINISH = "finish"  # close the page that says that all is done
    CLEAN_UP = "clean_up"  # begin to tidy up
    NOT_NEEDED = "not_needed"  # never tidy up
    CHECK = "check"  # read the keys that are in once more


Does = Opening | Ending | GoingBack | Stating | Copying | Selecting | Handling


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One button. `id` differs from that of every other action of the view, and is the same for the same thing.

    `detail` is a line of explanation under the label of a large answer.
    """

    id: str
    label: Sentence
    does: Does
    detail: Sentence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemEntry:
    """A known refusal: what one sees, what to do, and the way back to the right step."""

    id: str
    title: Sentence
    text: Sentence
    action: Action | None = None


class BarRole(StrEnum):
    """What a bar of the time line is of."""

    OLD = "old"
    NEW = "new"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The validity of one certificate."""

    role: BarRole
    label: Sentence
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The validities over one another, the present to the hour, and the stretch in which step 2-A is still possible."""

    bars: tuple[Bar, ...]
    now: datetime
    stretch: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateCard:
    """One certificate in the window of certificates; `place` says where its key is, or was last seen, and when."""

    fingerprint: Fingerprint
    key: KeyId | None
    key_name: str
    holder: str | Sentence
    procedure: Sentence | None
    role: Role
    stage: Stage
    until: Sentence
    left: Sentence
    place: Sentence
    present: bool
    bar: Bar | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideView:
    """The whole guide. Without a course there are no steps: all is well, or a question is asked, or nothing is known.

    `headline` is the step's title in large letters, `body` what to do, one action a sentence. `alert` is what stands
    in the way at this moment, or what has changed under the person's hands. `primary` is the one action of the
    moment; `answers` are the large answers to a question; `actions` the others. `deadline` is when the time of the
    step is over, `deadline_words` says it. `cases` chooses another holder. `more_certificates` are not listed.
    """

    language: str | None
    procedure: Sentence | None = None
    holder: str = ""
    workflow: WorkflowKind | None = None
    workflow_title: Sentence | None = None
    why: Sentence | None = None
    steps: tuple[StepSummary, ...] = ()
    headline: Sentence
    body: Sentence
    alert: Sentence | None = None
    reader: ReaderStatus
    reader_words: Sentence
    primary: Action | None = None
    answers: tuple[Action, ...] = ()
    actions: tuple[Action, ...] = ()
    known_problems: tuple[ProblemEntry, ...] = ()
    deadline: datetime | None = None
    deadline_words: Sentence | None = None
    timeline: Timeline | None = None
    cases: tuple[Action, ...] = ()
    certificates: tuple[CertificateCard, ...] = ()
    more_certificates: int = 0
