"""The guide's list of known certificates, and how one is forgotten."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from config.i18n.text import Phrase, Sentence, Text, text
from config.settings import Procedure
from daemon.core.assessment import Assessment
from daemon.core.due_notices import left_words
from daemon.core.effects import Effect, Withdraw
from daemon.core.expiry import DAY, expired
from daemon.core.guide.context import blank_progress
from daemon.core.holders import holder_name
from daemon.core.key_names import key_of
from daemon.core.labels import ROLES
from daemon.core.model import Certificate, CertificateRecord, Fingerprint, Key, KeyId, ProgressId
from daemon.core.notice import NoticeId, NoticeKind
from daemon.core.state import State
from daemon.core.views.guide import Bar, BarRole, CertificateCard
from daemon.core.views.report import CertificateStatus

AT_MOST = 100  # more cards make the window slow and are not read

Id = TypeVar("Id")
T = TypeVar("T")


def certificate_cards(state: State, assessment: Assessment, now: datetime) -> tuple[CertificateCard[Sentence], ...]:
    """Return the cards of at most `AT_MOST` certificates.

    They are in the order of the assessment, but those of one holder are together, then those of one key.
    """
    lines = assessment.certificates[:AT_MOST]
    shown = {line.fingerprint_sha256 for line in lines}
    owning = [key for key in state.memory.keys.values() if not shown.isdisjoint(key.fingerprints)]
    owners = {f: key for key in owning[::-1] for f in key.fingerprints}
    procedures = {procedure.id: procedure for procedure in state.settings.procedures[::-1]}
    cards = [
        _card(state, assessment, line, owners.get(line.fingerprint_sha256), procedures.get(line.procedure or ""), now)
        for line in lines
    ]
    holders: dict[str | Sentence, int] = {}
    keys: dict[KeyId | None, int] = {}
    for place, card in enumerate(cards):
        holders.setdefault(card.holder, place)
        keys.setdefault(card.key, place)
    return tuple(sorted(cards, key=lambda card: (holders[card.holder], keys[card.key])))


def forget_certificate(state: State, fingerprint: Fingerprint) -> tuple[State, tuple[Effect, ...]]:
    """Forget a certificate, and its key when that holds no other.

    At the next insertion both count as new.
    """
    key = key_of(state.memory, fingerprint)
    memory = replace(state.memory, certificates=_without(state.memory.certificates, fingerprint))
    contents = {
        reader: replace(content, fingerprints=content.fingerprints - {fingerprint})
        for reader, content in state.contents.items()
    }
    state = replace(state, memory=memory, contents=contents)
    if key is None:
        return state, ()
    left = tuple(f for f in key.fingerprints if f in memory.certificates)
    if not left:
        return _forget_key(state, key.id)
    return replace(state, memory=replace(memory, keys={**memory.keys, key.id: replace(key, fingerprints=left)})), ()


def _card(
    state: State,
    assessment: Assessment,
    line: CertificateStatus,
    key: Key | None,
    procedure: Procedure | None,
    now: datetime,
) -> CertificateCard[Sentence]:
    seen = state.memory.certificates[line.fingerprint_sha256]
    certificate = seen.certificate
    return CertificateCard(
        fingerprint=certificate.fingerprint,
        key=key.id if key else None,
        key_name=key.name if key else "",
        holder=holder_name(certificate) or text("holder.unknown"),
        procedure=Phrase(procedure.title) if procedure else None,
        role=line.role,
        stage=line.stage,
        until=_until(certificate.not_after, now),
        left=_left(certificate.not_after, now),
        place=_place(seen, key, present=line.present),
        present=line.present,
        bar=_bar(certificate, key, assessment),
    )


def _until(end: datetime | None, now: datetime) -> Text:
    if end is None:
        return text("certificate.no_date")
    return text("certificate.expired" if expired(end, now) else "certificate.until", date=end)


def _left(end: datetime | None, now: datetime) -> Text:
    if end is None:
        return text("certificate.left_unknown")
    if not expired(end, now):
        return left_words(end, now)
    ago = (now - end) // DAY
    return text("days.ago", count=ago) if ago else text("days.just_ago")


def _place(seen: CertificateRecord, key: Key | None, *, present: bool) -> Text:
    if key is not None and key.reader:
        id_ = "certificate.here.in" if present else "certificate.away.in"
        return text(id_, reader=key.reader, date=seen.last_seen)
    return text("certificate.here" if present else "certificate.away", date=seen.last_seen)


def _bar(certificate: Certificate, key: Key | None, assessment: Assessment) -> Bar[Sentence] | None:
    """Return the bar of a validity.

    None where a date could not be read. During a renewal the newest key is the new one, and all others are old.
    """
    if certificate.not_before is None or certificate.not_after is None:
        return None
    case = assessment.case_of(key.id) if key else None
    role = BarRole.OTHER
    if case is not None and key is not None and (case.status.pending or case.status.superseded):
        role = BarRole.NEW if case.status.newest.key.id == key.id else BarRole.OLD
    label = text(ROLES[certificate.role])
    return Bar(role=role, label=label, begins=certificate.not_before, ends=certificate.not_after)


def _without(mapping: Mapping[Id, T], *ids: Id) -> dict[Id, T]:
    return {id_: value for id_, value in mapping.items() if id_ not in ids}


def _forget_key(state: State, key: KeyId) -> tuple[State, tuple[Effect, ...]]:
    memory = state.memory
    contents = {
        reader: replace(content, keys=tuple(k for k in content.keys if k != key))
        for reader, content in state.contents.items()
    }
    memory = replace(
        memory,
        keys=_without(memory.keys, key),
        snoozes=_without(memory.snoozes, key),
        progress=_without(memory.progress, ProgressId(key), blank_progress(key)),
    )
    return replace(state, memory=memory, contents=contents), (
        Withdraw(tag=NoticeId(NoticeKind.KEY, key)),
    ) if state.notifies else ()
