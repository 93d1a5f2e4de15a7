"""The words by which clicks answer notices, also after a restart.

A notice in the notification centre of Windows starts an address with such a word. A web page may start one too, so a
word cannot be guessed, and an unknown one does nothing.
"""

from collections.abc import Iterable, Mapping

from config.values import replace
from daemon.core.commands import AnswerNotice
from daemon.core.effects import Effect, Withdraw
from daemon.core.model import AnswerRecord, AnswerWord, Memory
from daemon.core.notice import NoticeChoice, NoticeId, NoticeKind

WORDS_KEPT = 40  # of one notice: ten showings with four choices


def issue_words(memory: Memory, notice_id: NoticeId, words: Mapping[AnswerWord, NoticeChoice]) -> Memory:
    """Remember a notice's words, after its earlier ones.

    A click on an earlier showing may still come: the daemon that it starts shows the notice again first. The oldest
    beyond `WORDS_KEPT` are dropped, and those of keys that are no longer known.
    """
    issued = {
        word: AnswerRecord(kind=notice_id.kind, subject=notice_id.subject, choice=choice)
        for word, choice in words.items()
    }
    known = {
        word: record
        for word, record in memory.answer_words.items()
        if (answer := _to_answer(record)) and (not answer.notice_id.key or answer.notice_id.key in memory.keys)
    }
    of_notice = [word for word, record in known.items() if _notice_of(record) == _name(notice_id)]
    too_old = of_notice[: max(0, len(of_notice) + len(issued) - WORDS_KEPT)]
    kept = {word: record for word, record in known.items() if word not in too_old}
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
    names = {_name(notice_id) for notice_id in settled}
    return {word: record for word, record in memory.answer_words.items() if _notice_of(record) not in names}


def _name(notice_id: NoticeId) -> tuple[str, str]:
    return notice_id.kind.value, notice_id.subject


def _notice_of(record: AnswerRecord) -> tuple[str, str]:
    return record.kind, record.subject


def _to_answer(record: AnswerRecord) -> AnswerNotice | None:
    """Return the answer, None for one of another version."""
    if record.kind not in set(NoticeKind) or record.choice not in set(NoticeChoice):
        return None
    notice_id = NoticeId(NoticeKind(record.kind), record.subject)
    return AnswerNotice(notice_id=notice_id, choice=NoticeChoice(record.choice))
