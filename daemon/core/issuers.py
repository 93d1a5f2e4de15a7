"""Finds the procedures that an issuer fits."""

from collections.abc import Iterable

from config.settings import IssuerRule, Procedure
from daemon.core.model import Certificate
from daemon.core.registration_numbers import same_organization


def fitting_procedures(certificate: Certificate, procedures: Iterable[Procedure]) -> tuple[Procedure, ...]:
    """Return every procedure of which an issuer rule fits.

    None fits an issuer's own certificate.
    """
    if certificate.authority:
        return ()
    return tuple(p for p in procedures if any(rule_fits(rule, certificate) for rule in p.issuers))


def rule_fits(rule: IssuerRule, certificate: Certificate) -> bool:
    """Return whether every attribute of a rule fits the issuer."""
    units = {unit.casefold() for unit in certificate.issuer_ou}
    name, unit, number = rule.organization, rule.organizational_unit, rule.organization_identifier
    return (
        (name is None or name.casefold() == certificate.issuer_o.casefold())
        and (unit is None or unit.casefold() in units)
        and (number is None or same_organization(number, certificate.issuer_organization_identifier))
    )
