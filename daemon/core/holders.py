"""Finds the procedure, holder and lineage of a certificate."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import chain, combinations, product

from config.instants import Instant
from config.settings import Procedure, Recall
from config.values import dataclass, replace
from daemon.core.caching import memoize_last
from daemon.core.issuers import procedure_of
from daemon.core.model import (
    Assignments,
    Certificate,
    CertificatePair,
    CertificateRecord,
    Claim,
    Fingerprint,
    HolderAnswer,
    Key,
    KeyId,
    Memory,
    Role,
    pair_of,
)
from daemon.core.person_names import letters
from daemon.core.recalls import last_moment, recall_of
from daemon.core.same_holder import (
    HolderMatch,
    are_of_one_holder,
    contradict,
    match_holders,
    name_of,
    naming_of,
    organization_of,
    person_of,
)

NONE: frozenset[Fingerprint] = frozenset()
ONE_ISSUE = timedelta(days=1)  # certificates of one key that begin within it were issued together


@dataclass(frozen=True, slots=True)
class Uses:
    """The procedures, what the user says certificates are for, and whose."""

    procedures: tuple[Procedure, ...]
    assignments: Assignments
    answers: Mapping[CertificatePair, HolderAnswer]

    def procedure_of(self, certificate: Certificate) -> Procedure | None:
        """Return the procedure that a certificate is of."""
        return procedure_of(certificate, self.procedures, self.assignments)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageEntry:
    """One key in a lineage, with the certificate that represents it."""

    key: Key

    seen: CertificateRecord

    not_before: Instant

    not_after: Instant
    """The end of its use: that of its validity, or of what a recall leaves of it."""

    recall: Recall | None = None
    """The recall that ends it before its own end."""

    renewed: CertificateRecord | None = None
    """The certificate of this key that this one replaced in place."""

    successor: Instant | None = None
    """When a certificate that is on this key already begins, and replaces this one."""

    @property
    def fingerprint(self) -> Fingerprint:
        """The deciding certificate's fingerprint."""
        return self.seen.certificate.fingerprint

    @property
    def never_logs_in(self) -> bool:
        """Whether the key never opens the account."""
        return self.seen.certificate.role is not Role.AUTHENTICATION


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLineage:
    """The keys of one holder under one procedure, the oldest first."""

    procedure: Procedure
    entries: tuple[LineageEntry, ...]

    @property
    def holder(self) -> str:
        """The holder's name as the latest certificate writes it."""
        return holder_name(self.entries[-1].seen.certificate)


def holder_name(certificate: Certificate) -> str:
    """Return the holder's name as it is shown, "" for none."""
    return certificate.subject_cn or f"{certificate.given_name} {certificate.surname}".strip()


def certificates_renewed_in_place(
    memory: Memory, procedures: tuple[Procedure, ...], now: Instant
) -> frozenset[Fingerprint]:
    """Return certificates that were replaced on the same key.

    The replacement has the same role, procedure and holder, and has begun.
    """
    uses = Uses(procedures, memory.assignments, memory.holder_answers)
    several = (key for key in memory.keys.values() if len(key.fingerprints) > 1)
    found = chain.from_iterable(_replaced_on(key, memory, uses, now) for key in several)
    return frozenset(found) or NONE  # always the same object: `lineages` are cached for it


def _replaced_on(key: Key, memory: Memory, uses: Uses, now: Instant) -> Iterator[Fingerprint]:
    known = [memory.certificates[f].certificate for f in key.fingerprints if f in memory.certificates]
    begun = [c for c in known if c.not_before is not None and c.not_before <= now]
    yield from (c.fingerprint for c in known if any(_replaces(other, c, uses) for other in begun))


def _replaces(one: Certificate, other: Certificate, uses: Uses) -> bool:
    """Return whether a certificate renews another one of its key.

    Those that were issued together do not.
    """
    if None in {one.not_before, one.not_after, other.not_before, other.not_after}:
        return False
    assert one.not_before is not None  # noqa: S101 - see above
    assert other.not_before is not None  # noqa: S101 - see above
    return one.not_before - other.not_before > ONE_ISSUE and _of_one_kind(one, other, uses)


def lineages(
    memory: Memory, procedures: tuple[Procedure, ...], renewed_in_place: frozenset[Fingerprint] = NONE
) -> tuple[KeyLineage, ...]:
    """Group the remembered keys into lineages.

    Authentication certificates decide; signature certificates do where a holder has no other. Certificates that were
    renewed in place no longer represent their key.
    """
    return _lineages(
        memory.certificates, memory.keys, memory.holder_answers, procedures, memory.assignments, renewed_in_place
    )


