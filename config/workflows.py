"""The steps of each path as frozen values: what a procedure file says of them."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from config.i18n.wording import Wording


class WorkflowKind(StrEnum):
    """What a course of steps leads to: one for each kind of path, and the tidying up afterwards."""

    ORDER = "order"
    ACTIVATE = "activate"
    ADD_WITH_OLD = "add_with_old"  # procedure, step 2-A
    ASSOCIATE_NEW = "associate_new"  # procedure, step 2-B
    CLEAN_UP = "clean_up"


class Ends(StrEnum):
    """What ends a step. A card condition that is undone too early leads back to its step."""

    OLD_IN = "old_in"  # the old key is in, and no other key of this procedure
    NEW_IN = "new_in"  # the new key is in, and no other key of this procedure
    OLD_OUT = "old_out"
    NEW_OUT = "new_out"
    CERTIFICATE_SEEN = "certificate_seen"  # a later certificate of the holder has been read
    ACTIVATED = "activated"  # the token's signs say so, or the person
    LAUNCHED = "launched"  # what the step offers first was opened
    SAID = "said"  # only the person can know


class Needs(StrEnum):
    """What must be in the readers while a step goes on."""

    NOTHING = "nothing"
    OLD = "old"  # the old key, and no other key of this procedure
    NEW = "new"


class Offer(StrEnum):
    """What a step lets the person open or copy."""

    PLATFORM = "platform"
    ORDER_PAGE = "order_page"
    TOOL = "tool"
    MAIL = "mail"  # a letter to the platform's support, ready but for the company number
    SERIAL = "serial"  # copy the new certificate's serial number


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How long after the end of step `since` a step can still be done; once over, step `back_to` is the next again.

    Both are earlier steps of the same course.
    """

    since: str
    span: timedelta
    back_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. `title` is for the list of steps, `text` for the person at this step, `done` for the button by
    which the person says that it is done (None: the usual words).

    The wordings may name {old_key}, {new_key}, {holder}, {old_ends}, {new_ends} and {tool}. The keys are put in with
    their article and in lower case ("the old key", "l’ancienne clé"), the moments with a style, as {old_ends:datetime}.
    """

    id: str
    title: Wording
    text: Wording
    ends: Ends
    needs: Needs = Needs.NOTHING
    offers: tuple[Offer, ...] = ()
    done: Wording | None = None
    limit: Limit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownProblem:
    """A known way in which the platform or the tool says no, and what to do; `back_to` is the step to do again.

    `final` says that the course leads nowhere for this person, who may as well give it up.
    """

    id: str
    title: Wording
    text: Wording
    back_to: str | None = None
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """The steps of one path, in order, with ids that differ."""

    kind: WorkflowKind
    title: Wording
    steps: tuple[Step, ...]
    known_problems: tuple[KnownProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The letter to the platform's support; its wordings may name {holder} and {serial}."""

    subject: Wording
    body: Wording
