"""Who a certificate belongs to: its procedure, its holder, and the line of keys that follow one another."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from config.settings import IssuerRule, Procedure
from daemon.core.caching import memoize_last
from daemon.core.expiry import expired
from daemon.core.model import Certificate, CertificateRecord, Fingerprint, Key, KeyId, Memory, Role

NONE: frozenset[Fingerprint] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageEntry:
    """One key in a line, with the certificate that stands for it there; both dates are known."""

    key: Key
    seen: CertificateRecord
    not_before: datetime
    not_after: datetime

    @property
    def fingerprint(self) -> Fingerprint:
        """The deciding certificate's fingerprint."""
        return self.seen.certificate.fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLineage:
    """The keys of one holder under one procedure, oldest first, as their deciding role shows them."""

    procedure: Procedure
    entries: tuple[LineageEntry, ...]

    @property
    def holder(self) -> str:
        """The holder's name as the latest certificate writes it."""
        return holder_name(self.entries[-1].seen.certificate)


def procedure_of(certificate: Certificate, procedures: Iterable[Procedure]) -> Procedure | None:
    """Find the first procedure whose issuer rules know this certificate; an issuer's own is never known."""
    return next((p for p in procedures if any(_issued(certificate, rule) for rule in p.issuers)), None)


def holder_name(certificate: Certificate) -> str:
    """Return the name to show for a certificate's holder, "" when it holds none."""
    return certificate.subject_cn or f"{certificate.given_name} {certificate.surname}".strip()


def same_holder(one: Certificate, other: Certificate) -> bool:
    """Tell whether two certificates are surely one person's; in doubt they are not: two holders must never be mixed up.

    Names decide where both certificates give them, the common name where not; organisations must not differ.
    """
    if _organizations_differ(one, other):
        return False
    if _both_named(one, other):
        return _names(one) == _names(other)
    name = _folded(one.subject_cn)
    return bool(name) and name == _folded(other.subject_cn)


def certificates_renewed_in_place(
    memory: Memory, procedures: tuple[Procedure, ...], now: datetime
) -> frozenset[Fingerprint]:
    """Return the fingerprints of what ran out on a key where the next of its kind lives: that was renewed in place."""
    found: set[Fingerprint] = set()
    for key in (key for key in memory.keys.values() if len(key.fingerprints) > 1):
        known = (memory.certificates[f].certificate for f in key.fingerprints if f in memory.certificates)
        dated = [(c, c.not_before, c.not_after) for c in known if c.not_before is not None and c.not_after is not None]
        gone = [c for c, _begin, end in dated if expired(end, now)]
        living = [c for c, begin, end in dated if begin <= now and not expired(end, now)] if gone else []
        found |= {c.fingerprint for c in gone if any(_of_one_kind(c, other, procedures) for other in living)}
    return frozenset(found) if found else NONE  # always the same one: `lines` are worked out once for it


def lineages(
    memory: Memory, procedures: tuple[Procedure, ...], renewed_in_place: frozenset[Fingerprint] = NONE
) -> tuple[KeyLineage, ...]:
    """Group what is remembered into lines: authentication decides, signature where a holder has nothing else.

    `spent` are certificates that stand for their key no more.
    """
    return _lineages(memory.certificates, memory.keys, procedures, renewed_in_place)


@memoize_last
def _lineages(
    certificates: Mapping[Fingerprint, CertificateRecord],
    keys: Mapping[KeyId, Key],
    procedures: tuple[Procedure, ...],
    renewed_in_place: frozenset[Fingerprint],
) -> tuple[KeyLineage, ...]:
    left = (
        {f: seen for f, seen in certificates.items() if f not in renewed_in_place} if renewed_in_place else certificates
    )
    entries = _entries(left, keys, procedures)
    found: list[KeyLineage] = []
    for procedure in procedures:
        deciding = _grouped(entries[procedure.id, Role.AUTHENTICATION])
        following = _grouped(entries[procedure.id, Role.SIGNATURE])
        homes = _Homes(deciding if following else ())
        groups = deciding + [g for g in following if not any(_of_one_holder(g, d) for d in homes.of(*g))]
        found += (KeyLineage(procedure=procedure, entries=tuple(group)) for group in groups)
    return tuple(found)


