"""What crosses the control channel, as JSON: a request, and the report that answers it, or a refusal.

Who follows the guide is let in, and then sent each page; the pages and the answers are those of its window.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from config.i18n.text import Argument, Text
from config.workflows import WorkflowKind
from daemon.core.commands import (
    CheckKeys,
    ClaimByFingerprint,
    Command,
    ForgetCertificate,
    GetStatus,
    NameKey,
    QuitDaemon,
    RaiseGuide,
)
from daemon.core.model import Claim, Fingerprint
from daemon.core.troubles import Trouble
from daemon.core.views.report import CertificateStatus, Path, ReaderReport, Report

REQUEST_LIMIT = 64 * 1024  # bytes
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
    "tell": ClaimByFingerprint,
    "name": NameKey,
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
    name: Annotated[str, msgspec.Meta(max_length=TEXT_LIMIT)] | msgspec.UnsetType = msgspec.UNSET


class ErrorCode(StrEnum):
    """Why a request for the guide is not granted."""

    NO_WINDOW = "no_window"  # the daemon has no display to open it on
    TOO_MANY_CLIENTS = "too_many_clients"  # too many follow it already


class ErrorReply(msgspec.Struct, frozen=True, tag="refused", forbid_unknown_fields=True):
    """The guide does not come."""

    refusal: ErrorCode


class SubscriptionAccepted(msgspec.Struct, frozen=True, tag="admitted", forbid_unknown_fields=True):
    """From now on each page is sent."""


# The core's Text cannot cross as it is: in JSON its dates and its words would both be strings.
class _Moment(msgspec.Struct, frozen=True, tag="moment"):
    at: datetime


class _Sentence(msgspec.Struct, frozen=True, tag="text"):
    id: str
    args: tuple[tuple[str, "str | int | _Moment | _Sentence"], ...] = ()


class _PathLine(msgspec.Struct, frozen=True, kw_only=True):
    procedure: str
    holder: str
    kind: WorkflowKind
    then: WorkflowKind | None
    old_fingerprint: Fingerprint | None
    new_fingerprint: Fingerprint | None
    reason: _Sentence


class _Reply(msgspec.Struct, frozen=True, kw_only=True, tag="report", forbid_unknown_fields=True):
    version: Literal[1] = 1
    readers: tuple[ReaderReport, ...]
    certificates: tuple[CertificateStatus, ...]
    paths: tuple[_PathLine, ...]
    troubles: tuple[Trouble, ...]
    exit_code: int


_ENCODER = msgspec.json.Encoder()
_REQUESTS = msgspec.json.Decoder(_RequestMessage)
_REPLIES = msgspec.json.Decoder(_Reply | ErrorReply | SubscriptionAccepted)


def encode_request(request: ControlRequest) -> bytes:
    """Return a request as JSON. Raises KeyError for a command that is not for the control channel."""
    return _ENCODER.encode({"version": 1, "verb": VERBS[type(request)], **msgspec.to_builtins(request)})


def decode_request(raw: bytes) -> ControlRequest:
    """Parse a request. Raises msgspec.DecodeError, which names the place of the fault."""
    message = _REQUESTS.decode(raw)
    request_type = REQUESTS.get(message.verb)
    if request_type is None:
        raise msgspec.ValidationError(f"Invalid verb {message.verb!r} - at `$.verb`")
    return msgspec.convert(message, request_type, from_attributes=True)


def encode_reply(reply: Report | ErrorReply | SubscriptionAccepted) -> bytes:
    """Put a reply into JSON."""
    return _ENCODER.encode(_reply(reply) if isinstance(reply, Report) else reply)


def decode_reply(raw: bytes) -> Report | ErrorReply | SubscriptionAccepted:
    """Read a reply. Raises msgspec.DecodeError, which names the place of the fault."""
    reply = _REPLIES.decode(raw)
    return _report(reply) if isinstance(reply, _Reply) else reply


def _reply(report: Report) -> _Reply:
    return _Reply(
        readers=report.readers,
        certificates=report.certificates,
        paths=tuple(_line(path) for path in report.paths),
        troubles=report.troubles,
        exit_code=report.exit_code,
    )


def _report(reply: _Reply) -> Report:
    return Report(
        readers=reply.readers,
        certificates=reply.certificates,
        paths=tuple(_path(line) for line in reply.paths),
        troubles=reply.troubles,
        exit_code=reply.exit_code,
    )


def _line(path: Path) -> _PathLine:
    return _PathLine(
        procedure=path.procedure,
        holder=path.holder,
        kind=path.kind,
        then=path.then,
        old_fingerprint=path.old_fingerprint,
        new_fingerprint=path.new_fingerprint,
        reason=_sentence(path.reason),
    )


def _path(line: _PathLine) -> Path:
    return Path(
        procedure=line.procedure,
        holder=line.holder,
        kind=line.kind,
        then=line.then,
        old_fingerprint=line.old_fingerprint,
        new_fingerprint=line.new_fingerprint,
        reason=_text(line.reason),
    )


def _sentence(what: Text) -> _Sentence:
    return _Sentence(what.id, tuple((name, _argument(value)) for name, value in what.args))


def _argument(value: Argument) -> str | int | _Moment | _Sentence:
    match value:
        case Text():
            return _sentence(value)
        case datetime():
            return _Moment(value)
        case _:
            return value


def _text(sentence: _Sentence) -> Text:
    return Text(sentence.id, tuple((name, _value(argument)) for name, argument in sentence.args))


def _value(argument: str | int | _Moment | _Sentence) -> Argument:
    match argument:
        case _Sentence():
            return _text(argument)
        case _Moment(at=at):
            return at
        case _:
            return argument
