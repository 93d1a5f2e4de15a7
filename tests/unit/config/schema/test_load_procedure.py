"""Procedure files are loaded as written, or refused by key and value."""

import contextlib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.folders import Folders
from config.i18n.translator import Translator
from config.i18n.wording import Wording
from config.schema.load_procedure import ENTRIES_LIMIT, FORMER_WORKFLOWS, WORKFLOWS
from config.schema.load_settings import catalogue_settings, load_procedure, load_settings
from config.schema.tables import SettingsError
from config.settings import Procedure
from config.workflows import Destination, Ends, Limit, Needs, WorkflowKind
from support.toml import toml

FIXTURES = Path(__file__).parents[1] / "procedures"
MINIMAL = (FIXTURES / "minimal.toml").read_text(encoding="utf-8")
OPALEXE = next(each for each in catalogue_settings().procedures if each.id == "opalexe")
SIV = load_procedure(FIXTURES / "siv.toml")
PLAIN = load_procedure(FIXTURES / "minimal.toml")
EVERY = [OPALEXE, SIV, PLAIN]

HEAD = "[workflows.activate]\ntitle = { en = 'Go', fr = 'Va' }\n"
WORDS = "title = { en = 'Do', fr = 'Fais' }\ntext = { en = 'Do it.', fr = 'Fais-le.' }\n"
STEP = f"[[workflows.activate.steps]]\nid = 'first'\n{WORDS}ends = 'said'\n"


def step(id_: str, more: str) -> str:
    return f"[[workflows.activate.steps]]\nid = '{id_}'\n{WORDS}{more}\n"


def procedure(workflows: str, top: str = "") -> Procedure:
    return load_procedure(Path("x.toml"), f"{top}\n{MINIMAL}\n{workflows}".encode())


# What is taken


def test_a_workflow_comes_out_as_it_was_written() -> None:
    workflow = SIV.workflows[WorkflowKind.ADD_WITH_OLD]
    assert workflow.title == Wording(en="Declare the new certificate", fr="Déclarer le nouveau certificat")
    insert_old, declare, insert_new = workflow.steps
    assert (insert_old.ends, insert_old.needs, insert_old.offers) == (Ends.OLD_IN, Needs.NOTHING, ())
    assert (declare.ends, declare.needs) == (Ends.LAUNCHED, Needs.OLD)
    assert declare.offers == (Destination.PLATFORM, Destination.SERIAL)
    assert declare.done is None
    assert insert_new.limit == Limit(since="declare", span=timedelta(hours=2), back_to="declare")
    assert [(refusal.id, refusal.back_to) for refusal in workflow.known_problems] == [
        ("unknown_certificate", "declare")
    ]


@pytest.mark.parametrize("each", EVERY, ids=lambda each: each.id)
def test_every_procedure_has_a_workflow_for_every_path(each: Procedure) -> None:
    assert set(each.workflows) == set(WorkflowKind) - {WorkflowKind.RENEW}
    assert all(workflow.kind is kind and workflow.steps for kind, workflow in each.workflows.items())


def test_a_procedure_without_workflows_gets_the_plain_ones_and_one_with_some_the_others() -> None:
    assert SIV.workflows[WorkflowKind.ORDER] == PLAIN.workflows[WorkflowKind.ORDER]
    assert SIV.workflows[WorkflowKind.ADD_WITH_OLD] != PLAIN.workflows[WorkflowKind.ADD_WITH_OLD]


def test_a_limit_without_hours_is_as_long_as_the_links_life() -> None:
    plain = procedure("", "link_lifetime_hours = 3.5").workflows[WorkflowKind.ADD_WITH_OLD]
    assert {each.limit.span for each in plain.steps if each.limit} == {timedelta(hours=3.5)}


def test_a_platform_whose_links_life_is_unknown_has_no_limit() -> None:
    steps = [step for workflow in PLAIN.workflows.values() for step in workflow.steps]
    assert [step.id for step in steps if step.limit] == []


def test_the_reminder_of_tidying_up_can_be_moved() -> None:
    assert PLAIN.clean_up_after == timedelta(days=7)
    assert procedure("", "clean_up_after_days = 30").clean_up_after == timedelta(days=30)


def test_a_letter_comes_out_as_it_was_written() -> None:
    letter = procedure("[letter]\nsubject = {en = 'S {holder}', fr = 'T'}\nbody = {en = \"a\\nb {serial}\", fr = 'c'}")
    assert letter.letter is not None
    assert (letter.letter.subject.en, letter.letter.body.en) == ("S {holder}", "a\nb {serial}")
    assert PLAIN.letter is None