def _entries(
    certificates: Mapping[Fingerprint, CertificateRecord], keys: Mapping[KeyId, Key], procedures: tuple[Procedure, ...]
) -> Mapping[tuple[str, Role], list[LineageEntry]]:
    """Return, by procedure and role, one entry for each key that holds such certificates, oldest first."""
    found: dict[tuple[str, Role], list[LineageEntry]] = defaultdict(list)
    for key in keys.values():
        earliest: dict[tuple[str, Role], LineageEntry] = {}
        for seen in (certificates[f] for f in key.fingerprints if f in certificates):
            certificate, procedure = seen.certificate, procedure_of(seen.certificate, procedures)
            if procedure is None or certificate.not_before is None or certificate.not_after is None:
                continue
            entry = LineageEntry(key=key, seen=seen, not_before=certificate.not_before, not_after=certificate.not_after)
            kind = procedure.id, certificate.role
            earliest[kind] = min(earliest.get(kind, entry), entry, key=lambda e: (e.not_after, e.fingerprint))
        for kind, entry in earliest.items():
            found[kind].append(entry)
    for entries in found.values():
        entries.sort(key=lambda entry: (entry.not_before, entry.not_after, entry.fingerprint))
    return found


def _grouped(entries: list[LineageEntry]) -> list[list[LineageEntry]]:
    """Put each entry with the first group of its holder."""
    groups: list[list[LineageEntry]] = []
    homes = _Homes()
    for entry in entries:
        home = next((group for group in homes.of(entry) if _fits(entry, group)), None)
        if home is None:
            groups.append(home := [])
        home.append(entry)
        homes.add(entry, home)
    return groups


class _Homes:
    """Groups by what an entry must share with one to be of its holder: with thousands, not all are compared."""

    def __init__(self, groups: Iterable[list[LineageEntry]] = ()) -> None:
        self._groups: dict[object, list[list[LineageEntry]]] = {}
        self._order: dict[int, int] = {}
        for group in groups:
            for entry in group:
                self.add(entry, group)

    def add(self, entry: LineageEntry, group: list[LineageEntry]) -> None:
        """Enter a member of a group."""
        self._order.setdefault(id(group), len(self._order))
        for trait in _traits(entry):
            homes = self._groups.setdefault(trait, [])
            if not any(group is home for home in homes):
                homes.append(group)

    def of(self, *entries: LineageEntry) -> list[list[LineageEntry]]:
        """Return the groups that may be the entries', the first one first."""
        found = {id(g): g for e in entries for trait in _traits(e) for g in self._groups.get(trait, ())}
        return sorted(found.values(), key=lambda group: self._order[id(group)])


def _traits(entry: LineageEntry) -> Iterator[object]:
    """Yield what two entries of one holder share one of at least: the key, the names or the common name."""
    certificate = entry.seen.certificate
    yield entry.key.id
    if certificate.given_name and certificate.surname:
        yield _names(certificate)
    if certificate.subject_cn:
        yield 1, _folded(certificate.subject_cn)


def _fits(entry: LineageEntry, group: list[LineageEntry]) -> bool:
    """Tell whether an entry is of a group's holder: like one member and contradicted by none."""
    mine = entry.seen.certificate
    others = [member.seen.certificate for member in group]
    return any(same_holder(mine, other) for other in others) and not any(_differ(mine, o) for o in others)


def _of_one_kind(one: Certificate, other: Certificate, procedures: tuple[Procedure, ...]) -> bool:
    same_procedure = procedure_of(one, procedures) is procedure_of(other, procedures)
    return one.role is other.role and same_procedure and same_holder(one, other)


def _of_one_holder(group: list[LineageEntry], other: list[LineageEntry]) -> bool:
    on_one_key = {entry.key.id for entry in group} & {entry.key.id for entry in other}
    return bool(on_one_key) or any(_fits(entry, other) for entry in group)


def _differ(one: Certificate, other: Certificate) -> bool:
    return _organizations_differ(one, other) or (_both_named(one, other) and _names(one) != _names(other))


def _organizations_differ(one: Certificate, other: Certificate) -> bool:
    return len({c.organization_identifier for c in (one, other)} - {""}) > 1


def _both_named(one: Certificate, other: Certificate) -> bool:
    return all(c.given_name and c.surname for c in (one, other))


def _names(certificate: Certificate) -> tuple[str, str]:
    return _folded(certificate.given_name), _folded(certificate.surname)


@lru_cache(maxsize=1 << 16)  # a help desk sees hundreds of keys, and each name is held against all others
def _folded(name: str) -> str:
    """Fold what two issuers may write differently: case, accents, ligatures, hyphens, apostrophes and spaces."""
    whole = name.casefold().replace("œ", "oe").replace("æ", "ae")
    blank = (c for c in unicodedata.normalize("NFKD", whole) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in blank).split())


def _issued(certificate: Certificate, rule: IssuerRule) -> bool:
    if certificate.authority:
        return False
    if rule.organization is not None and certificate.issuer_o.casefold() == rule.organization.casefold():
        return True
    unit = rule.organizational_unit
    return unit is not None and unit.casefold() in {ou.casefold() for ou in certificate.issuer_ou}
