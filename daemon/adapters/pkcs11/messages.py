"""The messages of the token reader and its child.

The reader sends one request, the child answers in JSON lines. The child runs a vendor's code, so its answers are judged
like anything else from outside.
"""

import re

import msgspec

from daemon.adapters.gate import Decoder
from daemon.core.model import Certificate, ReaderName, TokenReading
from daemon.core.recognition import named_whole, names_reader
from daemon.core.troubles import Trouble

LINE_LIMIT = 4 << 20  # bytes, the newline included
ANSWER_LIMIT = 8 << 20  # bytes, all lines of one child
ANSWERS_OF_CHILD = 64  # OpenSC shows 16 slots
CERTIFICATES_PER_TOKEN = 200
ISSUER_UNITS = 16
SERIAL_DIGITS = 64  # RFC 5280 §4.1.2.2 allows 40

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_SERIAL = re.compile(rf"-?[0-9a-f]{{0,{SERIAL_DIGITS}}}")


class ReadRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Read the tokens of this module.

    A slot that names one of `others` is left out.
    """

    module: str
    readers: tuple[ReaderName, ...]
    others: tuple[ReaderName, ...]


class TokenFound(msgspec.Struct, frozen=True, kw_only=True, tag="token"):
    """One slot was read."""

    token: TokenReading


class CopiesFound(msgspec.Struct, frozen=True, kw_only=True, tag="copies"):
    """The system keeps these certificates of cards that are not in."""

    certificates: tuple[Certificate, ...]


class TroubleMet(msgspec.Struct, frozen=True, kw_only=True, tag="trouble"):
    """Something could not be read.

    `detail` is English, for the log.
    """

    trouble: Trouble
    detail: str


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """Every slot has been read, and this is the last message."""


WorkerAnswer = TokenFound | CopiesFound | TroubleMet | Finished

ENCODER = msgspec.json.Encoder()
REQUESTS = msgspec.json.Decoder(ReadRequest)


class RejectedAnswerError(ValueError):
    """An answer that no sound child gives."""


def _refuse_unsound(answer: WorkerAnswer) -> None:
    """Raise RejectedAnswerError for values that no sound child sends."""
    match answer:
        case TokenFound(token=TokenReading(certificates=certificates)) | CopiesFound(certificates=certificates):
            if len(certificates) > CERTIFICATES_PER_TOKEN or not all(map(_is_sound, certificates)):
                raise RejectedAnswerError("certificates out of bounds")


def _is_sound(certificate: Certificate) -> bool:
    return (
        _FINGERPRINT.fullmatch(certificate.fingerprint) is not None
        and _SERIAL.fullmatch(certificate.serial_hex) is not None
        and len(certificate.issuer_ou) <= ISSUER_UNITS
    )


_ANSWERS = Decoder[WorkerAnswer](WorkerAnswer, refuse=_refuse_unsound)


def decode_answer(line: bytes) -> WorkerAnswer:
    """Return the answer in a line, as the gate admits it.

    Raises what is in `DECODE_ERRORS`, and ValueError for values that no sound child sends.
    """
    return _ANSWERS.decode(line)


def reader_named(description: str, readers: tuple[ReaderName, ...]) -> ReaderName | None:
    """Return the reader whose name a slot description begins with.

    The longest such name wins, or the first where the description was cut and fits several. None when there is none.

    OpenSC gives the reader's name and cuts it at the field's end; other modules give what they like.
    """
    cut = (reader for reader in readers if names_reader(description, reader))
    return named_whole(description, readers) or next(cut, None)
