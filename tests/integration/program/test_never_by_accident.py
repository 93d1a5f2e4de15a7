"""Both ways in French by double clicks, and one by keyboard.

A press on the page that opens something ends no step, and nothing is finished that was not done.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from support.sitting import AFTER_A_DOUBLE_CLICK_S, PLATFORM_URL, Sitting, key_card, new_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.browser import RecordingBrowser, RecordingTool
    from support.card import PivCard

pytestmark = pytest.mark.full
OLD_END = datetime.now(UTC) + timedelta(days=200)
QUESTION = "Votre nouvelle clé a-t-elle ouvert votre compte ?"
ACTIVATION = (
    ("Lancez Trusted Key Manager", "Il est ouvert et à jour"),
    ("Cliquez sur « Activer »", "J’ai cliqué sur « Activer »"),
    ("Saisissez le code d’activation", "Le code est accepté"),
    ("Choisissez le code PIN", "La clé est activée"),
)
LAST_STEPS = (
    ("Cliquez maintenant sur le lien du courriel", "J’ai cliqué sur le lien"),
    ("Saisissez le code PIN de la nouvelle clé", "Le code PIN est accepté"),
    ("Accédez à OPALEXE", "Je vois mon environnement"),
    ("Vérifiez le nouveau certificat", "Le nouveau certificat est actif"),
)
STEPS_BY_SUPPORT = (
    ("Ouvrez OPALEXE avec la nouvelle clé", "Je vois « Nouveau certificat reconnu »"),
    ("Répondez que vous avez un compte", "J’ai suivi les instructions"),
    ("Si OPALEXE le demande, écrivez au support", "Message envoyé, ou inutile"),
    ("Attendez la réponse", "OPALEXE a répondu"),
    ("Vérifiez que vous retrouvez vos dossiers", "Je vois mes dossiers"),
)
TIDYING_UP = (
    ("Connectez-vous avec la nouvelle clé", "La connexion est faite"),
    ("Supprimez l’ancien certificat", "L’ancien certificat est supprimé"),
)


@pytest.fixture
def sitting_language() -> str:
    return "fr_FR.UTF-8"


@pytest.fixture
def both_keys(sitting: Sitting) -> tuple[Sitting, PivCard, PivCard]:
    """The guide at its first step in the vendor's tool."""
    sitting.step_words = "Étape "
    old, new = key_card(OLD_END, 1), new_key()
    assert sitting.program.run("guide").returncode == 0
    sitting.wait_for("Branchez votre clé")
    sitting.reader.insert(old)
    sitting.wait_for("Clé branchée : votre")
    sitting.reader.swap(new)
    sitting.wait_for("À quoi sert cette clé")
    sitting.press("OPALEXE (clé CertEurope)")
    sitting.wait_for_step(ACTIVATION[0][0])
    return sitting, old, new


def through_the_steps(sitting: Sitting, steps: tuple[tuple[str, str], ...], press: Callable[[str], None]) -> None:
    """End each step, and come to the next one only."""
    for title, done in steps:
        sitting.wait_for_step(title)
        press(done)
        time.sleep(AFTER_A_DOUBLE_CLICK_S)  # the second click has come by now


def swap_for_step_2a(sitting: Sitting, old: PivCard, press: Callable[[str], None]) -> None:
    """Go past the bridge and plug in the old key."""
    sitting.wait_for("Il reste à l’ajouter à votre compte.")
    press("Continuer")
    sitting.wait_for_step("Ce n’est pas encore la bonne clé")
    sitting.reader.swap(old)
    sitting.wait_for_step("Connectez-vous avec l’ancienne clé")


def end_of_step_2a(sitting: Sitting, new: PivCard, press: Callable[[str], None]) -> None:
    """Go on from the log-in to the last question."""
    press("La connexion est faite")
    sitting.wait_for_step("Demandez l’ajout du certificat")
    press("Le courriel est parti, j’ai cliqué sur OK")
    sitting.wait_for_step("Fermez toutes les fenêtres du navigateur")
    press("Toutes les fenêtres sont fermées")
    sitting.wait_for_step("Retirez l’ancienne clé")
    sitting.reader.remove()
    sitting.wait_for_step("Branchez la nouvelle clé")
    sitting.reader.insert(new)
    through_the_steps(sitting, LAST_STEPS, press)
    sitting.wait_for(QUESTION)


