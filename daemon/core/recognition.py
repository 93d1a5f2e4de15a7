"""Recognises the reader of each token, and its key."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from itertools import product
from unicodedata import normalize

from config.i18n.text import clean
from config.instants import Instant
from config.values import dataclass, replace
from daemon.core.model import (
    NO_READER,
    Certificate,
    CertificateRecord,
    Claim,
    Fingerprint,
    Key,
    KeyId,
    Memory,
    Occupancy,
    ProgramName,
    ReaderName,
    ReaderState,
    Role,
    TokenFlags,
    TokenReading,
)
from daemon.core.same_holder import are_of_one_holder
from daemon.core.troubles import Trouble

NOWHERE: frozenset[KeyId] = frozenset()
UNKNOWN_READER = None  # the reader of tokens that name none
DESCRIPTION_LIMIT = 64  # bytes of slotDescription (PKCS#11 §3.2, CK_SLOT_INFO)
UNREADABLE = "\N{REPLACEMENT CHARACTER}"  # replaces bytes that are no UTF-8
LETTERS_LOST = re.compile("[^ ->@-~]+")  # beyond ASCII, and the question mark that replaces them on Windows
ID_LENGTH = 16
ELLIPSIS = "..."  # OpenSC ends a name with it that it cut
CUT_SLACK = 3  # bytes that a cut may lose beyond it: half a letter, or a space at the end


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What was read of the card in one reader."""

    insertion: int = 0
    """The insertion that was read."""

    keys: tuple[KeyId, ...] = ()
    """The keys that the card is; a token that nothing identifies is none."""

    fingerprints: frozenset[Fingerprint] = frozenset()
    """The certificates that are in."""

    blank: bool = False
    """Whether a token without any certificate is in."""

    incomplete: bool = False
    """Whether a key shows fewer certificates than are remembered, or none to log in with: a read may have failed."""

    trouble: Trouble | None = None
    """What is wrong with the card."""

    programs: tuple[ProgramName, ...] = ()
    """The programs that may hold the card, where the system tells."""

    attempts: int = 1
    """How often this insertion was read."""

    read_at: Instant
    """When it was read last."""


def reader_of(token: TokenReading, readers: Iterable[ReaderState]) -> ReaderName | None:
    """Return the reader that the slot description names.

    Without such a name it is the only occupied reader, else None.

    Of two readers that both fit, the one with the longer name is right. Where a description was cut and fits several,
    the only occupied one of them is.
    """
    pool = tuple(readers)
    return named_whole(token.slot_description, [r.name for r in pool]) or _reader_of_cut_name(token, pool)


def named_whole(description: str, readers: Iterable[ReaderName]) -> ReaderName | None:
    """Return the longest name that a slot description begins with."""
    return max((reader for reader in readers if _begins_with(description, reader)), key=len, default=None)


def _reader_of_cut_name(token: TokenReading, pool: tuple[ReaderState, ...]) -> ReaderName | None:
    cut = [r for r in pool if names_reader(token.slot_description, r.name)]
    occupied = [r for r in cut or pool if r.occupancy is Occupancy.HOLDING]
    if len(occupied) == 1:
        return occupied[0].name
    if cut and not occupied:
        return cut[0].name
    return UNKNOWN_READER


def names_reader(description: str, reader: ReaderName | None) -> bool:
    """Return whether a slot description names this reader, whole or cut."""
    if reader is UNKNOWN_READER:
        return False
    cleaned = clean(description)
    was_cut = len(cleaned.encode()) >= DESCRIPTION_LIMIT - CUT_SLACK
    left = cleaned.removesuffix(ELLIPSIS).removesuffix(UNREADABLE)  # a letter cut in two
    return _begins_with(description, reader) or (was_cut and _starts(clean(reader), left))


def without_authorities(token: TokenReading) -> TokenReading:
    """Leave out issuers' own certificates.

    Keys of two holders share them, and a blank token may hold them.
    """
    kept = tuple(c for c in token.certificates if not c.authority)
    return replace(token, certificates=kept, holds_authority=len(kept) < len(token.certificates))


