"""The letter to a platform's support, as a draft (RFC 6068)."""

import re
import unicodedata
from urllib.parse import quote

from config.i18n.text import Phrase, clean
from config.i18n.translator import Translator
from config.settings import Procedure
from config.values import dataclass

ADDRESS_LIMIT = 2000  # what every system's opener and mail program takes
HOLDER_LIMIT = 60

_SERIAL = re.compile(r"[0-9a-fA-F]{1,64}")
_IN_NAMES = " -‐.'’\N{NO-BREAK SPACE}"
_BETWEEN = " :,;-–—\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"  # what stood between a subject and the holder's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter that the user will send."""

    to: str
    subject: str
    body: str
    bare_subject: str
    """The subject without what is personal."""

    @property
    def address(self) -> str:
        """The whole letter as a `mailto:` address."""
        body = self.body.replace("\n", "\r\n")
        return f"{_to(self.to)}?subject={quote(self.subject, safe='')}&body={quote(body, safe='')}"

    @property
    def bare_address(self) -> str:
        """The letter without what is personal, for all accounts to see."""
        return f"{_to(self.to)}?subject={quote(self.bare_subject, safe='')}"


def letter_draft(procedure: Procedure, language: str | None, *, holder: str, serial_hex: str) -> Draft | None:
    """Return the procedure's letter.

    None where the procedure has no letter, the serial number is not hex, or the address is too long.

    Name and serial number come from a card: whatever else they hold cannot become a header, an option or a command.
    """
    letter, to = procedure.letter, procedure.support_email
    if letter is None or to is None or not _SERIAL.fullmatch(serial_hex):
        return None
    translator = Translator(language)
    filled = (("holder", _name(holder)), ("serial", serial_hex))
    draft = Draft(
        to=to,
        subject=translator.render(Phrase(letter.subject, filled)),
        body=translator.render(Phrase(letter.body, filled)).strip(),
        bare_subject=translator.render(Phrase(letter.subject, (("holder", ""), ("serial", "")))).strip(_BETWEEN),
    )
    if len(draft.address) > ADDRESS_LIMIT:
        return None
    return draft


def _to(address: str) -> str:
    return f"mailto:{quote(address, safe='@')}"


def _name(holder: str) -> str:
    """Keep letters with their accents, and what separates the parts of names."""
    whole = clean(unicodedata.normalize("NFC", holder))
    kept = (c if c in _IN_NAMES or unicodedata.category(c)[0] in "LM" else " " for c in whole)
    return clean("".join(kept), HOLDER_LIMIT)
