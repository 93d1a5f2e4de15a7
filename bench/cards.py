"""The cards that the benchmark plays with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from support.card import PivCard
from support.pki import make_certificate


def lasting_card(number: int = 0) -> PivCard:
    """Return a key whose certificate is good for years: nothing is to be told."""
    return _card(number, days_left=700)


def ending_card(number: int = 0) -> PivCard:
    """Return a key whose certificate ends soon, of a holder of its own: a notice is to be told."""
    return _card(number, days_left=10)


def _card(number: int, days_left: int) -> PivCard:
    surname = f"Martin{number}"
    certificate = make_certificate(
        surname=surname,
        cn=f"Jeanne {surname.upper()}",
        not_before=datetime.now(UTC) - timedelta(days=30),
        not_after=datetime.now(UTC) + timedelta(days=days_left, hours=12),
    )
    return PivCard({"9A": certificate}, guid=number.to_bytes(16))