def group_tokens(tokens: Iterable[TokenReading], reader: ReaderName | None) -> list[tuple[TokenReading, ...]]:
    """Group the tokens of one reader into keys.

    Slots that name the reader are one card. Other tokens are one key where they share a serial number, or a
    certificate that proves it. Where some group has certificates, a group without is dropped: it is a second slot for
    another PIN, or the empty slot that a soft token always shows. It is kept where its own serial number and flags
    show a token that is not activated.
    """
    groups: list[tuple[TokenReading, ...]] = []
    for token in tokens:
        groups = _with_token(groups, token, reader)
    full = [g for g in groups if _has_certificates(g)]
    if not full:
        return groups
    return full + [g for g in groups if not _has_certificates(g) and _is_unactivated(g)]


def _with_token(
    groups: list[tuple[TokenReading, ...]], token: TokenReading, reader: ReaderName | None
) -> list[tuple[TokenReading, ...]]:
    """Return the groups with one more token, which may join some."""
    apart: list[tuple[TokenReading, ...]] = []
    joined: tuple[TokenReading, ...] = ()
    for group in groups:
        if any(_one_key(token, other, reader) for other in group):
            joined += group
        else:
            apart.append(group)
    return [*apart, (*joined, token)]


def _has_certificates(group: Iterable[TokenReading]) -> bool:
    return any(token.certificates for token in group)


def _is_unactivated(group: Iterable[TokenReading]) -> bool:
    return any(token.serial and token.flags.unactivated for token in group)


def remember_key(
    memory: Memory,
    group: tuple[TokenReading, ...],
    reader: ReaderName | None,
    now: Instant,
    elsewhere: frozenset[KeyId] = NOWHERE,
) -> tuple[Memory, Key | None]:
    """Remember one key as read now.

    The key is None where neither a serial number nor a certificate tells it from others; nothing is remembered then.
    Keys that are `elsewhere` at this moment are other ones, whatever number they carry.
    """
    certificates = {c.fingerprint: c for t in group for c in t.certificates}
    main = _main_token(group)
    memory, twins = _part_twins(memory, certificates)
    known = _known_keys(memory, main, certificates, elsewhere | twins)
    if not (known or certificates or main.serial):
        return memory, None
    id_ = known[0].id if known else new_id(main, certificates, memory)
    read = Key(
        id=id_,
        serial=main.serial,
        manufacturer=main.manufacturer,
        model=main.model,
        label=main.label,
        fingerprints=tuple(sorted(certificates)),
        flags=_token_flags(group),
        first_seen=now,
        last_seen=now,
        reader=reader or NO_READER,
    )
    key = _with_history(read, known)
    if _renews(certificates, known, memory):
        key = replace(key, claims=key.claims & {Claim.ACTIVATED})
    records = {**memory.certificates, **_records(memory, certificates, now)}
    return replace(memory, certificates=records, keys=_with_key(memory.keys, key, known)), key


def _part_twins(memory: Memory, certificates: Mapping[Fingerprint, Certificate]) -> tuple[Memory, frozenset[KeyId]]:
    """Part keys that were one by a shared number alone.

    A certificate that is back, while the one that seemed to have replaced it has gone, is on a card of its own.
    """
    twins = {key.id: key for key in memory.keys.values() if _is_back(key, memory, certificates)}
    if not twins:
        return memory, NOWHERE
    parted = {
        id_: replace(key, fingerprints=tuple(f for f in key.fingerprints if f not in certificates))
        for id_, key in twins.items()
    }
    return replace(memory, keys={**memory.keys, **parted}), frozenset(twins)


def _is_back(key: Key, memory: Memory, certificates: Mapping[Fingerprint, Certificate]) -> bool:
    """Return whether a key shows what a later certificate had replaced.

    Two that were ever read together are on one key.
    """
    records = deciding_records(key, memory)
    here = [record for record in records if record.certificate.fingerprint in certificates]
    gone = [record for record in records if record.certificate.fingerprint not in certificates]
    last = max((record.last_seen for record in here), default=None)
    return last is not None and any(record.first_seen > last for record in gone)