LONGEST = f"title = {{ en = '{'t' * 80}', fr = 'x' }}\ntext = {{ en = '{'t' * 600}', fr = 'x' }}\nends = 'said'"


def test_the_longest_texts_and_workflows_are_taken() -> None:
    longest = [f"[[workflows.activate.steps]]\nid = 's{number}'\n{LONGEST}" for number in range(ENTRIES_LIMIT)]
    assert len(procedure("\n".join([HEAD, *longest])).workflows[WorkflowKind.ACTIVATE].steps) == ENTRIES_LIMIT


# What is refused

S = "workflows.activate.steps"
WITH_OLD = step("in", "ends = 'old_in'")
ASKED = step("ask", "ends = 'said'")
REFUSAL = f"[[workflows.activate.refusals]]\nid = 'no'\n{WORDS}"
LETTER = "[letter]\nsubject = { en = 'S', fr = 'S' }\nbody = { en = 'B', fr = 'B' }\n"
TOO_MANY = "".join(step(f"s{number}", "ends = 'said'") for number in range(ENTRIES_LIMIT + 1))

REFUSED = {
    "an unknown workflow": ("[workflows.dance]\n", "workflows.dance", "{}", "keys"),
    "an unknown end": (HEAD + STEP.replace("'said'", "'sayed'"), f"{S}.ends", '"sayed"', "one_of"),
    "no end": (HEAD + STEP.replace("ends = 'said'", ""), f"{S}.ends", "—", "one_of"),
    "an unknown need": (HEAD + STEP + "needs = 'both'", f"{S}.needs", '"both"', "one_of"),
    "an unknown offer": (HEAD + STEP + "offers = ['platform', 'shell']", f"{S}.offers", '"shell"', "some_of"),
    "an offer that is no list": (HEAD + STEP + "offers = 'tool'", f"{S}.offers", '"tool"', "some_of"),
    "an unknown key of a step": (HEAD + STEP + "when = 3", f"{S}.when", "3", "keys"),
    "a step id twice": (HEAD + ASKED + ASKED, f"{S}[2].id", '"ask"', "new_id"),
    "a refusal id twice": (HEAD + STEP + REFUSAL + REFUSAL, "workflows.activate.refusals[2].id", '"no"', "new_id"),
    "an id of two words": (HEAD + step("put in", "ends = 'said'"), f"{S}.id", '"put in"', "id"),
    "an id with a capital": (HEAD + step("Ask", "ends = 'said'"), f"{S}.id", '"Ask"', "id"),
    "an empty id": (HEAD + step("", "ends = 'said'"), f"{S}.id", '""', "id"),
    "an id that is a number": (HEAD + STEP.replace("'first'", "1"), f"{S}.id", "1", "id"),
    "no French title": (HEAD + STEP.replace(", fr = 'Fais' }", "}"), f"{S}.title.fr", "—", "wording_80"),
    "an empty English text": (HEAD + STEP.replace("'Do it.'", "' '"), f"{S}.text.en", '" "', "wording_600"),
    "a third language": (HEAD + STEP.replace("{ en = 'Do',", "{ de = 'x', en = 'Do',"), f"{S}.title.de", '"x"', "keys"),
    "no workflow title": (HEAD.replace(", fr = 'Va'", "") + STEP, "workflows.activate.title.fr", "—", "wording_80"),
    "a name in a workflow title": (
        HEAD.replace("'Go'", "'{tool}'") + STEP,
        "workflows.activate.title.en",
        '"{tool}"',
        "wording_80",
    ),
    "a title that is no table": (
        HEAD + STEP.replace("{ en = 'Do', fr = 'Fais' }", "'Do'"),
        f"{S}.title",
        '"Do"',
        "table",
    ),
    "an empty done": (HEAD + STEP + "done = { en = '', fr = 'x' }", f"{S}.done.en", '""', "wording_80"),
    "no steps": (HEAD, "workflows.activate.steps", "[]", "tables"),
    "empty steps": (HEAD + "steps = []", "workflows.activate.steps", "[]", "tables"),
    "too many steps": (HEAD + TOO_MANY, "workflows.activate.steps", "21", "few"),
    "a need that nothing puts in": (HEAD + STEP + "needs = 'old'", f"{S}.needs", '"old"', "key_put_in"),
    "a need of the other key": (HEAD + WITH_OLD + STEP + "needs = 'new'", f"{S}[2].needs", '"new"', "key_put_in"),
    "a need of a key taken out": (
        HEAD + WITH_OLD + step("out", "ends = 'old_out'") + STEP + "needs = 'old'",
        f"{S}[3].needs",
        '"old"',
        "key_put_in",
    ),
    "a key swapped while it is needed": (
        HEAD + WITH_OLD + step("swap", "ends = 'new_in'\nneeds = 'old'"),
        f"{S}[2].ends",
        '"new_in"',
        "can_end",
    ),
    "a launch of nothing": (HEAD + step("go", "ends = 'launched'"), f"{S}.ends", '"launched"', "can_end"),
    "a launch of a copy": (
        HEAD + step("go", "ends = 'launched'\noffers = ['serial', 'platform']"),
        f"{S}.ends",
        '"launched"',
        "can_end",
    ),
    "a launch of a letter that is not there": (
        HEAD + step("go", "ends = 'launched'\noffers = ['mail']"),
        f"{S}.ends",
        '"launched"',
        "can_end",
    ),
    "a launch of a letter to nobody": (
        LETTER + HEAD + step("go", "ends = 'launched'\noffers = ['mail']"),
        f"{S}.ends",
        '"launched"',
        "can_end",
    ),
    "a limit since itself": (
        HEAD + ASKED + step("go", "ends = 'said'\nlimit = { since = 'go', back_to = 'ask' }"),
        f"{S}[2].limit.since",
        '"go"',
        "earlier_step",
    ),
    "a limit since a card's place": (
        HEAD + WITH_OLD + step("go", "ends = 'said'\nlimit = { since = 'in', back_to = 'in' }"),
        f"{S}[2].limit.since",
        '"in"',
        "earlier_step",
    ),
    "a limit back to itself": (
        HEAD + ASKED + step("go", "ends = 'said'\nlimit = { since = 'ask', back_to = 'go' }"),
        f"{S}[2].limit.back_to",
        '"go"',
        "earlier_step",
    ),
    "a limit back to after it was counted from": (
        HEAD + ASKED + STEP + step("go", "ends = 'said'\nlimit = { since = 'ask', back_to = 'first' }"),
        f"{S}[3].limit.back_to",
        '"first"',
        "earlier_step",
    ),
    "a limit ahead": (
        HEAD + step("go", "ends = 'said'\nlimit = { since = 'ask', back_to = 'ask' }") + ASKED,
        f"{S}[1].limit.since",
        '"ask"',
        "earlier_step",
    ),
    "a limit of no time": (
        HEAD + ASKED + step("go", "ends = 'said'\nlimit = { since = 'ask', hours = 0, back_to = 'ask' }"),
        f"{S}[2].limit.hours",
        "0",
        "lifetime",
    ),
    "a refusal back to nowhere": (
        HEAD + STEP + REFUSAL + "back_to = 'nowhere'",
        "workflows.activate.refusals.back_to",
        '"nowhere"',
        "earlier_step",
    ),
    "no refusals at all": (HEAD + "refusals = []\n" + STEP, "workflows.activate.refusals", "[]", "tables"),
    "a letter without a body": ("[letter]\nsubject = {en = 'S', fr = 'S'}", "letter.body.en", "—", "letter"),
    "a letter that names a key": (LETTER.replace("'B'", "'{old_key}'"), "letter.body.en", '"{old_key}"', "letter"),
    "a subject of two lines": (LETTER.replace("'S'", '"a\\nb"'), "letter.subject.en", '"a\\nb"', "wording_80"),
    "a letter that is too long": (LETTER.replace("'B'", f"'{'b' * 1001}'"), "letter.body.en", None, "letter"),
}


