"""A notice reaches the user by the best channel that delivers.

The user's answer comes back.
"""

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from config.i18n.text import text
from config.values import replace
from daemon.adapters.notify.balloon import fit
from daemon.adapters.notify.chain import BODY_LIMIT, to_message
from daemon.adapters.notify.channel import Answered, Message
from daemon.adapters.notify.desktop import DesktopChannel
from daemon.adapters.notify.log import LogChannel
from daemon.adapters.notify.plyer import PlyerChannel
from daemon.adapters.platform.session_bus import find_session_bus
from daemon.core.events import CommandReceived, NoticeDelivered
from daemon.core.notice import NoticeChoice, NoticeId, NoticeKind, Urgency
from support.bus import SessionBus
from support.desktop import DISMISSED, EXPIRED, Dunst, NotificationServer
from support.notifier_probe import NOTICE, Make, plain
from support.process import PATIENCE_S, wait_until

MUTE_S = 0.3


class FailingChannel:
    """A channel that never delivers, in one way or another."""

    name = "failing"

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    async def show(self, message: Message, answered: Answered) -> bool:  # noqa: ARG002 - a port
        if self._error is not None:
            raise self._error
        return False

    async def withdraw(self, notice_id: NoticeId) -> None:
        assert notice_id.subject
        raise OSError

    async def close(self) -> None:
        raise OSError


# The desktop channel