def deciding_records(key: Key, memory: Memory) -> list[CertificateRecord]:
    """Return the records of what logs in, else of what signs."""
    deciding = _deciding(certificates_of(key, memory).values())
    return [memory.certificates[certificate.fingerprint] for certificate in deciding]


def _with_key(keys: Mapping[KeyId, Key], key: Key, known: list[Key]) -> dict[KeyId, Key]:
    """Return the keys with this one instead of those before it."""
    kept = dict(keys)
    for before in known:
        if before.id != key.id:
            del kept[before.id]
    kept[key.id] = key
    return kept


def _with_history(key: Key, known: list[Key]) -> Key:
    """Return a key as read, with what was remembered of it.

    That may have been under several ids.
    """
    first_seen = min((before.first_seen for before in known), default=key.first_seen)
    key = replace(key, first_seen=first_seen, last_seen=max(first_seen, key.last_seen))
    for before in known:
        key = replace(
            key,
            fingerprints=tuple(sorted({*key.fingerprints, *before.fingerprints})),
            looked_unactivated=key.looked_unactivated or before.looked_unactivated,
            claims=key.claims | before.claims,
        )
        key = _with_identity(with_notes_of(key, before), before)
    if key.flags.unactivated or not key.fingerprints:
        return replace(key, looked_unactivated=True)
    return key


def with_notes_of(key: Key, other: Key) -> Key:
    """Return a key with the notes of another where it has none."""
    return replace(key, name=key.name or other.name, note=key.note or other.note, keeper=key.keeper or other.keeper)


def _with_identity(key: Key, before: Key) -> Key:
    """Keep a token's own words where this reading has none.

    The system's own store knows no serial number.
    """
    if key.serial or key.manufacturer:
        return key
    label, model = key.label or before.label, before.model or key.model
    return replace(key, serial=before.serial, manufacturer=before.manufacturer, model=model, label=label)


def _records(
    memory: Memory, certificates: Mapping[Fingerprint, Certificate], now: Instant
) -> dict[Fingerprint, CertificateRecord]:
    """Return the records of these certificates, seen now.

    By a clock that was set back a little, none was last seen before it was first seen.
    """
    found: dict[Fingerprint, CertificateRecord] = {}
    for fingerprint, certificate in certificates.items():
        before = memory.certificates.get(fingerprint)
        first_seen = before.first_seen if before else now
        last_seen = max(first_seen, now)
        found[fingerprint] = CertificateRecord(certificate=certificate, first_seen=first_seen, last_seen=last_seen)
    return found


def _main_token(group: tuple[TokenReading, ...]) -> TokenReading:
    """Return the token that holds the certificates, else the first."""
    return next((t for t in group if t.certificates), group[0])


def card_trouble(tokens: Iterable[TokenReading], troubles: Iterable[Trouble]) -> Trouble | None:
    """Return the worst trouble of a card."""
    pool = tuple(tokens)
    if not pool:
        return _worst_of_modules(set(troubles))
    if any(token.flags.pin_locked for token in pool):
        return Trouble.PIN_LOCKED
    if not _has_certificates(pool):
        holds_authority = any(token.holds_authority for token in pool)
        return Trouble.NO_LOGIN_CERTIFICATE if holds_authority else Trouble.NO_CERTIFICATE
    if None in {certificate.not_after for token in pool for certificate in token.certificates}:
        return Trouble.CERTIFICATE_UNREADABLE
    return None


def _worst_of_modules(troubles: set[Trouble]) -> Trouble:
    of_card = (Trouble.CARD_REFUSED, Trouble.CARD_BUSY)
    worst_first = (*of_card, Trouble.MODULE_HUNG, Trouble.MODULE_CRASHED, Trouble.MODULE_UNSAFE)
    return next((trouble for trouble in worst_first if trouble in troubles), Trouble.CARD_UNREAD)


