"""Loads the workflows and the letter of a procedure file.

Steps that could lead nowhere are refused.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from config.i18n.text import text
from config.i18n.wording import Wording
from config.schema import kinds
from config.schema.tables import Kind, RejectedValue, Table, read_table
from config.workflows import Destination, Ends, KnownProblem, Letter, Limit, Needs, Step, Workflow, WorkflowKind

PLAIN = Path(__file__).parents[1] / "catalogue" / "workflows.toml"
WORKFLOWS = "workflows"
FORMER_WORKFLOWS = "courses"
"""What procedure files of the first version call `workflows`. It is still read."""
ENTRIES_LIMIT = 20  # steps of a workflow, and its known problems

_MOMENT = "date|time|datetime|until|until_datetime"
_NAMES = {"old_key": "", "new_key": "", "holder": "", "old_ends": _MOMENT, "new_ends": _MOMENT, "tool": ""}
_LETTER_NAMES = {"holder": "", "serial": ""}
_WORKFLOW_TITLE = kinds.wording("accepted.wording_80", kinds.TITLE_LIMIT, {})
_TITLE = kinds.wording("accepted.wording_80", kinds.TITLE_LIMIT, _NAMES)
_TEXT = kinds.wording("accepted.wording_600", kinds.TEXT_LIMIT, _NAMES)
_SUBJECT = kinds.wording("accepted.wording_80", kinds.TITLE_LIMIT, _LETTER_NAMES)
_BODY = kinds.wording("accepted.letter", kinds.BODY_LIMIT, _LETTER_NAMES, lines=True)
_DESTINATIONS = {
    "platform": Destination.PLATFORM,
    "order_page": Destination.ORDER_PAGE,
    "tool": Destination.TOOL,
    "mail": Destination.SUPPORT_MAIL,
    "serial": Destination.SERIAL,
}
_OFFER = kinds.one_of(_DESTINATIONS)

_PUTS_IN = {Ends.OLD_IN: Needs.OLD, Ends.NEW_IN: Needs.NEW}
_TAKES_OUT = {Ends.OLD_OUT: Needs.OLD, Ends.NEW_OUT: Needs.NEW}


def load_workflows(table: Table, link_lifetime: timedelta, letter: Letter | None) -> dict[WorkflowKind, Workflow]:
    """Load the table `workflows`, with a plain workflow for each missing kind.

    `letter` is None when there is none, or no address to send it to. Raises SettingsError.
    """
    own = _workflows(table, link_lifetime, letter)
    plain = read_table(PLAIN, required=True).table(WORKFLOWS)
    return _workflows(plain, link_lifetime, letter) | own


def load_letter(table: Table | None) -> Letter | None:
    """Load the table `letter`. Raises SettingsError."""
    if table is None:
        return None
    letter = Letter(subject=_wording(table, "subject", _SUBJECT), body=_wording(table, "body", _BODY))
    table.finish()
    return letter


def _workflows(table: Table, link_lifetime: timedelta, letter: Letter | None) -> dict[WorkflowKind, Workflow]:
    found = {kind: table.optional(kind) for kind in WorkflowKind}
    table.finish()
    return {kind: _workflow(kind, each, link_lifetime, letter) for kind, each in found.items() if each is not None}


def _workflow(kind: WorkflowKind, table: Table, link_lifetime: timedelta, letter: Letter | None) -> Workflow:
    title = _wording(table, "title", _WORKFLOW_TITLE)
    steps: list[Step] = []
    for each in _few(table, "steps", table.tables("steps")):
        steps.append(_step(each, steps, link_lifetime, letter))
    known_problems: list[KnownProblem] = []
    for each in _few(table, "refusals", table.optional_tables("refusals")):
        known_problems.append(_known_problem(each, known_problems, steps))
    table.finish()
    return Workflow(kind=kind, title=title, steps=tuple(steps), known_problems=tuple(known_problems))


def _few(table: Table, key: str, entries: list[Table]) -> list[Table]:
    if len(entries) > ENTRIES_LIMIT:
        raise table.refusal(key, len(entries), text("accepted.few", limit=ENTRIES_LIMIT))
    return entries


def _step(table: Table, before: Sequence[Step], link_lifetime: timedelta, letter: Letter | None) -> Step:
    step = Step(
        id=_new_id(table, before),
        title=_wording(table, "title", _TITLE),
        text=_wording(table, "text", _TEXT),
        ends=Ends(table.need("ends", kinds.one_of(Ends))),
        needs=Needs(table.take("needs", kinds.one_of(Needs), Needs.NOTHING)),
        offers=table.take("offers", _OFFERS, ()),
        done=_wording(table, "done", _TITLE) if table.holds("done") else None,
        limit=_limit(table.optional("limit"), before, link_lifetime),
    )
    table.finish()
    if step.needs not in {Needs.NOTHING, _in_reader(before)}:
        raise table.refusal("needs", step.needs, text("accepted.key_put_in"))
    if not _can_end(step, letter):
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


def _can_end(step: Step, letter: Letter | None) -> bool:
    """Return whether the event that ends the step can happen."""
    if step.ends is Ends.LAUNCHED:  # copying a serial number is not reported
        opens = next(iter(step.offers), Destination.SERIAL)
        return opens is not Destination.SERIAL and (opens is not Destination.SUPPORT_MAIL or letter is not None)
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


def _known_problem(table: Table, before: Sequence[KnownProblem], steps: Sequence[Step]) -> KnownProblem:
    problem = KnownProblem(
        id=_new_id(table, before),
        title=_wording(table, "title", _TITLE),
        text=_wording(table, "text", _TEXT),
        back_to=table.take("back_to", kinds.one_of((step.id for step in steps), "accepted.earlier_step"), None),
        final=table.take("final", kinds.SWITCH, False),  # noqa: FBT003 - a default
    )
    table.finish()
    return problem


def _new_id(table: Table, before: Iterable[Step | KnownProblem]) -> str:
    id_ = table.need("id", kinds.ID)
    if id_ in {each.id for each in before}:
        raise table.refusal("id", id_, text("accepted.new_id"))
    return id_


def _wording(table: Table, key: str, kind: Kind[str]) -> Wording:
    languages = table.table(key)
    wording = Wording(en=languages.need("en", kind), fr=languages.need("fr", kind))
    languages.finish()
    return wording


def _offers(value: object) -> tuple[Destination, ...]:
    if not isinstance(value, list):
        raise RejectedValue(value)
    return tuple(dict.fromkeys(_DESTINATIONS[_OFFER.parse(item)] for item in value))


_OFFERS = Kind("accepted.some_of", _offers, _OFFER.choices)