@pytest.mark.parametrize("section", [WORKFLOWS, FORMER_WORKFLOWS])
@pytest.mark.parametrize(("workflows", "key", "value", "accepted"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_names_key_value_and_what_is_accepted(
    workflows: str, key: str, value: str | None, accepted: str, section: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        procedure(workflows.replace(WORKFLOWS, section))
    problem = caught.value
    assert (problem.key, problem.accepted.id) == (key.replace(WORKFLOWS, section), f"accepted.{accepted}")
    assert value is None or problem.value == value
    for language in ("en", "fr"):
        told = Translator(language).render(problem.text)
        assert "x.toml" in told
        assert "{choices}" not in told


def test_both_names_of_the_workflows_build_the_same_procedure() -> None:
    assert procedure((HEAD + STEP).replace(WORKFLOWS, FORMER_WORKFLOWS)) == procedure(HEAD + STEP)


def test_a_file_with_both_names_of_the_workflows_is_refused() -> None:
    with pytest.raises(SettingsError) as caught:
        procedure(HEAD + STEP + "[courses.order]\n")
    assert (caught.value.key, caught.value.value) == ("courses", '{"order": {}}')
    assert str(caught.value) == (
        'x.toml: courses = {"order": {}} is refused; accepted is sections named “workflows” alone, '
        "for “courses” is their former name."
    )


LAUNCHED_LETTER = HEAD + step("go", "ends = 'launched'\noffers = ['mail']")


def test_a_letter_is_launched_where_there_is_one_and_somebody_to_write_to() -> None:
    address = "support_email = 'a@example.fr'"
    assert procedure(LETTER + LAUNCHED_LETTER, address).workflows[WorkflowKind.ACTIVATE].steps[0].offers == (
        Destination.SUPPORT_MAIL,
    )
    with pytest.raises(SettingsError):
        procedure(LAUNCHED_LETTER, address)


@pytest.mark.parametrize("key", ["link_lifetime_hours", "clean_up_after_days"])
def test_a_time_of_nothing_is_refused(key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        procedure("", f"{key} = 0")
    assert caught.value.key == key


BAD_TEXTS = [
    "Put {key} in",
    "Put {} in",
    "Put {old_key in",
    "Put old_key} in",
    "Put {{old_key}} in",
    "Put {old_key:date} in",
    "Until {old_ends:year}",
    "Until {0}",
    "See http://www.example.fr",
    "See HTTP://www.example.fr",
    "See ftp://www.example.fr",
    "See file:///etc/passwd",
    "See http:www.example.fr",
    "Two\nlines",
    "A bell\x07",
    "Turned \u202eround",
    "No \u200bwidth",
    "A break\u2028here",
    "x" * 601,
]


@pytest.mark.parametrize("written", BAD_TEXTS, ids=lambda written: repr(written)[:40])
def test_a_text_that_cannot_be_shown_is_refused(written: str) -> None:
    escaped = "".join(f"\\u{ord(c):04x}" if not c.isprintable() else c for c in written)
    with pytest.raises(SettingsError) as caught:
        procedure(HEAD + STEP.replace("'Do it.'", f'"{escaped}"'))
    assert (caught.value.key, caught.value.accepted.id) == (f"{S}.text.en", "accepted.wording_600")


@pytest.mark.parametrize("written", ["Until {old_ends:datetime}", "{new_ends}: {holder}, {tool}", "https://a.fr"])
def test_a_text_names_what_it_may(written: str) -> None:
    loaded = procedure(HEAD + STEP.replace("'Do it.'", f"'{written}'"))
    assert loaded.workflows[WorkflowKind.ACTIVATE].steps[0].text.en == written


VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["said", "ask", "old"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["en", "fr", "id"]), inner, max_size=3),
    max_leaves=5,
)
CARD_CONDITIONS = [
    "id",
    "title",
    "text",
    "ends",
    "needs",
    "offers",
    "done",
    "limit",
    "limit.since",
    "limit.hours",
    "more",
]


@given(place=st.sampled_from(CARD_CONDITIONS), value=VALUES)
def test_whatever_a_step_holds_is_accepted_or_refused(place: str, value: object) -> None:
    keys = {"id": "'go'", "title": "{ en = 'x', fr = 'x' }", "text": "{ en = 'x', fr = 'x' }", "ends": "'said'"}
    content = "\n".join(f"{key} = {written}" for key, written in {**keys, place: toml(value)}.items())
    with contextlib.suppress(SettingsError):
        procedure(HEAD + ASKED + f"[[workflows.activate.steps]]\n{content}\n")


def test_the_other_procedures_still_load(tmp_path: Path) -> None:
    folder = tmp_path / "procedures"
    folder.mkdir()
    (folder / "bad.toml").write_text(f"{MINIMAL}\n{HEAD}", encoding="utf-8")
    (folder / "good.toml").write_text(MINIMAL, encoding="utf-8")
    folders = Folders(
        config_file=tmp_path / "config.toml",
        policy_file=tmp_path / "machine" / "policy",
        state=tmp_path,
        runtime=tmp_path,
    )
    loaded = load_settings(folders)
    loaded_ids = {each.id for each in loaded.settings.procedures}
    assert (loaded_ids >= {"opalexe", "good"}, "bad" in loaded_ids) == (True, False)
    assert [(problem.file, problem.key) for problem in loaded.problems] == [(folder / "bad.toml", S)]
