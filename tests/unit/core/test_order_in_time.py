"""By when to order, from the lead time of a procedure."""

from datetime import UTC, datetime, timedelta

import pytest

from config.i18n.text import text
from config.i18n.translator import Translator
from config.instants import Instant, instant
from config.settings import Settings
from config.values import replace
from config.workflows import WorkflowKind
from daemon.core.assessment import assess
from daemon.core.state import State
from daemon.core.views.report import Reason
from support.core.factories import DAY, MICROSECOND, NOW, OPALEXE, SETTINGS, ending, memory, owned
from support.core.simulator import Simulator

LEAD = (timedelta(weeks=2), timedelta(weeks=6))
SLOW = replace(OPALEXE, lead=LEAD)
OLD = ending(100 * DAY)
LAST = NOW + 100 * DAY - OPALEXE.margin - LEAD[1]
"""The last day of step 2-A, less the longest lead time."""
SLOW_SETTINGS = Settings(procedures=(SLOW,))

# Each row: the moment, the reason of the order, and until when it comes in time.
MOMENTS = [
    pytest.param(LAST - MICROSECOND, Reason.ORDER_BY, LAST, id="just before the last moment"),
    pytest.param(LAST, Reason.ORDER_BY, LAST, id="at the last moment"),
    pytest.param(LAST + MICROSECOND, Reason.ORDER_LATE, None, id="just after it"),
    pytest.param(NOW + 100 * DAY, Reason.ORDER_LATE, None, id="at the end"),
    pytest.param(NOW + 100 * DAY + MICROSECOND, Reason.ORDER_EXPIRED, None, id="expired"),
]


@pytest.mark.parametrize(("now", "why", "order_by"), MOMENTS)
def test_an_order_in_time_is_one_that_comes_before_the_last_day_of_2a(
    now: Instant, why: Reason, order_by: Instant | None
) -> None:
    (case,) = assess(memory(owned(OLD)), SLOW_SETTINGS, {}, now).cases
    assert case.path is not None
    assert (case.path.why, case.path.order_by) == (why, order_by)


def test_without_a_lead_time_there_is_no_such_day() -> None:
    (case,) = assess(memory(owned(OLD)), SETTINGS, {}, LAST).cases
    assert case.path is not None
    assert (case.path.why, case.order_by) == (Reason.ORDER_DUE, None)


def bodies(*left: timedelta, settings: Settings = SLOW_SETTINGS) -> list[str]:
    simulator = Simulator(state=State(settings=settings))
    simulator.look()
    simulator.plug(OLD)
    for moment in left:
        simulator.wait(NOW + 100 * DAY - moment - simulator.now)
    return [notice.body.id for _, notice in simulator.delivered]


def test_notices_tell_the_day_and_later_that_it_is_past() -> None:
    told = bodies(90 * DAY, 80 * DAY, 10 * DAY, DAY)
    assert told[0] == "notice.order.first", "the address is checked once"
    assert told.count("notice.order.first") == 1
    in_order = ["notice.order.first", "notice.order.by", "notice.order.late", "notice.order.hours"]
    assert list(dict.fromkeys(told)) == in_order


def test_a_key_without_a_tool_has_no_code_to_check_an_address_for() -> None:
    plain = Settings(procedures=(replace(SLOW, tool=None),))
    assert bodies(90 * DAY, settings=plain) == ["notice.order.by"]


@pytest.mark.parametrize(
    ("at", "note"), [(LAST, "guide.order_by"), (LAST + MICROSECOND, "guide.order_late"), (NOW + 101 * DAY, None)]
)
def test_the_guide_tells_it_beside_the_order(at: Instant, note: str | None) -> None:
    simulator = Simulator(state=State(settings=SLOW_SETTINGS))
    simulator.look()
    simulator.plug(OLD)
    simulator.wait(at - NOW)
    simulator.look()
    assert simulator.page.workflow is WorkflowKind.ORDER
    assert [getattr(each, "id", None) for each in simulator.page.notes] == ([note] if note else [])
    simulator.choose("open:order_page", "end:ordered")
    assert not {getattr(each, "id", None) for each in simulator.page.notes} & {"guide.order_by", "guide.order_late"}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("body", ["first", "by", "late"])
def test_the_longest_date_leaves_a_notice_short(language: str, body: str) -> None:
    day = instant(datetime(2026, 9, 30, 12, tzinfo=UTC))  # a Wednesday in September, in both languages
    words = text(f"notice.order.{body}", order_by=day, date=day, issuer="CertEurope", lead="10 à 52 semaines")
    assert len(Translator(language, UTC).render(words)) <= 150
