"""The JSON Schema of procedure files says what the loader asks."""

import json
import tomllib
from pathlib import Path

import fastjsonschema
import pytest
from procedure_schema import SOURCES, TARGET, written

SCHEMA = json.loads(TARGET.read_text(encoding="utf-8"))
CHECK = fastjsonschema.compile(SCHEMA)
MINIMAL = (Path(__file__).parents[1] / "procedures" / "minimal.toml").read_text(encoding="utf-8")
KEYS = {  # of the tables of docs/reference/procedures.md
    *("schema_version", "assume", "platform_url", "order_url", "support_email", "support_phone", "issuer_support"),
    *(
        "lead_weeks",
        "window_opens_days",
        "validity_years",
        "margin_hours",
        "link_lifetime_hours",
        "clean_up_after_days",
    ),
    *("title", "issuers", "notices", "tool", "recalls", "papers", "workflows", "courses", "letter"),
}


def as_json(toml: str) -> object:
    """Return a file as JSON, with dates as texts."""
    return json.loads(json.dumps(tomllib.loads(toml), default=str))


def test_the_schema_is_fresh() -> None:
    assert TARGET.read_text(encoding="utf-8") == written(), "run installers/procedure_schema.py"


def test_it_has_every_key_and_needs_only_a_title() -> None:
    assert set(SCHEMA["properties"]) == KEYS
    assert SCHEMA["required"] == ["title"]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.stem)
def test_what_is_shipped_is_accepted(file: Path) -> None:
    CHECK(as_json(file.read_text(encoding="utf-8")))


REFUSED = {
    "a newer version": ("schema_version = 2", ""),
    "an unknown key": ("platform = 'https://a.example'", ""),
    "an address that is no text": ("support_email = 5", ""),
    "a lead time of one number": ("lead_weeks = [2]", ""),
    "no lifetime": ("link_lifetime_hours = 0", ""),
    "a recall without a date": ("", "[[recalls]]\nkey_bits_below = 2048\ntext = { en = 'a', fr = 'a' }"),
    "a paper without an id": ("", "[[papers]]\ntitle = { en = 'a', fr = 'a' }"),
    "a wording in one language": ("", "[[papers]]\nid = 'a'\ntitle = { en = 'a' }"),
    "an unknown kind of workflow": ("", "[workflows.buy]\ntitle = { en = 'a', fr = 'a' }"),
    "a workflow without steps": ("", "[workflows.renew]\ntitle = { en = 'a', fr = 'a' }"),
}


@pytest.mark.parametrize(("top", "more"), REFUSED.values(), ids=REFUSED)
def test_what_the_loader_refuses_for_its_form_is_refused(top: str, more: str) -> None:
    CHECK(as_json(MINIMAL))
    with pytest.raises(fastjsonschema.JsonSchemaValueException):
        CHECK(as_json(f"{top}\n{MINIMAL}\n{more}"))
