"""Describes what is in the readers, and what prevents the current step."""

from itertools import chain

from config.i18n.text import Sentence, Text, text
from config.workflows import Needs, WorkflowKind
from daemon.core.card_reads import names_being_read
from daemon.core.guide.context import GuideContext, key_certificates
from daemon.core.guide.sentences import fill_text, holder_label
from daemon.core.holders import holder_name
from daemon.core.labels import launch_remedy, remedy
from daemon.core.model import KeyId
from daemon.core.state import State
from daemon.core.trouble_notices import clock_wrong, pressing_trouble, programs_at, reader_trouble
from daemon.core.troubles import Trouble
from daemon.core.views.guide import ReaderStatus
from daemon.core.workflows.cards import CardPositions, is_reading
from daemon.core.workflows.workflow import wanted

READER_TEXTS = {
    ReaderStatus.NO_READER: "guide.reader.no_reader",
    ReaderStatus.EMPTY: "guide.reader.empty",
    ReaderStatus.READING: "guide.reader.reading",
    ReaderStatus.OLD: "guide.reader.old",
    ReaderStatus.NEW: "guide.reader.new",
    ReaderStatus.BOTH: "guide.reader.both",
    ReaderStatus.OTHER: "guide.reader.other",
    ReaderStatus.UNREAD: "guide.reader.unread",
    ReaderStatus.AWAY: "guide.reader.away",
}
WRONG_KEY = {ReaderStatus.OLD: "guide.wrong.old", ReaderStatus.NEW: "guide.wrong.new"}
BOTH_KEYS = {Needs.OLD: "guide.wrong.both.old", Needs.NEW: "guide.wrong.both.new"}
PAST_KEY = {Needs.OLD: "guide.wrong.past.old", Needs.NEW: "guide.wrong.past.new"}
OTHER_KEY = {Needs.OLD: "guide.wrong.other.old", Needs.NEW: "guide.wrong.other.new"}
UNREAD_CARD = {Needs.OLD: "guide.wrong.unread.old", Needs.NEW: "guide.wrong.unread.new"}


def reader_status(state: State, context: GuideContext | None) -> ReaderStatus:
    """Return what is in the readers, as seen by the lineage shown.

    Without a lineage every readable key is another one.
    """
    if state.service_trouble or state.readers is None:
        return ReaderStatus.AWAY
    if is_reading(state.readers, state.contents, names_being_read(state)):
        return ReaderStatus.READING
    if context is None:
        return _status_without_lineage(state)
    if not context.cards.sure:
        return ReaderStatus.AWAY
    return _status_of_lineage(context.cards) or _status_without_lineage(state)


def reader_text(state: State, context: GuideContext | None, shown: ReaderStatus) -> Sentence:
    """Return the status of the readers as a sentence."""
    if shown is ReaderStatus.OTHER:
        return text(READER_TEXTS[shown], holder=_other_holder(state, context))
    if context is not None and shown in {ReaderStatus.OLD, ReaderStatus.NEW}:
        return fill_text(context, READER_TEXTS[shown])
    return text(READER_TEXTS[shown])


def trouble_text(state: State, shown: ReaderStatus) -> Text | None:
    """Return what is wrong with the readers, and what to do."""
    if shown is ReaderStatus.READING:
        return None
    if state.service_trouble:
        return remedy(state.service_trouble)
    found = ((reader.name, pressing_trouble(state, reader)) for reader in state.readers or ())
    return next((remedy(trouble, name, programs_at(state, name)) for name, trouble in found if trouble), None)


def obstacle(context: GuideContext, shown: ReaderStatus) -> Sentence | None:
    """Return what prevents the step, and what to do about it.

    None when nothing does.
    """
    if clock_wrong(context.now):
        return remedy(Trouble.CLOCK_WRONG)
    if shown is ReaderStatus.AWAY:
        return trouble_text(context.state, shown)
    if shown is ReaderStatus.READING:
        return None
    return _wrong_card(context, shown) or _locked(context)


