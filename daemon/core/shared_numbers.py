"""Parts and joins keys of one serial number."""

from collections.abc import Mapping

from config.values import replace
from daemon.core.model import (
    ABOUT_THE_OTHER_KEY,
    ABSENT,
    Certificate,
    Claim,
    Fingerprint,
    Key,
    KeyId,
    Memory,
    TokenReading,
)
from daemon.core.recognition import certificates_of, deciding_records, new_id, same_token, with_notes_of


def may_part(memory: Memory, id_: KeyId) -> bool:
    """Return whether a key may be two of one number."""
    key = memory.keys.get(id_)
    return key is not None and bool(_before_the_latest(key, memory))


def part_keys(memory: Memory, id_: KeyId) -> Memory:
    """Make two keys of a renewed one.

    What was never read together with the latest certificate is on a key of its own: the one that was named and noted.
    """
    key = memory.keys.get(id_)
    before = {} if key is None else _before_the_latest(key, memory)
    if key is None or not before:
        return memory
    old = replace(
        key,
        id=new_id(_token(key), before, memory),
        fingerprints=tuple(sorted(before)),
        last_seen=max(memory.certificates[f].last_seen for f in before),
        claims=frozenset(),
        looked_unactivated=False,
    )
    kept = tuple(f for f in key.fingerprints if f not in before)
    begun = max(record.first_seen for record in deciding_records(key, memory))
    claims = key.claims - {Claim.RENEWED}
    new = replace(key, fingerprints=kept, first_seen=begun, claims=claims, name=ABSENT, note=ABSENT, keeper=ABSENT)
    return replace(memory, keys={**memory.keys, old.id: old, new.id: new})


def earlier_twin(memory: Memory, id_: KeyId, inserted: frozenset[KeyId]) -> Key | None:
    """Return what may be the same key before its renewal.

    It carries the same number, and was not seen since the later one was. Two that are inserted at one time are two.
    """
    key = memory.keys.get(id_)
    if key is None:
        return None
    token, certificates = _token(key), certificates_of(key, memory)
    alike = [each for each in memory.keys.values() if each.id != id_ and same_token(each, memory, token, certificates)]
    twins = [each for each in alike if _had_gone(each, key, memory)]
    apart = [each for each in twins if not inserted >= {each.id, id_}]
    return max(apart, key=lambda each: (each.last_seen, each.id), default=None)


def join_keys(memory: Memory, id_: KeyId, inserted: frozenset[KeyId]) -> Memory:
    """Make one renewed key of two again."""
    key, twin = memory.keys.get(id_), earlier_twin(memory, id_, inserted)
    if key is None or twin is None:
        return memory
    one = replace(
        with_notes_of(key, twin),
        fingerprints=tuple(sorted({*key.fingerprints, *twin.fingerprints})),
        first_seen=twin.first_seen,
        claims=key.claims - {Claim.REPLACES, *ABOUT_THE_OTHER_KEY},
    )
    kept = {known: each for known, each in memory.keys.items() if known != twin.id}
    return replace(memory, keys={**kept, id_: one})


def _before_the_latest(key: Key, memory: Memory) -> Mapping[Fingerprint, Certificate]:
    """Return what was on a key before its latest certificate alone."""
    records = deciding_records(key, memory)
    if not records:
        return {}
    begun = max(record.first_seen for record in records)
    return {f: c for f, c in certificates_of(key, memory).items() if memory.certificates[f].last_seen < begun}


def _had_gone(twin: Key, key: Key, memory: Memory) -> bool:
    """Return whether a key was last seen before a later one."""
    before, after = deciding_records(twin, memory), deciding_records(key, memory)
    if not before or not after:
        return False
    return max(record.last_seen for record in before) < max(record.first_seen for record in after)


def _token(key: Key) -> TokenReading:
    return TokenReading(slot_description=ABSENT, manufacturer=key.manufacturer, model=key.model, serial=key.serial)
