"""The catalogue's steps follow the written procedure, in good typography."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from config.i18n.wording import Wording
from config.schema.load_settings import catalogue_settings, load_procedure
from config.settings import Procedure
from config.workflows import Destination, Ends, Limit, Needs, WorkflowKind

FIXTURES = Path(__file__).parent / "procedures"
EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "procedures"
CATALOGUE = catalogue_settings().procedures
OPALEXE = next(each for each in CATALOGUE if each.id == "opalexe")
EVERY = [*CATALOGUE, *map(load_procedure, (FIXTURES / "minimal.toml", *sorted(EXAMPLES.glob("*.toml"))))]


def ids(kind: WorkflowKind) -> list[str]:
    return [each.id for each in OPALEXE.workflows[kind].steps]


def test_step_1_activates_with_the_tool() -> None:
    assert ids(WorkflowKind.ACTIVATE) == ["insert_new", "start_tool", "activate", "code", "choose_pin"]
    assert OPALEXE.workflows[WorkflowKind.ACTIVATE].steps[-1].ends is Ends.ACTIVATED


def test_step_2a_goes_in_its_order() -> None:
    steps = OPALEXE.workflows[WorkflowKind.ADD_WITH_OLD].steps
    order = [(each.ends if each.ends is not Ends.CONFIRMED else each.id, each.needs) for each in steps]
    assert order == [
        (Ends.OLD_IN, Needs.NOTHING),
        ("log_in", Needs.OLD),
        ("ask_for_mail", Needs.OLD),
        ("close_browser", Needs.NOTHING),
        (Ends.OLD_OUT, Needs.NOTHING),
        (Ends.NEW_IN, Needs.NOTHING),
        ("click_link", Needs.NEW),
        ("enter_pin", Needs.NEW),
        ("enter_platform", Needs.NEW),
        ("check_new", Needs.NEW),
    ]
    time_limit = [
        each.id
        for each in steps
        if each.limit == Limit(since="ask_for_mail", span=timedelta(hours=24), back_to="insert_old")
    ]
    assert time_limit == ["close_browser", "remove_old", "insert_new", "click_link"]


def test_step_2b_ends_with_a_letter_and_an_answer() -> None:
    assert ids(WorkflowKind.ASSOCIATE_NEW) == [
        "insert_new",
        "open_platform",
        "have_account",
        "write_to_support",
        "wait",
        "log_in",
    ]
    assert OPALEXE.workflows[WorkflowKind.ASSOCIATE_NEW].steps[3].offers == (
        Destination.SUPPORT_MAIL,
        Destination.SERIAL,
    )
    assert OPALEXE.letter is not None
    for body in (OPALEXE.letter.body.en, OPALEXE.letter.body.fr):
        assert {"{holder}", "{serial}"} <= set(re.findall(r"\{\w+\}", body))


SITE = [
    "Activer",
    "ajouter un certificat",
    "accéder à la plateforme",
    "Nouveau certificat reconnu",
    "Disposez-vous d’un compte sur OPALEXE",
    "Oui, je dispose d’un compte",
    "VALIDER",
    "Non, je ne dispose pas encore de compte",
]


def wordings(each: Procedure) -> Iterator[Wording]:
    for workflow in each.workflows.values():
        yield workflow.title
        for step_ in workflow.steps:
            yield from filter(None, (step_.title, step_.text, step_.caution, step_.danger, step_.done))
        for refusal in workflow.known_problems:
            yield from (refusal.title, refusal.text)


@pytest.mark.parametrize("label", SITE)
def test_the_sites_own_labels_stay_french_in_both_languages(label: str) -> None:
    for language in ("en", "fr"):
        assert any(label in getattr(each, language) for each in wordings(OPALEXE))


@pytest.mark.parametrize("each", EVERY, ids=lambda each: each.id)
def test_the_words_are_set_as_each_language_sets_them(each: Procedure) -> None:
    badly_set = re.compile(r"[^\s\u00a0] [:;?!»]|« |(?<!https)(?<!\{\w)[a-zé}][;?!]|'|\u202f")
    assert [found.fr for found in wordings(each) if badly_set.search(re.sub(r"\{\w+:\w+\}", "x", found.fr))] == []
    assert [found.en for found in wordings(each) if "'" in found.en] == []


@pytest.mark.parametrize("each", EVERY, ids=lambda each: each.id)
def test_no_step_asks_vigicle_for_a_pin(each: Procedure) -> None:
    in_vigicle = [found.en for found in wordings(each) if "PIN" in found.en and "vigicle" in found.en]
    assert all("never asks" in found for found in in_vigicle)
