"""The guide's list of known certificates, and how one is forgotten."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from config.i18n.text import Phrase, Sentence, Text, text
from config.instants import has_end
from config.settings import Procedure
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.assessment import Assessment
from daemon.core.effects import Effect, Withdraw
from daemon.core.expiry import DAY, expired
from daemon.core.guide.context import blank_progress
from daemon.core.guide.use_page import ask_use_action
from daemon.core.holders import holder_name
from daemon.core.issuers import is_sure
from daemon.core.key_names import key_of, with_note
from daemon.core.labels import ROLES
from daemon.core.model import Certificate, CertificateRecord, Fingerprint, Key, KeyId, Memory, ProgressId
from daemon.core.notice import NoticeId, NoticeKind
from daemon.core.notice_words import left_words
from daemon.core.state import State
from daemon.core.views.guide import Bar, BarRole, CertificateCard
from daemon.core.views.report import CertificateStatus, Stage

AT_MOST = 100  # a longer list is not read in a window

Id = TypeVar("Id")
T = TypeVar("T")


def certificate_cards(state: State, assessment: Assessment, now: datetime) -> tuple[CertificateCard[Sentence], ...]:
    """Return the cards of at most `AT_MOST` certificates.

    They are in the order of the assessment, but those of one holder are together, then those of one key.
    """
    lines = assessment.certificates[:AT_MOST]
    shown = {line.fingerprint_sha256 for line in lines}
    owners = _owners(state.memory, shown)
    procedures = {procedure.id: procedure for procedure in state.settings.procedures[::-1]}
    cards = [
        _card(state, assessment, line, owners.get(line.fingerprint_sha256), procedures.get(line.procedure or ""), now)
        for line in lines
    ]
    holders = _first_places(card.holder for card in cards)
    keys = _first_places(card.key for card in cards)
    return tuple(sorted(cards, key=lambda card: (holders[card.holder], keys[card.key])))


def forget_certificate(state: State, fingerprint: Fingerprint) -> tuple[State, tuple[Effect, ...]]:
    """Forget a certificate, and its key when that holds no other.

    At the next insertion both count as new.
    """
    key = key_of(state.memory, fingerprint)
    answers = {pair: answer for pair, answer in state.memory.holder_answers.items() if fingerprint not in pair}
    memory = replace(
        state.memory,
        certificates=_without(state.memory.certificates, fingerprint),
        assignments=_without(state.memory.assignments, fingerprint),
        holder_answers=answers,
    )
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


def _owners(memory: Memory, shown: set[Fingerprint]) -> dict[Fingerprint, Key]:
    """Return the key of each certificate shown.

    It is the first one where several hold the certificate.
    """
    owners: dict[Fingerprint, Key] = {}
    for key in memory.keys.values():
        for fingerprint in shown.intersection(key.fingerprints):
            owners.setdefault(fingerprint, key)
    return owners


def _first_places(values: Iterable[T]) -> dict[T, int]:
    """Return where each value occurs first."""
    places: dict[T, int] = {}
    for place, value in enumerate(values):
        places.setdefault(value, place)
    return places


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
    card = CertificateCard(
        fingerprint=certificate.fingerprint,
        key=None,
        key_name="",
        holder=holder_name(certificate) or text("holder.unknown"),
        procedure=_use(state, certificate, procedure),
        role=line.role,
        stage=line.stage,
        until=_until(line, now),
        left=_left(line, now),
        place=_place(seen, key, present=line.present),
        present=line.present,
        bar=_bar(line, key, assessment),
        use=None if line.stage is Stage.SUPERSEDED else ask_use_action(state, certificate),
    )
    if key is None:
        return card
    guide = None if assessment.case_of(key.id) is None else ActionId(ActionKind.SELECT, key.id)
    return replace(card, key=key.id, key_name=key.name, note=key.note, keeper=key.keeper, guide=guide)


def _use(state: State, certificate: Certificate, procedure: Procedure | None) -> Sentence | None:
    if procedure is None:
        return None
    if is_sure(certificate, state.settings.procedures, state.memory.assignments):
        return Phrase(procedure.title)
    return text("certificate.use.assumed", procedure=Phrase(procedure.title))


def _until(line: CertificateStatus, now: datetime) -> Text:
    end = line.usable_until
    if line.recall is not None:
        return text("certificate.recalled", date=line.recall.moment)
    if end is None:
        return text("certificate.no_date")
    if expired(end, now):
        return text("certificate.expired", date=end)
    return text("certificate.until", date=end)


def _left(line: CertificateStatus, now: datetime) -> Text | None:
    end = line.usable_until
    if line.renewable_from is not None:
        return text("table.renewable", date=line.renewable_from)
    if end is None:
        return text("certificate.left_unknown")
    if not has_end(end):
        return None
    if not expired(end, now):
        return left_words(end, now)
    ago = (now - end) // DAY
    if ago == 0:
        return text("days.just_ago")
    return text("days.ago", count=ago)


def _place(seen: CertificateRecord, key: Key | None, *, present: bool) -> Text:
    """Return where the key was seen last, and the notes of it."""
    place = _place_seen(seen, key, present=present)
    return place if key is None else with_note(place, note=key.note, keeper=key.keeper)


def _place_seen(seen: CertificateRecord, key: Key | None, *, present: bool) -> Text:
    if key is not None and key.reader:
        return _place_in(key.reader, seen, present=present)
    if present:
        return text("certificate.here", date=seen.last_seen)
    return text("certificate.away", date=seen.last_seen)


def _place_in(reader: str, seen: CertificateRecord, *, present: bool) -> Text:
    if present:
        return text("certificate.here.in", reader=reader, date=seen.last_seen)
    return text("certificate.away.in", reader=reader, date=seen.last_seen)


def _bar(certificate: CertificateStatus, key: Key | None, assessment: Assessment) -> Bar[Sentence] | None:
    """Return the bar of a validity.

    None where a date could not be read.
    """
    if certificate.not_before is None or certificate.usable_until is None:
        return None
    return Bar(
        role=_bar_role(key, assessment),
        label=text(ROLES[certificate.role]),
        begins=certificate.not_before,
        ends=certificate.usable_until,
    )


def _bar_role(key: Key | None, assessment: Assessment) -> BarRole:
    """Return the role of a key in a renewal."""
    if key is None:
        return BarRole.OTHER
    case = assessment.case_of(key.id)
    if case is None or not (case.status.pending or case.status.superseded):
        return BarRole.OTHER
    if case.status.newest.key.id == key.id:
        return BarRole.NEW
    return BarRole.OLD


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
        answered=_without(memory.answered, key),
        snoozes=_without(memory.snoozes, key),
        progress=_without(memory.progress, ProgressId(key), blank_progress(key)),
    )
    state = replace(state, memory=memory, contents=contents)
    if not state.notifies:
        return state, ()
    return state, (Withdraw(notice_id=NoticeId(NoticeKind.KEY, key)),)
