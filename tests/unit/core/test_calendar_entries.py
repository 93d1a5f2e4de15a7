"""Each key has one calendar entry with reminders and a stable name."""

from datetime import UTC, datetime, timedelta

import pytest

from config.i18n.text import text
from daemon.core.calendar_entries import calendar_entries
from daemon.core.model import Claim, Role
from support.core.factories import DAY, MICROSECOND, NOW, certificate, memory, notice_settings, owned

DAYS = (60, 7)
TWICE = notice_settings(days=DAYS)


def test_a_key_has_its_reminders_and_its_end() -> None:
    end = NOW + 400 * DAY
    entries = calendar_entries(memory(owned(certificate(not_after=end))), TWICE, NOW)
    assert [(entry.days, entry.moment) for entry in entries] == [
        (60, end - 60 * DAY),
        (7, end - 7 * DAY),
        (0, end),
    ]


def test_the_earliest_certificate_of_a_key_counts() -> None:
    early = certificate("early", not_after=NOW + 100 * DAY, role=Role.SIGNATURE)
    late = certificate("late", not_after=NOW + 200 * DAY)
    entries = calendar_entries(memory(owned(early, late)), TWICE, NOW)
    assert [entry.moment for entry in entries if not entry.days] == [NOW + 100 * DAY]


def test_a_replaced_key_is_cancelled_and_its_successor_is_in() -> None:
    old = certificate("old", not_before=NOW - 500 * DAY, not_after=NOW + 10 * DAY)
    new = certificate("new", not_before=NOW - DAY, not_after=NOW + 900 * DAY)
    third = certificate("third", not_before=NOW - MICROSECOND, not_after=NOW + 950 * DAY)
    entries = calendar_entries(memory(owned(old), owned(new), owned(third)), TWICE, NOW)
    ends = [entry for entry in entries if not entry.days]
    assert {entry.moment for entry in ends if not entry.cancelled} == {NOW + 900 * DAY, NOW + 950 * DAY}
    assert {entry.moment for entry in ends if entry.cancelled} == {NOW + 10 * DAY}


def test_what_is_ahead_of_a_replaced_key_is_cancelled_under_its_name() -> None:
    old = certificate("old", not_before=NOW - 500 * DAY, not_after=NOW + 40 * DAY)
    new = certificate("new", not_before=NOW - DAY, not_after=NOW + 900 * DAY)
    before = calendar_entries(memory(owned(old)), TWICE, NOW)
    after = calendar_entries(memory(owned(old), owned(new, claims=frozenset({Claim.WORKS}))), TWICE, NOW)
    cancelled = [entry for entry in after if entry.cancelled]
    assert [entry.uid for entry in cancelled] == [entry.uid for entry in before]
    assert {entry.summary.id for entry in cancelled} == {"diary.replaced"}
    assert {entry.description for entry in cancelled} == {text("diary.cancelled")}
    assert [entry.moment for entry in after if not entry.days and not entry.cancelled] == [NOW + 900 * DAY]
    later = calendar_entries(memory(owned(old), owned(new, claims=frozenset({Claim.WORKS}))), TWICE, NOW + 42 * DAY)
    assert not [entry for entry in later if entry.cancelled]


PAST = [
    ("a day from now", timedelta(days=8), True),
    ("now", timedelta(days=7), True),
    ("almost a day ago", timedelta(days=6) + MICROSECOND, True),
    ("a day ago", timedelta(days=6), False),
]


@pytest.mark.parametrize(("left", "there"), [case[1:] for case in PAST], ids=[case[0] for case in PAST])
def test_a_reminder_of_the_past_is_left_out(left: timedelta, *, there: bool) -> None:
    entries = calendar_entries(memory(owned(certificate(not_after=NOW + left))), TWICE, NOW)
    assert (7 in {entry.days for entry in entries}) is there


def test_an_end_of_the_past_stays() -> None:
    (entry,) = calendar_entries(memory(owned(certificate(not_after=NOW - DAY))), TWICE, NOW)
    assert entry.days == 0


ENDLESS = [None, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)]


@pytest.mark.parametrize("end", ENDLESS, ids=["unreadable", "no end (RFC 5280)"])
def test_a_certificate_without_an_end_has_no_dates(end: datetime | None) -> None:
    assert calendar_entries(memory(owned(certificate(not_after=end))), TWICE, NOW) == ()


def test_the_same_date_has_the_same_name_later() -> None:
    known = memory(owned(certificate()))
    first, second = calendar_entries(known, TWICE, NOW), calendar_entries(known, TWICE, NOW + DAY)
    assert [entry.uid for entry in first] == [entry.uid for entry in second]
    assert len({entry.uid for entry in first}) == len(first)


def test_it_says_where_to_order_or_whom_to_ask() -> None:
    known, foreign = certificate("known"), certificate("foreign", issuer_o="Elsewhere", issuer_ou=())
    end = NOW + 400 * DAY
    order = text("diary.order", date=end, url="https://www.certeurope.fr", lead=text("lead.unknown"))
    assert calendar_entries(memory(owned(known)), TWICE, NOW)[0].description == order
    assert calendar_entries(memory(owned(foreign)), TWICE, NOW)[0].description == text("diary.ask", date=end)
