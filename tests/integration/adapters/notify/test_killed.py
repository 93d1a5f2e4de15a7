"""What a killed process left on the screen can still be clicked."""

from __future__ import annotations

import json
import stat
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from dbus_fast import Message

from config.i18n.text import text
from config.values import replace
from daemon.adapters.notify import make_notifier
from daemon.adapters.notify.desktop import DesktopChannel
from daemon.adapters.notify.screen_note import NOTE_FILE
from daemon.adapters.platform.async_thread import AsyncThread
from daemon.core.commands import AnswerNotice
from daemon.core.events import CommandReceived
from daemon.core.notice import NoticeChoice, NoticeId, NoticeKind
from support.bus import SessionBus, send_to_all
from support.desktop import DISMISSED, NotificationServer
from support.notifier_probe import NOTICE, NotifierProbe, plain
from support.process import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from daemon.adapters.notify.chain import ChainNotifier

OTHER = replace(NOTICE, notice_id=NoticeId(NoticeKind.QUESTION, "key-2"), title=text("A question"), more=())
FURTHER = replace(NOTICE, notice_id=NoticeId(NoticeKind.KEY, "further"))


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """Where what is on the screen is noted."""
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    return folder / NOTE_FILE


class Lives:
    """Lives of one notifier, each but the last killed."""

    def __init__(self, runtime: Path) -> None:
        self._runtime = runtime
        self._thread = AsyncThread()
        self._notifier: ChainNotifier | None = None

    def __call__(self) -> NotifierProbe:
        """Begin a life that has taken up what was left."""
        self.kill()
        self._thread = AsyncThread()
        probe = NotifierProbe(lambda post: make_notifier(post, plain, self._thread, runtime=self._runtime))
        self._notifier = probe.notifier
        self._thread.submit(take_turn(probe.notifier)).result(PATIENCE_S)
        return probe

    def kill(self) -> None:
        """End without a farewell."""
        if self._notifier is not None:
            self._thread.submit(cut(self._notifier)).result(PATIENCE_S)
            self._thread.stop()


async def take_turn(notifier: ChainNotifier) -> None:
    async with notifier._turn:
        pass


async def cut(notifier: ChainNotifier) -> None:
    """Cut the connection, as the end of a process does."""
    channel = notifier._channels[0]
    assert isinstance(channel, DesktopChannel)
    if channel._bus is not None and channel._bus.connected:
        channel._bus.disconnect()
        await channel._bus.wait_for_disconnect()


@pytest.fixture
def live(session_bus: SessionBus, note: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lives]:
    """A notifier that is killed, and begins again."""
    for name, value in session_bus.environment.items():
        monkeypatch.setenv(name, value)
    lives = Lives(note.parent)
    yield lives
    lives.kill()


def expect_silence(probe: NotifierProbe, server: NotificationServer) -> None:
    """Expect that earlier clicks post nothing.

    The next event is of a later one.
    """
    server.click_at_once = "open"
    probe.say(FURTHER)
    assert probe.answer() == ("further", NoticeChoice.OPEN)


def test_a_click_on_what_a_killed_one_showed_is_answered_once(
    live: Lives, notification_server: NotificationServer
) -> None:
    live().say()
    probe = live()
    for action in ("bogus", "default", "default", "later"):
        notification_server.action_invoked(1, action)
    assert probe.answer() == ("key-1", NoticeChoice.OPEN)
    expect_silence(probe, notification_server)


def test_each_button_and_notice_keeps_its_meaning(live: Lives, notification_server: NotificationServer) -> None:
    first = live()
    first.say()
    first.say(OTHER)
    probe = live()
    notification_server.notification_closed(2, DISMISSED)
    assert probe.answer() == ("ask:key-2", NoticeChoice.DISMISSED)
    notification_server.action_invoked(2, "later")  # not offered
    notification_server.action_invoked(2)
    assert probe.answer() == ("ask:key-2", NoticeChoice.OPEN)
    notification_server.action_invoked(1, "ordered")
    assert probe.answer() == ("key-1", NoticeChoice.ORDERED)


def test_the_right_of_the_click_comes_with_it(live: Lives, notification_server: NotificationServer) -> None:
    live().say()
    probe = live()
    notification_server.activation_token(1, "token")
    notification_server.action_invoked(1)
    event = probe.next()
    assert isinstance(event, CommandReceived)
    assert event.activation == "token"


