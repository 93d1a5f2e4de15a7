"""A click answers its notice for days, also after a restart."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from config.values import replace
from config.workflows import Destination
from daemon.core.answer_words import WORDS_KEPT, find_answer, issue_words
from daemon.core.commands import AnswerByWord, AnswerNotice, ForgetCertificate
from daemon.core.effects import Launch, OpenGuide
from daemon.core.events import AnswerWordsIssued, CommandReceived
from daemon.core.model import ActivationToken, AnswerRecord, AnswerWord, Memory
from daemon.core.notice import NoticeChoice, NoticeId, NoticeKind
from support.core.factories import NOW, certificate
from support.core.simulator import Simulator

if TYPE_CHECKING:
    from daemon.core.effects import Effect

OPEN, LATER, DONE = (AnswerWord(letter * 32) for letter in "abc")
UNKNOWN = AnswerWord("0" * 32)
WORDS: dict[AnswerWord, NoticeChoice] = {OPEN: NoticeChoice.OPEN, LATER: NoticeChoice.LATER, DONE: NoticeChoice.ORDERED}
WELCOME = NoticeId(NoticeKind.WELCOME)


@pytest.fixture
def user() -> Simulator:
    """A user whose key is due, and whose notice has words."""
    simulator = Simulator()
    simulator.plug(certificate(not_after=NOW + timedelta(days=45)))
    issue(simulator, key_notice(simulator))
    return simulator


def key_notice(user: Simulator) -> NoticeId:
    return NoticeId(NoticeKind.KEY, next(iter(user.state.memory.keys)))


def issue(user: Simulator, notice_id: NoticeId, words: dict[AnswerWord, NoticeChoice] | None = None) -> None:
    user.post(AnswerWordsIssued(at=user.now, notice_id=notice_id, words=words or WORDS))


def click(user: Simulator, word: AnswerWord) -> tuple[Effect, ...]:
    return user.post(CommandReceived(at=user.now, command=AnswerByWord(word=word)))


def test_words_are_kept_in_the_store(user: Simulator) -> None:
    assert user.kept.answer_words.keys() == WORDS.keys()


def test_a_click_launches_and_may_come_again(user: Simulator) -> None:
    for _ in range(2):
        launches = [effect for effect in click(user, OPEN) if isinstance(effect, Launch)]
        assert [effect.destination for effect in launches] == [Destination.ORDER_PAGE]
        user.now += timedelta(minutes=1)


def test_a_click_after_a_restart_launches(user: Simulator) -> None:
    later = Simulator(state=replace(Simulator().state, memory=user.kept), now=user.now + timedelta(days=2))
    assert any(isinstance(effect, Launch) for effect in click(later, OPEN))


@pytest.mark.parametrize("word", [LATER, DONE])
def test_every_other_answer_settles_the_notice(user: Simulator, word: AnswerWord) -> None:
    click(user, word)
    assert user.kept.answer_words == {}


def test_an_unknown_word_does_nothing(user: Simulator) -> None:
    assert click(user, UNKNOWN) == ()


def test_a_click_on_an_earlier_showing_launches(user: Simulator) -> None:
    issue(user, key_notice(user), {AnswerWord("d" * 32): NoticeChoice.OPEN})
    assert any(isinstance(effect, Launch) for effect in click(user, OPEN))


def test_an_answer_settles_every_showing_of_its_notice_alone(user: Simulator) -> None:
    issue(user, WELCOME, {UNKNOWN: NoticeChoice.OPEN})
    issue(user, key_notice(user), {AnswerWord("d" * 32): NoticeChoice.OPEN})
    click(user, LATER)
    assert user.kept.answer_words.keys() == {UNKNOWN}


def test_the_words_of_the_oldest_showings_are_dropped(user: Simulator) -> None:
    issue(user, WELCOME, {UNKNOWN: NoticeChoice.OPEN})
    shown = [AnswerWord(f"{number:032x}") for number in range(1, WORDS_KEPT + 1)]
    for word in shown:
        issue(user, key_notice(user), {word: NoticeChoice.OPEN})
    assert user.kept.answer_words.keys() == {UNKNOWN, *shown}


def test_the_words_of_a_withdrawn_notice_are_dropped(user: Simulator) -> None:
    user.command(ForgetCertificate(fingerprint=next(iter(user.state.memory.certificates))))
    assert user.kept.answer_words == {}


def test_the_words_of_a_forgotten_key_go_with_the_next_notice() -> None:
    memory = issue_words(Memory(), NoticeId(NoticeKind.KEY, "gone"), WORDS)
    assert issue_words(memory, WELCOME, {UNKNOWN: NoticeChoice.OPEN}).answer_words.keys() == {UNKNOWN}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (
            AnswerRecord(kind="key", subject="k", choice="open"),
            AnswerNotice(notice_id=NoticeId(NoticeKind.KEY, "k"), choice=NoticeChoice.OPEN),
        ),
        (
            AnswerRecord(kind="flood", subject="", choice="later"),
            AnswerNotice(notice_id=NoticeId(NoticeKind.SUMMARY), choice=NoticeChoice.LATER),
        ),
        (AnswerRecord(kind="of a newer version", subject="k", choice="open"), None),
        (AnswerRecord(kind="key", subject="k", choice="of a newer version"), None),
    ],
    ids=["about a key", "about many", "unknown kind", "unknown choice"],
)
def test_a_stored_answer_is_read(record: AnswerRecord, expected: AnswerNotice | None) -> None:
    assert find_answer(Memory(answer_words={OPEN: record}), OPEN) == expected


def test_the_right_of_a_click_goes_to_what_it_opens(user: Simulator) -> None:
    token = ActivationToken("token-1")
    command = AnswerNotice(notice_id=key_notice(user))
    effects = user.post(CommandReceived(at=user.now, command=command, activation=token))
    opened = [effect for effect in effects if isinstance(effect, Launch | OpenGuide)]
    assert [type(effect) for effect in opened] == [Launch, OpenGuide]
    assert {effect.activation for effect in opened} == {token}