@memoize_last
def _lineages(
    certificates: Mapping[Fingerprint, CertificateRecord],
    keys: Mapping[KeyId, Key],
    answers: Mapping[CertificatePair, HolderAnswer],
    procedures: tuple[Procedure, ...],
    assignments: Assignments,
    renewed_in_place: frozenset[Fingerprint],
) -> tuple[KeyLineage, ...]:
    entries = _entries(certificates, keys, Uses(procedures, assignments, answers), renewed_in_place)
    found: list[KeyLineage] = []
    for procedure in procedures:
        deciding = _grouped(entries[procedure.id, Role.AUTHENTICATION], answers)
        following = _grouped(entries[procedure.id, Role.SIGNATURE], answers)
        groups = [*deciding, *_without_holders(following, deciding, answers)]
        found += (KeyLineage(procedure=procedure, entries=tuple(group)) for group in groups)
    return tuple(found)


def _without_holders(
    groups: list[list[LineageEntry]],
    deciding: list[list[LineageEntry]],
    answers: Mapping[CertificatePair, HolderAnswer],
) -> Iterator[list[LineageEntry]]:
    """Yield the groups whose holder has no deciding one."""
    homes = _Homes(answers, deciding if groups else ())
    yield from (g for g in groups if not any(_of_one_holder(g, d, answers) for d in homes.of(*g)))


def _entries(
    certificates: Mapping[Fingerprint, CertificateRecord],
    keys: Mapping[KeyId, Key],
    uses: Uses,
    renewed_in_place: frozenset[Fingerprint],
) -> Mapping[tuple[str, Role], list[LineageEntry]]:
    """Return the entries by procedure and role, the oldest first.

    There is one for each key with such certificates.
    """
    found: dict[tuple[str, Role], list[LineageEntry]] = defaultdict(list)
    for key in keys.values():
        if Claim.UNUSED in key.claims:
            continue
        records = [certificates[f] for f in key.fingerprints if f in certificates]
        counting = [seen for seen in records if seen.certificate.fingerprint not in renewed_in_place]
        for kind, entry in _earliest(key, counting, uses).items():
            found[kind].append(entry if len(records) == 1 else _with_renewals(entry, records, uses))
    for entries in found.values():
        entries.sort(key=_by_begin)
    return found


def _earliest(key: Key, records: Iterable[CertificateRecord], uses: Uses) -> Mapping[tuple[str, Role], LineageEntry]:
    """Return a key's entry that ends first, by procedure and role."""
    earliest: dict[tuple[str, Role], LineageEntry] = {}
    for seen in records:
        certificate, procedure = seen.certificate, uses.procedure_of(seen.certificate)
        if procedure is None or certificate.not_before is None or certificate.not_after is None:
            continue
        recall = recall_of(certificate, procedure)
        end = certificate.not_after if recall is None else last_moment(recall)
        entry = LineageEntry(key=key, seen=seen, not_before=certificate.not_before, not_after=end, recall=recall)
        kind = procedure.id, certificate.role
        earliest[kind] = min(earliest.get(kind, entry), entry, key=lambda e: (e.not_after, e.fingerprint))
    return earliest


def _with_renewals(entry: LineageEntry, records: list[CertificateRecord], uses: Uses) -> LineageEntry:
    """Return an entry with what came before and after on its key."""
    mine = entry.seen.certificate
    before = [seen for seen in records if _replaces(mine, seen.certificate, uses)]
    begins = [s.certificate.not_before for s in records if _replaces(s.certificate, mine, uses)]
    return replace(
        entry,
        renewed=max(before, key=lambda seen: (seen.certificate.not_before, seen.certificate.fingerprint), default=None),
        successor=min(filter(None, begins), default=None),
    )


def _grouped(entries: list[LineageEntry], answers: Mapping[CertificatePair, HolderAnswer]) -> list[list[LineageEntry]]:
    """Put each entry with the first group of its holder.

    Groups that the user has joined become one. Of namesakes whom the user has parted, none is taken by the name.
    """
    groups: list[list[LineageEntry]] = []
    homes = _Homes(answers)
    for entry in entries:
        fitting = [group for group in homes.of(entry) if _fits(entry, group, answers)]
        group, *joined = _made_one(entry, fitting, answers) or [[]]
        if not group:
            groups.append(group)
        added = [*(member for other in joined for member in other), entry]
        group += added
        if joined:
            group.sort(key=_by_begin)  # else the entry is the latest
            groups = [g for g in groups if not any(g is other for other in joined)]
            homes.remove(joined)
        homes.add(group, added)
    return sorted(groups, key=lambda group: _by_begin(group[0]))


def _made_one(
    entry: LineageEntry, fitting: list[list[LineageEntry]], answers: Mapping[CertificatePair, HolderAnswer]
) -> list[list[LineageEntry]]:
    """Return the groups that an entry joins, none for a new one."""
    if len(fitting) < 2 or not answers:
        return fitting[:1]
    joined = [group for group in fitting if _is_joined(entry, group, answers)]
    if not any(_are_parted(*groups, answers) for groups in combinations(fitting, 2)):
        return [*fitting[:1], *(group for group in joined if group is not fitting[0])]
    return joined