def test_a_double_click_opens_once_and_ends_nothing(
    both_keys: tuple[Sitting, PivCard, PivCard], browser: RecordingBrowser, tool: RecordingTool
) -> None:
    sitting, old, new = both_keys
    sitting.click("Lancer Trusted Key Manager")
    assert tool.wait() == [[]]
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    assert sitting.is_at("Lancez Trusted Key Manager")
    assert tool.starts == [[]]
    through_the_steps(sitting, ACTIVATION, sitting.click)
    swap_for_step_2a(sitting, old, sitting.click)
    sitting.click("Ouvrir OPALEXE")
    assert browser.wait() == [[PLATFORM_URL]]
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    assert sitting.is_at("Connectez-vous avec l’ancienne clé")
    end_of_step_2a(sitting, new, sitting.click)
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    assert sitting.has("Pas encore")
    assert browser.starts == [[PLATFORM_URL]]
    sitting.click("Oui, elle l’a ouvert")
    sitting.wait_for("Votre nouvelle clé est en service")
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    sitting.click("Ce n’est pas vrai, revenir")
    sitting.wait_for_step("Vérifiez le nouveau certificat")
    assert '"kind": "add_with_old"' in sitting.program.run("status", "--json").stdout
    open_the_account(sitting, LAST_STEPS[-1])
    tidy_up(sitting)
    sitting.click("Ce n’est pas vrai, revenir")
    end_of_tidying_up(sitting)
    sitting.click("Fermer")
    sitting.wait_for("Votre clé OPALEXE est valable")
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    assert sitting.has("Ma clé n’ouvre pas encore mon compte"), "the old key is still valid"
    assert not sitting.has("Ce n’est pas vrai, revenir"), "nothing there says what"


def open_the_account(sitting: Sitting, last_step: tuple[str, str]) -> None:
    """End the last step of a way, and answer the question."""
    through_the_steps(sitting, (last_step,), sitting.click)
    sitting.wait_for(QUESTION)
    sitting.click("Oui, elle l’a ouvert")
    sitting.wait_for("Votre nouvelle clé est en service")
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    sitting.wait_for("Votre nouvelle clé est en service")


def tidy_up(sitting: Sitting) -> None:
    """Go from the end of a way through the tidying up."""
    sitting.click("Supprimer l’ancien certificat")
    end_of_tidying_up(sitting)


def end_of_tidying_up(sitting: Sitting) -> None:
    """Go on with the new key, which is in."""
    through_the_steps(sitting, TIDYING_UP, sitting.click)
    sitting.wait_for("l’ancien certificat n’est plus dans votre compte")


def test_double_clicks_lead_to_the_end_of_step_2b(
    sitting: Sitting, browser: RecordingBrowser, tool: RecordingTool
) -> None:
    sitting.step_words = "Étape "
    assert sitting.program.run("guide").returncode == 0
    sitting.wait_for("Branchez votre clé")
    sitting.reader.insert(key_card(datetime.now(UTC) - timedelta(days=3), 1))
    sitting.wait_for("Clé branchée : votre")
    sitting.reader.swap(new_key())
    sitting.wait_for("Clé branchée : votre nouvelle")
    sitting.click("OPALEXE (clé CertEurope)")
    through_the_steps(sitting, ACTIVATION, sitting.click)
    sitting.click("Continuer")
    sitting.wait_for_step("Ouvrez OPALEXE avec la nouvelle clé")
    sitting.click("Ouvrir OPALEXE")
    assert browser.wait() == [[PLATFORM_URL]]
    through_the_steps(sitting, STEPS_BY_SUPPORT[:2], sitting.click)
    sitting.wait_for_step("Si OPALEXE le demande, écrivez au support")
    sitting.click("Écrire au support")
    browser.wait(2)
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    sitting.wait_for("Si le message s’ouvre vide, collez-le.")
    through_the_steps(sitting, STEPS_BY_SUPPORT[2:], sitting.click)
    sitting.wait_for(QUESTION)
    sitting.click("Pas encore")
    open_the_account(sitting, STEPS_BY_SUPPORT[-1])
    sitting.click("Ce n’est pas vrai, revenir")
    open_the_account(sitting, STEPS_BY_SUPPORT[-1])
    tidy_up(sitting)
    sitting.click("Fermer")
    sitting.wait_for("Votre clé OPALEXE est valable")
    assert tool.starts == []


