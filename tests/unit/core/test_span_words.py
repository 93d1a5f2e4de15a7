"""How long a certificate is still valid, in years and months."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.i18n.translator import Translator
from config.instants import Instant, instant
from daemon.core.notice_words import span_words

NOW = instant(datetime(2026, 11, 28, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("end", "words"),
    [
        pytest.param(instant(datetime(2026, 11, 28, 13, tzinfo=UTC)), "0 jour", id="an hour"),
        pytest.param(instant(datetime(2027, 2, 27, 12, tzinfo=UTC)), "91 jours", id="a day short of three months"),
        pytest.param(instant(datetime(2027, 2, 28, 12, tzinfo=UTC)), "3 mois", id="three months"),
        pytest.param(instant(datetime(2027, 11, 27, 12, tzinfo=UTC)), "11 mois", id="a day short of a year"),
        pytest.param(instant(datetime(2027, 11, 28, 12, tzinfo=UTC)), "1 an", id="a year"),
        pytest.param(instant(datetime(2028, 10, 28, 12, tzinfo=UTC)), "1 an et 11 mois", id="a year and months"),
        pytest.param(instant(datetime(2029, 12, 28, 12, tzinfo=UTC)), "3 ans et 1 mois", id="years and a month"),
        pytest.param(instant(datetime(9999, 12, 31, 12, tzinfo=UTC)), "sans date de fin", id="no end"),
    ],
)
def test_a_span_is_told_as_people_count_it(end: Instant, words: str) -> None:
    assert Translator("fr").render(span_words(end, NOW)) == words
