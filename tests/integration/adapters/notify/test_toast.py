"""Toasts of Windows: clicked at any time, failed, replaced, or switched off."""

from __future__ import annotations

import asyncio
import queue
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unittest import mock
from xml.etree import ElementTree

import pytest

from config.i18n.text import CleanText
from config.values import replace
from daemon.adapters.notify.chain import ChainNotifier, to_message
from daemon.adapters.notify.channel import Message, NoticeButton, NoticesOffError
from daemon.adapters.notify.log import LogChannel
from daemon.adapters.notify.toast import ToastChannel, ask_whether_on
from daemon.adapters.notify.toast_registry_windows import command_line
from daemon.adapters.notify.toast_xml import MAX_ACTIONS, to_xml
from daemon.adapters.platform.async_thread import AsyncThread
from daemon.core.events import AnswerWordsIssued, NoticeDelivered, NoticesSwitched
from daemon.core.model import AnswerWord
from daemon.core.notice import NoticeChoice, NoticeId, NoticeKind
from support.notifier_probe import NOTICE, plain
from support.process import PATIENCE_S
from support.toast_schema import faults
from support.winrt import NotificationSetting, played_windows
from tray.cli.answer import word_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from daemon.adapters.notify.channel import Channel
    from daemon.core.events import Event
    from support.winrt import Platform

COMMAND = ("vigiclew.exe", "answer")
OFF = [each for each in NotificationSetting if each is not NotificationSetting.ENABLED]
WORDS = {AnswerWord(f"{number:032x}"): choice for number, choice in enumerate(NoticeChoice)}
MESSAGE = replace(to_message(NOTICE, plain), words=WORDS)


@dataclass
class Probe:
    """A notifier over a played Windows."""

    platform: Platform
    notifier: ChainNotifier
    events: queue.SimpleQueue[Event]

    def next(self) -> Event:
        return self.events.get(timeout=PATIENCE_S)


@contextmanager
def probe() -> Iterator[Probe]:
    thread = AsyncThread()
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    channels: list[Channel] = [ToastChannel(COMMAND), LogChannel()]
    with played_windows() as platform:
        try:
            yield Probe(platform, ChainNotifier(events.put, channels, plain, thread, issues_words=True), events)
        finally:
            thread.stop()


def show(message: Message, answers: list[NoticeChoice], command: tuple[str, ...] | None = COMMAND) -> bool:
    """Show a message by a channel of its own."""
    return asyncio.run(ToastChannel(command).show(message, lambda choice, _activation=None: answers.append(choice)))


@pytest.mark.parametrize("where", ["on the banner", "in the notification centre"])
@pytest.mark.parametrize(
    ("label", "choice"),
    [(None, NoticeChoice.OPEN), ("Order", NoticeChoice.OPEN), ("choice.later", NoticeChoice.LATER)],
)
def test_a_click_starts_the_address_of_the_answer(where: str, label: str | None, choice: NoticeChoice) -> None:
    with probe() as windows:
        windows.notifier.show(NOTICE)
        issued = windows.next()
        assert isinstance(windows.next(), NoticeDelivered)
        if where != "on the banner":
            windows.platform.time_out()
        windows.platform.click(label)
    assert isinstance(issued, AnswerWordsIssued)
    assert issued.notice_id == NOTICE.notice_id
    word = word_of(windows.platform.opened)
    assert word is not None
    assert issued.words[word] == choice
    assert windows.events.empty()


def test_words_are_new_for_each_notice_and_each_choice() -> None:
    with probe() as windows:
        for _ in range(2):
            windows.notifier.show(NOTICE)
        issued = [event for event in (windows.next() for _ in range(4)) if isinstance(event, AnswerWordsIssued)]
    words = [word for event in issued for word in event.words]
    assert len(words) == len(set(words)) == 2 * (1 + len(NOTICE.more))


def test_a_notice_without_a_choice_issues_no_words() -> None:
    with probe() as windows:
        windows.notifier.show(replace(NOTICE, button=None, more=()))
        assert isinstance(windows.next(), NoticeDelivered)


def test_without_a_scheme_a_click_is_heard_while_the_process_lives() -> None:
    with played_windows() as platform:
        answers: list[NoticeChoice] = []
        assert show(MESSAGE, answers, command=None)
        platform.time_out()
        platform.click("choice.later")
    assert (answers, platform.opened) == ([NoticeChoice.LATER], [])