def test_the_keyboard_alone_leads_to_the_end_and_a_held_key_launches_once(
    both_keys: tuple[Sitting, PivCard, PivCard], browser: RecordingBrowser, tool: RecordingTool
) -> None:
    sitting, old, new = both_keys

    def press(label: str) -> None:
        sitting.tab_to(label)
        sitting.type_key("Return")

    sitting.tab_to("Lancer Trusted Key Manager")
    sitting.hold_key("Return")
    tool.wait()
    for _ in range(6):
        sitting.type_key("Return")
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    assert tool.starts == [[]]
    assert sitting.is_at("Lancez Trusted Key Manager")
    through_the_steps(sitting, ACTIVATION, press)
    swap_for_step_2a(sitting, old, press)
    sitting.tab_to("Ouvrir OPALEXE")
    sitting.type_key("space")
    assert browser.wait() == [[PLATFORM_URL]]
    end_of_step_2a(sitting, new, press)
    press("Oui, elle l’a ouvert")
    sitting.wait_for("Votre nouvelle clé est en service")


def begin_order(sitting: Sitting, press: Callable[[str], None]) -> None:
    """Say what a key is for, whose order is due."""
    sitting.step_words = "Étape "
    sitting.reader.insert(key_card(datetime.now(UTC) + timedelta(days=39), 1))
    assert sitting.program.run("guide").returncode == 0
    sitting.wait_for("À quoi sert cette clé")
    press("OPALEXE (clé CertEurope)")
    sitting.wait_for_step("Commandez la clé")


def test_a_double_click_on_the_order_page_orders_nothing(sitting: Sitting, browser: RecordingBrowser) -> None:
    begin_order(sitting, sitting.press)
    sitting.click("Ouvrir la page de commande")
    assert browser.wait() == [["https://www.certeurope.fr"]]
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    assert sitting.is_at("Commandez la clé")
    assert browser.starts == [["https://www.certeurope.fr"]]
    sitting.click("J’ai commandé la clé")
    sitting.wait_for_step("Faites vérifier votre identité")
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    assert sitting.is_at("Faites vérifier votre identité")
    sitting.click("‹ Étape précédente")
    sitting.wait_for_step("Commandez la clé")


def test_double_clicks_beside_the_guide_open_a_page_or_a_menu_that_stays(sitting: Sitting) -> None:
    begin_order(sitting, sitting.click)
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    sitting.open_menu("Autres pages")
    for key in ("Up", "Up", "Return"):
        sitting.type_key(key)
    sitting.wait_for("La démarche sur papier")
    sitting.click("Qui appeler ?")
    sitting.wait_for("Clé perdue ou volée")
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    sitting.click("Réglages")
    sitting.wait_for("Heures sans avis")
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    sitting.click("Chercher ce qui ne va pas")
    sitting.wait_for("Ce que le diagnostic a trouvé")
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    assert sitting.has("Chercher ce qui ne va pas")
    sitting.click("Mes clés")
    sitting.wait_for("Branchée en ce moment")
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    sitting.click("Revenir")
    sitting.wait_for_step("Commandez la clé")
    time.sleep(AFTER_A_DOUBLE_CLICK_S)
    assert sitting.is_at("Commandez la clé")
