"""The time line of the tables."""

from datetime import UTC, datetime, timedelta

import pytest

from tray.output import time_line

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=100)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("now", "drawn"),
    [
        pytest.param(BEGIN - DAY, "●─────────", id="before"),
        pytest.param(BEGIN, "━●────────", id="first day"),
        pytest.param(BEGIN + 50 * DAY, "━━━━━●────", id="half way"),
        pytest.param(END, "━━━━━━━━●─", id="last instant"),
        pytest.param(END + DAY, "━━━━━━━━━●", id="after"),
    ],
)
def test_the_dot_of_today_moves_along_the_validity(now: datetime, drawn: str) -> None:
    assert time_line(BEGIN, END, now, width=10) == drawn


def test_a_validity_without_length_is_drawn_too() -> None:
    assert len(time_line(BEGIN, BEGIN, BEGIN)) == len(time_line(BEGIN, END, BEGIN))
