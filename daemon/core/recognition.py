"""From what modules said of slots to keys: which reader a token is in, which tokens are one key, which key it is."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from config.i18n.text import clean
from daemon.core.model import (
    NO_READER,
    Certificate,
    CertificateRecord,
    Fingerprint,
    Key,
    KeyId,
    Memory,
    Occupancy,
    ReaderName,
    ReaderState,
    Role,
    TokenFlags,
    TokenReading,
)
from daemon.core.troubles import Trouble

UNKNOWN_READER = None  # stands for the reader of tokens that name none
DESCRIPTION_LIMIT = 64  # bytes of slotDescription (PKCS#11 §3.2, CK_SLOT_INFO)
ID_LENGTH = 16
CUT_SLACK = 3  # bytes that a cut may lose beyond it: half a letter, or a space at the end


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What the present card of one reader turned out to hold; `keys` are key ids.

    `bare` says that a token without any certificate is in; `short` that a key shows fewer than are remembered of it,
    or none to log in with: an answer of the card may have failed.
    `attempts` counts the readings of this insertion.
    """

    insertion: int = 0
    keys: tuple[KeyId, ...] = ()
    fingerprints: frozenset[Fingerprint] = frozenset()
    blank: bool = False
    incomplete: bool = False
    trouble: Trouble | None = None
    attempts: int = 1
    read_at: datetime


def reader_of(token: TokenReading, readers: Iterable[ReaderState]) -> ReaderName | None:
    """Return the reader whose name the slot description begins with; else the only occupied one; else unknown.

    Of two readers that both fit, the longer name is the right one. Where a description that was cut fits
    several, the only occupied one of them is.
    """
    pool = tuple(readers)
    whole = [r.name for r in pool if _begins_with(token.slot_description, r.name)]
    if whole:
        return max(whole, key=len)
    cut = [r for r in pool if names_reader(token.slot_description, r.name)]
    held = [r.name for r in cut or pool if r.occupancy is Occupancy.HOLDING]
    if cut and not held:
        return cut[0].name
    return held[0] if len(held) == 1 else UNKNOWN_READER


def names_reader(description: str, reader: ReaderName | None) -> bool:
    """Tell whether a slot description names this reader, whole or cut."""
    if reader is UNKNOWN_READER:
        return False
    said = clean(description).rstrip("\N{REPLACEMENT CHARACTER}")  # a letter cut in two
    was_cut = len(said.encode()) >= DESCRIPTION_LIMIT - CUT_SLACK
    return _begins_with(description, reader) or (was_cut and clean(reader).startswith(said))


def without_authorities(token: TokenReading) -> TokenReading:
    """Leave out the issuers' own certificates: two holders' keys share them, and a bare key may hold them."""
    return replace(token, certificates=tuple(c for c in token.certificates if not c.authority))


def group_tokens(tokens: Iterable[TokenReading], reader: ReaderName | None) -> list[tuple[TokenReading, ...]]:
    """Group the tokens of one reader into keys.

    Slots that name the reader are one card. Others are one key where they share a serial number or a
    certificate that proves it. A group without certificates is dropped where another has some, for it is a second
    slot for another PIN, or the empty slot that a soft token always shows; but not one with a serial number of its own
    that shows it is not activated.
    """
    groups: list[list[TokenReading]] = []
    for token in tokens:
        related = [g for g in groups if any(_one_key(token, other, reader) for other in g)]
        groups = [g for g in groups if g not in related]
        groups.append([t for g in related for t in g] + [token])
    full = [g for g in groups if any(t.certificates for t in g)]
    blank = [g for g in groups if g not in full and any(t.serial and t.flags.unactivated for t in g)]
    return [tuple(group) for group in (full + blank if full else groups)]


def remember_key(
    memory: Memory, group: tuple[TokenReading, ...], reader: ReaderName | None, now: datetime
) -> tuple[Memory, Key | None]:
    """Enter one key as read now; the key is None where nothing tells it from others (no serial, no certificate)."""
    certificates = {c.fingerprint: c for t in group for c in t.certificates}
    main = next((t for t in group if t.certificates), group[0])
    known = _known_keys(memory, main.serial, certificates)
    if not known and not certificates and not main.serial:
        return memory, None
    first = known[0] if known else None
    flags = _token_flags(group)
    fingerprints = tuple(sorted({*certificates, *(f for k in known for f in k.fingerprints)}))
    key = Key(
        id=first.id if first else _new_id(main, certificates, memory),
        serial=main.serial,
        manufacturer=main.manufacturer,
        model=main.model,
        label=main.label,
        fingerprints=fingerprints,
        flags=flags,
        looked_unactivated=flags.unactivated or not fingerprints or any(k.looked_unactivated for k in known),
        claims=frozenset(claim for k in known for claim in k.claims),
        first_seen=min([now, *(k.first_seen for k in known)]),
        last_seen=now,
        reader=reader or NO_READER,
        name=next((k.name for k in known if k.name), ""),
    )
    others = {k.id for k in known} - {key.id}
    seen = {
        fingerprint: CertificateRecord(
            certificate=certificate,
            first_seen=memory.certificates[fingerprint].first_seen if fingerprint in memory.certificates else now,
            last_seen=now,
        )
        for fingerprint, certificate in certificates.items()
    }
    return replace(
        memory,
        certificates={**memory.certificates, **seen},
        keys={**{i: k for i, k in memory.keys.items() if i not in others}, key.id: key},
    ), key


