"""The JSON messages of the control channel.

A request is answered with a report or an error. A subscriber of the guide gets an acceptance, then each page;
pages and answers are those of the guide's window.
"""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from config.values import dataclass
from daemon.adapters.gate import admit
from daemon.core.commands import (
    AnswerByWord,
    AssignProcedure,
    CheckKeys,
    ClaimByFingerprint,
    Command,
    CompareHolders,
    ForgetCertificate,
    GetStatus,
    MergeMemory,
    NameKey,
    NoteKey,
    QuitDaemon,
    RaiseGuide,
)
from daemon.core.memory_transfer import PART_LIMIT
from daemon.core.model import Claim, HolderAnswer, MemoryPart
from daemon.core.views.report import Report

SHORT_LIMIT = 64 << 10  # bytes
REQUEST_LIMIT = PART_LIMIT + SHORT_LIMIT  # bytes, for a whole memory; all else is short
TEXT_LIMIT = 200  # characters
REPLY_LIMIT = 16 << 20  # bytes


@dataclass(frozen=True, slots=True)
class FollowGuide:
    """Ask for each page of the guide instead of a report."""


ControlRequest = Command | FollowGuide

REQUESTS: dict[str, type[ControlRequest]] = {
    "status": GetStatus,
    "check": CheckKeys,
    "guide": RaiseGuide,
    "follow": FollowGuide,
    "answer": AnswerByWord,
    "tell": ClaimByFingerprint,
    "compare": CompareHolders,
    "name": NameKey,
    "note": NoteKey,
    "merge": MergeMemory,
    "assign": AssignProcedure,
    "forget": ForgetCertificate,
    "quit": QuitDaemon,
}
VERBS = {request_type: verb for verb, request_type in REQUESTS.items()}


class _RequestMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request of any verb, with the bounds of all arguments."""

    version: Literal[1] = 1
    verb: str
    fingerprint: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")] | msgspec.UnsetType = msgspec.UNSET
    claim: Claim | msgspec.UnsetType = msgspec.UNSET
    other: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")] | msgspec.UnsetType = msgspec.UNSET
    answer: HolderAnswer | msgspec.UnsetType = msgspec.UNSET
    name: Annotated[str, msgspec.Meta(max_length=TEXT_LIMIT)] | msgspec.UnsetType = msgspec.UNSET
    note: Annotated[str, msgspec.Meta(max_length=TEXT_LIMIT)] | msgspec.UnsetType | None = msgspec.UNSET
    keeper: Annotated[str, msgspec.Meta(max_length=TEXT_LIMIT)] | msgspec.UnsetType | None = msgspec.UNSET
    part: MemoryPart | msgspec.UnsetType = msgspec.UNSET
    procedure: Annotated[str, msgspec.Meta(max_length=TEXT_LIMIT)] | msgspec.UnsetType | None = msgspec.UNSET
    unknown: bool | msgspec.UnsetType = msgspec.UNSET
    word: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")] | msgspec.UnsetType = msgspec.UNSET
    activation: Annotated[str, msgspec.Meta(max_length=TEXT_LIMIT)] | msgspec.UnsetType | None = msgspec.UNSET


class ErrorCode(StrEnum):
    """Why a request for the guide is rejected."""

    NO_WINDOW = "no_window"  # the daemon has no display to open it on
    TOO_MANY_CLIENTS = "too_many_clients"  # too many follow it already


class ErrorReply(msgspec.Struct, frozen=True, tag="refused", forbid_unknown_fields=True):
    """The request for the guide is rejected."""

    refusal: ErrorCode


class SubscriptionAccepted(msgspec.Struct, frozen=True, tag="admitted", forbid_unknown_fields=True):
    """The subscription begins: each page follows."""


class ReportReply(msgspec.Struct, frozen=True, tag="report", forbid_unknown_fields=True):
    """The report that answers a command."""

    report: Report


_ENCODER = msgspec.json.Encoder()
_REQUESTS = msgspec.json.Decoder(_RequestMessage)
_REPLIES = msgspec.json.Decoder(ReportReply | ErrorReply | SubscriptionAccepted)


def encode_request(request: ControlRequest) -> bytes:
    """Return a request as JSON.

    Raises KeyError for a command that is not for the control channel.
    """
    return _ENCODER.encode({"version": 1, "verb": VERBS[type(request)], **msgspec.to_builtins(request)})


def decode_request(raw: bytes) -> ControlRequest:
    """Parse a request.

    Raises msgspec.DecodeError, which names the place of the fault.
    """
    message = _REQUESTS.decode(raw)
    request_type = REQUESTS.get(message.verb)
    if request_type is None:
        raise msgspec.ValidationError(f"Invalid verb {message.verb!r} - at `$.verb`")
    if len(raw) > SHORT_LIMIT and request_type is not MergeMemory:
        raise msgspec.ValidationError(f"{len(raw)} bytes are too many - at `$`")
    return admit(msgspec.convert(message, request_type, from_attributes=True))


def encode_reply(reply: Report | ErrorReply | SubscriptionAccepted) -> bytes:
    """Return a reply as JSON."""
    return _ENCODER.encode(ReportReply(reply) if isinstance(reply, Report) else reply)


def decode_reply(raw: bytes) -> Report | ErrorReply | SubscriptionAccepted:
    """Parse a reply.

    Raises msgspec.DecodeError, which names the place of the fault.
    """
    reply = _REPLIES.decode(raw)
    return reply.report if isinstance(reply, ReportReply) else reply
