"""The file in which one computer hands what it remembers to another."""

import hashlib
import re
from typing import Annotated

import msgspec

from config.i18n.text import Text, text
from config.i18n.translator import UserError
from daemon.adapters.gate import Decoder
from daemon.adapters.platform.decode_errors import DECODE_ERRORS
from daemon.core.memory_transfer import PART_LIMIT, fault_of
from daemon.core.model import CertificateRecord, MemoryPart

FORMAT = "vigicle memory"
VERSION = 1
FILE_LIMIT = PART_LIMIT + (1 << 10)  # bytes, with the envelope

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_KEY_ID = re.compile(r"[0-9a-f]{16}")


class MemoryFileError(UserError):
    """The file is refused, and nothing has changed."""


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """The file: the part, and what proves that it is whole."""

    format: str
    version: Annotated[int, msgspec.Meta(ge=1)]
    sha256: str = ""
    memory: msgspec.Raw = msgspec.Raw(b"{}")


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_PART = Decoder(MemoryPart)


def encode_part(part: MemoryPart) -> bytes:
    """Return the file's content.

    Raises MemoryFileError for more than may be handed on.
    """
    memory = _encoded(part)
    envelope = _Envelope(format=FORMAT, version=VERSION, sha256=_digest(memory), memory=msgspec.Raw(memory))
    return msgspec.json.encode(envelope) + b"\n"


def decode_part(raw: bytes, file: str) -> MemoryPart:
    """Parse the file's content.

    Raises MemoryFileError for what is no such file, is damaged or too large, or is of a newer version.
    """
    try:
        envelope = _ENVELOPE.decode(raw)
    except DECODE_ERRORS as error:
        raise MemoryFileError(_no_file(raw, file)) from error
    if envelope.format != FORMAT:
        raise MemoryFileError(text("memory.no_file", file=file))
    if envelope.version > VERSION:
        raise MemoryFileError(text("memory.newer", file=file))
    if _digest(bytes(envelope.memory)) != envelope.sha256:
        raise MemoryFileError(text("memory.damaged", file=file))
    try:
        part = _PART.decode(envelope.memory)
    except (*DECODE_ERRORS, TypeError, ValueError) as error:
        raise MemoryFileError(text("memory.damaged", file=file)) from error
    if fault_of(part) is not None or not _well_named(part):
        raise MemoryFileError(text("memory.damaged", file=file))
    _encoded(part)  # its default values may be left out in the file
    return part


def _encoded(part: MemoryPart) -> bytes:
    """Return the part as it is handed on.

    Raises MemoryFileError where it is too large.
    """
    memory = msgspec.json.encode(part)
    if len(memory) > PART_LIMIT:
        raise MemoryFileError(text("memory.too_large"))
    return memory


def _well_named(part: MemoryPart) -> bool:
    """Return whether all names have the form of vigicle's."""
    fingerprints = [seen.certificate.fingerprint for seen in part.certificates]
    compared = [each for keys in part.compared for each in (keys.one, keys.other)]
    return (
        all(map(_FINGERPRINT.fullmatch, (*fingerprints, *compared)))
        and all(_KEY_ID.fullmatch(key.id) for key in part.keys)
        and all(map(_has_own_name, part.certificates))
    )


def _has_own_name(seen: CertificateRecord) -> bool:
    """Return whether the certificate that is kept is the one named."""
    der = seen.certificate.der
    return not der or _digest(der) == seen.certificate.fingerprint


def _no_file(raw: bytes, file: str) -> Text:
    """Return what is wrong: the file is damaged, or another program's."""
    return text("memory.damaged" if FORMAT.encode() in raw[:200] else "memory.no_file", file=file)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