def test_a_notice_is_a_notify_with_a_default_action_and_labelled_buttons(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    make(session_bus).say()
    shown = notification_server.next_notice()
    assert (shown.app_name, shown.summary, shown.body) == ("vigicle", "Your key", "Order a new one")
    assert shown.actions == {"default": "", "open": "Order", "later": "choice.later", "ordered": "choice.ordered"}


@pytest.mark.parametrize(
    ("action", "choice"),
    [
        ("default", NoticeChoice.OPEN),
        ("open", NoticeChoice.OPEN),
        ("later", NoticeChoice.LATER),
        ("ordered", NoticeChoice.ORDERED),
    ],
)
def test_a_click_is_posted(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer, action: str, choice: NoticeChoice
) -> None:
    probe = make(session_bus)
    probe.say()
    notification_server.action_invoked(notification_server.next_notice().id, action)
    assert probe.answer() == ("key-1", choice)


def test_a_click_carries_its_right(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    probe = make(session_bus)
    probe.say()
    probe.say(replace(NOTICE, notice_id=NoticeId(NoticeKind.KEY, "key-2")))
    first, second = (notification_server.next_notice().id for _ in range(2))
    notification_server.activation_token(second, "right-2")
    notification_server.action_invoked(first)
    notification_server.action_invoked(second)
    answers = [probe.next() for _ in range(2)]
    assert [answer.activation for answer in answers if isinstance(answer, CommandReceived)] == [None, "right-2"]


def test_a_dismissal_is_posted_and_an_expiry_is_not(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    probe = make(session_bus)
    probe.say()
    probe.say(replace(NOTICE, notice_id=NoticeId(NoticeKind.KEY, "key-2")))
    first, second = (notification_server.next_notice().id for _ in range(2))
    notification_server.notification_closed(first, EXPIRED)
    notification_server.notification_closed(second, DISMISSED)
    assert probe.answer() == ("key-2", NoticeChoice.DISMISSED)
    assert probe.events.empty()


def test_a_click_does_nothing_where_there_is_no_button(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    probe = make(session_bus)
    probe.say(replace(NOTICE, button=None))
    probe.say(replace(NOTICE, notice_id=NoticeId(NoticeKind.KEY, "key-2")))
    first, second = (notification_server.next_notice() for _ in range(2))
    assert "open" not in first.actions
    notification_server.action_invoked(first.id)
    notification_server.action_invoked(second.id)
    assert probe.answer() == ("key-2", NoticeChoice.OPEN)


@pytest.mark.parametrize(("urgency", "level"), [(Urgency.LOW, 0), (Urgency.NORMAL, 1), (Urgency.CRITICAL, 2)], ids=str)
def test_the_urgency_is_told(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer, urgency: Urgency, level: int
) -> None:
    make(session_bus).say(replace(NOTICE, urgency=urgency))
    assert notification_server.next_notice().hints["urgency"] == level


@pytest.mark.parametrize("channel", ["desktop", "plyer"])
@pytest.mark.parametrize(
    ("skills", "body"),
    [(["body", "body-markup"], "a &lt;b&gt; &amp; c"), (["body"], "a <b> & c")],
    ids=["renders markup", "does not"],
)
def test_markup_is_escaped_where_it_is_rendered(
    make: Make, session_bus: SessionBus, skills: list[str], body: str, channel: str
) -> None:
    with NotificationServer(session_bus, capabilities=skills) as server:
        make(session_bus, forced=channel).say(replace(NOTICE, body=text("a <b> & c")))
        assert server.next_notice().body == body


def test_a_server_without_actions_gets_no_buttons(make: Make, session_bus: SessionBus) -> None:
    with NotificationServer(session_bus, capabilities=["body"]) as server:
        make(session_bus).say()
        assert "open" not in server.next_notice().actions


def test_a_notice_of_the_same_tag_takes_the_place_of_the_one_before(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    probe = make(session_bus)
    probe.say()
    probe.say(replace(NOTICE, notice_id=NoticeId(NoticeKind.KEY, "key-2")))
    probe.say(replace(NOTICE, title=text("newer")))
    first, _, newer = (notification_server.next_notice() for _ in range(3))
    assert [closed.id for closed in notification_server.closed] == [first.id]
    notification_server.action_invoked(newer.id)
    assert probe.answer() == ("key-1", NoticeChoice.OPEN)


def test_a_withdrawn_notice_leaves_the_screen(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    probe = make(session_bus)
    probe.notifier.withdraw(NoticeId(NoticeKind.KEY, "nobody"))
    probe.say()
    probe.notifier.withdraw(NoticeId(NoticeKind.KEY, "key-1"))
    shown = notification_server.next_notice()
    wait_until(lambda: [closed.id for closed in notification_server.closed] == [shown.id], "it is closed")


def test_a_server_that_restarts_is_found_again(make: Make, session_bus: SessionBus) -> None:
    probe = make(session_bus)
    for _ in range(2):
        with NotificationServer(session_bus) as server:
            probe.say()
            server.action_invoked(server.next_notice().id)
            assert probe.answer() == ("key-1", NoticeChoice.OPEN)


def test_a_bus_that_restarts_is_found_again(make: Make, session_bus: SessionBus) -> None:
    probe = make(session_bus)
    for again in (False, True):
        if again:
            session_bus.stop()
            session_bus.start()
        with NotificationServer(session_bus) as server:
            probe.say()
            server.action_invoked(server.next_notice().id)
            assert probe.answer() == ("key-1", NoticeChoice.OPEN)


def test_a_real_dunst_shows_the_notice_and_its_click_comes_back(
    make: Make, session_bus: SessionBus, dunst: Dunst
) -> None:
    probe = make(session_bus)
    probe.say(replace(NOTICE, body=text("a <b> & c"), urgency=Urgency.CRITICAL))
    probe.say(replace(NOTICE, body=text("a <b> & d"), urgency=Urgency.CRITICAL))
    dunst.wait_displayed(1)
    dunst.action()
    assert probe.answer() == ("key-1", NoticeChoice.OPEN)


def test_what_only_the_log_could_take_is_shown_again_when_the_bus_is_back(
    make: Make, session_bus: SessionBus, written: Callable[[], list[str]]
) -> None:
    session_bus.stop()
    probe = make(session_bus)
    probe.say()
    assert written() == ["Your key: Order a new one"]
    session_bus.start()
    with NotificationServer(session_bus) as server:
        assert server.next_notice().summary == "Your key"


# From channel to channel


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What the log channel has written."""
    return lambda: [record.getMessage() for record in caplog.records if record.name == "vigicle.notice"]


def test_without_a_desktop_the_log_takes_the_notice(make: Make, written: Callable[[], list[str]]) -> None:
    make().say()
    assert written() == ["Your key: Order a new one"]


def test_with_a_bus_and_no_server_the_log_takes_it_until_a_server_comes(
    make: Make, session_bus: SessionBus, written: Callable[[], list[str]]
) -> None:
    probe = make(session_bus)
    probe.say()
    assert written() == ["Your key: Order a new one"]
    with NotificationServer(session_bus) as server:
        late = server.next_notice()
        probe.say(replace(NOTICE, notice_id=NoticeId(NoticeKind.KEY, "key-2")))
        server.action_invoked(late.id)
        assert probe.answer() == ("key-1", NoticeChoice.OPEN)


def test_what_was_withdrawn_is_not_shown_by_a_server_that_comes(make: Make, session_bus: SessionBus) -> None:
    probe = make(session_bus)
    probe.say()
    probe.say(replace(NOTICE, notice_id=NoticeId(NoticeKind.KEY, "key-2"), title=text("second")))
    probe.notifier.withdraw(NoticeId(NoticeKind.KEY, "key-1"))
    with NotificationServer(session_bus) as server:
        assert server.next_notice().summary == "second"


def test_a_mute_server_is_given_up(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer, written: Callable[[], list[str]]
) -> None:
    notification_server.mute = True
    channels = DesktopChannel(limit_s=MUTE_S), PlyerChannel(limit_s=MUTE_S), LogChannel()
    make(session_bus, channels=channels).say()
    assert written() == ["Your key: Order a new one"]


@pytest.mark.parametrize("error", [None, OSError("Not implemented"), ImportError(), Exception("x")], ids=repr)
def test_the_next_channel_follows_one_that_fails(
    make: Make, written: Callable[[], list[str]], error: Exception | None
) -> None:
    probe = make(channels=(FailingChannel(error), LogChannel()))
    probe.say()
    probe.notifier.withdraw(NoticeId(NoticeKind.KEY, "key-1"))
    probe.say()
    assert len(written()) == 2


def test_showing_does_not_wait(make: Make) -> None:
    released = threading.Event()

    class Held(LogChannel):
        async def show(self, message: Message, answered: Answered) -> bool:
            while not released.is_set():
                await asyncio.sleep(0.01)
            return await super().show(message, answered)

    probe = make(channels=(Held(),))
    probe.notifier.show(NOTICE)
    assert probe.events.empty()
    released.set()
    assert isinstance(probe.next(), NoticeDelivered)


def test_an_unknown_forced_channel_is_logged_and_changes_nothing(
    make: Make,
    session_bus: SessionBus,
    notification_server: NotificationServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    make(session_bus, forced="pigeon").say()
    notification_server.next_notice()
    assert "pigeon" in caplog.text


def test_the_log_can_be_forced(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer, written: Callable[[], list[str]]
) -> None:
    make(session_bus, forced="log").say()
    assert written()
    assert notification_server.notices == []


def test_the_log_names_people_only_in_the_notice(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    make().say(replace(NOTICE, body=text("Élise d’Arc")))
    assert {record.name for record in caplog.records if "Élise" in record.getMessage()} == {"vigicle.notice"}


# plyer


def test_plyer_delivers(make: Make, session_bus: SessionBus, notification_server: NotificationServer) -> None:
    make(session_bus, forced="plyer").say()
    shown = notification_server.next_notice()
    assert (shown.app_name, shown.summary, shown.body) == ("vigicle", "Your key", "Order a new one")


@pytest.mark.parametrize("hostile", ["--help", "-t", "--", "--urgency=low"])
def test_plyer_takes_no_text_for_an_option(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer, hostile: str
) -> None:
    make(session_bus, forced="plyer").say(replace(NOTICE, title=text(hostile), body=text(hostile)))
    shown = notification_server.next_notice()
    assert (shown.summary.strip(), shown.body.strip()) == (hostile, hostile)


def test_the_log_follows_plyer_where_there_is_no_server(
    make: Make, session_bus: SessionBus, written: Callable[[], list[str]]
) -> None:
    make(session_bus, forced="plyer").say()
    assert written()


def test_the_log_follows_plyer_where_it_has_no_program(
    make: Make,
    session_bus: SessionBus,
    notification_server: NotificationServer,
    written: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    make(session_bus, forced="plyer").say()
    assert written()
    assert notification_server.notices == []


@pytest.mark.parametrize(
    ("text_", "units", "fitted"),
    [
        ("a" * 63, 63, "a" * 63),
        ("a" * 64, 63, "a" * 62 + "…"),
        ("🔑" * 31 + "a", 63, "🔑" * 31 + "a"),
        ("🔑" * 32, 63, "🔑" * 31 + "…"),
        ("a" + "🔑" * 32, 63, "a" + "🔑" * 30 + "…"),
        ("", 63, ""),
    ],
    ids=["exact", "one more", "pairs, exact", "pairs, one more", "a pair on the edge", "empty"],
)
def test_a_text_is_cut_to_utf_16_units(text_: str, units: int, fitted: str) -> None:
    assert fit(text_, units) == fitted
    assert len(fitted.encode("utf-16-le")) <= 2 * units


# Words


def test_words_are_one_clean_line_and_cut() -> None:
    hostile = replace(NOTICE, title=text("a\n\u202eb\x1b[31m"), body=text("x" * 5000), button=text("\u200bGo\n"))
    message = to_message(hostile, plain)
    assert message.title == "a b[31m"
    assert len(message.body) == BODY_LIMIT
    assert message.buttons[0].label == "Go"


def test_nothing_is_posted_after_the_stop(make: Make) -> None:
    done = threading.Event()

    class Last(LogChannel):
        async def close(self) -> None:
            done.set()

    probe = make(channels=(Last(),))
    probe.notifier.stop()
    probe.notifier.show(NOTICE)
    assert done.wait(PATIENCE_S)
    assert probe.events.empty()


def test_the_user_bus_is_found_by_its_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SessionBus() as bus:
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        assert not find_session_bus()
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(bus.folder))
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "")
        assert find_session_bus()
        assert os.environ["DBUS_SESSION_BUS_ADDRESS"] == bus.address
