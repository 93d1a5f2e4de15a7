"""A click counts once, as long as its notice can be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.i18n.text import text
from config.values import replace
from daemon.adapters.notify.desktop import DesktopChannel
from daemon.adapters.notify.log import LogChannel
from daemon.adapters.notify.screen_note import MAX_ON_SCREEN, Server
from daemon.core.events import NoticeDelivered
from daemon.core.notice import NoticeChoice, NoticeId, NoticeKind, Urgency
from support.desktop import CLOSED_BY_CALL, DISMISSED, EXPIRED, UNDEFINED, Dunst, NotificationServer
from support.notifier_probe import NOTICE, Make, NotifierProbe
from support.process import wait_until

if TYPE_CHECKING:
    from support.bus import SessionBus

OTHER = replace(NOTICE, notice_id=NoticeId(NoticeKind.KEY, "key-2"))


def expect_silence(probe: NotifierProbe, server: NotificationServer) -> None:
    """Expect that earlier clicks post nothing.

    The first event is then a later click, on a further notice.
    """
    server.click_at_once = "open"  # such a click is heard after a moment, like every click that is not understood
    probe.notifier.show(replace(NOTICE, notice_id=NoticeId(NoticeKind.KEY, "further"), dedup_keys=()))
    delivered = probe.next()
    assert isinstance(delivered, NoticeDelivered)
    assert (str(delivered.notice_id), probe.answer()[0]) == ("further", "further")


def test_a_click_right_after_the_notice_is_received(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    notification_server.click_at_once = "later"
    probe = make(session_bus)
    probe.say()
    assert probe.answer() == ("key-1", NoticeChoice.LATER)


def test_an_unknown_action_leaves_the_notice_to_be_answered(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    probe = make(session_bus)
    probe.say()
    for action in ("bogus", "", "open"):
        notification_server.action_invoked(1, action)
    assert probe.answer() == ("key-1", NoticeChoice.OPEN)


@pytest.mark.parametrize("action", ["later", "default"])
def test_an_answered_notice_leaves_the_screen(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer, action: str
) -> None:
    """LXQt's server leaves it there after a click on its body."""
    probe = make(session_bus)
    probe.say()
    probe.say(OTHER)
    notification_server.action_invoked(1, action)
    wait_until(lambda: [closed.id for closed in notification_server.closed] == [1], "it alone is closed")


