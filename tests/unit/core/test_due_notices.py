"""Which notices are due when, each first told at its moment."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.i18n.text import Text, text
from config.instants import Instant, instant
from config.settings import QuietHours
from daemon.core.dedup_keys import MilestoneKey
from daemon.core.due_notices import snooze_until
from daemon.core.effects import OpenGuide
from daemon.core.events import NoticeDelivered, Tick
from daemon.core.model import Certificate, Claim, KeyId, Memory, Role
from daemon.core.notice import Notice, NoticeChoice, NoticeId, Urgency
from daemon.core.state import State
from daemon.core.subjects import CLOCK_SLACK, was_delivered
from support.core.factories import (
    DAY,
    MICROSECOND,
    NOW,
    SECOND,
    certificate,
    changed,
    ending,
    memory,
    notice_settings,
    owned,
)
from support.core.simulator import Simulator, dedup_keys, simulator_with

FAR = ending(400 * DAY, "far")
OLD, NEW = ending(200 * DAY, "old"), ending(1000 * DAY, "new")
DAYS = (90, 60, 45, 30, 15, 7, 3, 1, 0)


def first_told(simulator: Simulator) -> list[tuple[Instant, Notice]]:
    """Return the notices with news, without their repeats."""
    told, newest = [], dict[NoticeId, object]()
    for at, notice in simulator.delivered:
        if newest.get(notice.notice_id) != notice.dedup_keys[-1]:
            told.append((at, notice))
        newest[notice.notice_id] = notice.dedup_keys[-1]
    return told


def days_shown(simulator: Simulator) -> list[int]:
    """Return the milestones that were first told, as days before the end."""
    return [
        int(dedup_key.rsplit("|", 1)[1])
        for dedup_key in dedup_keys(first_told(simulator))
        if dedup_key.startswith("expiry|")
    ]


def test_each_milestone_is_shown_once_at_its_time() -> None:
    simulator = simulator_with(FAR)
    simulator.wait(500 * DAY)
    assert days_shown(simulator) == list(DAYS)
    end = NOW + 400 * DAY
    assert [at for at, _ in first_told(simulator)] == [end - days * DAY for days in DAYS[:-1]] + [end + MICROSECOND]


def test_heartbeats_show_nothing_more() -> None:
    simulator = simulator_with(ending(80 * DAY))
    for _ in range(50):
        simulator.now += timedelta(hours=1)
        simulator.post(Tick(at=simulator.now))
    assert days_shown(simulator) == [90]


@pytest.mark.parametrize(
    ("life", "latest"),
    [(80 * DAY, 90), (60 * DAY, 60), (2 * DAY, 3), (timedelta(), 1), (-MICROSECOND, 0), (-2000 * DAY, 0)],
)
def test_missed_milestones_are_shown_in_one_notice(life: timedelta, latest: int) -> None:
    simulator = simulator_with(ending(life))
    assert days_shown(simulator) == [latest]
    (delivered,) = simulator.delivered
    assert len(delivered[1].dedup_keys) == DAYS.index(latest) + 2, "and that the key was told of"


def test_a_machine_that_slept_shows_once_what_it_missed() -> None:
    simulator = simulator_with(FAR)
    simulator.now = NOW + 390 * DAY
    simulator.post(Tick(at=simulator.now))
    assert days_shown(simulator) == [15]


@pytest.mark.slow
@pytest.mark.parametrize("before", [0, 320, 500], ids=["before all", "between", "after all"])
def test_a_restart_shows_nothing_again(before: int) -> None:
    simulator = simulator_with(FAR)
    simulator.wait(before * DAY)
    delivered = len(first_told(simulator))
    simulator.restart()
    assert len(first_told(simulator)) == delivered
    simulator.wait(600 * DAY)
    assert days_shown(simulator) == list(DAYS)


def test_an_undelivered_notice_is_shown_again_after_a_restart() -> None:
    simulator = simulator_with(ending(80 * DAY), delivering=False)
    assert days_shown(simulator) == [90]
    simulator.delivering = True
    simulator.restart()
    assert len(simulator.delivered) == 2


def test_a_notice_delivered_by_a_wrong_clock_does_not_count() -> None:
    simulator = simulator_with(FAR)
    simulator.now = NOW + 5000 * DAY
    simulator.post(Tick(at=simulator.now))
    assert days_shown(simulator) == [0]
    simulator.now = NOW
    simulator.post(Tick(at=simulator.now))
    simulator.wait(500 * DAY)
    assert days_shown(simulator) == [0, *DAYS]


def test_nothing_is_shown_by_a_clock_from_before_the_program() -> None:
    reset = instant(datetime.fromisoformat("1970-01-01T00:00:00Z"))
    simulator = simulator_with(changed(FAR, not_after=reset), now=reset)
    assert simulator.delivered == []


def test_a_rest_holds_for_a_day_and_ends_in_one_reminder() -> None:
    simulator = simulator_with(ending(80 * DAY))
    notice_id = simulator.delivered[0][1].notice_id
    simulator.answer(notice_id, NoticeChoice.LATER)
    simulator.wait(DAY - MICROSECOND)
    assert len(simulator.delivered) == 1
    simulator.wait(MICROSECOND)
    assert len(simulator.delivered) == 2
    assert days_shown(simulator) == [90]
    simulator.wait(6 * DAY)
    assert len(simulator.delivered) == 2


def test_a_rest_ends_with_the_certificate() -> None:
    simulator = simulator_with(ending(timedelta(hours=5)))
    simulator.answer(simulator.delivered[0][1].notice_id, NoticeChoice.LATER)
    simulator.wait(timedelta(hours=6))
    assert days_shown(simulator)[-1] == 0
    assert simulator.delivered[-1][0] <= NOW + timedelta(hours=5, seconds=1)


def test_a_rest_survives_a_restart() -> None:
    simulator = simulator_with(ending(80 * DAY))
    simulator.answer(simulator.delivered[0][1].notice_id, NoticeChoice.LATER)
    simulator.restart()
    assert len(simulator.delivered) == 1
    simulator.wait(2 * DAY)
    assert len(simulator.delivered) == 2


def test_a_new_path_breaks_a_rest() -> None:
    simulator = simulator_with(ending(80 * DAY))
    simulator.answer(simulator.delivered[0][1].notice_id, NoticeChoice.LATER)
    simulator.plug(NEW)
    assert simulator.titles()[-1] == "notice.activate.title"
    simulator.wait(timedelta(hours=1))
    assert len(simulator.delivered) == 2


NIGHT = QuietHours(start=time(22), end=time(8))
PARIS = ZoneInfo("Europe/Paris")


def test_quiet_hours_hold_and_release() -> None:
    late = instant(datetime(2027, 3, 1, 23, tzinfo=PARIS))
    simulator = simulator_with(
        ending(80 * DAY), now=late, state=State(settings=notice_settings(quiet_hours=NIGHT), zone=PARIS)
    )
    assert simulator.delivered == []
    simulator.wait(DAY)
    assert [at for at, _ in simulator.delivered] == [instant(datetime(2027, 3, 2, 8, tzinfo=PARIS))]
    assert days_shown(simulator) == [90]


def test_a_milestone_in_quiet_hours_is_shown_when_they_end() -> None:
    state = State(settings=notice_settings(quiet_hours=NIGHT, days=(10,)), zone=PARIS)
    simulator = simulator_with(changed(FAR, not_after=instant(datetime(2027, 4, 1, 3, tzinfo=PARIS))), state=state)
    simulator.wait(60 * DAY)
    assert [at for at, _ in first_told(simulator)] == [
        instant(datetime(2027, 3, 22, 8, tzinfo=PARIS)),
        instant(datetime(2027, 4, 1, 8, tzinfo=PARIS)),
    ]


def test_quiet_hours_without_a_due_notice_cause_no_wake_up() -> None:
    late = instant(datetime(2027, 3, 1, 23, tzinfo=PARIS))
    simulator = simulator_with(FAR, now=late, state=State(settings=notice_settings(quiet_hours=NIGHT), zone=PARIS))
    assert simulator.state.wake_at == NOW + 310 * DAY


def test_the_path_of_a_new_key_is_shown_at_once_and_once() -> None:
    simulator = simulator_with(OLD)
    simulator.plug(NEW)
    simulator.remove()
    simulator.plug(NEW)
    assert simulator.titles() == ["notice.activate.title"]
    simulator.tell(NEW.fingerprint[:16], Claim.ACTIVATED)
    assert simulator.titles() == ["notice.activate.title", "notice.add_with_old.title"]


@pytest.mark.parametrize(
    ("issuer", "margin"), [("CertEurope", DAY), ("Autorité Exemple", timedelta(hours=48, minutes=30))]
)
def test_the_margin_is_shown_at_its_time(issuer: str, margin: timedelta) -> None:
    simulator = simulator_with(changed(OLD, issuer_o=issuer))
    simulator.tell(simulator.plug(changed(NEW, issuer_o=issuer)), Claim.ACTIVATED)
    simulator.wait(300 * DAY)
    told = [at for at, notice in simulator.delivered if notice.title.id == "notice.associate_new.title"]
    assert told[0] == NOW + 200 * DAY - margin


def test_a_waiting_key_has_no_notice_of_its_own() -> None:
    simulator = simulator_with(ending(40 * DAY), ending(85 * DAY, "waiting"))
    assert {str(notice.notice_id) for _, notice in simulator.delivered} == {key_id(ending(40 * DAY))}


def test_a_superseded_key_is_silent() -> None:
    simulator = simulator_with(ending(80 * DAY))
    simulator.tell(simulator.plug(NEW), Claim.WORKS)
    delivered = len(simulator.delivered)
    simulator.wait(300 * DAY)
    assert len(simulator.delivered) == delivered


def test_a_key_has_one_notice_with_its_earliest_date() -> None:
    sooner = ending(80 * DAY - timedelta(minutes=1), "signing", role=Role.SIGNATURE)
    simulator = Simulator()
    simulator.look()
    simulator.plug(ending(80 * DAY), sooner)
    simulator.wait(100 * DAY)
    assert days_shown(simulator) == [90, 60, 45, 30, 15, 7, 3, 1, 0]
    assert {dict(n.body.args)["date"] for _, n in simulator.delivered} == {sooner.not_after}


@pytest.mark.parametrize("issuer", ["CertEurope", "Other"])
@pytest.mark.parametrize("beside", [-40 * DAY, 5 * DAY, 900 * DAY], ids=["ended before", "near its end", "far"])
@pytest.mark.parametrize("role", [Role.SIGNATURE, Role.OTHER])
def test_of_a_key_that_no_longer_logs_in_nothing_else_is_told(role: Role, beside: timedelta, issuer: str) -> None:
    simulator = Simulator()
    simulator.look()
    login = ending(-10 * DAY, issuer_o=issuer)
    simulator.plug(login, ending(beside, "beside", role=role, issuer_o=issuer))
    simulator.wait(30 * DAY)
    assert {notice.title.id for _, notice in simulator.delivered} == {"notice.expired.title"}
    assert {dict(notice.body.args)["date"] for _, notice in simulator.delivered} == {login.not_after}


def test_what_ends_after_the_login_is_not_told() -> None:
    simulator = Simulator()
    simulator.look()
    login = ending(50 * DAY)
    simulator.plug(login, ending(60 * DAY, "beside", role=Role.SIGNATURE))
    simulator.wait(100 * DAY)
    assert {dict(notice.body.args)["date"] for _, notice in simulator.delivered} == {login.not_after}


def test_a_later_date_on_a_key_is_shown_once_the_earlier_is_past() -> None:
    simulator = Simulator()
    simulator.look()
    simulator.plug(FAR, ending(-DAY, "signing", role=Role.SIGNATURE))
    simulator.wait(500 * DAY)
    assert days_shown(simulator) == [0, *DAYS]


def test_two_keys_are_two_notices() -> None:
    simulator = simulator_with(ending(80 * DAY), ending(50 * DAY, "anne", given_name="Anne", subject_cn="Anne"))
    assert sorted(days_shown(simulator)) == [60, 90]


@pytest.mark.parametrize(
    ("role", "life", "body"),
    [
        (Role.SIGNATURE, 80 * DAY, "notice.signature.ends"),
        (Role.SIGNATURE, -DAY, "notice.signature.expired"),
        (Role.OTHER, 80 * DAY, "notice.other.ends"),
        (Role.OTHER, -DAY, "notice.other.expired"),
    ],
)
def test_what_ends_before_the_login_is_named_by_its_role(role: Role, life: timedelta, body: str) -> None:
    simulator = Simulator()
    simulator.look()
    simulator.plug(certificate("far", not_after=NOW + 400 * DAY), ending(life, "beside", role=role))
    (delivered,) = [notice for _, notice in simulator.delivered]
    assert delivered.body.id == body
    assert delivered.button == text("button.guide")


@pytest.mark.parametrize(
    ("role", "life", "body"),
    [
        (Role.SIGNATURE, 10 * DAY, "notice.signature.ends.due"),
        (Role.SIGNATURE, -DAY, "notice.signature.expired.due"),
        (Role.OTHER, 10 * DAY, "notice.other.ends.due"),
        (Role.OTHER, -DAY, "notice.other.expired.due"),
        (Role.SIGNATURE, 69 * DAY, "notice.signature.ends.due"),
        (Role.SIGNATURE, 70 * DAY - timedelta(minutes=1), "notice.order.ends"),
    ],
)
def test_a_key_to_order_says_what_ends_before_the_login_and_when_that_ends(
    role: Role, life: timedelta, body: str
) -> None:
    simulator = Simulator()
    simulator.look()
    simulator.plug(ending(70 * DAY), ending(life, "beside", role=role))
    delivered = simulator.delivered[0][1]
    assert delivered.body.id == body
    assert dict(delivered.body.args)["login"] == NOW + 70 * DAY
    assert delivered.button == text("button.order")


@pytest.mark.parametrize(
    ("left", "life", "body"),
    [
        (400 * DAY, 80 * DAY, "notice.other.ends.signing"),
        (400 * DAY, -DAY, "notice.other.expired.signing"),
        (70 * DAY, 10 * DAY, "notice.other.ends.signing.due"),
        (70 * DAY, -DAY, "notice.other.expired.signing.due"),
    ],
)
def test_a_key_that_can_only_sign_is_never_told_to_open_an_account(left: timedelta, life: timedelta, body: str) -> None:
    simulator = Simulator()
    simulator.look()
    simulator.plug(ending(left, role=Role.SIGNATURE), ending(life, "beside", role=Role.OTHER))
    assert simulator.delivered[0][1].body.id == body


@pytest.mark.parametrize(
    ("life", "body"), [(80 * DAY, "notice.plain.ends"), (-DAY, "notice.plain.expired"), (91 * DAY, None)]
)
def test_a_certificate_without_a_procedure_has_a_simple_notice(life: timedelta, body: str | None) -> None:
    simulator = simulator_with(ending(life, issuer_o="Other"))
    assert [notice.body.id for _, notice in simulator.delivered] == ([body] if body else [])
    assert all(OpenGuide() in simulator.answer(notice.notice_id) for _, notice in simulator.delivered)


@pytest.mark.parametrize(("life", "urgency"), [(31 * DAY, Urgency.NORMAL), (29 * DAY, Urgency.CRITICAL)])
def test_an_urgent_notice_is_marked_urgent(life: timedelta, urgency: Urgency) -> None:
    simulator = simulator_with(ending(life))
    assert [notice.urgency for _, notice in simulator.delivered] == [urgency]


def simulator_in_use() -> Simulator:
    in_use = certificate("in use", not_before=NOW - 300 * DAY, not_after=NOW + 700 * DAY)
    simulator = simulator_with(in_use)
    simulator.now += SECOND
    simulator.plug(ending(20 * DAY, "drawer"))
    return simulator


def test_whether_a_key_is_in_use_is_asked_once() -> None:
    simulator = simulator_in_use()
    assert simulator.titles() == ["notice.in_use.title"]
    simulator.wait(30 * DAY)
    simulator.restart()
    assert simulator.titles() == ["notice.in_use.title"]


def test_the_answer_that_it_is_new_leads_to_its_path() -> None:
    simulator = simulator_in_use()
    simulator.choose("state:new")
    assert simulator.titles()[1:] == ["notice.activate.title"]


def test_a_click_on_a_question_opens_the_window_and_answers_nothing() -> None:
    simulator = simulator_in_use()
    (_, asked), *_ = simulator.delivered
    assert simulator.answer(asked.notice_id)[-1] == OpenGuide()
    assert isinstance(simulator.page.headline, Text)
    assert simulator.page.headline.id == "guide.ask.in_use"
    assert simulator.titles() == ["notice.in_use.title"]


def test_an_old_key_never_seen_is_asked_for_once_and_may_be_reported_lost_in_the_window() -> None:
    simulator = Simulator()
    simulator.tell(simulator.plug(FAR), Claim.REPLACES)
    (_, asked), *_ = simulator.delivered
    assert (asked.title.id, asked.more) == ("notice.old_key.title", ())
    simulator.restart()
    assert len(simulator.delivered) == 1
    assert OpenGuide() in simulator.answer(asked.notice_id)
    simulator.choose("state:old_lost")
    assert simulator.titles()[1:] == ["notice.activate.title"]


@pytest.mark.parametrize("days", [(), (0,), (5,), (1, 400)], ids=str)
def test_the_notice_days_are_a_setting_of_the_user(days: tuple[int, ...]) -> None:
    simulator = simulator_with(FAR, state=State(settings=notice_settings(days=days)))
    simulator.wait(500 * DAY)
    assert days_shown(simulator) == [*sorted(set(days) - {0}, reverse=True), 0]


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00", None])
def test_absurd_dates_do_no_harm(end: str | None) -> None:
    absurd = changed(FAR, not_after=datetime.fromisoformat(end) if end else None, not_before=None)
    simulator = simulator_with(absurd)
    simulator.wait(10 * DAY)
    assert days_shown(simulator) == ([0] if end and end.startswith("0001") else [])


def test_a_blank_key_is_shown_for_each_key_that_it_may_replace() -> None:
    anne = ending(50 * DAY, "anne", given_name="Anne", subject_cn="Anne")
    kept = memory(owned(anne), owned(ending(80 * DAY)))
    simulator = Simulator(state=State(settings=Simulator().state.settings, memory=kept))
    simulator.plug(serial="7")
    assert simulator.titles().count("notice.activate.title") == 1
    simulator.remove()
    works = ending(900 * DAY, "anne's new", given_name="Anne", subject_cn="Anne")
    simulator.tell(simulator.plug(works), Claim.WORKS)
    simulator.plug(serial="8")
    assert [str(n.notice_id) for _, n in simulator.delivered if n.title.id == "notice.activate.title"][-1] == key_id(
        ending(80 * DAY)
    )


def key_id(one: Certificate) -> str:
    return one.fingerprint[:16]


def test_a_late_delivery_of_an_earlier_notice_does_not_repeat_the_newer_one() -> None:
    simulator = simulator_with(ending(80 * DAY), delivering=False)
    (first,) = [notice for _, notice in simulator.delivered]
    simulator.now += 50 * DAY
    simulator.post(Tick(at=simulator.now))
    simulator.post(NoticeDelivered(at=simulator.now, notice_id=first.notice_id, dedup_keys=first.dedup_keys))
    assert [notice.title.id for _, notice in simulator.delivered] == ["notice.ends.title", "notice.soon.title"]


def test_an_event_stamped_a_moment_earlier_repeats_no_notice() -> None:
    simulator = simulator_with(ending(80 * DAY), delivering=False)
    for early in (MICROSECOND, timedelta(seconds=59)):
        simulator.post(Tick(at=simulator.now - early))
    assert len(simulator.delivered) == 1


def test_a_notice_in_delivery_when_the_clock_is_set_back_is_shown_again() -> None:
    simulator = simulator_with(ending(80 * DAY), delivering=False)
    simulator.post(Tick(at=simulator.now - timedelta(minutes=2)))
    assert len(simulator.delivered) == 2


@pytest.mark.parametrize(
    ("end", "until"),
    [
        pytest.param(NOW, NOW + DAY, id="ends now"),
        pytest.param(NOW + MICROSECOND, NOW + MICROSECOND, id="ends in an instant"),
        pytest.param(NOW + DAY - MICROSECOND, NOW + DAY - MICROSECOND, id="ends before a day is over"),
        pytest.param(NOW + DAY, NOW + DAY, id="ends in a day"),
        pytest.param(NOW + DAY + MICROSECOND, NOW + DAY, id="ends later"),
    ],
)
def test_a_rest_lasts_a_day_but_not_past_the_end(end: Instant, until: Instant) -> None:
    assert snooze_until(end, NOW) == until


@pytest.mark.parametrize(
    ("delivered", "counts"),
    [
        pytest.param(NOW + CLOCK_SLACK, True, id="a day ahead"),
        pytest.param(NOW + CLOCK_SLACK + MICROSECOND, False, id="more than a day ahead"),
    ],
)
def test_a_delivery_in_the_far_future_does_not_count(delivered: Instant, counts: bool) -> None:
    key = MilestoneKey(KeyId("key"), NOW, 30)
    assert was_delivered(Memory(delivered={str(key): delivered}), key, NOW) is counts