def _are_parted(
    group: list[LineageEntry], other: list[LineageEntry], answers: Mapping[CertificatePair, HolderAnswer]
) -> bool:
    """Return whether the user has parted two groups."""
    return any(told(one, another, answers) is HolderAnswer.ANOTHER for one, another in product(group, other))


def _is_joined(entry: LineageEntry, group: list[LineageEntry], answers: Mapping[CertificatePair, HolderAnswer]) -> bool:
    """Return whether the user has joined an entry to a group."""
    return any(told(entry, member, answers) is HolderAnswer.SAME for member in group)


def _by_begin(entry: LineageEntry) -> tuple[Instant, Instant, Fingerprint, KeyId]:
    return entry.not_before, entry.not_after, entry.fingerprint, entry.key.id  # two keys may hold one certificate


def told(
    one: LineageEntry, other: LineageEntry, answers: Mapping[CertificatePair, HolderAnswer]
) -> HolderAnswer | None:
    """Return what the user has told of the holders of two keys."""
    if not answers:
        return None
    pairs = (pair_of(mine, its) for mine in one.key.fingerprints for its in other.key.fingerprints)
    return next((answers[pair] for pair in pairs if pair in answers), None)


class _Homes:
    """Finds the groups that an entry may belong to.

    Thousands of entries need not all be compared then.
    """

    def __init__(
        self, answers: Mapping[CertificatePair, HolderAnswer], groups: Iterable[list[LineageEntry]] = ()
    ) -> None:
        self._answered = _answered(answers)
        self._groups: dict[object, list[list[LineageEntry]]] = {}
        for group in groups:
            self.add(group, group)

    def add(self, group: list[LineageEntry], members: Iterable[LineageEntry]) -> None:
        """Let members of a group lead to it, old or new ones."""
        for trait in {trait for entry in members for trait in self._traits(entry)}:
            homes = self._groups.setdefault(trait, [])
            if not any(group is home for home in homes):
                homes.append(group)

    def remove(self, groups: list[list[LineageEntry]]) -> None:
        """Let nothing lead to groups that are part of another one now."""
        for homes in self._groups.values():
            homes[:] = [home for home in homes if not any(home is group for group in groups)]

    def of(self, *entries: LineageEntry) -> list[list[LineageEntry]]:
        """Return the groups that the entries may belong to, in order."""
        found = {id(g): g for e in entries for trait in self._traits(e) for g in self._groups.get(trait, ())}
        return sorted(found.values(), key=lambda group: _by_begin(group[0]))

    def _traits(self, entry: LineageEntry) -> Iterator[object]:
        yield from _traits(entry)
        for fingerprint in entry.key.fingerprints:
            yield from self._answered.get(fingerprint, ())


def _answered(answers: Mapping[CertificatePair, HolderAnswer]) -> Mapping[str, list[CertificatePair]]:
    """Return the answered pairs by each of their certificates."""
    found: dict[str, list[CertificatePair]] = defaultdict(list)
    for pair in answers:
        for fingerprint in pair.split("+"):
            found[fingerprint].append(pair)
    return found


def _traits(entry: LineageEntry) -> Iterator[object]:
    """Yield traits of which two entries of one holder share one."""
    certificate = entry.seen.certificate
    yield entry.key.id
    yield from filter(None, (person_of(certificate), organization_of(certificate)))
    if name := name_of(certificate):
        yield letters(name.whole)


def _fits(entry: LineageEntry, group: list[LineageEntry], answers: Mapping[CertificatePair, HolderAnswer]) -> bool:
    """Return whether an entry is like a member and contradicts none.

    The user's word comes first. What contradicts a member that the entry is like is in the group by that word, and
    tells nothing.
    """
    words = {told(entry, member, answers) for member in group} - {None} if answers else None
    if words:
        return words == {HolderAnswer.SAME}
    mine = entry.seen.certificate
    named = {naming_of(member.seen.certificate): member.seen.certificate for member in group}
    others = named.values()  # many certificates of one holder write the name alike
    same = [o for o in others if match_holders(mine, o) is HolderMatch.SAME]
    if not same:
        return False
    against = (o for o in others if contradict(mine, o))
    return all(any(contradict(s, o) for s in same) for o in against)


def _of_one_kind(one: Certificate, other: Certificate, uses: Uses) -> bool:
    same_procedure = uses.procedure_of(one) is uses.procedure_of(other)
    return one.role is other.role and same_procedure and are_of_one_holder(one, other, uses.answers)


def _of_one_holder(
    group: list[LineageEntry], other: list[LineageEntry], answers: Mapping[CertificatePair, HolderAnswer]
) -> bool:
    on_one_key = {entry.key.id for entry in group} & {entry.key.id for entry in other}
    return bool(on_one_key) or any(_fits(entry, other, answers) for entry in group)