def test_a_click_counts_where_the_bus_did_not_name_the_server(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer, caplog: pytest.LogCaptureFixture
) -> None:
    channel = DesktopChannel()
    probe = make(session_bus, channels=(channel,))
    probe.say()
    assert channel._clicks is not None
    channel._clicks.server = Server(bus="", owner="")
    notification_server.action_invoked(1, "later")
    assert probe.answer() == ("key-1", NoticeChoice.LATER)
    probe.say(OTHER)  # after that
    assert [record for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize("reason", [EXPIRED, CLOSED_BY_CALL, UNDEFINED])
def test_a_notice_that_has_left_the_screen_can_still_be_clicked(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer, reason: int
) -> None:
    probe = make(session_bus)
    probe.say()
    notification_server.notification_closed(1, reason)
    notification_server.action_invoked(1, "later")
    assert probe.answer() == ("key-1", NoticeChoice.LATER)


def test_a_dismissed_notice_can_still_be_clicked(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    probe = make(session_bus)
    probe.say()
    notification_server.notification_closed(1, DISMISSED)
    notification_server.action_invoked(1)
    assert probe.answer() == ("key-1", NoticeChoice.DISMISSED)
    assert probe.answer() == ("key-1", NoticeChoice.OPEN)


def test_only_the_first_click_on_a_notice_counts(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    probe = make(session_bus)
    probe.say()
    for action in ("default", "default", "open", "later"):
        notification_server.action_invoked(1, action)
    notification_server.notification_closed(1, DISMISSED)
    assert probe.answer() == ("key-1", NoticeChoice.OPEN)
    expect_silence(probe, notification_server)


def test_a_withdrawn_notice_can_no_longer_be_clicked(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    probe = make(session_bus)
    probe.say()
    probe.notifier.withdraw(NoticeId(NoticeKind.KEY, "key-1"))
    probe.say(OTHER)  # after the withdrawal
    notification_server.action_invoked(1)
    expect_silence(probe, notification_server)


def test_a_replaced_notice_can_no_longer_be_clicked(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    probe = make(session_bus)
    probe.say()
    notification_server.notification_closed(1, EXPIRED)
    probe.say()
    notification_server.action_invoked(1)
    expect_silence(probe, notification_server)


def test_a_notice_that_is_back_on_the_screen_can_be_withdrawn(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    probe = make(session_bus)
    probe.say()
    notification_server.notification_closed(1, EXPIRED)
    probe.say(OTHER)  # after that
    probe.notifier.withdraw(NoticeId(NoticeKind.KEY, "key-1"))
    wait_until(lambda: [closed.id for closed in notification_server.closed] == [1], "it is closed")


def test_a_number_that_a_new_server_reuses_is_not_a_known_notice(make: Make, session_bus: SessionBus) -> None:
    probe = make(session_bus)
    with NotificationServer(session_bus):
        probe.say()
        probe.say(OTHER)
    with NotificationServer(session_bus) as server:
        server.action_invoked(2)
        server.notification_closed(2, DISMISSED)
        expect_silence(probe, server)
        assert 2 not in [closed.id for closed in server.closed]


def test_a_server_that_refuses_a_notice_lets_the_earlier_ones_be_clicked(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    probe = make(session_bus, channels=(DesktopChannel(), LogChannel()))
    probe.say()
    notification_server.refusing = True
    probe.say(OTHER)
    notification_server.action_invoked(1)
    assert probe.answer() == ("key-1", NoticeChoice.OPEN)


def test_the_oldest_leaves_the_screen_when_too_many_wait_for_an_answer(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    probe = make(session_bus)
    for number in range(MAX_ON_SCREEN):
        probe.say(replace(NOTICE, notice_id=NoticeId(NoticeKind.KEY, f"{number}")))
    assert not notification_server.closed
    probe.say()
    assert [closed.id for closed in notification_server.closed] == [1]


# The end


def test_what_could_be_clicked_leaves_the_screen_at_the_end(
    make: Make, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    probe = make(session_bus)
    for notice_id in ("key-1", "key-2", "key-3"):
        probe.say(replace(NOTICE, notice_id=NoticeId(NoticeKind.KEY, notice_id)))
    notification_server.action_invoked(2)
    assert probe.answer() == ("key-2", NoticeChoice.OPEN)
    wait_until(lambda: len(notification_server.closed) == 1, "the answered one is closed")
    probe.notifier.stop()
    wait_until(lambda: len(notification_server.closed) == 3, "two more are closed")
    assert {closed.id for closed in notification_server.closed[1:]} == {1, 3}


def test_a_notice_of_a_server_that_has_gone_is_not_looked_for_at_the_end(make: Make, session_bus: SessionBus) -> None:
    probe = make(session_bus)
    with NotificationServer(session_bus):
        for notice_id in ("key-1", "key-2", "key-3"):
            probe.say(replace(NOTICE, notice_id=NoticeId(NoticeKind.KEY, notice_id)))
    with NotificationServer(session_bus) as server:
        probe.say(replace(NOTICE, notice_id=NoticeId(NoticeKind.KEY, "key-4")))
        probe.notifier.stop()
        wait_until(lambda: bool(server.closed), "one is closed")
        assert [closed.id for closed in server.closed] == [1]


def test_a_real_dunst_shows_nothing_more_after_the_end(make: Make, session_bus: SessionBus, dunst: Dunst) -> None:
    probe = make(session_bus)
    probe.say(replace(NOTICE, urgency=Urgency.CRITICAL))
    probe.say(replace(OTHER, urgency=Urgency.CRITICAL, title=text("Another key")))
    dunst.wait_displayed(2)
    probe.notifier.stop()
    dunst.wait_displayed(0)
