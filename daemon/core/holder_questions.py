"""Asks in a notice whether two keys are of one person, once."""

from collections.abc import Iterator

from config.i18n.text import Argument, text
from config.instants import Instant
from config.values import replace
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.dedup_keys import HolderKey
from daemon.core.doubts import HolderDoubt
from daemon.core.holders import holder_name
from daemon.core.model import CertificatePair, Memory
from daemon.core.notice import Notice, NoticeId, NoticeKind
from daemon.core.notice_words import with_second_sentence
from daemon.core.subjects import was_delivered


def with_question(
    notice: Notice, case: RenewalCase | None, memory: Memory, asked: set[CertificatePair], now: Instant
) -> Notice:
    """Return a notice whose second sentence is the question, if due.

    `asked` takes up what is asked. Where the second sentence is news, the question has a notice of its own.
    """
    body = with_second_sentence(notice.body, text("guide.ask.holder"))
    doubt = None if body is None else _unasked_doubt(case, memory, asked, now)
    if doubt is None or body is None:
        return notice
    return replace(notice, body=body, dedup_keys=(HolderKey(doubt.pair), *notice.dedup_keys))


def holder_questions(
    assessment: Assessment, memory: Memory, asked: set[CertificatePair], now: Instant
) -> Iterator[Notice]:
    """Yield the questions that no other notice asks.

    Of those about one new key, each waits for the answer to the one before.
    """
    doubts = [case.doubt for case in assessment.cases if case.doubt]
    open_ = {d.new.key.id for d in doubts if d.pair in asked or was_delivered(memory, HolderKey(d.pair), now)}
    for case in assessment.cases:
        doubt = _unasked_doubt(case, memory, asked, now)
        if doubt is not None and doubt.new.key.id not in open_:
            open_.add(doubt.new.key.id)
            yield Notice(
                notice_id=NoticeId(NoticeKind.QUESTION, doubt.new.key.id),
                title=text("guide.ask.holder"),
                body=text("notice.holder.body", **holders_in_doubt(doubt)),
                dedup_keys=(HolderKey(doubt.pair),),
                button=text("button.answer"),
            )


def holders_in_doubt(doubt: HolderDoubt) -> dict[str, Argument]:
    """Return the two names that are in doubt, and their ends."""
    return {
        "old_holder": holder_name(doubt.old.seen.certificate) or text("holder.unknown"),
        "new_holder": holder_name(doubt.new.seen.certificate) or text("holder.unknown"),
        "old_end": doubt.old.not_after,
        "new_end": doubt.new.not_after,
    }


def _unasked_doubt(
    case: RenewalCase | None, memory: Memory, asked: set[CertificatePair], now: Instant
) -> HolderDoubt | None:
    """Return the doubt to ask about, if it was not asked."""
    doubt = case.doubt if case else None
    if doubt is None or doubt.pair in asked or was_delivered(memory, HolderKey(doubt.pair), now):
        return None
    asked.add(doubt.pair)
    return doubt