def failure(context: GuideContext) -> Sentence | None:
    """Return why what the step opens did not open.

    Where the tool is missing, it says where to get it.
    """
    procedure, step = context.procedure, context.step
    for destination in step.offers if step is not None else ():
        failed = context.state.failed_launches.get((procedure.id, destination))
        if failed is None:
            continue
        if failed.trouble is Trouble.TOOL_MISSING and procedure.tool is not None:
            return fill_text(context, "guide.tool_missing", address=procedure.tool.download_url)
        return launch_remedy(procedure, destination, failed.trouble, failed.place)
    return None


def has_wrong_card(context: GuideContext, shown: ReaderStatus) -> bool:
    """Return whether another key is in than the step needs."""
    if shown not in {ReaderStatus.OLD, ReaderStatus.NEW, ReaderStatus.BOTH, ReaderStatus.OTHER, ReaderStatus.UNREAD}:
        return False
    return not clock_wrong(context.now) and _wrong_card(context, shown) is not None


def _status_of_lineage(cards: CardPositions) -> ReaderStatus | None:
    """Return which keys of the lineage, or rivals, are in the readers.

    None where there is none.
    """
    if cards.old and cards.new:
        return ReaderStatus.BOTH
    if cards.rivals:
        return ReaderStatus.OTHER
    if cards.old:
        return ReaderStatus.OLD
    if cards.new:
        return ReaderStatus.NEW
    return None


def _status_without_lineage(state: State) -> ReaderStatus:
    if any(content.keys and not content.blank for content in state.contents.values()):
        return ReaderStatus.OTHER
    if state.held or state.contents:
        return ReaderStatus.UNREAD
    if state.readers:
        return ReaderStatus.EMPTY
    return ReaderStatus.NO_READER


def _wrong_card(context: GuideContext, shown: ReaderStatus) -> Sentence | None:
    """Return that the inserted card is not the one needed."""
    need = _need(context)
    if need is Needs.NOTHING or context.cards.ready(need):
        return None
    match shown:
        case ReaderStatus.BOTH:
            return fill_text(context, _both_keys(context, need))
        case ReaderStatus.OLD | ReaderStatus.NEW:
            return fill_text(context, WRONG_KEY[shown])
        case ReaderStatus.OTHER:
            return fill_text(context, _other_key(context, need), other=_other_holder(context.state, context))
        case ReaderStatus.UNREAD:
            return trouble_text(context.state, shown) or fill_text(context, UNREAD_CARD[need])
        case _:
            return trouble_text(context.state, shown)


def _both_keys(context: GuideContext, need: Needs) -> str:
    """Return the id of the text for both keys.

    No browser is used to activate one.
    """
    if context.workflow is not None and context.workflow.kind is WorkflowKind.ACTIVATE:
        return "guide.wrong.both.activate"
    return BOTH_KEYS[need]


def _need(context: GuideContext) -> Needs:
    if context.step is None:
        return Needs.NOTHING
    return wanted(context.step)


def _other_key(context: GuideContext, need: Needs) -> str:
    """Return the id of the text for a key of another lineage."""
    is_inserted = {Needs.OLD: context.cards.old, Needs.NEW: context.cards.new}
    if is_inserted[need]:
        return "guide.wrong.beside"
    if _is_past(context):
        return PAST_KEY[need]
    return OTHER_KEY[need]


def _is_past(context: GuideContext) -> bool:
    """Return whether an inserted rival was replaced already."""
    return bool(context.cards.rivals & {entry.key.id for entry in context.case.status.superseded})


def _locked(context: GuideContext) -> Sentence | None:
    state = context.state
    if not any(reader_trouble(state, reader) is Trouble.PIN_LOCKED for reader in state.held):
        return None
    return remedy(Trouble.PIN_LOCKED)


def _other_holder(state: State, context: GuideContext | None) -> str | Text:
    """Return the holder of the other key."""
    keys = _inserted_keys(state)
    if context is not None and context.cards.rivals:
        keys = context.cards.rivals
    certificates = chain.from_iterable(key_certificates(state.memory, key) for key in sorted(keys))
    return holder_label(next(filter(None, map(holder_name, certificates)), ""))


def _inserted_keys(state: State) -> frozenset[KeyId]:
    return frozenset(chain.from_iterable(content.keys for content in state.contents.values()))
