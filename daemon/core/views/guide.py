"""What the guide shows at one moment.

Its sentences are still to be rendered in the core, and strings outside.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Generic, TypeVar

from config.instants import Instant
from config.settings import SettingId
from config.values import dataclass
from config.workflows import Needs, WorkflowKind
from daemon.core.action_id import ActionId
from daemon.core.model import Fingerprint, KeyId, Role
from daemon.core.views.report import Stage

S = TypeVar("S")  # a sentence: `Sentence` in the core, `str` once it is rendered


class ReaderStatus(StrEnum):
    """What is in the readers, from the view of the lineage shown."""

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
    """How far a step has come."""

    DONE = "done"
    CURRENT = "current"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSummary(Generic[S]):
    """One step in the list of steps."""

    id: str
    title: S
    status: StepStatus


class ActionRank(StrEnum):
    """How prominently an action is offered."""

    USUAL = "usual"
    RARE = "rare"  # in a menu: it concerns the whole workflow, or states what is rarely needed


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFile:
    """What a SAVE action saves, under the name that is proposed."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Generic[S]):
    """One button."""

    id: ActionId
    label: S
    detail: S | None = None
    """An explanation under the label of a large answer."""
    copy: str | S | None = None
    """The text that goes to the clipboard: all that a COPY action does, and more than OPEN does."""
    file: SavedFile | None = None
    """What a SAVE action saves."""
    rank: ActionRank = ActionRank.USUAL
    on: bool | None = None
    """Whether a setting is on; None where the action switches nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemEntry(Generic[S]):
    """A known problem, what to do about it, and its action."""

    id: str
    title: S
    text: S
    action: Action[S] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingField(Generic[S]):
    """A setting that the user can write."""

    id: SettingId
    value: str
    """What holds, as the user may write it; "" for none."""
    fixed: bool = False
    """Whether an administrator has set it."""
    refusal: S | None = None
    """Why what the user wrote last was refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding(Generic[S]):
    """One thing that the diagnosis found, and what to do about it."""

    topic: S
    what: S
    remedy: S | None = None
    action: Action[S] | None = None


