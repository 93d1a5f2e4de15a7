"""Keeps what the user says a certificate is for."""

from collections import defaultdict
from collections.abc import Iterable

from config.settings import Procedure
from config.values import replace
from daemon.core.issuers import procedure_of, same_issuer
from daemon.core.model import Assignment, Certificate, Fingerprint, Memory
from daemon.core.same_holder import are_of_one_holder


def assign(memory: Memory, fingerprint: Fingerprint, answer: Assignment, line: Iterable[Fingerprint] = ()) -> Memory:
    """Remember what a certificate is for.

    It holds for every certificate of the same holder and issuer, and of its line, but for those of which something
    else was answered, or of whose issuer. An unknown one changes nothing.
    """
    seen = memory.certificates.get(fingerprint)
    if seen is None:
        return memory
    own = replace(answer, own=not answer.unknown)
    alike = (f for f, other in memory.certificates.items() if _alike(seen.certificate, other.certificate, memory))
    contrary = [f for f, a in memory.assignments.items() if a.own and f != fingerprint and a != own]
    followers = [f for f in {*alike, *line} - {fingerprint} if not _is_held(f, contrary, memory)]
    return replace(memory, assignments={**memory.assignments, **dict.fromkeys(followers, answer), fingerprint: own})


def _is_held(fingerprint: Fingerprint, contrary: Iterable[Fingerprint], memory: Memory) -> bool:
    """Return whether other answers are about a certificate, or one like it."""
    records = memory.certificates
    if fingerprint not in records:
        return True
    certificate = records[fingerprint].certificate
    return any(
        f == fingerprint or _alike(certificate, records[f].certificate, memory) for f in contrary if f in records
    )


def inherit_assignments(memory: Memory, procedures: tuple[Procedure, ...] = ()) -> Memory:
    """Give new certificates the answer of their holder and issuer.

    That of their line counts too: another issuer may serve the same procedure. Of several answers none is inherited.
    """
    found: dict[Fingerprint, Assignment] = {}
    for fingerprint, seen in memory.certificates.items():
        if memory.assignments and fingerprint not in memory.assignments:
            answers = _inherited(seen.certificate, memory, procedures)
            if len(answers) == 1:
                found[fingerprint] = answers.pop()
    return replace(memory, assignments={**memory.assignments, **found}) if found else memory


def _inherited(certificate: Certificate, memory: Memory, procedures: tuple[Procedure, ...]) -> set[Assignment]:
    """Return the answers of the certificates that are most like one."""
    found: dict[tuple[bool, bool], set[Assignment]] = defaultdict(set)
    for fingerprint, answer in memory.assignments.items():
        seen = memory.certificates.get(fingerprint)
        if seen is not None and _alike(seen.certificate, certificate, memory, procedures):
            found[same_issuer(seen.certificate, certificate), answer.own].add(replace(answer, own=False))
    return found[max(found)] if found else set()


def _alike(one: Certificate, other: Certificate, memory: Memory, procedures: tuple[Procedure, ...] = ()) -> bool:
    """Return whether two certificates have one issuer or procedure, and one holder.

    The user's word about the holders comes first.
    """
    if not same_issuer(one, other) and not _same_procedure(one, other, memory, procedures):
        return False
    return are_of_one_holder(one, other, memory.holder_answers)


def _same_procedure(one: Certificate, other: Certificate, memory: Memory, procedures: tuple[Procedure, ...]) -> bool:
    found = procedure_of(one, procedures, memory.assignments)
    return found is not None and found is procedure_of(other, procedures, memory.assignments)
