"""Finds the procedure of a certificate."""

from collections.abc import Iterable

from config.settings import IssuerRule, Procedure
from daemon.core.caching import memoize_last
from daemon.core.model import Assignment, Assignments, Certificate, Role
from daemon.core.registration_numbers import same_organization

Issuer = tuple[str, tuple[str, ...], str]  # what the rules look at


def fitting_procedures(certificate: Certificate, procedures: Iterable[Procedure]) -> tuple[Procedure, ...]:
    """Return every procedure of which an issuer rule fits.

    None fits an issuer's own certificate.
    """
    if certificate.authority:
        return ()
    found = _found_by_issuer(procedures)
    issuer = certificate.issuer_o, certificate.issuer_ou, certificate.issuer_organization_identifier
    if issuer not in found:
        found[issuer] = tuple(p for p in procedures if any(rule_fits(rule, certificate) for rule in p.issuers))
    return found[issuer]


@memoize_last
def _found_by_issuer(_procedures: Iterable[Procedure]) -> dict[Issuer, tuple[Procedure, ...]]:
    """Return what was found among these procedures.

    It begins empty. Thousands of certificates have few issuers.
    """
    return {}


def procedure_of(
    certificate: Certificate, procedures: Iterable[Procedure], assignments: Assignments
) -> Procedure | None:
    """Return the procedure that a certificate is of.

    The user's word counts first, then the one assumed procedure that fits the issuer. Of several none is taken.
    """
    known = tuple(procedures)
    answer = assignments.get(certificate.fingerprint)
    if answer is not None and not certificate.authority and _counts(answer, known):
        return next((p for p in known if p.id == answer.procedure), None)
    assumed = [p for p in fitting_procedures(certificate, known) if p.assume]
    return assumed[0] if len(assumed) == 1 else None


def is_sure(certificate: Certificate, procedures: Iterable[Procedure], assignments: Assignments) -> bool:
    """Return whether the procedure of a certificate is sure.

    The user has named it, or it is assumed and no other one fits.
    """
    known = tuple(procedures)
    answer = assignments.get(certificate.fingerprint)
    if answer is not None and _counts(answer, known):
        return True
    fitting = fitting_procedures(certificate, known)
    return len(fitting) == 1 and fitting[0].assume


def is_use_open(certificate: Certificate, procedures: Iterable[Procedure], assignments: Assignments) -> bool:
    """Return whether to ask what a certificate is for.

    Only one that logs in is asked about, until the user answers, be it that they do not know.
    """
    if certificate.authority or certificate.role is not Role.AUTHENTICATION:
        return False
    answer = assignments.get(certificate.fingerprint)
    return not is_sure(certificate, procedures, assignments) and (answer is None or not answer.unknown)


def possible_uses(certificate: Certificate, procedures: Iterable[Procedure]) -> tuple[Procedure, ...]:
    """Return the procedures to offer, those for any key last.

    They are the ones that fit its issuer, and all where none does.
    """
    known = tuple(procedures)
    of_issuers = fitting_procedures(certificate, known) or tuple(p for p in known if p.issuers)
    return (*of_issuers, *(p for p in known if not p.issuers))


def same_issuer(one: Certificate, other: Certificate) -> bool:
    """Return whether two certificates have the same issuer.

    Its number decides where both give one, else its name.
    """
    numbers = one.issuer_organization_identifier, other.issuer_organization_identifier
    if all(numbers):
        return same_organization(*numbers)
    names = one.issuer_o or one.issuer_cn, other.issuer_o or other.issuer_cn
    return bool(names[0]) and names[0].casefold() == names[1].casefold()


def _counts(answer: Assignment, procedures: tuple[Procedure, ...]) -> bool:
    """Return whether an answer says something that is still there."""
    known = answer.procedure is None or any(p.id == answer.procedure for p in procedures)
    return known and not answer.unknown


def rule_fits(rule: IssuerRule, certificate: Certificate) -> bool:
    """Return whether every attribute of a rule fits the issuer."""
    units = {unit.casefold() for unit in certificate.issuer_ou}
    name, unit, number = rule.organization, rule.organizational_unit, rule.organization_identifier
    return (
        (name is None or name.casefold() == certificate.issuer_o.casefold())
        and (unit is None or unit.casefold() in units)
        and (number is None or same_organization(number, certificate.issuer_organization_identifier))
    )
