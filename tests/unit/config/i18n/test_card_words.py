"""Sentences about keys, turned into ones about cards."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.i18n.card_words import in_card_words
from config.i18n.text import Phrase, of_cards, text
from config.i18n.translator import Translator
from config.i18n.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator

FRENCH = [
    ("Branchez l’ancienne clé.", "Insérez l’ancienne carte."),
    ("Clé branchée : {old_key}.", "Carte insérée : {old_key}."),
    ("Rebranchez-la. Retirez les deux clés.", "Réinsérez-la. Retirez les deux cartes."),
    ("Vous la branchez.", "Vous l’insérez."),
    ("Aucune clé USB n’est visible.", "Aucune clé USB n’est visible."),
    ("Débranchez le lecteur. Rebranchez-le.", "Débranchez le lecteur. Rebranchez-le."),
    ("Branchez votre clé ou votre lecteur.", "Insérez votre carte ou branchez votre lecteur."),
    ("Aucun lecteur n’est branché. Branchez-les.", "Aucun lecteur n’est branché. Insérez-les."),
    ("Rebranchez la clé sur une autre prise.", "Réinsérez la carte dans un autre lecteur."),
    ("Lisez https://exemple.fr/clé, {clé}", "Lisez https://exemple.fr/clé, {clé}"),
]
ENGLISH = [
    ("Plug in the old key.", "Insert the old card."),
    ("Plugged in: {old_key}.", "Inserted: {old_key}."),
    ("Unplug it. Plug it in again.", "Remove it. Insert it again."),
    ("Plug your key in again.", "Insert your card again."),
    ("It comes, plug it in.", "It comes, insert it."),
    ("Read the plugged-in keys again", "Read the inserted cards again"),
    ("Start Trusted Key Manager with the {key}.", "Start Trusted Key Manager with the {key}."),
    ("Unplug the reader. Plug the reader in again.", "Unplug the reader. Plug the reader in again."),
    ("Plug in your key or your reader.", "Insert your card, or plug in your reader."),
    ("No key and no reader is plugged in.", "No card and no reader is plugged in."),
    ("Plug the key in again, in another socket.", "Insert the card again, in another reader."),
    ("No USB key is there.", "No USB key is there."),
]


@pytest.mark.parametrize(
    ("language", "key", "card"), [*(("fr", *pair) for pair in FRENCH), *(("en", *pair) for pair in ENGLISH)]
)
def test_a_sentence_about_a_key_becomes_one_about_a_card(language: str, key: str, card: str) -> None:
    assert in_card_words(key, language) == card


def test_what_a_sentence_is_filled_with_changes_only_where_it_is_ours() -> None:
    french = Translator("fr")
    named = text("key.old_named", name="clé bleue")
    sentence = Phrase(Wording(en="", fr="Branchez {old_key}."), (("old_key", named),))
    assert french.render(of_cards(sentence)) == "Insérez votre ancienne carte « clé bleue »."
    assert french.render(sentence) == "Branchez votre ancienne clé « clé bleue »."
    assert Translator("fr", on_card=True).render(sentence) == "Insérez votre ancienne carte « clé bleue »."


CATALOGUE = Path(__file__).parents[4] / "config/catalogue/procedures/opalexe.toml"
LEFT_OVER = {
    "fr": re.compile(r"\bclés?\b(?! USB)|\b(re)?branch", re.IGNORECASE),
    "en": re.compile(r"(?<!USB )\bkeys?\b(?<!Trusted Key)|\b(un)?plug", re.IGNORECASE),
}


def sentences(value: object, language: str) -> Iterator[str]:
    """Yield all sentences of a procedure file in one language."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from [inner] if name == language and isinstance(inner, str) else sentences(inner, language)
    if isinstance(value, list):
        for inner in value:
            yield from sentences(inner, language)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_step_of_the_first_procedure_speaks_of_keys_where_there_are_cards(language: str) -> None:
    reworded = [
        in_card_words(each, language) for each in sentences(tomllib.loads(CATALOGUE.read_text("utf-8")), language)
    ]
    assert len(reworded) > 100
    assert [words for words in reworded if LEFT_OVER[language].search(words)] == []