def card_trouble(tokens: Iterable[TokenReading], troubles: Iterable[Trouble]) -> Trouble | None:
    """Say what is wrong with a card, from its tokens and from what went wrong with the modules; worst first."""
    pool, said = tuple(tokens), set(troubles)
    if not pool:
        worst_first = (Trouble.CARD_BUSY, Trouble.MODULE_HUNG, Trouble.MODULE_CRASHED)
        return next((trouble for trouble in worst_first if trouble in said), Trouble.CARD_UNREAD)
    if any(token.flags.pin_locked for token in pool):
        return Trouble.PIN_LOCKED
    if not any(token.certificates for token in pool):
        return Trouble.NO_CERTIFICATE
    undated = any(certificate.not_after is None for token in pool for certificate in token.certificates)
    return Trouble.CERTIFICATE_UNREADABLE if undated else None


def present(contents: Mapping[ReaderName | None, Content]) -> tuple[frozenset[KeyId], frozenset[Fingerprint]]:
    """Return the ids of the keys, and the fingerprints of the certificates, that are in readers now."""
    keys = frozenset(key for content in contents.values() for key in content.keys)
    return keys, frozenset(f for content in contents.values() for f in content.fingerprints)


def _begins_with(description: str, reader: str) -> bool:
    """Compare as texts from outside are cleaned: a driver may write two spaces."""
    name = clean(reader)
    return bool(name) and clean(description).startswith(name)


def _one_key(token: TokenReading, other: TokenReading, reader: ReaderName | None) -> bool:
    if names_reader(token.slot_description, reader) and names_reader(other.slot_description, reader):
        return True
    if token.serial and token.serial == other.serial and token.manufacturer == other.manufacturer:
        return True
    of_token, of_other = ({c.fingerprint: c for c in t.certificates} for t in (token, other))
    return _proven(of_token, of_other, differ=bool(token.serial and other.serial and token.serial != other.serial))


def _proven(
    certificates: Mapping[Fingerprint, Certificate], others: Mapping[Fingerprint, Certificate], *, differ: bool
) -> bool:
    """Tell whether what two readings found is on one key; `differ` says that their serial numbers do.

    A certificate to log in or to sign with is on one key alone, for its private key never leaves it. One to decrypt
    with is written to the next key as well, so that old mail can be read; one that cannot be read says nothing. These
    count only where one side has no other, and the numbers do not speak against it.
    """
    ours, theirs = ({f for f, c in side.items() if _is_of_one_key(c)} for side in (certificates, others))
    if ours and theirs:
        return not ours.isdisjoint(theirs)
    return not differ and not certificates.keys().isdisjoint(others)


def _is_of_one_key(certificate: Certificate) -> bool:
    return certificate.not_after is not None and certificate.role in {Role.AUTHENTICATION, Role.SIGNATURE}


def _known_keys(memory: Memory, serial: str, certificates: Mapping[Fingerprint, Certificate]) -> list[Key]:
    """Find the remembered keys that this one is, oldest first.

    A shared certificate proves it. A serial number does only while one side has no certificate: cards of one
    batch may carry the same number.
    """
    alike = [k for k in memory.keys.values() if not certificates.keys().isdisjoint(k.fingerprints)]
    by_certificate = [
        k
        for k in alike
        if _proven(certificates, _certificates_of(k, memory), differ=bool(serial and k.serial and serial != k.serial))
    ]
    by_serial = [
        k
        for k in memory.keys.values()
        if serial and k.serial == serial and not (certificates and k.fingerprints) and k not in by_certificate
    ]
    if len(by_serial) > 1:
        by_serial = []
    return sorted(by_certificate + by_serial, key=lambda key: (key.first_seen, key.id))


def _certificates_of(key: Key, memory: Memory) -> Mapping[Fingerprint, Certificate]:
    return {f: memory.certificates[f].certificate for f in key.fingerprints if f in memory.certificates}


def _token_flags(group: tuple[TokenReading, ...]) -> TokenFlags:
    """Take the signs of the slot that holds the certificates; a locked PIN counts wherever it is."""
    main = next((t for t in group if t.certificates), group[0])
    return replace(main.flags, pin_locked=any(t.flags.pin_locked for t in group))


def _new_id(token: TokenReading, certificates: Mapping[Fingerprint, Certificate], memory: Memory) -> KeyId:
    """Name a key after a certificate that is on it alone; else after what the token says of itself."""
    own = sorted(f for f, certificate in certificates.items() if _is_of_one_key(certificate))
    telling = own or sorted(certificates)
    named = telling[0][:ID_LENGTH] if telling else ""
    if named and KeyId(named) not in memory.keys:
        return KeyId(named)
    said = "\0".join((token.manufacturer, token.model, token.serial, token.label, *([named] if named else [])))
    return KeyId(hashlib.sha256(said.encode()).hexdigest()[:ID_LENGTH])
