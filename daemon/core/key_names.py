"""How sentences name a key and its holder."""

from config.i18n.text import Phrase, Text, clean, text
from config.i18n.wording import Wording
from config.settings import Procedure
from config.values import replace
from daemon.core.model import Fingerprint, Key, Memory

KEY_NAME_LIMIT = 40
NOTE_LIMIT = 120
PROCEDURE_LIMIT = 10  # so that a notice's title with it fits a desktop


def key_of(memory: Memory, fingerprint: Fingerprint) -> Key | None:
    """Return the key that holds a certificate."""
    return next((key for key in memory.keys.values() if fingerprint in key.fingerprints), None)


def name_key(memory: Memory, fingerprint: Fingerprint, name: str) -> Memory:
    """Name the key that holds this certificate.

    "" removes the name. An unknown certificate changes nothing.
    """
    key = key_of(memory, fingerprint)
    if key is None:
        return memory
    return replace(memory, keys={**memory.keys, key.id: replace(key, name=clean(name, KEY_NAME_LIMIT))})


def note_key(memory: Memory, fingerprint: Fingerprint, note: str | None, keeper: str | None) -> Memory:
    """Note where the key with this certificate lies, and who keeps it.

    "" removes what was noted, None leaves it. An unknown certificate changes nothing.
    """
    key = key_of(memory, fingerprint)
    if key is None:
        return memory
    noted = replace(
        key,
        note=key.note if note is None else clean(note, NOTE_LIMIT),
        keeper=key.keeper if keeper is None else clean(keeper, NOTE_LIMIT),
    )
    return replace(memory, keys={**memory.keys, key.id: noted})


def with_note(place: Text, *, note: str, keeper: str) -> Text:
    """Return where a key was seen, where it lies, who keeps it."""
    if note:
        place = text("key.noted", place=place, note=note)
    if keeper:
        place = text("key.kept_by", place=place, keeper=keeper)
    return place


def called(holder: str | Text, key: Key) -> str | Text:
    """Return the holder's name, with the key's own name if any."""
    holder = holder or text("holder.unknown")
    if key.name:
        return text("holder.with_key", holder=holder, key=key.name)
    return holder


def key_words(procedure: Procedure | None) -> Text:
    """Return "OPALEXE key", or "key" where no platform is known."""
    if procedure is None or not procedure.issuers:
        return text("key.any")
    return text("key.of", procedure=procedure_words(procedure))


def procedure_words(procedure: Procedure) -> Phrase | Text:
    """Return the name of a procedure's platform, such as "OPALEXE".

    A procedure for any other use fits no issuer, and its title names no platform.
    """
    if not procedure.issuers:
        return text("procedure.any")
    return Phrase(Wording(en=_short(procedure.title.en), fr=_short(procedure.title.fr)))


def _short(title: str) -> str:
    """Return the platform's name, with which a title begins."""
    first, *more = title.partition(" (")[0].split(" ")
    short = first
    for word in more:
        if len(f"{short} {word}") > PROCEDURE_LIMIT:
            break
        short = f"{short} {word}"
    return clean(short, PROCEDURE_LIMIT)
