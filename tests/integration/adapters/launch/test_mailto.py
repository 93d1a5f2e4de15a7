"""The letter is filled from a card, and stays this letter."""

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from config.i18n.wording import Wording
from config.schema.load_settings import catalogue_settings
from config.settings import Procedure
from config.values import replace
from config.workflows import Letter
from daemon.adapters.launch.mailto import ADDRESS_LIMIT, letter_draft

OPALEXE = next(each for each in catalogue_settings().procedures if each.id == "opalexe")
SERIAL = "0a1b2c"


def made(holder: str = "Élise d’Arc", serial_hex: str = SERIAL, given: Procedure = OPALEXE) -> str:
    draft = letter_draft(given, "fr", holder=holder, serial_hex=serial_hex)
    assert draft is not None
    return draft.address


def read(address: str) -> dict[str, str]:
    """Read the address as a mail program does (RFC 6068)."""
    parts = urlsplit(address)
    assert parts.scheme == "mailto"
    assert unquote(parts.path) == "support@opalexe.fr"
    assert not parts.fragment
    fields = parse_qsl(parts.query, strict_parsing=True)
    assert [name for name, _ in fields] == ["subject", "body"]
    return dict(fields)


@pytest.mark.parametrize(
    ("language", "asks"), [("fr", "Merci d’associer"), ("en", "Please link")], ids=["French", "English"]
)
def test_the_letter_names_holder_and_serial_number(language: str, asks: str) -> None:
    draft = letter_draft(OPALEXE, language, holder="Élise d’Arc", serial_hex=SERIAL)
    assert draft is not None
    letter = read(draft.address)
    assert "Élise d’Arc" in letter["subject"]
    assert all(part in letter["body"] for part in (asks, "Élise d’Arc", SERIAL))


def test_lines_end_as_mails_do() -> None:
    body = read(made())["body"]
    assert "\r\n" in body
    assert "\n" not in body.replace("\r\n", "")


@pytest.mark.parametrize(
    "name", ["Anne-Marie L’Hôpital", "J.-P. O'Neil", "Ægir Þór", "Νίκος Παππάς", "e\u0301lise", "Jean"]
)
def test_a_name_comes_through_as_it_is_written(name: str) -> None:
    assert name.replace("e\u0301", "é") in read(made(name))["subject"]


HOSTILE = [
    "a\ncc: evil@example.fr",
    "a\r\nBcc: evil@example.fr",
    "a&cc=evil@example.fr",
    "a&attach=/etc/passwd",
    "a?bcc=evil@example.fr",
    "a%0Abcc:evil@example.fr",
    "a#fragment",
    'a" --attach /etc/passwd "',
    "a'; rm -rf ~; '",
    "$(reboot) `reboot` %COMSPEC% ^& | calc",
    "--attach=/etc/passwd",
    "\u202egpj.exe\u2066",
    "a\x00b\x1b[31m",
    "\ud800",
    "",
    "É" * 5000,
    "{serial}{holder}",
]


@pytest.mark.parametrize("holder", HOSTILE, ids=lambda written: ascii(written)[:40])
def test_a_hostile_name_stays_a_name(holder: str) -> None:
    address = made(holder)
    assert address.isascii()
    assert len(address) <= ADDRESS_LIMIT
    assert not set(address) & set(" \"'`$;|<>\\^\n\r\t")
    letter = read(address)
    name = letter["subject"].partition("compte\u00a0: ")[2]
    assert not set(name) & set('@&=?%#:/$`;|"\\{}<>\u202e\u2066\x00\x1b')


@pytest.mark.parametrize(
    "serial", ["", "xyz", "0a1b&cc=evil", "0a1b\n", "0a%0A1b", "0a:1b", "-0a", "\u0660\u0661", "a" * 65]
)
def test_a_serial_number_that_is_not_hex_makes_no_letter(serial: str) -> None:
    assert letter_draft(OPALEXE, "fr", holder="Élise", serial_hex=serial) is None


@pytest.mark.parametrize(
    "given",
    [
        replace(OPALEXE, letter=None),
        replace(OPALEXE, support_email=None),
        replace(OPALEXE, letter=Letter(subject=Wording(en="", fr=""), body=Wording(en="€" * 1000, fr="€" * 1000))),
    ],
    ids=["no letter", "nobody to write to", "too long for an address"],
)
def test_there_is_not_always_a_letter(given: Procedure) -> None:
    assert letter_draft(given, "fr", holder="Élise", serial_hex=SERIAL) is None


@pytest.mark.parametrize(
    ("language", "subject"),
    [("fr", "Nouveau certificat à associer à mon compte"), ("en", "New certificate to be linked to my account")],
)
def test_the_bare_letter_holds_nothing_personal(language: str, subject: str) -> None:
    draft = letter_draft(OPALEXE, language, holder="Élise d’Arc", serial_hex=SERIAL)
    assert draft is not None
    assert unquote(draft.bare_address) == f"mailto:support@opalexe.fr?subject={subject}"
