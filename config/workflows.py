"""The steps of each path, as a procedure file defines them."""

from datetime import timedelta
from enum import StrEnum

from config.i18n.wording import Wording
from config.values import dataclass


class WorkflowKind(StrEnum):
    """What the steps lead to: a path, or the final clean-up."""

    ORDER = "order"
    RENEW = "renew"  # in place: the new certificate comes onto the same key
    ACTIVATE = "activate"
    ADD_WITH_OLD = "add_with_old"  # procedure, step 2-A
    ASSOCIATE_NEW = "associate_new"  # procedure, step 2-B
    CLEAN_UP = "clean_up"


class Ends(StrEnum):
    """What ends a step.

    A card that is moved too early leads back to the step that its place had ended.
    """

    OLD_IN = "old_in"  # the old key is in, and no other key of this procedure
    NEW_IN = "new_in"  # the new key is in, and no other key of this procedure
    OLD_OUT = "old_out"
    NEW_OUT = "new_out"
    CERTIFICATE_SEEN = "certificate_seen"  # a later certificate of the holder has been read
    ACTIVATED = "activated"  # the token's flags show it, or the user has confirmed it
    LAUNCHED = "launched"  # the first destination that the step offers was opened
    CONFIRMED = "said"  # only the user can know, and confirms it


class Needs(StrEnum):
    """What must be in the readers while a step goes on."""

    NOTHING = "nothing"
    OLD = "old"  # the old key, and no other key of this procedure
    NEW = "new"


class Destination(StrEnum):
    """Where a step or a click leads.

    Every address comes from the procedure, never from a card.
    """

    PLATFORM = "platform"
    ORDER_PAGE = "order_page"
    TOOL = "tool"  # the vendor's tool, or its download page where it is not installed
    SUPPORT_MAIL = "support_mail"  # a letter to the platform's support, in the mail program
    SERIAL = "serial"  # the new certificate's serial number, copied to the clipboard, never launched
    CERTIFICATE = "certificate"  # the new certificate as a .cer file, saved where the user says, never launched


UNLAUNCHED = frozenset({Destination.SERIAL, Destination.CERTIFICATE})
"""What the guide's display copies or saves itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The time limit of a step, counted from an earlier one."""

    since: str
    """The step at whose end the time begins."""
    span: timedelta
    back_to: str
    """The step to do again once the time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a workflow.

    Its wordings may name {old_key}, {new_key}, {holder}, {old_ends}, {new_ends}, {tool}, {support_phone} and
    {issuer_support}. Keys are filled in with their article in lower case ("the old key", "l’ancienne clé"). Moments may
    have a style, as in {old_ends:datetime}.
    """

    id: str
    title: Wording
    """The entry in the list of steps."""
    text: Wording
    """What to do, shown to the user at this step."""
    ends: Ends
    needs: Needs = Needs.NOTHING
    offers: tuple[Destination, ...] = ()
    done: Wording | None = None
    """The label of the button that ends the step. None means the usual one."""
    limit: Limit | None = None
    danger: Wording | None = None
    """What the step may destroy. It is shown before what to do, and is no thing to do itself."""
    caution: Wording | None = None
    """What to mind while doing it, shown in the same place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownProblem:
    """A known refusal of the platform or the tool, with its remedy."""

    id: str
    title: Wording
    text: Wording
    steps: tuple[str, ...] = ()
    """The steps at which it may happen. Empty for all."""
    back_to: str | None = None
    """The step to do again. None when there is no such step."""
    final: bool = False
    """Whether the workflow can then only be abandoned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """The steps of one path, in order, with unique ids."""

    kind: WorkflowKind
    title: Wording
    steps: tuple[Step, ...]
    known_problems: tuple[KnownProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The letter to the platform's support. It may name {holder} and {serial}."""

    subject: Wording
    body: Wording