class BarRole(StrEnum):
    """Which key a bar of the timeline belongs to."""

    OLD = "old"
    NEW = "new"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar(Generic[S]):
    """The validity of one certificate."""

    role: BarRole
    label: S
    begins: Instant
    ends: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline(Generic[S]):
    """The validities drawn one below the other."""

    bars: tuple[Bar[S], ...]
    now: Instant
    """The present, to the hour."""
    stretch: tuple[Instant, Instant] | None = None
    """The time in which step 2-A of the procedure is possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateCard(Generic[S]):
    """One certificate in the list of certificates."""

    fingerprint: Fingerprint
    """The SHA-256 of the DER, 64 lower-case hex digits."""
    key: KeyId | None
    """Its key; None where none is known."""
    key_name: str
    """The user's name for the key."""
    note: str = ""
    """Where it lies, in the user's words."""
    keeper: str = ""
    """Who keeps it, in the user's words."""
    holder: str | S
    """The holder's name, or a text where it has none."""
    procedure: S | None
    """What its key is for, with a word where that is only assumed."""
    role: Role
    """What its key usage allows."""
    stage: Stage
    """Where it is in its validity."""
    until: S
    """When it ends or ended."""
    left: S | None
    """How many days are left, or have passed since; None for a certificate without end."""
    place: S
    """Where its key is, or where and when it was last seen."""
    present: bool
    """Whether its key is in a reader."""
    bar: Bar[S] | None
    """Its validity; None where a date could not be read."""
    use: Action[S] | None = None
    """Asks what its key is for; None where that is sure, or of no use."""
    guide: ActionId | None = None
    """Shows the guide of its key; None where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideView(Generic[S]):
    """Everything that the guide shows at one moment.

    Without a workflow there are no steps: all is well, a question is asked, or no key is known.
    """

    language: str | None
    """The language to render in; None means the system's."""
    procedure: S | None = None
    """The title of the procedure."""
    holder: str = ""
    """The holder of the lineage shown."""
    workflow: WorkflowKind | None = None
    """The workflow under way; None for none."""
    workflow_title: S | None = None
    """The title of the workflow."""
    why: S | None = None
    """Why this workflow is the right one."""
    steps: tuple[StepSummary[S], ...] = ()
    """The steps of the workflow, in order."""
    phases: tuple[StepSummary[S], ...] = ()
    """The parts of the whole renewal, of which the workflow is one."""
    outline: tuple[StepSummary[S], ...] = ()
    """The steps, or groups of them, in few words."""
    eyebrow: S | None = None
    """Which step it is, of how many, and about how long the rest takes."""
    headline: S
    """The title of the current step, or of the page."""
    body: S
    """What to do, one action a sentence."""
    at_hand: tuple[S, ...] = ()
    """What to have at hand, as the end of the body says."""
    danger: S | None = None
    """What the step may destroy, or what to mind, before what to do."""
    notes: tuple[S, ...] = ()
    """What to know beside, the most important first."""
    wrong_key: bool = False
    """Whether the alert is that another key is in than the step needs."""
    alert: S | None = None
    """What prevents the step at this moment, or what has changed since the user began."""
    reader: ReaderStatus
    """What is in the readers."""
    reader_words: S
    """The status of the readers as a sentence."""
    needs: Needs = Needs.NOTHING
    """Which key has to be in at this step."""
    awaited: S | None = None
    """What the page waits for by itself, where a card ends the step."""
    on_card: bool = False
    """Whether the readers are known to be card readers; USB keys bring their own."""
    contacts: tuple[S, ...] = ()
    """Whom to call, and for what."""
    addresses: tuple[S, ...] = ()
    """Where the account is, and where a key is ordered."""
    openings: tuple[Action[S], ...] = ()
    """What the step opens or copies. To open something changes no button."""
    primary: Action[S] | None = None
    """What ends the page: the step is done. Nothing where a card ends it, or an answer."""
    likely: ActionId | None = None
    """The likeliest action of all: what is to be opened, then what ends the step."""
    answers: tuple[Action[S], ...] = ()
    """The large answers to a question."""
    actions: tuple[Action[S], ...] = ()
    """All other actions, the most likely first."""
    known_problems: tuple[ProblemEntry[S], ...] = ()
    """What may go wrong in the workflow, with what to do."""
    deadline: Instant | None = None
    """When the time for the current step ends."""
    deadline_words: S | None = None
    """The deadline as a sentence."""
    timeline: Timeline[S] | None = None
    """The validities of the keys of the lineage shown."""
    settings: tuple[Action[S], ...] = ()
    """What can be set in the guide."""
    findings: tuple[Finding[S], ...] | None = None
    """What the last diagnosis found wrong; None before one."""
    fields: tuple[SettingField[S], ...] = ()
    """The settings that the user can write."""
    about: tuple[S, ...] = ()
    """The settings that hold, and where they can be changed."""
    cases: tuple[Action[S], ...] = ()
    """The other lineages to choose from."""
    certificates: tuple[CertificateCard[S], ...] = ()
    """The known certificates, those of one holder together."""
    more_certificates: int = 0
    """How many known certificates are not listed."""


def offered(view: GuideView[S]) -> Iterator[Action[S]]:
    """Yield every action of a view, the most likely one first."""
    shown = [*view.openings, *view.answers]
    if view.primary is not None:
        shown.append(view.primary)
    yield from sorted(shown, key=lambda action: action.id != view.likely)
    yield from view.actions
    yield from (problem.action for problem in view.known_problems if problem.action is not None)
    yield from view.cases
    yield from view.settings
    here = {action.id for action in view.actions}
    yield from (card.use for card in view.certificates if card.use is not None and card.use.id not in here)
