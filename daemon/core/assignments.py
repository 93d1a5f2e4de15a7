"""Keeps what the user says a certificate is for."""

from dataclasses import replace

from daemon.core.issuers import same_issuer
from daemon.core.model import Assignment, Certificate, Fingerprint, Memory
from daemon.core.same_holder import HolderMatch, match_holders


def assign(memory: Memory, fingerprint: Fingerprint, answer: Assignment) -> Memory:
    """Remember what a certificate is for.

    It holds for every certificate of the same holder and issuer. An unknown one changes nothing.
    """
    seen = memory.certificates.get(fingerprint)
    if seen is None:
        return memory
    alike = [f for f, other in memory.certificates.items() if _alike(seen.certificate, other.certificate)]
    return replace(memory, assignments={**memory.assignments, **dict.fromkeys([fingerprint, *alike], answer)})


def inherit_assignments(memory: Memory) -> Memory:
    """Give new certificates the answer of their holder and issuer."""
    known = [(memory.certificates[f].certificate, a) for f, a in memory.assignments.items() if f in memory.certificates]
    found: dict[Fingerprint, Assignment] = {}
    for fingerprint, seen in memory.certificates.items():
        if known and fingerprint not in memory.assignments:
            answers = (answer for certificate, answer in known if _alike(certificate, seen.certificate))
            if (answer := next(answers, None)) is not None:
                found[fingerprint] = answer
    return replace(memory, assignments={**memory.assignments, **found}) if found else memory


def _alike(one: Certificate, other: Certificate) -> bool:
    return same_issuer(one, other) and match_holders(one, other) is HolderMatch.SAME
