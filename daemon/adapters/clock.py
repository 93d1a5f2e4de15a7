"""The computer's clock, as adapters read it."""

from datetime import UTC, datetime

from config.instants import Instant, instant


def read_clock() -> Instant:
    """Return the present moment."""
    return instant(datetime.now(UTC))
