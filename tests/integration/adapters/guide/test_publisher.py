"""The guide reaches its window and each subscriber, whatever another does."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.i18n.text import Phrase, Sentence, Text, text
from config.i18n.translator import Translator
from config.i18n.wording import Wording
from config.instants import instant
from config.settings import SettingId
from config.values import field_names, is_value, replace
from config.workflows import Needs, WorkflowKind
from daemon.adapters.guide.messages import DECODE_ERRORS, ENCODER, PAGES, Chosen, Forgotten, GuideAnswer, Named, Page
from daemon.adapters.guide.publisher import MAX_SUBSCRIBERS, GuidePublisher, command_of
from daemon.adapters.guide.render import render_page
from daemon.core.commands import ChooseAction, Command, ForgetCertificate, NameKey
from daemon.core.events import ProblemMet
from daemon.core.model import ActivationToken, Fingerprint, KeyId, Role
from daemon.core.views import guide as core
from daemon.core.views.report import Stage
from support.guide_actions import action_id
from support.posted_events import PostedEvents
from support.process import PATIENCE_S, PROMPT_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from daemon.adapters.guide.subscriber import GuideSubscriber

NOW = instant(datetime(2026, 11, 23, 20, 0, tzinfo=UTC))
FINGERPRINT = "ab" * 32


def a_phrase(words: str) -> Phrase:
    return Phrase(Wording(en=words, fr=f"{words} (fr)"))


def action(name: str, copy: str | None = None) -> core.Action[Sentence]:
    id_ = action_id(name)
    return core.Action(id=id_, label=a_phrase(f"label of {id_}"), detail=a_phrase(f"detail of {id_}"), copy=copy)


BAR: core.Bar[Sentence] = core.Bar(
    role=core.BarRole.OLD, label=a_phrase("bar"), begins=NOW - timedelta(days=9), ends=NOW + timedelta(days=9)
)
VIEW: core.GuideView[Sentence] = core.GuideView(
    language="en",
    procedure=a_phrase("procedure"),
    holder="Jeanne MARTIN",
    workflow=WorkflowKind.ADD_WITH_OLD,
    workflow_title=a_phrase("course"),
    why=text("days.left", count=3),
    steps=(core.StepSummary(id="log_in", title=a_phrase("log in"), status=core.StepStatus.CURRENT),),
    phases=(core.StepSummary(id="register", title=a_phrase("add"), status=core.StepStatus.CURRENT),),
    outline=(core.StepSummary(id="old", title=a_phrase("with the old"), status=core.StepStatus.CURRENT),),
    eyebrow=a_phrase("step 1 of 1"),
    headline=a_phrase("headline"),
    body=a_phrase("body"),
    at_hand=(a_phrase("mail"),),
    danger=a_phrase("danger"),
    notes=(a_phrase("note"),),
    wrong_key=True,
    alert=a_phrase("alert"),
    reader=core.ReaderStatus.OLD,
    reader_words=a_phrase("your old key"),
    needs=Needs.OLD,
    awaited=a_phrase("waiting"),
    on_card=True,
    contacts=(a_phrase("call"),),
    addresses=(a_phrase("page"),),
    openings=(action("open:platform"), action("copy:serial", "0A1B")),
    primary=action("end:log_in"),
    likely=action_id("open:platform"),
    answers=(action("state:works"), action("state:new")),
    actions=(action("put_off"),),
    known_problems=(
        core.ProblemEntry(
            id="lapsed", title=a_phrase("lapsed"), text=a_phrase("ask again"), action=action("help:lapsed")
        ),
    ),
    deadline=NOW,
    deadline_words=a_phrase("until noon"),
    timeline=core.Timeline(bars=(BAR,), now=NOW, stretch=(NOW, NOW + timedelta(days=8))),
    settings=(action("language"),),
    findings=(
        core.Finding(topic=a_phrase("icon"), what=a_phrase("none"), remedy=a_phrase("add"), action=action("read_keys")),
    ),
    fields=(core.SettingField(id=SettingId.DAYS, value="90", refusal=a_phrase("refusal")),),
    about=(a_phrase("days"),),
    cases=(action("select:other"),),
    certificates=(
        core.CertificateCard(
            fingerprint=Fingerprint(FINGERPRINT),
            key=KeyId("key-1"),
            key_name="the blue one",
            holder=text("holder.unknown"),
            procedure=None,
            role=Role.AUTHENTICATION,
            stage=Stage.DUE,
            until=a_phrase("until May"),
            left=a_phrase("3 days"),
            place=a_phrase("in the reader"),
            present=True,
            bar=BAR,
        ),
    ),
)


@pytest.fixture
def posted() -> PostedEvents:
    return PostedEvents()


@pytest.fixture
def publisher(posted: PostedEvents) -> Iterator[GuidePublisher]:
    one = GuidePublisher(posted, Translator)
    yield one
    one.stop()


# A stand-in for the window: writes each page that it gets into a file, and does what its first argument says.
WINDOW = """
import json, sys, time
from pathlib import Path
what, file = sys.argv[1], Path(sys.argv[2])
if what.isdecimal():
    sys.exit(int(what))
