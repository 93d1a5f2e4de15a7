"""A lying or late notification server shows no notice twice.

Desktop Notifications Specification 1.2: GetCapabilities gives "as", Notify gives "u", the signals "uu" and "us".
"""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from dbus_fast import ErrorType, Message, Variant

from config.i18n.text import text
from config.values import replace
from daemon.adapters.notify.dbus_server import ask_capabilities
from daemon.adapters.notify.desktop import DesktopChannel
from daemon.adapters.notify.log import LogChannel
from daemon.adapters.notify.plyer import PlyerChannel
from daemon.core.commands import AnswerNotice
from daemon.core.events import CommandReceived, NoticeDelivered
from daemon.core.notice import NoticeChoice, NoticeId, NoticeKind, Urgency
from support.bus import PrivateBus, SessionBus, send_to_all
from support.desktop import DISMISSED, NotificationServer
from support.notifier_probe import NOTICE, Make
from support.process import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop_notifier import DesktopNotifier

OTHER = replace(NOTICE, notice_id=NoticeId(NoticeKind.KEY, "key-2"))
LIMIT_S = 0.5  # for what never comes
HUGE = "x" * 5_000_000
LATER = AnswerNotice(notice_id=NOTICE.notice_id, choice=NoticeChoice.LATER)


class LyingServer(NotificationServer):
    """A server that answers against the specification."""

    def __init__(self, bus: PrivateBus, lies: dict[str, tuple[str, list[Any]]]) -> None:
        super().__init__(bus)
        self._lies = lies

    def respond(self, message: Message) -> Message:
        answer = super().respond(message)
        if message.member in self._lies:
            return Message.new_method_return(message, *self._lies[message.member])
        return answer


LIES: dict[str, dict[str, tuple[str, list[Any]]]] = {
    "capabilities that are a number": {"GetCapabilities": ("u", [7])},
    "capabilities that are a map": {"GetCapabilities": ("a{sv}", [{"actions": Variant("b", True)}])},
    "no capabilities at all": {"GetCapabilities": ("", [])},
    "huge capabilities": {"GetCapabilities": ("as", [["actions", HUGE] + ["y"] * 50_000])},
    "an id that is a text": {"Notify": ("s", ["1"])},
    "an id that is a list": {"Notify": ("au", [[1]])},
    "no id": {"Notify": ("", [])},
    "a negative id": {"Notify": ("i", [-1])},
    "nought as an id": {"Notify": ("u", [0])},
    "no name of the server": {"GetServerInformation": ("", [])},
    "numbers for the server's name": {"GetServerInformation": ("uuuu", [1, 2, 3, 4])},
}


@pytest.fixture
def channels() -> tuple[DesktopChannel, LogChannel]:
    return DesktopChannel(limit_s=PATIENCE_S), LogChannel()


class HastyChannel(DesktopChannel):
    """Waits long for the bus, and hardly for a notice's id."""

    def __init__(self) -> None:
        super().__init__(limit_s=LIMIT_S)

    async def _skills(self) -> frozenset[str] | None:
        return await ask_capabilities(PATIENCE_S)

    async def _connect(self, notifier: DesktopNotifier) -> bool:
        return bool(await notifier.get_capabilities())


@pytest.fixture
def hasty() -> tuple[DesktopChannel, LogChannel]:
    return HastyChannel(), LogChannel()


@pytest.mark.parametrize("lies", LIES.values(), ids=LIES)
def test_a_wrong_answer_shows_the_notice_once_at_most_and_the_next_one_is_delivered(
    make: Make,
    session_bus: SessionBus,
    channels: tuple[DesktopChannel, LogChannel],
    lies: dict[str, tuple[str, list[Any]]],
) -> None:
    probe = make(session_bus, channels=channels)
    with LyingServer(session_bus, lies) as server:
        probe.say()
        assert len(server.notices) <= 1
        lies.clear()
    with NotificationServer(session_bus) as honest:
        probe.say(OTHER)
        assert len(honest.notices) == 1
        honest.action_invoked(honest.next_notice().id)
        assert probe.answer() == ("key-2", NoticeChoice.OPEN)


