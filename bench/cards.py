"""The cards of the benchmark."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from support.card import PivCard
from support.pki import make_certificate


def lasting_card(number: int = 0) -> PivCard:
    """Return a key valid for years, which gives no notice."""
    return _card(number, days_left=700)


def ending_card(number: int = 0) -> PivCard:
    """Return a key of its own holder that gives a notice."""
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
