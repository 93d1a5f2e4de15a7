"""The user's own name for a key, such as "the blue one"."""

from dataclasses import replace

from config.i18n.text import Text, clean, text
from daemon.core.model import Fingerprint, Key, Memory

KEY_NAME_LIMIT = 40


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


def called(holder: str | Text, key: Key) -> str | Text:
    """Return the holder's name, with the key's own name if any."""
    holder = holder or text("holder.unknown")
    if key.name:
        return text("holder.with_key", holder=holder, key=key.name)
    return holder
