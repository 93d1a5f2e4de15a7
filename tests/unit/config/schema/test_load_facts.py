"""What a procedure file says of issuers, times and papers."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.folders import Folders
from config.i18n.translator import Translator
from config.i18n.wording import Wording
from config.instants import instant
from config.schema.load_settings import load_procedure, load_settings
from config.schema.tables import SettingsError
from config.settings import (
    DEFAULT_NOTICE_DAYS,
    DEFAULT_URGENT_DAYS,
    IssuerRule,
    NoticeSettings,
    Paper,
    Procedure,
    Recall,
    Settings,
)
from config.workflows import Destination, WorkflowKind

MINIMAL = (Path(__file__).parents[1] / "procedures" / "minimal.toml").read_text(encoding="utf-8")
TITLE = "title = { en = 'A', fr = 'A' }\n"
BARE = f"assume = false\n{TITLE}"
WORDS = "text = { en = 'Gone.', fr = 'Fini.' }\n"
RECALL = f"[[recalls]]\ndate = 2027-06-30\n{WORDS}"
STEP = (
    "[workflows.order]\ntitle = { en = 'Go', fr = 'Va' }\n[[workflows.order.steps]]\nid = 'go'\n"
    "title = { en = 'Do', fr = 'Fais' }\ntext = { en = 'Do it.', fr = 'Fais-le.' }\nends = 'said'\n"
)


def procedure(more: str = "", top: str = "") -> Procedure:
    return load_procedure(Path("x.toml"), f"{top}\n{MINIMAL}\n{more}".encode())


def bare(more: str = "", top: str = "") -> Procedure:
    return load_procedure(Path("x.toml"), f"{top}\n{BARE}\n{more}".encode())


# What is taken


def test_a_file_without_the_new_keys_is_taken_as_before() -> None:
    plain = procedure()
    assert (plain.assume, plain.notice_days, plain.urgent_days) == (True, None, None)
    assert (plain.lead, plain.window, plain.recalls, plain.papers) == (None, None, (), ())
    assert WorkflowKind.RENEW not in plain.workflows


def test_a_rule_takes_all_of_its_keys_together() -> None:
    more = "[[issuers]]\norganization = 'A'\norganizational_unit = 'B'\norganization_identifier = 'NTRFR-434202180'\n"
    rule = IssuerRule(organization="A", organizational_unit="B", organization_identifier="NTRFR-434202180")
    assert procedure(more).issuers[-1] == rule


@pytest.mark.parametrize(
    "number",
    ["SI:FR-434202180", "ntrfr-434202180", "VATIT-01879020517", "DE122788238", "NTRDE-HRB74346", "VATES-Q2826004J"],
)
def test_a_number_of_an_organisation_may_be_written_in_any_way(number: str) -> None:
    assert (
        procedure(f"[[issuers]]\norganization_identifier = '{number}'\n").issuers[-1].organization_identifier == number
    )


def test_a_procedure_for_any_key_needs_no_issuer_tool_or_address() -> None:
    other = bare()
    assert (other.issuers, other.tool, other.platform_url, other.order_url) == ((), None, None, None)
    assert other.reachable == {Destination.SERIAL, Destination.CERTIFICATE}
    offers = {o for workflow in other.workflows.values() for step in workflow.steps for o in step.offers}
    assert offers <= other.reachable
    shown = [words for w in other.workflows.values() for s in w.steps for words in (s.text.en, s.text.fr)]
    assert not [words for words in shown if "{tool}" in words]


def test_recalls_and_papers_come_out_as_written() -> None:
    more = (
        f"{RECALL}issuer = {{ organization = 'A' }}\nkey_bits_below = 3072\nbegun_before = 2023-04-03T10:00:00+02:00\n"
        "[[papers]]\nid = 'kbis'\ntitle = { en = 'Extract', fr = 'Extrait' }\nmax_age_days = 90\n"
    )
    loaded = procedure(more)
    assert loaded.recalls == (
        Recall(
            moment=instant(datetime(2027, 6, 30, tzinfo=UTC)),
            text=Wording(en="Gone.", fr="Fini."),
            issuer=IssuerRule(organization="A"),
            key_bits_below=3072,
            begun_before=instant(datetime(2023, 4, 3, 8, tzinfo=UTC)),
        ),
    )
    assert loaded.papers == (Paper(id="kbis", title=Wording(en="Extract", fr="Extrait"), max_age_days=90),)


def test_a_step_may_say_its_danger_and_the_supports() -> None:
    top = "support_phone = '030-21787017'\nissuer_support = 'https://aide.example.fr'"
    step = STEP.replace("'Do it.'", "'Call {support_phone} or {issuer_support}.'")
    loaded = procedure(step + "offers = ['certificate']\ndanger = { en = 'Deletes.', fr = 'Efface.' }", top)
    (taken,) = loaded.workflows[WorkflowKind.ORDER].steps
    assert (taken.danger, taken.offers) == (Wording(en="Deletes.", fr="Efface."), (Destination.CERTIFICATE,))


def test_a_renewal_in_place_is_there_where_the_file_has_it() -> None:
    assert WorkflowKind.RENEW in procedure(STEP.replace("workflows.order", "workflows.renew")).workflows


# When to notify


@pytest.mark.parametrize(
    ("top", "notices", "days"),
    [
        pytest.param("", "", None, id="nothing is known"),
        pytest.param("lead_weeks = [2, 6]", "", DEFAULT_NOTICE_DAYS, id="six weeks"),
        pytest.param("lead_weeks = [0, 12]", "", (132, 102, 87, 30, 15, 7, 3, 1), id="twelve weeks"),
        pytest.param("lead_weeks = [1, 1]", "", (55, 25, 10, 7, 3, 1), id="one week"),
        pytest.param("lead_weeks = [2, 6]", "days = [20, 5]", (20, 5), id="days of its own"),
        pytest.param("window_opens_days = 60", "", (60, 45, 30, 15, 7, 3, 1), id="a window"),
        pytest.param("window_opens_days = 50", "", (50, 45, 30, 15, 7, 3, 1), id="a window between two days"),
        pytest.param("window_opens_days = 20\nlead_weeks = [2, 6]", "", (20, 15, 7, 3, 1), id="a short window"),
    ],
)
def test_the_notice_days_follow_lead_time_and_window(top: str, notices: str, days: tuple[int, ...] | None) -> None:
    assert procedure(f"[notices]\n{notices}", top).notice_days == days


WITH_OWN = Settings(procedures=(), notices=NoticeSettings())


@pytest.mark.parametrize(
    ("policy", "own_file", "days", "urgent"),
    [
        pytest.param("", "", (20, 5), 9, id="the procedure before the defaults"),
        pytest.param("notices.days = [70]", "", (70,), 9, id="the policy before the procedure"),
        pytest.param("", "notices.urgent_days = 12", (20, 5), 12, id="the user's file before the procedure"),
        pytest.param("notices.days = [70]", "notices.days = [50]", (50,), 9, id="the user's file before the policy"),
        pytest.param("", "notices.quiet_hours = '22:00-08:00'", (20, 5), 9, id="quiet hours alone"),
    ],
)
def test_the_most_personal_notice_days_win(
    tmp_path: Path, policy: str, own_file: str, days: tuple[int, ...], urgent: int
) -> None:
    folder = tmp_path / "config" / "procedures"
    folder.mkdir(parents=True)
    (folder / "x.toml").write_text(f"{MINIMAL}\n[notices]\ndays = [20, 5]\nurgent_days = 9", encoding="utf-8")
    folders = Folders(
        config_file=tmp_path / "config" / "config.toml",
        policy_file=tmp_path / "policy.toml",
        state=tmp_path,
        runtime=tmp_path,
    )
    folders.policy_file.write_text(policy)
    folders.config_file.write_text(own_file)
    settings = load_settings(folders).settings
    notices = settings.notices_of(settings.procedure("x"))
    assert (notices.days, notices.urgent_days) == (days, urgent)


def test_a_certificate_without_procedure_has_the_notice_days_of_the_settings() -> None:
    notices = WITH_OWN.notices_of(None)
    assert (notices.days, notices.urgent_days) == (DEFAULT_NOTICE_DAYS, DEFAULT_URGENT_DAYS)


# What is refused

REFUSED = {
    "a newer file": ("schema_version = 2", "", "schema_version", "2", "schema_version"),
    "a version of words": ("schema_version = '1'", "", "schema_version", '"1"', "schema_version"),
    "a version of nothing": ("schema_version = 0", "", "schema_version", "0", "schema_version"),
    "a rule without a key": ("", "[[issuers]]\n", "issuers[2].organization", "—", "words"),
    "a number without a country": (
        "",
        "[[issuers]]\norganization_identifier = '434202180'",
        "issuers[2].organization_identifier",
        '"434202180"',
        "organization_identifier",
    ),
    "a recall without a date": ("", f"[[recalls]]\n{WORDS}key_bits_below = 2048", "recalls.date", "—", "moment"),
    "a recall on a day in words": (
        "",
        f"[[recalls]]\n{WORDS}date = '2027-06-30'\nkey_bits_below = 2048",
        "recalls.date",
        '"2027-06-30"',
        "moment",
    ),
    "a recall of nothing": ("", RECALL, "recalls.issuer", "—", "recall"),
    "a recall of an empty issuer": ("", f"{RECALL}issuer = {{}}", "recalls.issuer.organization", "—", "words"),
    "a recall without words": (
        "",
        "[[recalls]]\ndate = 2027-06-30\nkey_bits_below = 2048",
        "recalls.text.en",
        "—",
        "wording_600",
    ),
    "a window as long as the usual validity": (
        "window_opens_days = 1095",
        "",
        "window_opens_days",
        "1095",
        "window",
    ),
    "a window longer than the validity": (
        "window_opens_days = 366\nvalidity_years = 1",
        "",
        "window_opens_days",
        "366",
        "window",
    ),
    "a window of no days": ("window_opens_days = 0", "", "window_opens_days", "0", "urgent_days"),
    "a lead time the wrong way round": ("lead_weeks = [6, 2]", "", "lead_weeks", "[6, 2]", "lead_weeks"),
    "a lead time of one number": ("lead_weeks = [6]", "", "lead_weeks", "[6]", "lead_weeks"),
    "a lead time that is no list": ("lead_weeks = 6", "", "lead_weeks", "6", "lead_weeks"),
    "a lead time of no weeks": ("lead_weeks = [0, 0]", "", "lead_weeks", "[0, 0]", "lead_weeks"),
    "notice days that are no list": ("", "[notices]\ndays = 3", "notices.days", "3", "days"),
    "quiet hours": ("", "[notices]\nquiet_hours = '22:00-08:00'", "notices.quiet_hours", '"22:00-08:00"', "keys"),
    "a phone of words": ("support_phone = 'call us'", "", "support_phone", '"call us"', "phone"),
    "a contact of words": ("issuer_support = 'ask'", "", "issuer_support", '"ask"', "contact"),
    "an assumption of words": ("assume = 'no'", "", "assume", '"no"', "switch"),
    "a paper twice": (
        "",
        2 * "[[papers]]\nid = 'a'\ntitle = { en = 'A', fr = 'A' }\n",
        "papers[2].id",
        '"a"',
        "new_id",
    ),
    "a danger in one language": (
        "",
        STEP + "danger = { en = 'D' }",
        "workflows.order.steps.danger.fr",
        "—",
        "wording_600",
    ),
    "a phone that the file does not have": (
        "",
        STEP.replace("'Do it.'", "'{support_phone}'"),
        "workflows.order.steps.text.en",
        '"{support_phone}"',
        "wording_600",
    ),
}


@pytest.mark.parametrize(("top", "more", "key", "value", "accepted"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_names_key_value_and_what_is_accepted(
    top: str, more: str, key: str, value: str, accepted: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        procedure(more, top)
    assert (caught.value.key, caught.value.value, caught.value.accepted.id) == (key, value, f"accepted.{accepted}")
    for language in ("en", "fr"):
        told = Translator(language).render(caught.value.text)
        assert "x.toml" in told
        assert not [name for name in ("{choices}", "{limit}") if name in told]


@pytest.mark.parametrize("title", ["A {holder}", "A {x}", "A {", "A }"])
def test_a_title_fills_nothing_in(title: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_procedure(Path("x.toml"), BARE.replace("en = 'A'", f"en = '{title}'").encode())
    assert (caught.value.key, caught.value.accepted.id) == ("title.en", "accepted.no_braces")


@pytest.mark.parametrize("offer", ["platform", "order_page", "tool"])
def test_what_the_file_has_no_address_of_cannot_be_offered(offer: str) -> None:
    with pytest.raises(SettingsError) as caught:
        bare(f"{STEP}offers = ['{offer}']")
    assert (caught.value.key, caught.value.accepted.id) == ("workflows.order.steps.offers", "accepted.reachable")


def test_a_newer_file_is_refused_for_its_version_and_nothing_else() -> None:
    with pytest.raises(SettingsError) as caught:
        load_procedure(Path("x.toml"), b"schema_version = 7\nbrand_new = true")
    assert caught.value.key == "schema_version"
