"""Which claims about a key would change nothing."""

from datetime import timedelta

import pytest

from config.instants import Instant
from config.values import replace
from daemon.core.empty_claims import what_lacks
from daemon.core.model import Certificate, Claim
from support.core.factories import DAY, NOW, SETTINGS, Owned, certificate, ending, memory, owned

OLD = ending(20 * DAY, "old")
NEW = certificate("new", not_before=NOW - DAY, not_after=NOW + 1090 * DAY)
EARLIER, LATER = NOW - 10 * DAY, NOW - timedelta(hours=1)


def numbered(*certificates: Certificate, first_seen: Instant) -> Owned:
    """Make a key of the one number, with these certificates."""
    return owned(*certificates, first_seen=first_seen, manufacturer="Thales", model="IDPrime 940", serial="00A1")


old, new = numbered(OLD, first_seen=EARLIER), numbered(NEW, first_seen=LATER)
together = numbered(OLD, NEW, first_seen=EARLIER)
renewed = replace(together, seen=old.seen + new.seen)
replacing = owned(NEW, claims=frozenset({Claim.REPLACES}))
TWO, ONE, LOST, TRY = Claim.TWO_KEYS, Claim.RENEWED, Claim.OLD_LOST, Claim.TRY_OLD


@pytest.mark.parametrize(
    ("claim", "keys", "lack"),
    [
        pytest.param(TWO, (old,), "tell.nothing_to_part", id="one certificate"),
        pytest.param(TWO, (together,), "tell.nothing_to_part", id="read together"),
        pytest.param(TWO, (renewed,), None, id="never read together"),
        pytest.param(TWO, (new, old), "tell.nothing_to_part", id="two already"),
        pytest.param(ONE, (old,), "tell.not_renewed", id="nothing came later"),
        pytest.param(ONE, (renewed,), None, id="renewed"),
        pytest.param(ONE, (together,), None, id="read together, and renewed"),
        pytest.param(ONE, (new, old), None, id="to be joined again"),
        pytest.param(ONE, (old, new), "tell.not_renewed", id="the earlier one was not renewed"),
        pytest.param(ONE, (new, owned(OLD, first_seen=EARLIER)), "tell.not_renewed", id="of another number"),
        pytest.param(LOST, (old,), "tell.no_other_key", id="no other key to lose"),
        pytest.param(LOST, (new, old), None, id="the old one is lost"),
        pytest.param(LOST, (old, new), None, id="the old one is named"),
        pytest.param(LOST, (replacing,), None, id="one never seen is lost"),
        pytest.param(TRY, (replacing,), "tell.no_other_key", id="one never seen cannot be tried"),
        pytest.param(TRY, (new, old), None, id="the old one is tried"),
        pytest.param(LOST, (owned(certificate(issuer_o="Unknown")),), "tell.no_other_key", id="no procedure"),
        *(pytest.param(each, (old,), None, id=each) for each in Claim if each not in {TWO, ONE, LOST, TRY}),
    ],
)
def test_a_claim_that_would_change_nothing_lacks_something(
    claim: Claim, keys: tuple[Owned, ...], lack: str | None
) -> None:
    found = what_lacks(claim, keys[0].key.fingerprints[0], memory(*keys), SETTINGS, frozenset(), NOW)
    assert (found and found.id) == lack


def test_two_keys_that_are_plugged_in_at_one_time_are_two() -> None:
    both = frozenset({old.key.id, new.key.id})
    found = what_lacks(Claim.RENEWED, NEW.fingerprint, memory(new, old), SETTINGS, both, NOW)
    assert (found and found.id) == "tell.not_renewed"


def test_a_certificate_without_a_key_lacks_nothing() -> None:
    assert what_lacks(Claim.TWO_KEYS, NEW.fingerprint, memory(old), SETTINGS, frozenset(), NOW) is None
