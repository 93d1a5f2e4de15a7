"""The messages of the token reader and its child.

The reader sends one request, the child answers in JSON lines.
"""

import msgspec

from daemon.core.model import ReaderName, TokenReading
from daemon.core.recognition import names_reader
from daemon.core.troubles import Trouble

LINE_LIMIT = 1 << 20  # bytes, the newline included
ANSWER_LIMIT = 8 << 20  # bytes, all lines of one child


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


class TroubleMet(msgspec.Struct, frozen=True, kw_only=True, tag="trouble"):
    """Something could not be read.

    `detail` is English, for the log.
    """

    trouble: Trouble
    detail: str


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """Every slot has been read, and this is the last message."""


WorkerAnswer = TokenFound | TroubleMet | Finished

ENCODER = msgspec.json.Encoder()
REQUESTS = msgspec.json.Decoder(ReadRequest)
ANSWERS: msgspec.json.Decoder[WorkerAnswer] = msgspec.json.Decoder(WorkerAnswer)


def reader_named(description: str, readers: tuple[ReaderName, ...]) -> ReaderName | None:
    """Return the reader whose name a slot description begins with.

    The longest such name wins. None when there is none.

    OpenSC gives the reader's name and cuts it at the field's end; other modules give what they like.
    """
    return max((reader for reader in readers if names_reader(description, reader)), key=len, default=None)
