"""The terminal guide shows what is new and obeys typed words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.instants import instant
from config.values import replace
from daemon.adapters.guide.messages import Chosen, Page
from daemon.core.model import Fingerprint, KeyId, Role
from daemon.core.views.guide import CertificateCard, ProblemEntry, ReaderStatus, StepStatus, StepSummary
from daemon.core.views.report import Stage
from support.guide_actions import action_id, button
from tray.text_guide.page import TextPage

NOON = instant(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
PAGE = Page(
    number=7,
    language="en",
    procedure="OPALEXE",
    holder="Jeanne MARTIN",
    workflow_title="Add the new certificate",
    steps=(
        StepSummary(id="insert_old", title="Put the old key in", status=StepStatus.DONE),
        StepSummary(id="log_in", title="Log in", status=StepStatus.CURRENT),
        StepSummary(id="mail", title="Ask for the mail", status=StepStatus.AHEAD),
    ),
    headline="Log in",
    body="Open OPALEXE.\nEnter the PIN there.",
    reader=ReaderStatus.OLD,
    reader_words="Your old key is in the reader.",
    openings=(button("open:platform", "Open the platform"),),
    primary=button("end:log_in", "I am logged in"),
    likely=action_id("open:platform"),
    actions=(button("copy:serial", "Copy", copy="0A1B"),),
    known_problems=(
        ProblemEntry(id="refused", title="The site refuses", text="Close it.", action=button("help:refused", "Again")),
        ProblemEntry(id="slow", title="The site is slow", text="Wait."),
    ),
    cases=(button("select:other", "Paul AUTRE"),),
    deadline=NOON,
    deadline_words="Until noon.",
    certificates=(
        CertificateCard(
            fingerprint=Fingerprint("ab" * 32),
            key=KeyId("key-1"),
            key_name="the blue one",
            holder="Jeanne MARTIN",
            procedure="OPALEXE",
            role=Role.AUTHENTICATION,
            stage=Stage.DUE,
            until="until May",
            left="3 days left",
            place="in the reader",
            present=True,
            bar=None,
        ),
    ),
)
STEP = ["Step 2 of 3: Log in", "Open OPALEXE.\nEnter the PIN there.", "Until noon."]
CHOICES = ["1 Open the platform", "d I am logged in", "e Copy", "f Paul AUTRE"]


def changed(**changes: object) -> Page:
    return replace(PAGE, **changes)  # type: ignore[arg-type]  # by name


def test_the_page_shows_the_current_step_and_then_the_choices() -> None:
    assert TextPage(PAGE).whole() == [
        "OPALEXE · Jeanne MARTIN",
        "Add the new certificate",
        "Your old key is in the reader.",
        *STEP,
        *CHOICES,
        "h It does not work",
        "l List all steps",
        "c Certificates of my keys",
        "r Repeat",
        "q Quit",
    ]


def test_a_page_that_reads_the_same_is_not_printed_again() -> None:
    shown = TextPage(PAGE)
    assert shown.turn(changed(number=8, front=True, deadline_words="For 5 minutes.", timeline=None)) == []


@pytest.mark.parametrize(
    ("changes", "news"),
    [
        (
            {"reader": ReaderStatus.EMPTY, "reader_words": "The reader is empty."},
            ["The reader is empty."],
        ),
        ({"alert": "This is the wrong key."}, ["Attention: This is the wrong key."]),
        (
            {"why": "The old one has expired."},
            ["OPALEXE · Jeanne MARTIN", "Add the new certificate", "The old one has expired."],
        ),
        ({"deadline": None, "deadline_words": None}, STEP[:2]),
        ({"actions": ()}, []),
        ({"actions": (*PAGE.actions, button("put_off", "Later"))}, ["g Later"]),
        ({"likely": action_id("end:log_in")}, ["1 I am logged in", "g Open the platform"]),
    ],
    ids=["reader", "alert", "why", "deadline", "less to choose", "more to choose", "another way round"],
)
def test_only_what_is_new_is_printed(changes: dict[str, object], news: list[str]) -> None:
    assert TextPage(PAGE).turn(changed(**changes)) == news


def test_a_new_step_is_printed_with_what_else_can_be_chosen() -> None:
    statuses = zip(PAGE.steps, (StepStatus.DONE, StepStatus.DONE, StepStatus.CURRENT), strict=True)
    steps = tuple(replace(step, status=status) for step, status in statuses)
    page = changed(steps=steps, headline="Ask for the mail", body="Click.", primary=button("end:mail", "Asked"))
    page = replace(page, openings=(), likely=action_id("end:mail"))
    assert TextPage(PAGE).turn(page) == ["Step 3 of 3: Ask for the mail", "Click.", "Until noon.", "1 Asked"]


def test_1_is_the_likely_action_and_nothing_else() -> None:
    shown = TextPage(changed(likely=None, openings=()))
    assert shown.choose("1") is None
    assert "d I am logged in" in shown.whole()


def test_a_letter_stays_and_is_never_given_to_another_action() -> None:
    shown, later = TextPage(PAGE), button("put_off", "Later")
    shown.turn(changed(primary=None, actions=(later, *PAGE.actions)))
    assert (shown.choose("d"), shown.choose("g")) == (None, Chosen(number=7, action=action_id("put_off")))
    assert shown.answer("e") == ["0A1B"]
    shown.turn(changed(primary=button("end:mail", "Asked"), actions=(button("select:new", "New"),)))
    assert shown.choose("d") == Chosen(number=7, action=action_id("end:mail")), "it is done, at another step"
    assert shown.choose("h") is None
    assert shown.choose("i") == Chosen(number=7, action=action_id("select:new"))


def test_many_choices_have_two_letters_and_none_is_a_word_of_the_guide() -> None:
    cases = tuple(button(f"select:{number}", str(number)) for number in range(50))
    typed = [line.split()[0] for line in TextPage(changed(cases=cases)).answer("r") if line.split()[-1].isdigit()]
    assert (typed[:3], typed[-1], len(set(typed))) == (["f", "g", "i"], "ex", 50)
    assert not {"a", "b", "c", "h", "l", "q", "r", "v"} & set(typed)


def test_a_letter_chooses_on_the_page_that_was_shown_last() -> None:
    shown = TextPage(PAGE)
    assert shown.choose("d") == Chosen(number=7, action=action_id("end:log_in"))
    shown.turn(changed(number=9))
    assert shown.choose("1") == Chosen(number=9, action=action_id("open:platform"))
    assert shown.answer("1") == ["You chose: Open the platform"]


def test_a_text_to_copy_is_printed_and_not_sent() -> None:
    shown = TextPage(PAGE)
    assert (shown.answer("e"), shown.choose("e")) == (["0A1B"], None)


def test_the_text_of_a_letter_is_printed_as_it_opens() -> None:
    mail = button("open:support_mail", "Write to the support", copy="Hello,\n0A1B")
    shown = TextPage(changed(openings=(mail,)))
    (typed,) = (line.split()[0] for line in shown.whole() if line.endswith(mail.label))
    assert shown.choose(typed) == Chosen(number=7, action=mail.id)
    assert shown.answer(typed)[1:] == ["If the message opens empty, copy this text into it:", "Hello,", "0A1B"]


@pytest.mark.parametrize("typed", ["2", "0", "b2", "-1", "x", "h3", "1 2", "dd"])
def test_a_choice_that_is_not_there_is_told_and_the_others_repeated(typed: str) -> None:
    shown = TextPage(PAGE)
    assert shown.choose(typed) is None
    assert shown.answer(typed) == ["That choice is not offered now.", *STEP, *CHOICES]


def test_help_leads_back_to_a_step() -> None:
    shown = TextPage(PAGE)
    assert shown.answer("h") == ["h1 The site refuses", "h2 The site is slow"]
    assert shown.answer("h1") == ["The site refuses", "Close it.", "b1 Again"]
    assert shown.choose("b1") == Chosen(number=7, action=action_id("help:refused"))
    assert shown.answer("h2") == ["The site is slow", "Wait."]


def test_a_single_help_is_given_at_once() -> None:
    assert TextPage(changed(known_problems=PAGE.known_problems[1:])).answer("h") == ["The site is slow", "Wait."]


def test_all_steps_are_listed_with_where_they_stand() -> None:
    assert TextPage(PAGE).answer("l") == [
        "Step 1 of 3, done: Put the old key in",
        "Step 2 of 3, now: Log in",
        "Step 3 of 3, to come: Ask for the mail",
    ]


def test_certificates_are_listed() -> None:
    assert TextPage(PAGE).answer("c") == [
        "Certificate 1 of 1: Jeanne MARTIN",
        "Your name for its key: the blue one",
        "OPALEXE",
        "login",
        "to be renewed",
        "until May",
        "3 days left",
        "in the reader",
    ]


def test_a_listed_certificate_can_be_asked_about() -> None:
    asks = button("ask_use:abab", "What is this key for?")
    shown = TextPage(changed(certificates=(replace(PAGE.certificates[0], use=asks),)))
    assert shown.answer("c")[-1] == "u1 What is this key for?"
    assert "u1 What is this key for?" not in shown.whole(), "only in the list"
    chosen = shown.choose("u1")
    assert chosen is not None
    assert chosen.action == asks.id


def test_it_says_how_many_certificates_are_not_listed() -> None:
    last = TextPage(changed(more_certificates=2)).answer("c")[-1]
    assert last == "2 more certificates are remembered. To see them all, type “vigicle status”."


def test_a_terminal_lists_a_hundred_certificates_and_counts_the_others() -> None:
    lines = TextPage(changed(certificates=PAGE.certificates[:1] * 103, more_certificates=2)).answer("c")
    assert sum("of 100" in line for line in lines) == 100
    assert lines[-1].startswith("5 more certificates")


@pytest.mark.parametrize("typed", ["h", "l", "c"])
def test_an_empty_list_is_reported(typed: str) -> None:
    assert TextPage(changed(known_problems=(), steps=(), certificates=())).answer(typed) == [
        "There is nothing to show here."
    ]


def test_the_language_is_that_of_the_page() -> None:
    shown = TextPage(PAGE)
    lines = shown.turn(changed(language="fr"))
    assert "Étape 2 sur 3\u00a0: Log in" in lines
    assert "a Ça ne marche pas" in lines
    assert shown.answer("a") == ["a1 The site refuses", "a2 The site is slow"]
    assert shown.quits("q")
