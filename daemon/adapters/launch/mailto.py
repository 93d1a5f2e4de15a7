"""The letter to a platform's support, as a mailto address (RFC 6068)."""

import re
import unicodedata
from urllib.parse import quote

from config.i18n.text import Phrase, clean
from config.i18n.translator import Translator
from config.settings import Procedure

ADDRESS_LIMIT = 2000  # what every system's opener and mail program takes
HOLDER_LIMIT = 60

_SERIAL = re.compile(r"[0-9a-fA-F]{1,64}")
_IN_NAMES = " -‐.'’\N{NO-BREAK SPACE}"


def letter_address(procedure: Procedure, language: str | None, *, holder: str, serial_hex: str) -> str | None:
    """Return the procedure's letter as a `mailto:` address.

    None where the procedure has no letter, the serial number is not hex, or the address is too long.

    Name and serial number come from a card: whatever else they hold cannot become a header, an option or a command.
    """
    letter, to = procedure.letter, procedure.support_email
    if letter is None or to is None or not _SERIAL.fullmatch(serial_hex):
        return None
    translator = Translator(language)
    filled = (("holder", _name(holder)), ("serial", serial_hex))
    subject = translator.render(Phrase(letter.subject, filled))
    body = translator.render(Phrase(letter.body, filled)).strip().replace("\n", "\r\n")
    address = f"mailto:{quote(to, safe='@')}?subject={quote(subject, safe='')}&body={quote(body, safe='')}"
    if len(address) <= ADDRESS_LIMIT:
        return address
    return None


def _name(holder: str) -> str:
    """Keep letters with their accents, and what separates the parts of names."""
    whole = clean(unicodedata.normalize("NFC", holder))
    kept = (c if c in _IN_NAMES or unicodedata.category(c)[0] in "LM" else " " for c in whole)
    return clean("".join(kept), HOLDER_LIMIT)
