"""The lead time of an order is in the procedure's words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.i18n.text import Text, text
from config.settings import Procedure
from daemon.core.notice_words import lead_words
from support.core.factories import OPALEXE

WEEK = timedelta(weeks=1)


@pytest.mark.parametrize(
    ("procedure", "words"),
    [
        pytest.param(None, text("lead.unknown"), id="no procedure"),
        pytest.param(replace(OPALEXE, lead=None), text("lead.unknown"), id="not known"),
        pytest.param(replace(OPALEXE, lead=(3 * WEEK, 3 * WEEK)), text("lead.weeks", count=3), id="one length"),
        pytest.param(replace(OPALEXE, lead=(2 * WEEK, 6 * WEEK)), text("lead.between", first=2, count=6), id="a span"),
    ],
)
def test_the_lead_time_has_its_words(procedure: Procedure | None, words: Text) -> None:
    assert lead_words(procedure) == words
