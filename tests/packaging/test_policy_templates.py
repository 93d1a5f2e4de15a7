"""The templates for group policies and profiles say what vigicle reads."""

from __future__ import annotations

import plistlib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from config.folders import Folders
from config.identity import MACOS_ID
from config.schema.load_settings import load_settings
from config.schema.policy_keys import KEYS
from config.schema.policy_registry_windows import LISTS, POLICY
from config.trust import Writers

FLEET = Path(__file__).parents[2] / "installers" / "fleet"
TEMPLATES = FLEET / "PolicyDefinitions"
NAMESPACE = "{http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions}"
ADMX = ElementTree.parse(TEMPLATES / "vigicle.admx").getroot()
LANGUAGES = ("en-US", "fr-FR")
BOXES = {"text": "textBox", "decimal": "decimalTextBox", "multiText": "multiTextBox", "enum": "dropdownList"}
"""Which control of an ADML shows which element of an ADMX (learn.microsoft.com, Group Policy ADMX syntax)."""


def adml(language: str) -> ElementTree.Element:
    return ElementTree.parse(TEMPLATES / language / "vigicle.adml").getroot()


def elements_of(policy: ElementTree.Element) -> list[ElementTree.Element]:
    """Return what an administrator fills in, nothing for a switch."""
    return [each for elements in policy.findall(f"{NAMESPACE}elements") for each in elements]


def policies() -> dict[tuple[str, str], ElementTree.Element]:
    """Return each policy by its registry key and its value's name."""
    found = {}
    for policy in ADMX.iter(f"{NAMESPACE}policy"):
        element = next(iter(elements_of(policy)), None)
        name = policy.get("valueName") if element is None else element.get("valueName")
        assert name is not None
        found[policy.attrib["key"], name] = policy
    return found


def test_every_key_can_be_set_where_it_may_be() -> None:
    mandatory = {(POLICY, key.name) for key in KEYS}
    recommended = {(rf"{POLICY}\Recommended", key.name) for key in KEYS if not key.mandatory_only}
    assert policies().keys() == mandatory | recommended


def test_lists_are_multi_strings_and_numbers_are_numbers() -> None:
    for (_, name), policy in policies().items():
        element = next(iter(elements_of(policy)), None)
        tag = "bool" if element is None else element.tag.removeprefix(NAMESPACE)
        assert (tag == "multiText") is (name in LISTS), name
        assert (tag == "decimal") is (name == "UrgentDays"), name


def test_names_are_unique_and_parents_are_there() -> None:
    names = [policy.attrib["name"] for policy in ADMX.iter(f"{NAMESPACE}policy")]
    assert len(names) == len(set(names))
    categories = {category.attrib["name"] for category in ADMX.iter(f"{NAMESPACE}category")}
    assert {parent.attrib["ref"] for parent in ADMX.iter(f"{NAMESPACE}parentCategory")} <= categories


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_and_control_is_there_in_each_language(language: str) -> None:
    words = adml(language)
    strings = {f"$(string.{each.attrib['id']})" for each in words.iter(f"{NAMESPACE}string") if each.text}
    used = {value for each in ADMX.iter() for value in each.attrib.values() if value.startswith("$(string.")}
    assert used == strings
    shown = {each.attrib["id"]: each for each in words.iter(f"{NAMESPACE}presentation")}
    for policy in policies().values():
        if (named := policy.get("presentation")) is not None:
            (control,) = shown[named.removeprefix("$(presentation.").removesuffix(")")]
            (element,) = elements_of(policy)
            assert control.tag == f"{NAMESPACE}{BOXES[element.tag.removeprefix(NAMESPACE)]}"
            assert control.attrib["refId"] == element.attrib["id"]


def test_the_two_languages_have_the_same_ids() -> None:
    one, other = ({each.get("id") for each in adml(language).iter()} for language in LANGUAGES)
    assert one == other


def test_what_the_profile_forces_is_read_from_managed_preferences(tmp_path: Path) -> None:
    profile = plistlib.loads((FLEET / "vigicle.mobileconfig").read_bytes())
    (payload,) = profile["PayloadContent"]
    assert payload["PayloadType"] == "com.apple.ManagedClient.preferences"
    ((domain, content),) = payload["PayloadContent"].items()
    assert domain == MACOS_ID
    (forced,) = content["Forced"]
    file = tmp_path / f"{MACOS_ID}.plist"
    file.write_bytes(plistlib.dumps(forced["mcx_preference_settings"], fmt=plistlib.FMT_BINARY))
    folders = Folders(
        config_file=tmp_path / "c",
        policy_file=tmp_path / "p",
        policy_writers=Writers.USER,
        state=tmp_path / "s",
        runtime=tmp_path / "r",
        managed_preferences=(file,),
    )
    loaded = load_settings(folders)
    assert (loaded.refused, loaded.problems) == ((), ())
    assert loaded.settings.office.support_line == "IT help: 4321"
