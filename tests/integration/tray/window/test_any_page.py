"""The guide's window survives any page."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from config.i18n.translator import LANGUAGES
from daemon.adapters.guide.messages import Page
from daemon.core.action_id import ActionId
from daemon.core.views.guide import Action, Bar, CertificateCard, ProblemEntry, StepSummary, Timeline
from support.guide_pages import PAGES, Writer
from tray.window.guide_window import CONTACTS, GUIDE, HELP, KEYS, SETTINGS, SHEET

if TYPE_CHECKING:
    import pytest

    from support.guide_setup import GuideSetup

WORDS = st.text(max_size=200) | st.sampled_from(
    ["", "x" * 4000, "&&&", "a. B. C.", "<b>", "\N{RIGHT-TO-LEFT OVERRIDE}x"]
)
MOMENTS = st.datetimes() | st.datetimes(timezones=st.just(UTC))
IDS = st.builds(ActionId, subject=st.none() | WORDS)
ACTIONS = st.builds(Action, id=IDS, label=WORDS, detail=st.none() | WORDS, copy=st.none() | WORDS)
BARS = st.builds(Bar, label=WORDS, begins=MOMENTS, ends=MOMENTS)
LINES = st.builds(
    Timeline,
    bars=st.lists(BARS, max_size=4).map(tuple),
    now=MOMENTS,
    stretch=st.none() | st.tuples(MOMENTS, MOMENTS),
)
CERTIFICATES = st.builds(
    CertificateCard,
    fingerprint=st.text("0123456789abcdef", min_size=64, max_size=64),
    key=WORDS,
    key_name=WORDS,
    holder=WORDS,
    procedure=st.none() | WORDS,
    until=WORDS,
    left=WORDS,
    place=WORDS,
    bar=st.none() | BARS,
)
ANY_PAGE = st.builds(
    Page,
    language=st.sampled_from([*LANGUAGES, "xx", ""]),
    procedure=st.none() | WORDS,
    holder=WORDS,
    workflow_title=st.none() | WORDS,
    why=st.none() | WORDS,
    steps=st.lists(st.builds(StepSummary, id=WORDS, title=WORDS), max_size=4).map(tuple),
    headline=WORDS,
    body=WORDS,
    alert=st.none() | WORDS,
    reader_words=WORDS,
    primary=st.none() | ACTIONS,
    answers=st.lists(ACTIONS, max_size=3).map(tuple),
    actions=st.lists(ACTIONS, max_size=4).map(tuple),
    known_problems=st.lists(
        st.builds(ProblemEntry, id=WORDS, title=WORDS, text=WORDS, action=st.none() | ACTIONS), max_size=3
    ).map(tuple),
    deadline=st.none() | MOMENTS,
    deadline_words=st.none() | WORDS,
    timeline=st.none() | LINES,
    cases=st.lists(ACTIONS, max_size=2).map(tuple),
    certificates=st.lists(CERTIFICATES, max_size=3).map(tuple),
)


def test_every_generated_page_can_be_shown(guide_setup: GuideSetup, capfd: pytest.CaptureFixture[str]) -> None:
    window = guide_setup.window(PAGES["step"](Writer("fr")))

    @settings(max_examples=60, deadline=None)
    @given(ANY_PAGE)
    def show(page: Page) -> None:
        window.show_page(page)
        for place in (KEYS, HELP, CONTACTS, SETTINGS, SHEET, GUIDE):
            window.go_to(place)
            guide_setup.settle()
            window.grab()
        assert window.isVisible()

    show()
    guide_setup.close(window)
    assert "Traceback" not in capfd.readouterr().err  # PySide prints what is raised while it draws
