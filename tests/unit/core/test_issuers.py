"""Which procedures an issuer fits."""

import pytest

from config.settings import IssuerRule
from daemon.core.issuers import fitting_procedures, rule_fits
from support.core.factories import OPALEXE, SIV, certificate

ALL = IssuerRule(
    organization="CertEurope", organizational_unit="0002 434202180", organization_identifier="NTRFR-434202180"
)
FACTS: dict[str, object] = {
    "issuer_o": "CERTEUROPE",
    "issuer_ou": ("0002 434202180",),
    "issuer_organization_identifier": "SI:FR-434202180",
}


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        pytest.param({}, True, id="all"),
        pytest.param({"issuer_o": "Autre"}, False, id="another O"),
        pytest.param({"issuer_ou": ()}, False, id="no OU"),
        pytest.param({"issuer_ou": ("x", "0002 434202180")}, True, id="one OU of two"),
        pytest.param({"issuer_organization_identifier": "NTRFR-1"}, False, id="another number"),
        pytest.param({"issuer_organization_identifier": ""}, False, id="no number"),
        pytest.param({"issuer_organization_identifier": "VATFR-32434202180"}, True, id="the number as a VAT number"),
    ],
)
def test_every_key_of_a_rule_must_fit(changes: dict[str, object], *, fits: bool) -> None:
    assert rule_fits(ALL, certificate(**{**FACTS, **changes})) is fits


def test_every_procedure_that_fits_is_found_and_none_for_an_authority() -> None:
    assert fitting_procedures(certificate(), (SIV, OPALEXE, OPALEXE)) == (OPALEXE, OPALEXE)
    assert fitting_procedures(certificate(authority=True), (OPALEXE,)) == ()
