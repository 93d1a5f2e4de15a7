"""Loads the workflows and the letter of a procedure file.

Steps that could lead nowhere are refused.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path

from config.i18n.text import text
from config.i18n.wording import Wording
from config.schema import kinds
from config.schema.tables import Kind, RejectedValue, Table, read_content
from config.values import dataclass, replace
from config.workflows import (
    UNLAUNCHED,
    Destination,
    Ends,
    KnownProblem,
    Letter,
    Limit,
    Needs,
    Step,
    Workflow,
    WorkflowKind,
)

PLAIN = Path(__file__).parents[1] / "catalogue" / "workflows.toml"
WORKFLOWS = "workflows"
FORMER_WORKFLOWS = "courses"
"""What procedure files of the first version call `workflows`. It is still read."""
WITHOUT_TOOL = "workflows_without_tool"
"""The plain steps that stand in where a procedure names no tool."""
ENTRIES_LIMIT = 20  # steps of a workflow, and its known problems

_MOMENT = "date|day|time|datetime|until|until_datetime"
_NAMES = dict.fromkeys(("old_key", "new_key", "holder", "lead", "last_day"), "")
_NAMES |= {"old_ends": _MOMENT, "new_ends": _MOMENT}
_LETTER_NAMES = {"holder": "", "serial": ""}
_WORKFLOW_TITLE = kinds.wording("accepted.wording_80", kinds.TITLE_LIMIT, {})
_SUBJECT = kinds.wording("accepted.wording_80", kinds.TITLE_LIMIT, _LETTER_NAMES)
_BODY = kinds.wording("accepted.letter", kinds.BODY_LIMIT, _LETTER_NAMES, lines=True)
_DESTINATIONS = {
    "platform": Destination.PLATFORM,
    "order_page": Destination.ORDER_PAGE,
    "tool": Destination.TOOL,
    "mail": Destination.SUPPORT_MAIL,
    "serial": Destination.SERIAL,
    "certificate": Destination.CERTIFICATE,
}
_OFFER = kinds.one_of(_DESTINATIONS)

_PUTS_IN = {Ends.OLD_IN: Needs.OLD, Ends.NEW_IN: Needs.NEW}
_TAKES_OUT = {Ends.OLD_OUT: Needs.OLD, Ends.NEW_OUT: Needs.NEW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What the steps of one procedure may use."""

    link_lifetime: timedelta
    is_link_known: bool
    """Whether the file has the lifetime of a mail link. The plain workflows have no limit without it."""
    reachable: frozenset[Destination]
    """What can be opened, copied or saved."""
    names: frozenset[str]
    """The names beside those of keys and holder that a wording may have in braces."""

    @property
    def title(self) -> Kind[str]:
        """What the title of a step may be."""
        return kinds.wording("accepted.wording_80", kinds.TITLE_LIMIT, self._all_names())

    @property
    def text(self) -> Kind[str]:
        """What the text of a step may be."""
        return kinds.wording("accepted.wording_600", kinds.TEXT_LIMIT, self._all_names())

    def _all_names(self) -> dict[str, str]:
        return _NAMES | dict.fromkeys(sorted(self.names), "")


def load_workflows(table: Table, means: Means) -> dict[WorkflowKind, Workflow]:
    """Load the table `workflows`, with a plain workflow for each missing kind.

    Nothing is plain about a renewal in place: it is there where the file has it. Raises SettingsError.
    """
    own = _workflows(table, means)
    for kind, workflow in own.items():
        _refuse_unreachable(table, kind, workflow, means)
    return _plain_workflows(means) | own


@cache
def _plain_content() -> dict[str, object]:
    return read_content(PLAIN, required=True)


def _plain_workflows(means: Means) -> dict[WorkflowKind, Workflow]:
    """Return the plain workflows, without what the procedure's file does not know."""
    plain = Table(PLAIN, _plain_content())
    sections = [plain.table(WORKFLOWS)]
    found: dict[WorkflowKind, Workflow] = {}
    if Destination.TOOL not in means.reachable:
        sections.append(plain.table(WITHOUT_TOOL))
    for section in sections:
        found |= _workflows(section, replace(means, names=frozenset({"tool"})))
    return {
        kind: replace(workflow, steps=tuple(_without_unknown(step, means) for step in workflow.steps))
        for kind, workflow in found.items()
    }


def _without_unknown(step: Step, means: Means) -> Step:
    """Leave out offers that lead nowhere, and an unknown limit."""
    offers = tuple(offer for offer in step.offers if offer in means.reachable)
    return replace(step, offers=offers, limit=step.limit if means.is_link_known else None)


def _refuse_unreachable(table: Table, kind: WorkflowKind, workflow: Workflow, means: Means) -> None:
    """Refuse a step that offers what the file gives no address of.

    A letter may be missing: files of the first version may offer it all the same.
    """
    known = means.reachable | {Destination.SUPPORT_MAIL}
    lost = next((o for step in workflow.steps for o in step.offers if o not in known), None)
    if lost is not None:
        words = ", ".join(word for word, destination in _DESTINATIONS.items() if destination in known)
        raise table.refusal(f"{kind}.steps.offers", lost, text("accepted.reachable", choices=words))


def load_letter(table: Table | None) -> Letter | None:
    """Load the table `letter`. Raises SettingsError."""
    if table is None:
        return None
    letter = Letter(subject=load_wording(table, "subject", _SUBJECT), body=load_wording(table, "body", _BODY))
    table.finish()
    return letter


