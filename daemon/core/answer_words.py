"""The words by which clicks answer notices, also after a restart.

A notice in the notification centre of Windows starts an address with such a word. A web page may start one too, so a
word cannot be guessed, and an unknown one does nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from daemon.core.commands import AnswerNotice
from daemon.core.effects import Effect, Withdraw
from daemon.core.model import AnswerRecord, AnswerWord, Memory
from daemon.core.notice import NoticeChoice, NoticeId, NoticeKind


def issue_words(memory: Memory, notice_id: NoticeId, words: Mapping[AnswerWord, NoticeChoice]) -> Memory:
    """Remember a notice's words, in place of its earlier ones.

    Those of keys that are no longer known are dropped.
    """
    issued = {
        word: AnswerRecord(kind=notice_id.kind, subject=notice_id.subject, choice=choice)
        for word, choice in words.items()
    }
    kept = {
        word: record
        for word, record in _without(memory, {notice_id}).items()
        if (answer := _to_answer(record)) and (not answer.notice_id.key or answer.notice_id.key in memory.keys)
    }
    return replace(memory, answer_words=kept | issued)


def find_answer(memory: Memory, word: AnswerWord) -> AnswerNotice | None:
    """Return the answer that a word gives, None for an unknown word."""
    record = memory.answer_words.get(word)
    if record is None:
        return None
    return _to_answer(record)


def drop_settled(memory: Memory, effects: Iterable[Effect]) -> Memory:
    """Drop the words of the notices that are taken off the screen."""
    return drop_words(memory, {effect.notice_id for effect in effects if isinstance(effect, Withdraw)})


def drop_words(memory: Memory, settled: set[NoticeId]) -> Memory:
    """Drop the words of these notices."""
    answers = _without(memory, settled)
    if len(answers) == len(memory.answer_words):
        return memory
    return replace(memory, answer_words=answers)


def _without(memory: Memory, settled: set[NoticeId]) -> dict[AnswerWord, AnswerRecord]:
    names = {(notice_id.kind.value, notice_id.subject) for notice_id in settled}
    return {word: record for word, record in memory.answer_words.items() if (record.kind, record.subject) not in names}


def _to_answer(record: AnswerRecord) -> AnswerNotice | None:
    """Return the answer, None for one of another version."""
    if record.kind not in set(NoticeKind) or record.choice not in set(NoticeChoice):
        return None
    notice_id = NoticeId(NoticeKind(record.kind), record.subject)
    return AnswerNotice(notice_id=notice_id, choice=NoticeChoice(record.choice))