@pytest.mark.parametrize("refused", ["name_sender", "register_scheme"])
def test_a_registry_that_cannot_be_written_costs_no_toast(refused: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An office may lock HKEY_CURRENT_USER."""
    refusal = mock.Mock(side_effect=PermissionError(13, "Access is denied"))
    monkeypatch.setattr(f"daemon.adapters.notify.toast.{refused}", refusal)
    with played_windows() as platform:
        answers: list[NoticeChoice] = []
        assert show(MESSAGE, answers)
        platform.click("choice.later")
    heard = [*answers, *(WORDS[word] for address in platform.opened if (word := word_of([address])))]
    assert heard == [NoticeChoice.LATER]


def test_closing_a_toast_is_told_and_its_time_out_is_not() -> None:
    with played_windows() as platform:
        answers: list[NoticeChoice] = []
        show(MESSAGE, answers)
        platform.time_out()
        assert answers == []
        platform.dismiss()
    assert answers == [NoticeChoice.DISMISSED]


def test_a_toast_that_windows_refuses_is_not_delivered() -> None:
    with played_windows() as platform:
        platform.refuses = True
        assert not show(MESSAGE, [])


def test_another_process_replaces_and_withdraws_a_toast() -> None:
    with played_windows() as platform:
        for message in (MESSAGE, replace(MESSAGE, title=CleanText("newer"))):
            show(message, [])
        assert [toast.xml.findtext(".//text") for toast in platform.shown] == ["newer"]
        asyncio.run(ToastChannel(COMMAND).withdraw(MESSAGE.notice_id))
        assert platform.shown == []


@pytest.mark.parametrize(("command", "left"), [(COMMAND, 1), (None, 0)], ids=["by address", "by handler"])
def test_at_the_end_only_toasts_that_can_be_clicked_stay(command: tuple[str, ...] | None, left: int) -> None:
    async def show_and_close() -> None:
        channel = ToastChannel(command)
        await channel.show(MESSAGE, lambda _choice, _activation=None: None)
        await channel.close()

    with played_windows() as platform:
        asyncio.run(show_and_close())
        assert len(platform.shown) == left


@pytest.mark.parametrize("first", [True, False], ids=["the first toast ever", "later"])
@pytest.mark.parametrize("setting", OFF, ids=lambda setting: setting.name)
def test_a_notice_that_is_switched_off_is_not_delivered_by_any_channel(
    setting: NotificationSetting, *, first: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with probe() as windows:
        windows.platform.known = not first
        windows.platform.setting = setting
        windows.notifier.show(replace(NOTICE, button=None, more=()))
        switched = windows.next()
        assert isinstance(switched, NoticesSwitched)
        assert not switched.on
        assert not any(record.name == "vigicle.notice" for record in caplog.records)
        windows.platform.setting = NotificationSetting.ENABLED
        windows.notifier.show(replace(NOTICE, button=None, more=()))
        events = [windows.next(), windows.next()]
    assert [type(event) for event in events] == [NoticesSwitched, NoticeDelivered]
    assert windows.events.empty()


@pytest.mark.parametrize("setting", NotificationSetting, ids=lambda setting: setting.name)
def test_doctor_learns_whether_notices_are_on(setting: NotificationSetting) -> None:
    with played_windows() as platform:
        platform.known, platform.setting = True, setting
        assert ask_whether_on() is (setting is NotificationSetting.ENABLED)


def test_before_the_first_toast_the_setting_is_taken_for_on() -> None:
    with played_windows():
        assert ask_whether_on()


def test_switched_off_is_raised_with_its_reason() -> None:
    with played_windows() as platform:
        platform.known, platform.setting = True, NotificationSetting.DISABLED_BY_GROUP_POLICY
        with pytest.raises(NoticesOffError, match="DISABLED_BY_GROUP_POLICY"):
            show(MESSAGE, [])


HOSTILE = CleanText('<toast launch="calc:"/> & \' " ]]> é 鍵 \u2028')


@pytest.mark.parametrize("by_address", [True, False], ids=["by address", "by handler"])
@pytest.mark.parametrize(
    "message",
    [
        MESSAGE,
        replace(MESSAGE, opens=False, buttons=()),
        replace(MESSAGE, words={}),
        replace(MESSAGE, title=HOSTILE, body=HOSTILE, buttons=(NoticeButton(choice=NoticeChoice.OPEN, label=HOSTILE),)),
        replace(
            MESSAGE, buttons=tuple(NoticeButton(choice=NoticeChoice.LATER, label=CleanText(str(n))) for n in range(9))
        ),
    ],
    ids=["usual", "no action", "no words", "hostile text", "too many buttons"],
)
def test_a_toast_keeps_to_the_schema(message: Message, *, by_address: bool) -> None:
    toast = ElementTree.fromstring(to_xml(message, by_address=by_address))
    assert faults(toast) == []
    assert [each.text for each in toast.iter("text")] == [message.title, message.body]
    assert len(toast.findall("actions/action")) <= MAX_ACTIONS


def test_the_schema_finds_faults() -> None:
    toast = ElementTree.fromstring(
        '<toast launch="a" onclick="b"><visual/><visual/><actions><action/></actions></toast>'
    )
    assert sorted(faults(toast)) == [
        "action: no arguments",
        "action: no content",
        "toast: 2 visual",
        "toast: onclick='b'",
    ]


def test_the_registry_names_the_program_and_the_place_of_the_address() -> None:
    command = [r"C:\Users\Élise M\vigicle\vigiclew.exe", "answer"]
    assert command_line(command) == r'"C:\Users\Élise M\vigicle\vigiclew.exe" answer "%1"'


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_notice_has_a_tag_that_windows_takes(kind: NoticeKind) -> None:
    message = replace(MESSAGE, notice_id=NoticeId(kind, "x" * 300), words={AnswerWord("0" * 32): NoticeChoice.OPEN})
    with played_windows() as platform:
        show(message, [])
        assert 0 < len(platform.shown[0].tag) <= 64
