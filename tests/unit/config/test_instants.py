"""Moments near the ends of the calendar are borne in every zone."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from config.i18n.text import Phrase, text
from config.i18n.translator import LANGUAGES, Translator
from config.i18n.wording import Wording
from config.instants import FIRST, LAST, has_end, instant, local_time

NO_END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
EAST, WEST = timezone(timedelta(hours=23, minutes=59)), timezone(-timedelta(hours=23, minutes=59))
PARIS = ZoneInfo("Europe/Paris")
NAIVE = datetime(2027, 3, 1)  # noqa: DTZ001 - what a moment from outside must not be


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (NO_END, NO_END),
        (datetime(2027, 3, 1, 13, tzinfo=PARIS), datetime(2027, 3, 1, 12, tzinfo=UTC)),
        (datetime(1, 1, 1, tzinfo=EAST), FIRST),
        (datetime(9999, 12, 31, 23, 59, tzinfo=WEST), LAST),
    ],
    ids=["no end", "Paris", "before the calendar", "after the calendar"],
)
def test_a_moment_from_outside_becomes_one_in_utc(moment: datetime, expected: datetime) -> None:
    assert instant(moment) == expected
    assert instant(moment).tzinfo is UTC


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        instant(NAIVE)


@pytest.mark.parametrize("hours", range(-12, 15))
@pytest.mark.parametrize("moment", [FIRST, LAST, NO_END], ids=str)
def test_a_zone_that_cannot_show_a_moment_leaves_it(moment: datetime, hours: int) -> None:
    assert local_time(moment, timezone(timedelta(hours=hours))) == moment


@pytest.mark.parametrize(
    ("style", "shown"),
    [
        ("", {"en": "no end date", "fr": "sans date de fin"}),
        (":datetime", {"en": "no end date", "fr": "sans date de fin"}),
        (":until", {"en": "with no end date", "fr": "sans date de fin"}),
        (":until_datetime", {"en": "with no end date", "fr": "sans date de fin"}),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_end_is_written_in_words(style: str, shown: dict[str, str], language: str) -> None:
    sentence = Phrase(Wording(en="{date" + style + "}", fr="{date" + style + "}"), (("date", NO_END),))
    assert Translator(language, PARIS).render(sentence) == shown[language]


def test_until_is_written_before_a_date_and_before_words() -> None:
    wording = Wording(en="valid {date:until}", fr="")
    english = Translator("en", PARIS)
    assert (
        english.render(Phrase(wording, (("date", datetime(2027, 3, 1, 23, 30, tzinfo=UTC)),)))
        == "valid until Tuesday 2 March 2027"
    )
    assert english.render(Phrase(wording, (("date", text("key.no_date")),))) == "valid until a date that is not known"


@pytest.mark.parametrize(("year", "ends"), [(9998, True), (9999, False)])
def test_only_the_last_year_stands_for_no_end(year: int, *, ends: bool) -> None:
    assert has_end(datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)) is ends