def test_a_server_that_gives_every_notice_one_id_counts_a_click_once_for_the_newest(
    make: Make, session_bus: SessionBus, channels: tuple[DesktopChannel, LogChannel]
) -> None:
    probe = make(session_bus, channels=channels)
    with LyingServer(session_bus, {"Notify": ("u", [7])}) as server:
        probe.say()
        probe.say(OTHER)
        assert len(server.notices) == 2
        for _ in range(2):
            server.action_invoked(7)
        server.notification_closed(7, DISMISSED)
        assert probe.answer() == ("key-2", NoticeChoice.OPEN)
        probe.say(replace(NOTICE, notice_id=NoticeId(NoticeKind.KEY, "key-3")))  # nothing came before


SHORT_NOTIFY = """
  <method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="out"/></method>
  <method name="GetCapabilities"><arg type="as" direction="out"/></method>
  <method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
    <arg type="s" direction="out"/><arg type="s" direction="out"/></method>"""


@pytest.mark.parametrize(
    "introspection",
    ["", SHORT_NOTIFY, "<", HUGE],
    ids=["nothing", "a notice of one text", "no XML", "huge"],
)
def test_a_server_that_describes_itself_wrongly_loses_no_notice(
    make: Make,
    session_bus: SessionBus,
    channels: tuple[DesktopChannel, LogChannel],
    introspection: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    probe = make(session_bus, channels=channels)
    with NotificationServer(session_bus) as server:
        server.introspection = introspection
        probe.say()
        assert not server.notices
    assert [record.name for record in caplog.records].count("vigicle.notice") == 1, "the log has it"
    with NotificationServer(session_bus) as honest:
        probe.say(OTHER)
        assert len(honest.notices) == 1


class RefusingServer(NotificationServer):
    """A server that shows notices, and answers with an error."""

    def __init__(self, bus: PrivateBus, member: str) -> None:
        super().__init__(bus)
        self._member = member

    def respond(self, message: Message) -> Message:
        answer = super().respond(message)
        if message.member == self._member:
            return Message.new_error(message, ErrorType.FAILED, "not now")
        return answer


@pytest.mark.parametrize("member", ["GetCapabilities", "GetServerInformation"])
def test_a_server_that_says_nothing_of_itself_shows_the_notice(
    make: Make, session_bus: SessionBus, channels: tuple[DesktopChannel, LogChannel], member: str
) -> None:
    probe = make(session_bus, channels=channels)
    with RefusingServer(session_bus, member) as server:
        probe.say()
        assert len(server.notices) == 1


def test_a_server_that_shows_a_notice_and_answers_with_an_error_is_not_asked_again(
    make: Make, session_bus: SessionBus, channels: tuple[DesktopChannel, LogChannel], caplog: pytest.LogCaptureFixture
) -> None:
    desktop, log = channels
    probe = make(session_bus, channels=(desktop, PlyerChannel(), log))
    with RefusingServer(session_bus, "Notify") as server:
        probe.say()
        assert len(server.notices) == 1
    assert [record.name for record in caplog.records].count("vigicle.notice") == 1, "the log has it"
    with NotificationServer(session_bus) as honest:
        probe.say(OTHER)
        assert len(honest.notices) == 1


def test_plyer_is_believed_only_where_its_program_ends_well(
    make: Make, session_bus: SessionBus, caplog: pytest.LogCaptureFixture
) -> None:
    probe = make(session_bus, channels=(PlyerChannel(), LogChannel()))
    with NotificationServer(session_bus) as server:
        server.refusing = True
        probe.say()
    assert [record.name for record in caplog.records].count("vigicle.notice") == 1, "the log has it"


@pytest.mark.parametrize("announced", ["ActionInvoked", "NotificationClosed", "nothing"])
def test_a_signal_that_the_server_does_not_announce_is_heard_once(
    make: Make, session_bus: SessionBus, channels: tuple[DesktopChannel, LogChannel], announced: str
) -> None:
    probe = make(session_bus, channels=channels)
    with NotificationServer(session_bus) as server:
        methods, *signals = server.introspection.split("<signal ")
        server.introspection = methods + "".join(f"<signal {each}" for each in signals if announced in each)
        probe.say()
        server.notification_closed(1, DISMISSED)
        assert probe.answer() == ("key-1", NoticeChoice.DISMISSED)
        server.activation_token(1, "token")
        server.action_invoked(1, "later")
        assert probe.answer_and_right() == (LATER, "token")
        probe.say(OTHER)  # nothing came before


WRONG_SIGNALS: dict[str, tuple[str, str, list[Any]]] = {
    "a click on nothing": ("ActionInvoked", "", []),
    "a click on a text": ("ActionInvoked", "ss", ["1", "default"]),
    "a click with a number": ("ActionInvoked", "uu", [1, 1]),
    "a click with a list": ("ActionInvoked", "uas", [1, ["default"]]),
    "a click on another's": ("ActionInvoked", "us", [4_294_967_295, "default"]),
    "a huge click": ("ActionInvoked", "us", [1, HUGE]),
    "a closing without reason": ("NotificationClosed", "u", [1]),
    "a closing with a text": ("NotificationClosed", "us", [1, "2"]),
    "a closing for no known reason": ("NotificationClosed", "uu", [1, 4_000_000_000]),
    "a right that is a number": ("ActivationToken", "uu", [1, 1]),
    "a right for nothing": ("ActivationToken", "", []),
}


@pytest.mark.parametrize("signal", WRONG_SIGNALS.values(), ids=WRONG_SIGNALS)
def test_a_wrong_signal_changes_nothing(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer, signal: tuple[str, str, list[Any]]
) -> None:
    probe = make(session_bus)
    probe.say()
    member, signature, body = signal
    notification_server.emit(member, signature, *body)
    notification_server.action_invoked(1, "later")
    assert probe.answer() == ("key-1", NoticeChoice.LATER)
    probe.say(OTHER)


def test_a_signal_of_another_program_is_no_click(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    probe = make(session_bus)
    probe.say()
    name, path = NotificationServer.name, NotificationServer.path
    send_to_all(session_bus, [Message.new_signal(path, name, "ActionInvoked", "us", [1, "ordered"])])
    notification_server.action_invoked(1, "later")
    assert probe.answer() == ("key-1", NoticeChoice.LATER)


def test_a_late_answer_shows_the_notice_once_and_is_still_clicked(
    make: Make, session_bus: SessionBus, hasty: tuple[DesktopChannel, LogChannel], late: Callable[[], LateServer]
) -> None:
    probe = make(session_bus, channels=hasty)
    with late() as server:
        probe.say()  # the log took it
        server.let_go()
        server.action_invoked(server.next_notice().id, "later")
        assert probe.answer() == ("key-1", NoticeChoice.LATER)
        assert len(server.notices) == 1


def test_a_late_notice_is_not_sent_again_by_any_channel(
    make: Make, session_bus: SessionBus, late: Callable[[], LateServer]
) -> None:
    channels = (HastyChannel(), PlyerChannel(limit_s=LIMIT_S), LogChannel())
    probe = make(session_bus, channels=channels)
    with late() as server:
        probe.say()
        probe.say()
        server.let_go()
        server.next_notice()
        probe.notifier.withdraw(NOTICE.notice_id)
        wait_until(lambda: [closed.id for closed in server.closed] == [1], "it is closed")
        assert len(server.notices) == 1


def test_a_notice_that_is_withdrawn_before_it_is_shown_leaves_the_screen(
    make: Make, session_bus: SessionBus, hasty: tuple[DesktopChannel, LogChannel], late: Callable[[], LateServer]
) -> None:
    probe = make(session_bus, channels=hasty)
    with late() as server:
        probe.say()
        probe.notifier.withdraw(NOTICE.notice_id)
        probe.say(OTHER)  # after that
        server.let_go(2)
        wait_until(lambda: len(server.closed) == 1, "it is closed")
        assert [notice.id for notice in server.notices if notice.id == server.closed[0].id] == [2]


def test_a_click_that_comes_before_a_late_answer_counts(
    make: Make, session_bus: SessionBus, hasty: tuple[DesktopChannel, LogChannel], late: Callable[[], LateServer]
) -> None:
    probe = make(session_bus, channels=hasty)
    with late() as server:
        probe.notifier.show(NOTICE)
        wait_until(lambda: server.holds_call, "it is asked")
        server.activation_token(1, "token")
        server.action_invoked(1, "later")
        server.notification_closed(1, DISMISSED)
        assert isinstance(probe.next(), NoticeDelivered), "the log took it"
        server.let_go()
        assert probe.answer_and_right() == (LATER, "token")
        probe.say(OTHER)  # nothing came before


class LateServer(NotificationServer):
    """A server that answers Notify when it is told to."""

    def __init__(self, bus: PrivateBus) -> None:
        super().__init__(bus)
        self._held: list[Message] = []

    def respond(self, message: Message) -> Any:
        if message.member != "Notify":
            return super().respond(message)
        self._held.append(message)
        return True  # taken, and not yet answered

    @property
    def holds_call(self) -> bool:
        """Whether a call waits for its answer."""
        return bool(self._held)

    def let_go(self, calls: int = 1) -> None:
        """Answer so many calls, the newest first, once they are there."""
        assert self._loop is not None
        wait_until(lambda: len(self._held) == calls, "they are there")
        self._loop.call_soon_threadsafe(self._answer)

    def _answer(self) -> None:
        assert self._bus is not None
        while self._held:
            self._bus.send(super().respond(self._held.pop()))


@pytest.fixture
def late(session_bus: SessionBus) -> Callable[[], LateServer]:
    return lambda: LateServer(session_bus)


def test_answers_in_another_order_keep_each_click_with_its_notice(
    make: Make, session_bus: SessionBus, hasty: tuple[DesktopChannel, LogChannel], late: Callable[[], LateServer]
) -> None:
    probe = make(session_bus, channels=hasty)
    with late() as server:
        probe.say()
        probe.say(OTHER)
        server.let_go(2)
        newest = server.next_notice()
        server.action_invoked(newest.id)
        assert probe.answer() == ("key-2", NoticeChoice.OPEN)
        server.action_invoked(server.next_notice().id, "later")
        assert probe.answer() == ("key-1", NoticeChoice.LATER)


def test_a_critical_notice_stays_where_the_server_keeps_notices(make: Make, session_bus: SessionBus) -> None:
    """`expire_timeout` 0 is "never", -1 what the server likes (Notify)."""
    probe = make(session_bus)
    for capabilities, timeouts in ((("actions", "persistence"), [0, -1]), (("actions",), [-1, -1])):
        with NotificationServer(session_bus, capabilities) as server:
            probe.say(replace(NOTICE, urgency=Urgency.CRITICAL))
            probe.say(OTHER)
            assert [notice.timeout_ms for notice in server.notices] == timeouts


class ForgetfulServer(NotificationServer):
    """A server that never answers its first call of a method."""

    def __init__(self, bus: PrivateBus, member: str) -> None:
        super().__init__(bus)
        self._forgets = [member]

    def _handle(self, message: Message) -> Message | bool:
        if message.member in self._forgets:
            self._forgets.clear()
            return True
        return super()._handle(message)


@pytest.mark.parametrize(
    "member", ["Notify", "Introspect", "GetServerInformation", "GetCapabilities", "CloseNotification"]
)
def test_a_call_that_is_never_answered_keeps_back_no_later_notice(
    make: Make, session_bus: SessionBus, member: str
) -> None:
    channels = (DesktopChannel(limit_s=LIMIT_S, lost_after_s=2 * LIMIT_S), LogChannel())
    probe = make(session_bus, channels=channels)
    with ForgetfulServer(session_bus, member) as server:
        probe.say()

        def is_shown() -> bool:
            probe.say(replace(NOTICE, title=text("The newer one")))  # a slow machine is beyond the limit, too
            return "The newer one" in [notice.summary for notice in server.notices]

        wait_until(is_shown, "it is shown")


def test_a_server_that_answers_twice_keeps_its_first_id(
    make: Make, session_bus: SessionBus, channels: tuple[DesktopChannel, LogChannel]
) -> None:
    probe = make(session_bus, channels=channels)
    with TwiceServer(session_bus) as server:
        probe.say()
        server.action_invoked(TwiceServer.SECOND, "later")
        server.action_invoked(1, "ordered")
        assert probe.answer() == ("key-1", NoticeChoice.ORDERED)


class TwiceServer(NotificationServer):
    """A server that answers Notify twice."""

    SECOND = 77

    def respond(self, message: Message) -> Message:
        answer = super().respond(message)
        if message.member == "Notify":
            assert self._bus is not None
            self._bus.send(answer)
            return Message.new_method_return(message, "u", [self.SECOND])
        return answer


def test_a_server_that_dies_with_a_notice_leaves_it_to_the_next_one(make: Make, session_bus: SessionBus) -> None:
    probe = make(session_bus)
    with DyingServer(session_bus):
        probe.say()
    with NotificationServer(session_bus) as next_one:
        shown = next_one.next_notice()
        next_one.action_invoked(shown.id, "later")
        assert probe.answer() == ("key-1", NoticeChoice.LATER)


class DyingServer(NotificationServer):
    """A server that leaves the bus when it is asked to notify."""

    def respond(self, message: Message) -> Any:
        if message.member == "Notify":
            assert self._bus is not None
            self._bus.disconnect()
            return True
        return super().respond(message)


def test_a_server_whose_abilities_change_is_asked_each_time(make: Make, session_bus: SessionBus) -> None:
    probe = make(session_bus)
    with NotificationServer(session_bus, ()) as server:
        probe.say()
        server.capabilities = ["actions"]
        probe.say(OTHER)
        assert ["later" in notice.actions for notice in server.notices] == [False, True]


def test_a_huge_right_of_a_click_is_none(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    """No program can be started with such a variable (execve(2), E2BIG)."""
    probe = make(session_bus)
    probe.say()
    notification_server.activation_token(1, HUGE)
    notification_server.action_invoked(1, "later")
    event = probe.next()
    assert isinstance(event, CommandReceived)
    assert event.activation is None


def test_the_rights_of_other_programs_clicks_are_not_kept(make: Make, session_bus: SessionBus) -> None:
    channel = DesktopChannel()
    probe = make(session_bus, channels=(channel, LogChannel()))
    with NotificationServer(session_bus) as server:
        probe.say()
        for number in range(2, 50):
            server.activation_token(number, "token")
        server.action_invoked(1)
        probe.answer()
        assert channel._clicks is not None
        assert not channel._clicks._rights


def test_an_end_that_is_cut_short_leaves_the_bus() -> None:
    left: list[bool] = []

    async def end() -> None:
        channel: Any = DesktopChannel()
        bus = SimpleNamespace(connected=True, disconnect=lambda: left.append(True))
        channel._notifier = SimpleNamespace(_backend=SimpleNamespace(bus=bus))
        ending = asyncio.create_task(channel.close())
        await asyncio.sleep(0)
        ending.cancel()
        await asyncio.wait({ending})

    asyncio.run(end())
    assert left == [True]
