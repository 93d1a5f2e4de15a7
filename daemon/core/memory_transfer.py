"""Hands what is remembered from one computer to another.

Certificates are known by their fingerprints. What was answered here always wins, and no answer that two keys are of one
person is taken: that is asked here.
"""

from collections.abc import Iterator, Mapping
from itertools import chain

from config.i18n.text import Text, text
from config.values import replace
from daemon.core.assignments import inherit_assignments
from daemon.core.holders import holder_name
from daemon.core.model import (
    NO_READER,
    CertificatePair,
    CertificateRecord,
    ComparedKeys,
    Fingerprint,
    HolderAnswer,
    Key,
    KeyId,
    Memory,
    MemoryPart,
    pair_of,
)
from daemon.core.recognition import with_notes_of

PART_LIMIT = 16 << 20
"""The most bytes that a part takes as JSON.

A thousand holders take 14 MiB, each with two keys of two certificates of 2 kB.
"""


def part_of(memory: Memory) -> MemoryPart:
    """Return what can be handed on: keys with certificates, and answers."""
    return MemoryPart(
        certificates=tuple(memory.certificates.values()),
        keys=tuple(key for key in memory.keys.values() if key.fingerprints),
        assignments={f: answer for f, answer in memory.assignments.items() if f in memory.certificates},
        compared=tuple(_compared(pair, answer) for pair, answer in memory.holder_answers.items()),
    )


def _compared(pair: CertificatePair, answer: HolderAnswer) -> ComparedKeys:
    one, _, other = pair.partition("+")
    return ComparedKeys(one=Fingerprint(one), other=Fingerprint(other), answer=answer)


def fault_of(part: MemoryPart) -> str | None:
    """Return what contradicts itself in a part, in English for the log."""
    known = {seen.certificate.fingerprint for seen in part.certificates}
    keys = {key.id: key.fingerprints for key in part.keys}
    if len(known) < len(part.certificates) or len(keys) < len(part.keys):
        return "the same certificate or key twice"
    if not known >= {*chain.from_iterable(keys.values()), *part.assignments}:
        return "a certificate that is named and not there"
    pairs = {pair_of(each.one, each.other) for each in part.compared if each.one != each.other}
    if len(pairs) < len(part.compared):
        return "two answers about one pair, or one about a single certificate"
    if not all(keys.values()):
        return "a key without certificates"
    return None


def merge(memory: Memory, part: MemoryPart) -> Memory:
    """Return the memory with the part beside it.

    A part that contradicts itself changes nothing.
    """
    if fault_of(part) is not None:
        return memory
    certificates = dict(memory.certificates)
    keys = dict(memory.keys)
    coming = {seen.certificate.fingerprint: seen for seen in part.certificates}
    for key in part.keys:
        merged = _joined(key, keys)
        if merged is None:
            continue
        keys[merged.id] = merged
        for fingerprint in key.fingerprints:
            certificates[fingerprint] = _merged_record(certificates.get(fingerprint), coming[fingerprint])
    merged_memory = inherit_assignments(replace(memory, certificates=certificates, keys=keys))
    answers = {f: answer for f, answer in part.assignments.items() if f in certificates}
    return replace(
        merged_memory,
        assignments={**answers, **merged_memory.assignments},
        holder_answers={**_parted(merged_memory, part), **memory.holder_answers},
    )


def _joined(key: Key, keys: Mapping[KeyId, Key]) -> Key | None:
    """Return a key with what is known of it here.

    None where it is several keys here: nothing is joined then.
    """
    owners = [own for own in keys.values() if set(own.fingerprints) & set(key.fingerprints)]
    if not owners:
        return _new_key(key, keys)
    if len(owners) > 1:
        return None
    return _merged_key(owners[0], key)


def changes(before: Memory, after: Memory) -> Iterator[Text]:
    """Yield a sentence for each thing that differs."""
    yield from _new_certificates(before, after)
    for id_, key in after.keys.items():
        own = before.keys.get(id_)
        if own is not None and _told(own) != _told(key):
            yield text("memory.key", key=key.name or key.note or id_)
    answered = len(after.assignments) - len(before.assignments)
    if answered:
        yield text("memory.answers", count=answered)
    parted = len(after.holder_answers) - len(before.holder_answers)
    if parted:
        yield text("memory.parted", count=parted)


def _new_certificates(before: Memory, after: Memory) -> Iterator[Text]:
    for fingerprint, seen in after.certificates.items():
        if fingerprint not in before.certificates and not seen.certificate.authority:
            holder, until = holder_name(seen.certificate) or text("holder.unknown"), seen.certificate.not_after
            dated = "memory.undated" if until is None else "memory.certificate"
            yield text(dated, holder=holder, date=until or "")


def _told(key: Key) -> tuple[object, ...]:
    return key.name, key.note, key.keeper, key.claims


def _new_key(key: Key, keys: Mapping[KeyId, Key]) -> Key:
    """Return the key as it is kept here.

    Its reader is not of this computer.
    """
    id_ = key.id
    if id_ in keys:
        id_ = KeyId(min(key.fingerprints)[:16])
    return replace(key, id=id_, reader=NO_READER)


def _merged_key(own: Key, key: Key) -> Key:
    """Return the key of this computer, with what was not known here."""
    return replace(
        with_notes_of(own, key),
        fingerprints=tuple(sorted({*own.fingerprints, *key.fingerprints})),
        looked_unactivated=own.looked_unactivated or key.looked_unactivated,
        claims=own.claims or key.claims,
        first_seen=min(own.first_seen, key.first_seen),
        last_seen=max(own.last_seen, key.last_seen),
    )


def _merged_record(own: CertificateRecord | None, coming: CertificateRecord) -> CertificateRecord:
    if own is None:
        return coming
    return replace(
        own,
        first_seen=min(own.first_seen, coming.first_seen),
        last_seen=max(own.last_seen, coming.last_seen),
    )


def _parted(memory: Memory, part: MemoryPart) -> dict[CertificatePair, HolderAnswer]:
    """Return the answers that two keys are of two people.

    Where one was given here, that holds.
    """
    owners = {fingerprint: key.id for key in memory.keys.values() for fingerprint in key.fingerprints}
    answered = {_owners(_compared(pair, answer), owners) for pair, answer in memory.holder_answers.items()}
    found: dict[CertificatePair, HolderAnswer] = {}
    for each in part.compared:
        both = _owners(each, owners)
        if each.answer is HolderAnswer.ANOTHER and None not in both and both not in answered:
            found[pair_of(each.one, each.other)] = each.answer
    return found


def _owners(keys: ComparedKeys, owners: Mapping[Fingerprint, KeyId]) -> frozenset[KeyId | None]:
    return frozenset({owners.get(keys.one), owners.get(keys.other)})