def _workflows(table: Table, means: Means) -> dict[WorkflowKind, Workflow]:
    found = {kind: table.optional(kind) for kind in WorkflowKind}
    table.finish()
    return {kind: _workflow(kind, each, means) for kind, each in found.items() if each is not None}


def _workflow(kind: WorkflowKind, table: Table, means: Means) -> Workflow:
    title = load_wording(table, "title", _WORKFLOW_TITLE)
    steps: list[Step] = []
    for each in _few(table, "steps", table.tables("steps")):
        steps.append(_step(each, steps, means))
    known_problems: list[KnownProblem] = []
    for each in _few(table, "refusals", table.optional_tables("refusals")):
        known_problems.append(_known_problem(each, known_problems, steps, means))
    table.finish()
    return Workflow(kind=kind, title=title, steps=tuple(steps), known_problems=tuple(known_problems))


def _few(table: Table, key: str, entries: list[Table]) -> list[Table]:
    if len(entries) > ENTRIES_LIMIT:
        raise table.refusal(key, len(entries), text("accepted.few", limit=ENTRIES_LIMIT))
    return entries


def _step(table: Table, before: Sequence[Step], means: Means) -> Step:
    step = Step(
        id=_new_id(table, before),
        title=load_wording(table, "title", means.title),
        text=load_wording(table, "text", means.text),
        ends=Ends(table.need("ends", kinds.one_of(Ends))),
        needs=Needs(table.take("needs", kinds.one_of(Needs), Needs.NOTHING)),
        offers=table.take("offers", _OFFERS, ()),
        done=load_wording(table, "done", means.title) if table.holds("done") else None,
        limit=_limit(table.optional("limit"), before, means.link_lifetime),
        danger=load_wording(table, "danger", means.text) if table.holds("danger") else None,
        caution=load_wording(table, "caution", means.text) if table.holds("caution") else None,
    )
    table.finish()
    if step.needs not in {Needs.NOTHING, _in_reader(before)}:
        raise table.refusal("needs", step.needs, text("accepted.key_put_in"))
    if not _can_end(step, means):
        raise table.refusal("ends", step.ends, text("accepted.can_end"))
    return step


def _in_reader(steps: Sequence[Step]) -> Needs:
    """Return which key is in the reader once these steps are done."""
    held = Needs.NOTHING
    for step in steps:
        held = _PUTS_IN.get(step.ends, held)
        if _TAKES_OUT.get(step.ends) is held:
            held = Needs.NOTHING
    return held


def _can_end(step: Step, means: Means) -> bool:
    """Return whether the event that ends the step can happen."""
    if step.ends is Ends.LAUNCHED:  # what is copied or saved is not reported
        return next(iter(step.offers), Destination.SERIAL) in means.reachable - UNLAUNCHED
    puts_in = _PUTS_IN.get(step.ends)
    return puts_in is None or step.needs in {Needs.NOTHING, puts_in}


def _limit(table: Table | None, before: Sequence[Step], link_lifetime: timedelta) -> Limit | None:
    """Load a limit.

    It must not lead back to a step after the one that it is counted from, or it would be over at once.
    """
    if table is None:
        return None
    ids = [step.id for step in before]
    counted = [step.id for step in before if step.ends not in {*_PUTS_IN, *_TAKES_OUT}]  # when a card moved is not kept
    since = table.need("since", kinds.one_of(counted, "accepted.earlier_step"))
    limit = Limit(
        since=since,
        span=table.take("hours", kinds.LIFETIME, link_lifetime),
        back_to=table.need("back_to", kinds.one_of(ids[: ids.index(since) + 1], "accepted.earlier_step")),
    )
    table.finish()
    return limit


def _known_problem(table: Table, before: Sequence[KnownProblem], steps: Sequence[Step], means: Means) -> KnownProblem:
    problem = KnownProblem(
        id=_new_id(table, before),
        title=load_wording(table, "title", means.title),
        text=load_wording(table, "text", means.text),
        steps=table.take("steps", _steps_of(step.id for step in steps), ()),
        back_to=table.take("back_to", kinds.one_of((step.id for step in steps), "accepted.earlier_step"), None),
        final=table.take("final", kinds.SWITCH, False),  # noqa: FBT003 - a default
    )
    table.finish()
    return problem


def _steps_of(ids: Iterable[str]) -> Kind[tuple[str, ...]]:
    step = kinds.one_of(ids, "accepted.earlier_step")

    def parse(value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise RejectedValue(value)
        return tuple(step.parse(item) for item in value)

    return Kind("accepted.some_of", parse, step.choices, kinds.list_schema(step.schema))


def _new_id(table: Table, before: Iterable[Step | KnownProblem]) -> str:
    id_ = table.need("id", kinds.ID)
    if id_ in {each.id for each in before}:
        raise table.refusal("id", id_, text("accepted.new_id"))
    return id_


def load_wording(table: Table, key: str, kind: Kind[str]) -> Wording:
    """Load a wording in both languages. Raises SettingsError."""
    languages = table.table(key)
    wording = Wording(en=languages.need("en", kind), fr=languages.need("fr", kind))
    languages.finish()
    return wording


def _offers(value: object) -> tuple[Destination, ...]:
    if not isinstance(value, list):
        raise RejectedValue(value)
    return tuple(dict.fromkeys(_DESTINATIONS[_OFFER.parse(item)] for item in value))


_OFFERS = Kind("accepted.some_of", _offers, _OFFER.choices, kinds.list_schema(_OFFER.schema))