def present(contents: Mapping[ReaderName | None, Content]) -> tuple[frozenset[KeyId], frozenset[Fingerprint]]:
    """Return the keys and the certificates that are in readers now."""
    keys = frozenset(key for content in contents.values() for key in content.keys)
    return keys, frozenset(f for content in contents.values() for f in content.fingerprints)


def _begins_with(description: str, reader: str) -> bool:
    """Compare cleaned texts: a driver may write two spaces."""
    name = clean(reader)
    return bool(name) and _starts(clean(description), name)


def _starts(whole: str, start: str) -> bool:
    """Return whether a text starts with another.

    A module's text may have lost letters: it holds the service's bytes, which need not be UTF-8, or on Windows what
    the system's code page has instead. Such letters are left out of the comparison.
    """
    if whole.startswith(start):
        return True
    has_lost = UNREADABLE in whole + start or whole.isascii() != start.isascii()
    return has_lost and _without_lost(whole).startswith(_without_lost(start))


def _without_lost(name: str) -> str:
    """Return a text with one sign for letters that may be lost."""
    return LETTERS_LOST.sub("?", normalize("NFKC", name))


def _one_key(token: TokenReading, other: TokenReading, reader: ReaderName | None) -> bool:
    """Return whether two tokens of one reader are one key."""
    if names_reader(token.slot_description, reader) and names_reader(other.slot_description, reader):
        return True
    same_serial = token.serial == other.serial and token.manufacturer == other.manufacturer
    if same_serial and _is_number(token.serial):
        return True
    of_token, of_other = ({c.fingerprint: c for c in t.certificates} for t in (token, other))
    return _proven(of_token, of_other, differ=_serials_differ(token.serial, other.serial))


def _serials_differ(one: str, other: str) -> bool:
    """Return whether both serial numbers are known and differ."""
    return bool(one and other and one != other)


def _proven(
    certificates: Mapping[Fingerprint, Certificate], others: Mapping[Fingerprint, Certificate], *, differ: bool
) -> bool:
    """Return whether two readings are of one key.

    `differ`: their serial numbers do.
    A certificate to log in or to sign with is on one key alone, for its private key never leaves it. One to decrypt
    with is written to the next key as well, so that old mail can be read. One that cannot be read proves nothing.
    These two count only where one side has no other certificate, and the serial numbers do not differ.
    """
    unique, unique_there = ({f for f, c in side.items() if _is_of_one_key(c)} for side in (certificates, others))
    if unique and unique_there:
        return not unique.isdisjoint(unique_there)
    return not differ and not certificates.keys().isdisjoint(others)


def _is_of_one_key(certificate: Certificate) -> bool:
    return certificate.not_after is not None and certificate.role in {Role.AUTHENTICATION, Role.SIGNATURE}


def _known_keys(
    memory: Memory,
    token: TokenReading,
    certificates: Mapping[Fingerprint, Certificate],
    elsewhere: frozenset[KeyId],
) -> list[Key]:
    """Return the remembered keys that this one is, oldest first.

    A shared certificate proves it, and so does the token's identity while no other person's certificate is on it. A
    serial number alone does only while one side has no certificate. Both count only where they fit one key that is not
    elsewhere: cards of one batch may carry the same number.
    """
    by_certificate = [k for k in memory.keys.values() if _shares_certificate(k, memory, token.serial, certificates)]
    others = [k for k in memory.keys.values() if k not in by_certificate]
    by_serial = [k for k in others if _same_serial(k, token.serial, certificates)]
    by_identity = [k for k in others if k not in by_serial and same_token(k, memory, token, certificates)]
    if len(by_serial) > 1:
        by_serial = []
    if elsewhere.intersection(k.id for k in by_identity) or _count_of(memory, token) > 1:
        by_identity = []
    return sorted(by_certificate + by_serial + by_identity, key=lambda key: (key.first_seen, key.id))


