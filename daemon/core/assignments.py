"""Keeps what the user says a certificate is for."""

from collections.abc import Iterable

from config.settings import Procedure
from config.values import replace
from daemon.core.issuers import procedure_of, same_issuer
from daemon.core.model import Assignment, Certificate, Fingerprint, HolderAnswer, Memory, pair_of
from daemon.core.same_holder import HolderMatch, match_holders


def assign(memory: Memory, fingerprint: Fingerprint, answer: Assignment, line: Iterable[Fingerprint] = ()) -> Memory:
    """Remember what a certificate is for.

    It holds for every certificate of the same holder and issuer, and of its line. An unknown one changes nothing.
    """
    seen = memory.certificates.get(fingerprint)
    if seen is None:
        return memory
    alike = [f for f, other in memory.certificates.items() if _alike(seen.certificate, other.certificate, memory)]
    return replace(memory, assignments={**memory.assignments, **dict.fromkeys([fingerprint, *alike, *line], answer)})


def inherit_assignments(memory: Memory, procedures: tuple[Procedure, ...] = ()) -> Memory:
    """Give new certificates the answer of their holder and issuer.

    That of their line counts too: another issuer may serve the same procedure.
    """
    known = [(memory.certificates[f].certificate, a) for f, a in memory.assignments.items() if f in memory.certificates]
    found: dict[Fingerprint, Assignment] = {}
    for fingerprint, seen in memory.certificates.items():
        if known and fingerprint not in memory.assignments:
            answers = (
                answer for certificate, answer in known if _alike(certificate, seen.certificate, memory, procedures)
            )
            if (answer := next(answers, None)) is not None:
                found[fingerprint] = answer
    return replace(memory, assignments={**memory.assignments, **found}) if found else memory


def _alike(one: Certificate, other: Certificate, memory: Memory, procedures: tuple[Procedure, ...] = ()) -> bool:
    """Return whether two certificates have one issuer or procedure, and one holder.

    The user's word about the holders comes first.
    """
    if not same_issuer(one, other) and not _same_procedure(one, other, memory, procedures):
        return False
    told = memory.holder_answers.get(pair_of(one.fingerprint, other.fingerprint))
    if told is not None:
        return told is HolderAnswer.SAME
    return match_holders(one, other) is HolderMatch.SAME


def _same_procedure(one: Certificate, other: Certificate, memory: Memory, procedures: tuple[Procedure, ...]) -> bool:
    found = procedure_of(one, procedures, memory.assignments)
    return found is not None and found is procedure_of(other, procedures, memory.assignments)
