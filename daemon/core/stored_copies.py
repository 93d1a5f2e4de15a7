"""Lets a copy that the system keeps stand for an old key.

Windows keeps copies of keys that have been gone for years, and of colleagues' cards. So a copy is neither remembered
nor told by itself. It only says what the old key was, once a newer key of the same person is in.
"""

from collections.abc import Iterable, Mapping

from config.instants import Instant
from config.values import replace
from daemon.core.caching import memoize_last
from daemon.core.model import Certificate, CertificateRecord, Fingerprint, Key, KeyId, Memory, Role
from daemon.core.recognition import ID_LENGTH
from daemon.core.same_holder import HolderMatch, contradict, match_holders

Copies = Mapping[Fingerprint, CertificateRecord]


def old_ones(
    copies: Iterable[Certificate], memory: Memory, present: frozenset[Fingerprint], now: Instant
) -> dict[Fingerprint, CertificateRecord]:
    """Return the copy of the key before each one that is in.

    A key whose predecessor is remembered needs none.
    """
    known = [seen.certificate for seen in memory.certificates.values() if _logs_in(seen.certificate)]
    pool = [copy for copy in copies if copy.fingerprint not in memory.certificates and _logs_in(copy)]
    found: dict[Fingerprint, CertificateRecord] = {}
    for newer in (certificate for certificate in known if certificate.fingerprint in present):
        before = [copy for copy in pool if _precedes(copy, newer)]
        if before and not any(_precedes(other, newer) for other in known):
            old = max(before, key=lambda copy: (_begin(copy), copy.fingerprint))
            found[old.fingerprint] = CertificateRecord(certificate=old, first_seen=now, last_seen=now)
    return found


def with_copies(memory: Memory, copies: Copies) -> Memory:
    """Return the memory with each copy as a key of its own.

    A copy whose key has been read since counts no longer.
    """
    if not copies:
        return memory
    certificates, keys = _merged(memory.certificates, memory.keys, copies)
    return replace(memory, certificates=certificates, keys=keys)


@memoize_last
def _merged(
    certificates: Mapping[Fingerprint, CertificateRecord], keys: Mapping[KeyId, Key], copies: Copies
) -> tuple[Mapping[Fingerprint, CertificateRecord], Mapping[KeyId, Key]]:
    unread = {f: seen for f, seen in copies.items() if f not in certificates and KeyId(f[:ID_LENGTH]) not in keys}
    stand_ins = {
        KeyId(f[:ID_LENGTH]): Key(
            id=KeyId(f[:ID_LENGTH]), fingerprints=(f,), first_seen=seen.first_seen, last_seen=seen.last_seen
        )
        for f, seen in unread.items()
    }
    return {**certificates, **unread}, {**keys, **stand_ins}


def _logs_in(certificate: Certificate) -> bool:
    dated = certificate.not_before is not None and certificate.not_after is not None
    return dated and certificate.role is Role.AUTHENTICATION and not certificate.authority


def _precedes(one: Certificate, other: Certificate) -> bool:
    """Return whether one is an earlier certificate of the same person."""
    is_earlier = _begin(one) < _begin(other)
    return is_earlier and match_holders(one, other) is HolderMatch.SAME and not contradict(one, other)


def _begin(certificate: Certificate) -> Instant:
    assert certificate.not_before is not None  # noqa: S101 - `_logs_in` has let it in
    return certificate.not_before
