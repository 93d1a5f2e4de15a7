"""Contacts are named by what the procedure knows."""

import pytest

from config.i18n.translator import Translator
from config.settings import IssuerRule, Office, Procedure
from config.values import replace
from config.workflows import WorkflowKind
from daemon.core.assessment import assess_state
from daemon.core.guide.context import build_context
from daemon.core.guide.overview import contacts
from daemon.core.guide.render import shown_case
from daemon.core.key_names import PROCEDURE_LIMIT, key_words, procedure_words
from daemon.core.notice_words import issuer_words
from daemon.core.registration_numbers import RegistrationNumber, organization_number
from daemon.core.state import State
from daemon.core.workflows.workflow import first_offer
from support.core.factories import OPALEXE, SETTINGS
from support.core.simulator import Simulator
from support.core.story import OLD, delivered
from support.core.workflows import a_step, a_workflow

NOTHING_KNOWN = replace(OPALEXE, support_email=None, support_phone=None, issuer_support=None, tool=None)


def contacts_of(procedure: Procedure, office: Office | None = None) -> list[str]:
    settings = replace(SETTINGS, procedures=(procedure,), office=office or Office())
    world = Simulator(state=State(settings=settings))
    world.plug(OLD)
    assessment = assess_state(world.state, world.now)
    case = shown_case(world.state, assessment)
    assert case is not None
    return [delivered(each) for each in contacts(build_context(world.state, assessment, case, world.now))]


def test_a_procedure_that_knows_no_number_leads_to_the_platform() -> None:
    assert contacts_of(NOTHING_KNOWN) == ["guide.contact.issuer", "guide.contact.lost", "guide.contact.platform"]


def test_known_numbers_are_given() -> None:
    known = replace(NOTHING_KNOWN, issuer_support="01 02 03 04 05", support_phone="05 04 03 02 01")
    assert contacts_of(known) == ["guide.contact.issuer_known", "guide.contact.lost", "guide.contact.phone"]


def test_the_office_comes_first() -> None:
    office = Office(support_line="Poste 4321")
    assert contacts_of(NOTHING_KNOWN, office)[0] == "guide.contact.office"


@pytest.mark.parametrize(
    ("procedure", "expected"),
    [
        (OPALEXE, ["guide.address.platform", "guide.address.order"]),
        (replace(OPALEXE, order_url=None), ["guide.address.platform"]),
        (replace(OPALEXE, platform_url=None), ["guide.address.order"]),
    ],
    ids=["both", "the account's", "the order page's"],
)
def test_the_addresses_that_are_known_are_given(procedure: Procedure, expected: list[str]) -> None:
    world = Simulator(state=State(settings=replace(SETTINGS, procedures=(procedure,))))
    world.plug(OLD)
    assert [delivered(each) for each in world.page.addresses] == expected


@pytest.mark.parametrize(
    ("title", "name"),
    [("The electronic platform (justice)", "The"), ("SIV 2 of cars", "SIV 2 of"), ("SIV (cars)", "SIV")],
)
def test_a_long_title_is_cut_after_a_word(title: str, name: str) -> None:
    words = Translator("en").render(procedure_words(replace(OPALEXE, title=replace(OPALEXE.title, en=title))))
    assert words == name
    assert len(words) <= PROCEDURE_LIMIT


def test_a_key_for_another_use_is_just_a_key() -> None:
    other = replace(OPALEXE, title=replace(OPALEXE.title, fr="Un autre usage"), issuers=())
    french = Translator("fr")
    assert french.render(key_words(other)) == "clé"
    assert french.render(procedure_words(other)) == "votre compte"


@pytest.mark.parametrize(
    ("organizations", "expected"),
    [
        (["CertEurope"], "CertEurope"),
        (["CertEurope", None, "CertEurope"], "CertEurope"),
        (["CertEurope", "ChamberSign France"], "l’émetteur de la clé"),
        ([None], "l’émetteur de la clé"),
        ([], "l’émetteur de la clé"),
    ],
    ids=["one", "one, twice", "several", "unnamed", "none"],
)
def test_an_issuer_is_named_only_where_all_keys_are_of_it(organizations: list[str | None], expected: str) -> None:
    """Keys for SIV are of five issuers.

    Who has one by ChamberSign was told to call CertEurope.
    """
    rules = tuple(IssuerRule(organization=organization) for organization in organizations)
    words = issuer_words(replace(OPALEXE, issuers=rules))
    assert (words if isinstance(words, str) else Translator("fr").render(words)) == expected


@pytest.mark.parametrize(
    ("written", "read"),
    [("123456789", RegistrationNumber("FR", "123456789")), ("12345", RegistrationNumber("", "12345"))],
)
def test_digits_alone_are_french_where_they_are_nine(written: str, read: RegistrationNumber) -> None:
    assert organization_number(written) == read


def test_a_workflow_without_offers_opens_nothing() -> None:
    assert first_offer(a_workflow(WorkflowKind.ORDER, a_step("wait")), lambda _ends: False) == ()
