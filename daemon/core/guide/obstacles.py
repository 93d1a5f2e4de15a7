"""Describes what is in the readers, and what prevents the current step."""

from config.i18n.text import Sentence, Text, text
from config.workflows import Needs
from daemon.core.card_reads import names_being_read
from daemon.core.guide.context import GuideContext
from daemon.core.guide.words import holder_words, say
from daemon.core.holders import holder_name
from daemon.core.state import State
from daemon.core.trouble_notices import clock_wrong, pressing_trouble, reader_trouble
from daemon.core.troubles import Trouble
from daemon.core.views.guide import ReaderStatus
from daemon.core.workflows.cards import is_reading
from daemon.core.workflows.workflow import wanted


def reader_status(state: State, context: GuideContext | None) -> ReaderStatus:  # noqa: PLR0911 - one return a rule
    """Return what is in the readers, from the view of the lineage shown.

    Without a lineage every readable key is another one.
    """
    if state.service_trouble or state.readers is None:
        return ReaderStatus.AWAY
    if is_reading(state.readers, state.contents, names_being_read(state)):
        return ReaderStatus.READING
    if context is not None and not context.positions.sure:
        return ReaderStatus.AWAY
    if context is not None and (context.positions.old or context.positions.new or context.positions.rivals):
        return _of_line(context)
    if any(content.keys and not content.blank for content in state.contents.values()):
        return ReaderStatus.OTHER
    if state.held or state.contents:
        return ReaderStatus.UNREAD
    return ReaderStatus.EMPTY if state.readers else ReaderStatus.NO_READER


def reader_words(state: State, context: GuideContext | None, shown: ReaderStatus) -> Sentence:
    """Return the status of the readers as a sentence."""
    if shown is ReaderStatus.OTHER:
        return text("guide.reader.other", holder=_other_holder(state, context))
    if context is not None and shown in {ReaderStatus.OLD, ReaderStatus.NEW}:
        return say(context, f"guide.reader.{shown}")
    return text(f"guide.reader.{shown}")


def trouble_words(state: State, shown: ReaderStatus) -> Text | None:
    """Return what is wrong with the readers, and what to do."""
    if shown is ReaderStatus.READING:
        return None
    trouble = state.service_trouble or next((t for r in state.readers or () if (t := pressing_trouble(state, r))), None)
    return text(f"trouble.{trouble}") if trouble else None


def obstacle(context: GuideContext, shown: ReaderStatus) -> Sentence | None:
    """Return what prevents the step, and what to do about it.

    None when nothing does.
    """
    if clock_wrong(context.now):
        return text(f"trouble.{Trouble.CLOCK_WRONG}")
    if shown is ReaderStatus.AWAY:
        return trouble_words(context.state, shown)
    if shown is ReaderStatus.READING:
        return None
    return _wrong_card(context, shown) or _locked(context)


def _of_line(context: GuideContext) -> ReaderStatus:
    positions = context.positions
    if positions.old and positions.new:
        return ReaderStatus.BOTH
    if positions.rivals:
        return ReaderStatus.OTHER
    return ReaderStatus.OLD if positions.old else ReaderStatus.NEW


def _wrong_card(context: GuideContext, shown: ReaderStatus) -> Sentence | None:
    """Return that a wrong card is inserted, by the key that the step is about."""
    need = wanted(context.step) if context.step else Needs.NOTHING
    if need is Needs.NOTHING or context.positions.ready(need):
        return None
    match shown:
        case ReaderStatus.BOTH:
            return say(context, f"guide.wrong.both.{need}")
        case ReaderStatus.OLD | ReaderStatus.NEW:
            return say(context, f"guide.wrong.{shown}")
        case ReaderStatus.OTHER:
            id_ = f"guide.wrong.{'past' if _is_past(context) else 'other'}.{need}"
            beside = context.positions.old if need is Needs.OLD else context.positions.new
            holder = _other_holder(context.state, context)
            return say(context, "guide.wrong.beside" if beside else id_, other=holder)
        case ReaderStatus.UNREAD:
            return trouble_words(context.state, shown) or say(context, f"guide.wrong.unread.{need}")
        case _:
            return trouble_words(context.state, shown)


def _is_past(context: GuideContext) -> bool:
    return bool(context.positions.rivals & {entry.key.id for entry in context.case.lineage.entries})


def _locked(context: GuideContext) -> Sentence | None:
    state = context.state
    locked = any(reader_trouble(state, reader) is Trouble.PIN_LOCKED for reader in state.held)
    return text(f"trouble.{Trouble.PIN_LOCKED}") if locked else None


def _other_holder(state: State, context: GuideContext | None) -> str | Text:
    """Return the holder of the other key."""
    here = context.positions.rivals if context else frozenset()
    ids = sorted(here or {key for content in state.contents.values() for key in content.keys})
    keys = (state.memory.keys[i] for i in ids if i in state.memory.keys)
    seen = (state.memory.certificates[f] for key in keys for f in key.fingerprints if f in state.memory.certificates)
    return holder_words(next((name for s in seen if (name := holder_name(s.certificate))), ""))
