"""The guide's list of known certificates, and how one is forgotten."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from config.i18n.text import Phrase, Sentence, Text, text
from config.instants import Instant, has_end
from config.settings import Settings
from config.values import dataclass, replace
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.assessment import Assessment
from daemon.core.caching import memoize_each
from daemon.core.expiry import DAY, days_left, expired
from daemon.core.guide.context import blank_progress
from daemon.core.guide.use_page import use_action
from daemon.core.holders import holder_name
from daemon.core.issuers import fitting_procedures
from daemon.core.key_names import key_of, with_note
from daemon.core.labels import ROLES
from daemon.core.model import Assignments, CertificateRecord, Fingerprint, Key, KeyId, Memory, ProgressId
from daemon.core.notice_words import days_words
from daemon.core.state import State
from daemon.core.use_questions import either
from daemon.core.views.guide import Bar, BarRole, CertificateCard
from daemon.core.views.report import CertificateStatus, Stage

AT_MOST = 1000  # a page has 4 MiB at most

Id = TypeVar("Id")
T = TypeVar("T")


def certificate_cards(state: State, assessment: Assessment, now: Instant) -> tuple[CertificateCard[Sentence], ...]:
    """Return the cards of at most `AT_MOST` certificates.

    They are in the order of the assessment, but those of one holder are together, then those of one key.
    """
    lines = assessment.certificates[:AT_MOST]
    shown = {line.fingerprint_sha256 for line in lines}
    owners = _owners(state.memory, shown)
    cards = [_card(_source(state, assessment, line, owners.get(line.fingerprint_sha256), now)) for line in lines]
    holders = _first_places(card.holder for card in cards)
    keys = _first_places(card.key for card in cards)
    return tuple(sorted(cards, key=lambda card: (holders[card.holder], keys[card.key])))


def forget_certificate(state: State, fingerprint: Fingerprint) -> State:
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
        return state
    left = tuple(f for f in key.fingerprints if f in memory.certificates)
    if not left:
        return _forget_key(state, key.id)
    return replace(state, memory=replace(memory, keys={**memory.keys, key.id: replace(key, fingerprints=left)}))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """All that the card of a certificate is made of."""

    line: CertificateStatus
    seen: CertificateRecord
    key: Key | None
    bar_role: BarRole
    has_guide: bool
    settings: Settings
    assignments: Assignments
    over: bool
    """Whether its use has ended."""
    days: int | None
    """Whole days to the end of its use, or since; None where that could not be read."""


def _source(state: State, assessment: Assessment, line: CertificateStatus, key: Key | None, now: Instant) -> _Source:
    end = line.usable_until
    over = end is not None and expired(end, now)
    return _Source(
        line=line,
        seen=state.memory.certificates[line.fingerprint_sha256],
        key=key,
        bar_role=_bar_role(key, assessment),
        has_guide=key is not None and assessment.case_of(key.id) is not None,
        settings=state.settings,
        assignments=state.memory.assignments,
        over=over,
        days=_days(end, now, over=over),
    )


def _days(end: Instant | None, now: Instant, *, over: bool) -> int | None:
    if end is None:
        return None
    return (now - end) // DAY if over else days_left(end, now)


def _fingerprint(source: _Source) -> Fingerprint:
    return source.line.fingerprint_sha256


@memoize_each(_fingerprint, 2 * AT_MOST)
def _card(source: _Source) -> CertificateCard[Sentence]:
    line, key, certificate = source.line, source.key, source.seen.certificate
    card = CertificateCard(
        fingerprint=certificate.fingerprint,
        key=None,
        key_name="",
        holder=holder_name(certificate) or text("holder.unknown"),
        procedure=_use(source),
        role=line.role,
        stage=line.stage,
        until=_until(source),
        left=_left(source),
        place=_place(source.seen, key, present=line.present),
        present=line.present,
        bar=_bar(source),
        use=None if line.stage is Stage.SUPERSEDED else use_action(certificate, source.settings, source.assignments),
    )
    if key is None:
        return card
    guide = ActionId(ActionKind.SELECT, key.id) if source.has_guide else None
    return replace(card, key=key.id, key_name=key.name, note=key.note, keeper=key.keeper, guide=guide)


def _use(source: _Source) -> Sentence | None:
    procedure = source.settings.procedure(source.line.procedure)
    if procedure is None:
        return _possible_use(source)
    if source.line.procedure_sure:
        return Phrase(procedure.title)
    return text("certificate.use.assumed", procedure=Phrase(procedure.title))


def _possible_use(source: _Source) -> Sentence | None:
    """Return the procedures that may be assumed, of which none was taken."""
    fitting = fitting_procedures(source.seen.certificate, source.settings.procedures)
    titles = [Phrase(each.title) for each in fitting if each.assume]
    if not titles or source.line.fingerprint_sha256 in source.assignments:
        return None
    return text("certificate.use.assumed", procedure=either(titles))


def _until(source: _Source) -> Text:
    end = source.line.usable_until
    if source.line.recall is not None:
        return text("certificate.recalled", date=source.line.recall.moment)
    if end is None:
        return text("certificate.no_date")
    if source.over:
        return text("certificate.expired", date=end)
    return text("certificate.until", date=end)


def _left(source: _Source) -> Text | None:
    end = source.line.usable_until
    if source.line.renewable_from is not None:
        return text("table.renewable", date=source.line.renewable_from)
    if end is None or source.days is None:
        return text("certificate.left_unknown")
    if not has_end(end):
        return None
    if not source.over:
        return days_words(source.days)
    if source.days == 0:
        return text("days.just_ago")
    return text("days.ago", count=source.days)


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


def _bar(source: _Source) -> Bar[Sentence] | None:
    """Return the bar of a validity.

    None where a date could not be read.
    """
    line = source.line
    if line.not_before is None or line.usable_until is None:
        return None
    return Bar(role=source.bar_role, label=text(ROLES[line.role]), begins=line.not_before, ends=line.usable_until)


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


def _forget_key(state: State, key: KeyId) -> State:
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
    return replace(state, memory=memory, contents=contents)