def test_it_lasts_over_several_kills(live: Lives, notification_server: NotificationServer) -> None:
    live().say()
    live().say(OTHER)
    probe = live()
    notification_server.action_invoked(1)
    assert probe.answer() == ("key-1", NoticeChoice.OPEN)
    notification_server.action_invoked(2)
    assert probe.answer() == ("ask:key-2", NoticeChoice.OPEN)


def test_a_newer_notice_replaces_it_and_a_withdrawal_removes_it(
    live: Lives, notification_server: NotificationServer
) -> None:
    first = live()
    first.say()
    first.say(OTHER)
    probe = live()
    probe.say()
    probe.notifier.withdraw(OTHER.notice_id)
    probe.say(replace(FURTHER, notice_id=NoticeId(NoticeKind.KEY, "key-3")))  # after that
    assert [closed.id for closed in notification_server.closed] == [1, 2]
    for number in (1, 2):
        notification_server.action_invoked(number)
    expect_silence(probe, notification_server)


def test_a_strange_number_or_sender_is_no_click(
    live: Lives, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    live().say()
    probe = live()
    name, path = NotificationServer.name, NotificationServer.path
    forged = [
        Message.new_signal(path, name, "ActivationToken", "us", [1, "forged"]),
        Message.new_signal(path, name, "ActionInvoked", "us", [1, "ordered"]),
    ]
    send_to_all(session_bus, forged)
    notification_server.action_invoked(2)
    notification_server.action_invoked(0)
    notification_server.action_invoked(1, "later")
    later = AnswerNotice(notice_id=NOTICE.notice_id, choice=NoticeChoice.LATER)
    assert probe.answer_and_right() == (later, None)


def test_a_server_that_came_meanwhile_is_another_one(live: Lives, session_bus: SessionBus, note: Path) -> None:
    with NotificationServer(session_bus):
        live().say()
    with NotificationServer(session_bus) as server:
        probe = live()
        server.action_invoked(1)
        wait_until(lambda: not note.exists(), "it is forgotten")
        expect_silence(probe, server)


def test_another_session_is_another_one(
    live: Lives, notification_server: NotificationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its server may have the same unique name."""
    live().say()
    with ExitStack() as stack:
        bus = stack.enter_context(SessionBus())
        for name, value in bus.environment.items():
            monkeypatch.setenv(name, value)
        server = stack.enter_context(NotificationServer(bus))
        probe = live()
        server.action_invoked(1)
        expect_silence(probe, server)
    assert len(notification_server.notices) == 1


def test_a_server_that_goes_is_forgotten_at_once(live: Lives, session_bus: SessionBus, note: Path) -> None:
    with NotificationServer(session_bus):
        live().say()
        assert note.exists()
    wait_until(lambda: not note.exists(), "it is forgotten")


def test_the_note_is_private_and_names_no_one(live: Lives, notification_server: NotificationServer, note: Path) -> None:
    probe = live()
    probe.say()
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    (noted,) = json.loads(note.read_bytes())["notices"]
    assert noted == {
        "number": 1,
        "kind": "key",
        "subject": "key-1",
        "opens": True,
        "choices": ["open", "later", "ordered"],
    }
    notification_server.action_invoked(1)
    assert probe.answer() == ("key-1", NoticeChoice.OPEN)
    assert not note.exists()


def test_an_end_in_order_leaves_no_note(live: Lives, notification_server: NotificationServer, note: Path) -> None:
    probe = live()
    probe.say()
    probe.notifier.stop()
    wait_until(lambda: len(notification_server.closed) == 1 and not note.exists(), "nothing is left")


SPOILED = {
    "no JSON": lambda note: note.write_bytes(b"\xff{"),
    "too large": lambda note: note.write_bytes(note.read_bytes() + b" " * (64 << 10)),
    "a number beyond 32 bits": lambda note: note.write_text(
        note.read_text().replace('"number":1', '"number":4294967297')
    ),
    "an unknown choice": lambda note: note.write_text(note.read_text().replace("ordered", "forget")),
    "others may write": lambda note: note.chmod(0o666),
    "others may write the folder": lambda note: note.parent.chmod(0o777),
    "a folder": lambda note: (note.unlink(), note.mkdir()),
    "gone": lambda note: note.unlink(),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_a_note_that_is_not_to_be_believed_is_no_click(
    live: Lives, notification_server: NotificationServer, note: Path, spoil: Callable[[Path], object]
) -> None:
    live().say()
    spoil(note)
    probe = live()
    notification_server.action_invoked(1)
    expect_silence(probe, notification_server)
