"""Finds keys that may be of one person."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations, product

from config.values import dataclass
from daemon.core.caching import memoize_last
from daemon.core.holders import ONE_ISSUE, KeyLineage, LineageEntry, told
from daemon.core.model import CertificatePair, Claim, HolderAnswer, pair_of
from daemon.core.person_names import joined, letters, loose
from daemon.core.same_holder import HolderMatch, match_holders, name_of

FEW = 2  # more lines of a procedure beside a key without a legible name show nothing
TOO_COMMON = 12  # more lines with one surname or first name in common show nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderDoubt:
    """Two keys of one procedure that may be of one person."""

    old: LineageEntry
    new: LineageEntry

    @property
    def pair(self) -> CertificatePair:
        """The pair under which the answer is kept."""
        return pair_of(self.old.fingerprint, self.new.fingerprint)


@memoize_last
def holder_doubts(
    lineages: tuple[KeyLineage, ...], answers: Mapping[CertificatePair, HolderAnswer]
) -> tuple[HolderDoubt, ...]:
    """Return the doubts that are not settled, the newest first."""
    found = [doubt for one, other in _candidates(lineages) for doubt in _doubt(one, other, answers)]
    return tuple(sorted(found, key=lambda doubt: (doubt.new.not_before, doubt.new.fingerprint), reverse=True))


def _candidates(lineages: tuple[KeyLineage, ...]) -> Iterator[tuple[KeyLineage, KeyLineage]]:
    """Yield each two lineages of a procedure with something in common."""
    shelves: dict[object, list[KeyLineage]] = defaultdict(list)
    for lineage in lineages:
        for trait in {trait for entry in lineage.entries for trait in _traits(entry)}:
            shelves[lineage.procedure.id, trait].append(lineage)
    for id_ in {lineage.procedure.id for lineage in lineages if _may_be_anyones(lineage)}:
        of_procedure = [lineage for lineage in lineages if lineage.procedure.id == id_]
        if len(of_procedure) <= FEW:
            shelves[id_, None] = of_procedure
    seen: set[tuple[int, int]] = set()
    for shelf in shelves.values():
        if len(shelf) > TOO_COMMON:
            continue
        for one, other in combinations(shelf, 2):
            if (id(one), id(other)) not in seen:
                seen.add((id(one), id(other)))
                yield one, other


def _may_be_anyones(lineage: KeyLineage) -> bool:
    """Return whether a name of a lineage is missing, or not legible."""
    names = (name_of(entry.seen.certificate) for entry in lineage.entries)
    return any(name is None or not name.is_legible for name in names)


def _traits(entry: LineageEntry) -> Iterator[object]:
    """Yield traits of which two names in doubt share one."""
    name = name_of(entry.seen.certificate)
    if name is None:
        return
    yield letters(loose(name.whole))
    for reading in name.readings:
        yield "surname", loose(joined(reading.surname))
        yield "given", loose(joined(reading.given[:1]))


def _doubt(
    one: KeyLineage, other: KeyLineage, answers: Mapping[CertificatePair, HolderAnswer]
) -> Iterator[HolderDoubt]:
    """Yield the doubt between two lineages, if there is one to settle."""
    older, newer = sorted((one, other), key=lambda lineage: lineage.entries[-1].not_before)
    old, new = older.entries[-1], newer.entries[-1]
    if new.not_before - old.not_before <= ONE_ISSUE or old.key.id == new.key.id:
        return
    if Claim.WORKS in old.key.claims and Claim.WORKS in new.key.claims:
        return
    pairs = list(product(older.entries, newer.entries))
    if any(told(a, b, answers) for a, b in pairs):
        return
    if all(match_holders(a.seen.certificate, b.seen.certificate) is not HolderMatch.ANOTHER for a, b in pairs):
        yield HolderDoubt(old=old, new=new)