if what == "hang":
    file.write_text("here")
    time.sleep(600)
for line in sys.stdin:
    with file.open("a") as pages:
        pages.write(line)
    page = json.loads(line)
    if what == "choose":
        print(json.dumps({"type": "chosen", "number": page["number"], "action": page["primary"]["id"]}), flush=True)
    elif what == "talk":
        print("gibberish", flush=True)
    elif what == "mumble":
        sys.stdout.buffer.write(b'{"type":"\\xff"}\\n')
        sys.stdout.flush()
    elif what == "rave":
        print("x" * 100_000, flush=True)
    elif what == "leave":
        break
"""


class WindowStandIn:
    """A publisher with such a window, and what the window has received."""

    def __init__(self, what: str, file: Path) -> None:
        self.file = file
        self.posted = PostedEvents()
        self.publisher = GuidePublisher(self.posted, Translator, [sys.executable, "-c", WINDOW, what, str(file)])

    @property
    def pages(self) -> list[Page]:
        lines = self.file.read_bytes().splitlines() if self.file.exists() else []
        return [PAGES.decode(line) for line in lines]

    def headlines(self) -> list[str]:
        return [page.headline for page in self.pages]


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], WindowStandIn]]:
    monkeypatch.setenv("DISPLAY", ":99")
    made: list[WindowStandIn] = []

    def make(what: str) -> WindowStandIn:
        made.append(WindowStandIn(what, tmp_path / f"pages-{len(made)}"))
        return made[-1]

    yield make
    for one in made:
        one.publisher.stop()


def see(value: Any, part: Any) -> None:
    """Check that a value of the core arrived with all texts rendered."""
    match value:
        case Phrase() | Text():
            assert part == Translator("en", on_card=VIEW.on_card).render(value)
        case tuple():
            for one, other in zip(value, part, strict=True):
                see(one, other)
        case _ if is_value(value):
            for name in field_names(value):
                see(getattr(value, name), getattr(part, name))
        case _:
            assert part == value


def test_every_field_of_the_view_arrives_rendered() -> None:
    full = {name: getattr(VIEW, name) for name in field_names(VIEW)}
    assert [name for name, value in full.items() if value in (None, (), "")] == [], "the test's view lacks something"
    see(VIEW, render_page(VIEW, Translator("en"), 7))


def test_a_page_is_in_the_language_of_its_view() -> None:
    page = render_page(replace(VIEW, language="fr"), Translator("fr"), 1)
    assert (page.language, page.headline, page.why) == ("fr", "headline (fr)", "encore 3 jours")


def test_cards_of_the_page_before_are_not_rendered_again() -> None:
    before = render_page(VIEW, Translator("en"), 1)
    card = VIEW.certificates[0]
    more = replace(VIEW, certificates=(card, replace(card, note="the safe")))
    page = render_page(more, Translator("en"), 2, (VIEW, before))
    assert page == render_page(more, Translator("en"), 2)
    assert page.certificates[0] is before.certificates[0]


@pytest.mark.parametrize("changed", ["language", "card"])
def test_cards_in_other_words_are_rendered_again(changed: str) -> None:
    before = render_page(VIEW, Translator("en"), 1)
    language = "fr" if changed == "language" else "en"
    other = replace(VIEW, on_card=VIEW.on_card ^ (changed == "card"))
    page = render_page(other, Translator(language), 2, (VIEW, before))
    assert page == render_page(other, Translator(language), 2)
    assert page.certificates[0] is not before.certificates[0]


def test_a_page_crosses_unchanged() -> None:
    page = render_page(VIEW, Translator("en"), 7)
    assert PAGES.decode(ENCODER.encode(page)) == page


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"front":false', b'"front":false,"colour":"red"'),
        (b'"number":7', b'"number":"7"'),
        (b'"headline":"headline"', b'"headline":null'),
        (FINGERPRINT.encode(), b"AB" * 32),
        (FINGERPRINT.encode(), FINGERPRINT.encode() + b"\\n"),
        (b'"kind":"open"', b'"kind":"format"'),
    ],
    ids=["unknown field", "wrong type", "missing sentence", "upper case", "line break", "unknown action"],
)
def test_an_invalid_page_is_refused(old: bytes, new: bytes) -> None:
    line = ENCODER.encode(render_page(VIEW, Translator("en"), 7))
    assert old in line
    with pytest.raises(DECODE_ERRORS):
        PAGES.decode(line.replace(old, new))


def test_a_follower_gets_the_current_page_and_then_the_newest(publisher: GuidePublisher) -> None:
    publisher.show(VIEW)
    follower = follow(publisher)
    assert look(follower).headline == "headline"
    for number in range(3):
        publisher.show(replace(VIEW, headline=a_phrase(f"step {number}")))
    page = look(follower)
    assert (page.headline, page.number) == ("step 2", 4)


def test_a_follower_waits_for_the_first_page(publisher: GuidePublisher) -> None:
    follower = follow(publisher)
    publisher.show(VIEW)
    assert look(follower).number == 1


@pytest.mark.parametrize(
    ("answer", "command"),
    [
        (Chosen(number=1, action=action_id("open:platform")), ChooseAction(action=action_id("open:platform"))),
        (Chosen(number=1, action=action_id("help:lapsed")), ChooseAction(action=action_id("help:lapsed"))),
        (Chosen(number=1, action=action_id("select:other")), ChooseAction(action=action_id("select:other"))),
        (
            Named(fingerprint=FINGERPRINT, name=" the\u202e red one "),
            NameKey(fingerprint=Fingerprint(FINGERPRINT), name="the red one"),
        ),
        (Forgotten(fingerprint=FINGERPRINT), ForgetCertificate(fingerprint=Fingerprint(FINGERPRINT))),
        (Chosen(number=0, action=action_id("open:platform")), None),
        (Chosen(number=2, action=action_id("open:platform")), None),
        (Named(fingerprint="cd" * 32, name="x"), None),
        (Forgotten(fingerprint="cd" * 32), None),
    ],
    ids=[
        *("action", "back to a step", "another holder", "name", "forget", "older page", "no such page"),
        *("name of an unknown one", "forget an unknown one"),
    ],
)
def test_an_answer_counts_only_if_the_page_offers_it(answer: GuideAnswer, command: Command | None) -> None:
    assert command_of(answer, render_page(VIEW, Translator("en"), 1)) == command


def test_answers_of_a_follower_are_posted(publisher: GuidePublisher, posted: PostedEvents) -> None:
    publisher.show(VIEW)
    follower = follow(publisher)
    follower.answer(Chosen(number=1, action=action_id("open:platform")))
    assert posted.command() == ChooseAction(action=action_id("open:platform"))


def test_an_answer_to_an_older_page_counts_only_at_the_same_step(
    publisher: GuidePublisher, posted: PostedEvents
) -> None:
    publisher.show(VIEW)
    follower = follow(publisher)
    publisher.show(replace(VIEW, alert=a_phrase("a word more")))
    follower.answer(Chosen(number=1, action=action_id("open:platform")))
    assert posted.command() == ChooseAction(action=action_id("open:platform"))
    publisher.show(replace(VIEW, headline=a_phrase("the next step")))
    follower.answer(Chosen(number=1, action=action_id("open:platform")))
    assert posted.rest() == []


def test_followers_are_limited_and_a_closed_one_frees_its_place(publisher: GuidePublisher) -> None:
    followers = [follow(publisher) for _ in range(MAX_SUBSCRIBERS)]
    assert publisher.subscribe() is None
    followers[0].close()
    assert publisher.subscribe() is not None


def test_a_stop_ends_each_wait(publisher: GuidePublisher) -> None:
    follower = follow(publisher)
    waiting = threading.Thread(target=follower.next)
    waiting.start()
    publisher.stop()
    waiting.join(PATIENCE_S)
    assert not waiting.is_alive()
    assert publisher.subscribe() is None


def test_the_window_shows_each_page_and_its_choice_is_posted(window: Callable[[str], WindowStandIn]) -> None:
    one = window("choose")
    one.publisher.show(VIEW)
    assert one.pages == []
    one.publisher.open()
    assert one.posted.command() == ChooseAction(action=action_id("end:log_in"))
    one.publisher.show(replace(VIEW, headline=a_phrase("next")))
    one.posted.command()
    assert [(page.headline, page.number, page.front) for page in one.pages] == [
        ("headline", 1, True),
        ("next", 2, False),
    ]


def test_there_is_one_window_and_it_comes_to_the_front_again(window: Callable[[str], WindowStandIn]) -> None:
    one = window("choose")
    one.publisher.show(VIEW)
    for right in (None, ActivationToken("right-2")):
        one.publisher.open(right)
        one.posted.command()
    assert [(page.number, page.front, page.activation) for page in one.pages] == [(1, True, None), (1, True, "right-2")]


def test_a_window_that_was_closed_opens_again(window: Callable[[str], WindowStandIn]) -> None:
    one = window("leave")
    one.publisher.show(VIEW)
    one.publisher.open()
    assert one.publisher.wait() == 0
    one.publisher.open()
    assert one.publisher.wait() == 0
    assert len(one.pages) == 2


@pytest.mark.parametrize("what", ["talk", "mumble", "rave", "1"])
def test_a_window_that_fails_changes_nothing(what: str, window: Callable[[str], WindowStandIn]) -> None:
    one = window(what)
    one.publisher.show(VIEW)
    follower = follow(one.publisher)
    one.publisher.open()
    assert one.publisher.wait() is not None
    assert one.posted.rest() == []
    assert look(follower).headline == "headline"


def test_a_window_that_hangs_delays_no_other_and_ends_with_the_publisher(
    window: Callable[[str], WindowStandIn],
) -> None:
    one = window("hang")
    one.publisher.open()
    wait_until(one.file.exists, "the window is there")
    big = replace(VIEW, body=a_phrase("x" * 200_000))
    began = time.monotonic()
    for _ in range(20):
        one.publisher.show(big)
    assert time.monotonic() - began < PROMPT_S
    one.publisher.stop()
    assert one.publisher.wait() == -signal.SIGKILL
    assert time.monotonic() - began < 2 * PROMPT_S


def test_a_window_without_display_is_reported_once(window: Callable[[str], WindowStandIn]) -> None:
    one = window("3")
    for _ in range(2):
        one.publisher.open()
        one.publisher.wait()
    assert "vigicle guide --text" in Translator("en").render(one.posted.next(ProblemMet).body)
    assert one.posted.rest() == []


def test_without_a_display_nothing_is_started(
    window: Callable[[str], WindowStandIn], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = window("choose")
    monkeypatch.delenv("DISPLAY")
    assert not one.publisher.can_open
    one.publisher.open()
    one.posted.next(ProblemMet)
    assert one.publisher.wait() is None


def test_a_program_that_is_not_there_is_no_window(monkeypatch: pytest.MonkeyPatch, posted: PostedEvents) -> None:
    monkeypatch.setenv("DISPLAY", ":99")
    publisher = GuidePublisher(posted, Translator, ["/nowhere/window"])
    publisher.open()
    assert publisher.wait() is None
    publisher.stop()


def test_a_publisher_without_a_window_only_logs(
    publisher: GuidePublisher, posted: PostedEvents, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    publisher.open()
    assert "vigicle guide --text" in caplog.text
    assert posted.rest() == []


def follow(publisher: GuidePublisher) -> GuideSubscriber:
    follower = publisher.subscribe()
    assert follower is not None
    return follower


def look(follower: GuideSubscriber) -> Page:
    page = follower.next()
    assert page is not None
    return page
