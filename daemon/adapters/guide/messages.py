"""What crosses the pipe to the guide's window, and the door to whoever follows it: JSON, one object a line.

A `Page` is the core's `GuideView` in words of one language; field by field it means what is said there.
"""

from datetime import datetime
from typing import Annotated, Protocol

import msgspec

from config.workflows import WorkflowKind
from daemon.adapters.platform.decode_errors import DECODE_ERRORS as DECODE_ERRORS
from daemon.core.model import Role
from daemon.core.views.guide import BarRole, ReaderStatus, StepStatus
from daemon.core.views.report import Stage

PAGE_LIMIT = 4 << 20  # bytes a line
ANSWER_LIMIT = 8 * 1024
NAME_LIMIT = 40

Fingerprint = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


class PageStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step in the list."""

    id: str
    title: str
    status: StepStatus


class PageAction(msgspec.Struct, frozen=True, kw_only=True):
    """One button. One with `copy` copies that text and sends no answer."""

    id: str
    label: str
    detail: str | None = None
    copy: str | None = None


class PageProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A known refusal."""

    id: str
    title: str
    text: str
    action: PageAction | None = None


class PageBar(msgspec.Struct, frozen=True, kw_only=True):
    """The validity of one certificate."""

    role: BarRole
    label: str
    begins: datetime
    ends: datetime


class PageTimeline(msgspec.Struct, frozen=True, kw_only=True):
    """The validities over one another."""

    bars: tuple[PageBar, ...]
    now: datetime
    stretch: tuple[datetime, datetime] | None = None


class PageCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """One certificate in the window of certificates."""

    fingerprint: Fingerprint
    key: str | None
    key_name: str
    holder: str
    procedure: str | None
    role: Role
    stage: Stage
    until: str
    left: str
    place: str
    present: bool
    bar: PageBar | None


class Page(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole guide. `number` grows with each step and line shown; an answer to an older one is dropped.

    `front` asks the window to come to the front.
    """

    number: int
    front: bool = False
    language: str
    procedure: str | None = None
    holder: str = ""
    workflow: WorkflowKind | None = None
    workflow_title: str | None = None
    why: str | None = None
    steps: tuple[PageStep, ...] = ()
    headline: str
    body: str
    alert: str | None = None
    reader: ReaderStatus
    reader_words: str
    primary: PageAction | None = None
    answers: tuple[PageAction, ...] = ()
    actions: tuple[PageAction, ...] = ()
    known_problems: tuple[PageProblem, ...] = ()
    deadline: datetime | None = None
    deadline_words: str | None = None
    timeline: PageTimeline | None = None
    cases: tuple[PageAction, ...] = ()
    certificates: tuple[PageCertificate, ...] = ()
    more_certificates: int = 0


def actions_of(page: Page) -> tuple[PageAction, ...]:
    """Return every action of the page, the most likely one first."""
    primary = () if page.primary is None else (page.primary,)
    back = tuple(refusal.action for refusal in page.known_problems if refusal.action is not None)
    return primary + page.answers + page.actions + back + page.cases


class Chosen(msgspec.Struct, frozen=True, kw_only=True, tag="chosen", forbid_unknown_fields=True):
    """The person chose this action of the page with this number."""

    number: int
    action: str


class Named(msgspec.Struct, frozen=True, kw_only=True, tag="named", forbid_unknown_fields=True):
    """The person names the key of this certificate; "" takes its name away."""

    fingerprint: Fingerprint
    name: Annotated[str, msgspec.Meta(max_length=NAME_LIMIT)]


class Forgotten(msgspec.Struct, frozen=True, kw_only=True, tag="forgotten", forbid_unknown_fields=True):
    """The person wants this certificate forgotten, and has said so twice."""

    fingerprint: Fingerprint


GuideAnswer = Chosen | Named | Forgotten


class Guide(Protocol):
    """Where pages come from and answers go to: a `GuideSubscriber`, or a running daemon's guide."""

    def next(self) -> Page | None:
        """Wait for the next page; None when there is nothing more to see."""

    def answer(self, answer: GuideAnswer, /) -> None:
        """Pass on what the person chose."""

    def close(self) -> None:
        """Look no longer; `next` then returns None."""


ENCODER = msgspec.json.Encoder()
PAGES = msgspec.json.Decoder(Page)
ANSWERS = msgspec.json.Decoder(GuideAnswer)
