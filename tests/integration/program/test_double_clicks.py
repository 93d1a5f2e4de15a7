"""Double clicks by a real pointer outside the steps of a renewal."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from support.card import BankCard, PivCard
from support.pki import make_certificate
from support.process import wait_until
from support.sitting import AFTER_A_DOUBLE_CLICK_S, THREE_YEARS, key_card

if TYPE_CHECKING:
    from support.sitting import Sitting

pytestmark = pytest.mark.full
NOW = datetime.now(UTC)
USE = "À quoi sert cette clé ?"
OPALEXE = "OPALEXE (clé CertEurope)"
START = "Démarrer avec l’ordinateur"
UNREAD = "Clé non reconnue"
ACTIVATION = (
    ("Lancez Trusted Key Manager", "Il est ouvert et à jour"),
    ("Cliquez sur « Activer »", "J’ai cliqué sur « Activer »"),
)
CALM = "Votre clé OPALEXE est valable"


@pytest.fixture
def sitting_language() -> str:
    return "fr_FR.UTF-8"


def named_key(surname: str, begin: datetime, *, number: int) -> PivCard:
    """Return a key of three years with this surname and card number."""
    certificate = make_certificate(
        surname=surname, cn=f"Jeanne {surname}", not_before=begin, not_after=begin + THREE_YEARS
    )
    return PivCard({"9A": certificate}, guid=bytes([number]) * 16)


def double_click(sitting: Sitting, label: str, words: str) -> None:
    """Click twice, wait for what comes, and see that it stays."""
    sitting.click(label)
    sitting.wait_for(words)
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    sitting.wait_for(words)


def report(sitting: Sitting) -> dict[str, object]:
    """Return what is known of keys and paths."""
    found = json.loads(sitting.program.run("status", "--json").stdout)
    stages = [line["stage"] for line in found["certificates"]]
    return {"stages": stages, "paths": found["paths"]}


def paths(sitting: Sitting) -> list[str]:
    return [path["kind"] for path in report(sitting)["paths"]]  # type: ignore[attr-defined]  # from JSON


@pytest.fixture
def calm(sitting: Sitting) -> Sitting:
    """The window on the page on which there is nothing to do."""
    sitting.reader.insert(key_card(NOW + timedelta(days=300), 1))
    assert sitting.program.run("guide").returncode == 0
    sitting.wait_for(CALM)
    return sitting


def test_the_page_without_anything_to_do_declares_nothing(calm: Sitting) -> None:
    before = report(calm)
    double_click(calm, "Cette clé en remplace une autre", "Cette clé ouvre-t-elle déjà votre compte ?")
    double_click(calm, "Revenir", CALM)
    double_click(calm, USE, "Je ne sais pas")
    double_click(calm, OPALEXE, CALM)
    assert report(calm) == before


def test_the_menu_of_a_key_forgets_nothing(calm: Sitting) -> None:
    before = report(calm)
    double_click(calm, "Mes clés", "Branchée en ce moment")
    calm.open_menu("Modifier")
    for key in ("Down", "Return"):
        calm.type_key(key)
    calm.wait_for("Nom de la clé")
    double_click(calm, "Annuler", "Branchée en ce moment")
    calm.open_menu("Modifier")
    calm.type_key("Up")
    calm.type_key("Return")
    calm.wait_for("Oublier ce certificat ?")
    double_click(calm, "Le garder", "Branchée en ce moment")
    assert report(calm) == before


def test_a_second_click_after_the_menu_forgets_nothing(calm: Sitting) -> None:
    """Meet a button of the question by the second click."""
    before = report(calm)

    def open_menu() -> tuple[int, int]:
        calm.open_menu("Modifier")
        return calm.last_entry()

    double_click(calm, "Mes clés", "Branchée en ce moment")
    calm.click_at(open_menu())
    calm.wait_for("Oublier ce certificat ?")
    places = [calm.centre("L’oublier"), calm.centre("Le garder")]
    calm.type_key("Escape")
    for second in places:
        calm.wait_for("Branchée en ce moment")
        calm.click_at(open_menu(), second)
        calm.wait_for("Oublier ce certificat ?")
        time.sleep(AFTER_A_DOUBLE_CLICK_S)
        calm.wait_for("Oublier ce certificat ?")
        calm.type_key("Escape")
    assert report(calm) == before


def test_a_switch_and_a_remedy_are_pressed_once(calm: Sitting) -> None:
    def starts_at_login() -> bool:
        return "vigicle démarre" in calm.program.run("autostart", "status").stdout

    double_click(calm, "Réglages", "Heures sans avis")
    assert not starts_at_login()
    calm.click(START, role="check box")
    wait_until(starts_at_login, "vigicle starts at login")
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    assert starts_at_login()
    assert calm.program.run("autostart", "disable").returncode == 0
    double_click(calm, "Chercher ce qui ne va pas", "vigicle ne démarre pas")
    calm.click(START)
    wait_until(starts_at_login, "vigicle starts at login")
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    assert starts_at_login()
    wait_until(
        lambda: not [each for each in calm.words() if "vigicle ne démarre pas" in each], "what is mended is gone"
    )


def test_the_remedy_for_an_unread_card_reads_and_looks_again(sitting: Sitting) -> None:
    sitting.reader.insert(BankCard())
    assert sitting.program.run("guide").returncode == 0
    double_click(sitting, "Réglages", "Heures sans avis")
    double_click(sitting, "Chercher ce qui ne va pas", UNREAD)
    sitting.reader.swap(key_card(NOW + timedelta(days=300), 1))
    wait_until(lambda: report(sitting)["stages"] == ["valid"], "the key is read")
    assert [words for words in sitting.words() if UNREAD in words], "nobody has looked again"
    sitting.click("Relire les clés branchées", about=UNREAD)
    wait_until(lambda: not [words for words in sitting.words() if UNREAD in words], "what is mended is gone")
    sitting.wait_for("Ce que le diagnostic a trouvé")
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    assert sitting.has("Chercher ce qui ne va pas"), "no second diagnosis runs"


def test_a_refusal_is_opened_and_leads_back_once(sitting: Sitting) -> None:
    swap_in_a_new_key(sitting, "MARTIN", number=2)
    for title, done in ACTIVATION:
        sitting.wait_for_step(title)
        double_click(sitting, done, "Étape ")
    sitting.wait_for_step("Saisissez le code d’activation")
    double_click(sitting, "Ça ne marche pas", "Aucun code n’arrive")
    sitting.click("Revenir à la bonne étape")
    sitting.wait_for_step("Cliquez sur « Activer »")
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    assert sitting.is_at("Cliquez sur « Activer »")


def swap_in_a_new_key(sitting: Sitting, surname: str, *, number: int) -> None:
    """Reach the order of a new key, and swap it in.

    The old one has this surname and is number 1.
    """
    sitting.step_words = "Étape "
    sitting.reader.insert(named_key(surname, NOW - THREE_YEARS + timedelta(days=20), number=1))
    assert sitting.program.run("guide").returncode == 0
    sitting.wait_for(USE)
    double_click(sitting, OPALEXE, "Commandez la clé")
    sitting.reader.swap(named_key("MARTIN", NOW - timedelta(days=1), number=number))


def test_whether_two_keys_are_of_one_person_is_answered_once(sitting: Sitting) -> None:
    swap_in_a_new_key(sitting, "DURAND", number=2)
    sitting.wait_for("Ces deux clés sont-elles à la même personne ?")
    double_click(sitting, "Oui, à la même personne", "Lancez Trusted Key Manager")
    assert paths(sitting) == ["activate"]


def test_one_key_or_two_is_answered_once(sitting: Sitting) -> None:
    swap_in_a_new_key(sitting, "MARTIN", number=1)
    sitting.wait_for("Avez-vous une seule clé, ou deux ?")
    double_click(sitting, "Deux, l’ancienne et la nouvelle", "Lancez Trusted Key Manager")
    assert paths(sitting) == ["activate"]