def _count_of(memory: Memory, token: TokenReading) -> int:
    """Return how many remembered keys name themselves like a token."""
    named = ((key.manufacturer, key.model, key.serial) for key in memory.keys.values() if key.fingerprints)
    return sum(name == (token.manufacturer, token.model, token.serial) for name in named)


def _shares_certificate(key: Key, memory: Memory, serial: str, certificates: Mapping[Fingerprint, Certificate]) -> bool:
    """Return whether a reading is of a key by a certificate.

    What the store has lost of it is what is read now.
    """
    shared = {f: certificates[f] for f in key.fingerprints if f in certificates}
    if not shared:
        return False
    others = {**shared, **certificates_of(key, memory)}
    return _proven(certificates, others, differ=_serials_differ(serial, key.serial))


def _same_serial(key: Key, serial: str, certificates: Mapping[Fingerprint, Certificate]) -> bool:
    both_have_certificates = certificates and key.fingerprints
    return _is_number(serial) and key.serial == serial and not both_have_certificates


def _is_number(serial: str) -> bool:
    """Return whether a serial number tells one token from another.

    One of noughts or of F alone is a placeholder.
    """
    return bool(serial.casefold().strip("0f -:."))


def same_token(key: Key, memory: Memory, token: TokenReading, certificates: Mapping[Fingerprint, Certificate]) -> bool:
    """Return whether a token names itself as a remembered key does.

    One that was given to another person is another key, and so is one whose login is not later: nothing is renewed
    backwards.
    """
    identity = (token.manufacturer, token.model, token.serial)
    if not all(identity) or not _is_number(token.serial) or identity != (key.manufacturer, key.model, key.serial):
        return False
    remembered = certificates_of(key, memory)
    begins, before = (_begins(side.values()) for side in (certificates, remembered))
    if begins and before and max(begins) <= max(before):
        return False
    pairs = product(certificates.values(), remembered.values())
    return any(are_of_one_holder(one, other, memory.holder_answers) for one, other in pairs if _is_of_one_key(one))


def _renews(certificates: Mapping[Fingerprint, Certificate], known: list[Key], memory: Memory) -> bool:
    """Return whether a key shows a login later than all remembered."""
    before = _begins(c for k in known for c in certificates_of(k, memory).values())
    new = _begins(c for f, c in certificates.items() if f not in memory.certificates)
    return bool(before and new) and max(new) > max(before)


def _begins(certificates: Iterable[Certificate]) -> list[Instant]:
    return [c.not_before for c in _deciding(certificates) if c.not_before is not None]


def _deciding(certificates: Iterable[Certificate]) -> list[Certificate]:
    """Return the certificates that log in, else those that sign."""
    found = list(certificates)
    logins = [each for each in found if each.role is Role.AUTHENTICATION]
    return logins or [each for each in found if each.role is Role.SIGNATURE]


def certificates_of(key: Key, memory: Memory) -> Mapping[Fingerprint, Certificate]:
    """Return the remembered certificates of a key."""
    return {f: memory.certificates[f].certificate for f in key.fingerprints if f in memory.certificates}


def _token_flags(group: tuple[TokenReading, ...]) -> TokenFlags:
    """Return the flags of the main slot.

    A locked PIN counts wherever it is.
    """
    return replace(_main_token(group).flags, pin_locked=any(t.flags.pin_locked for t in group))


def new_id(token: TokenReading, certificates: Mapping[Fingerprint, Certificate], memory: Memory) -> KeyId:
    """Make an id for a new key.

    It comes from a certificate that is on this key alone, else from what the token says of itself.
    """
    unique = sorted(f for f, certificate in certificates.items() if _is_of_one_key(certificate))
    names = [KeyId(fingerprint[:ID_LENGTH]) for fingerprint in (unique or sorted(certificates))[:1]]
    if names and names[0] not in memory.keys:
        return names[0]
    whole = "\0".join((token.manufacturer, token.model, token.serial, token.label, *names))
    return KeyId(hashlib.sha256(whole.encode()).hexdigest()[:ID_LENGTH])
