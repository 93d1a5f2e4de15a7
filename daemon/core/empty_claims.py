"""Finds the claims about a key that would change nothing."""

from config.i18n.text import Text, text
from config.instants import Instant
from config.settings import Settings
from daemon.core.assessment import assess
from daemon.core.holders import certificates_renewed_in_place
from daemon.core.key_names import key_of
from daemon.core.model import ABOUT_THE_OTHER_KEY, Claim, Fingerprint, Key, KeyId, Memory
from daemon.core.shared_numbers import earlier_twin, may_part


def what_lacks(
    claim: Claim,
    fingerprint: Fingerprint,
    memory: Memory,
    settings: Settings,
    inserted: frozenset[KeyId],
    now: Instant,
) -> Text | None:
    """Return why a claim about a certificate's key would change nothing.

    None where it counts.
    """
    key = key_of(memory, fingerprint)
    if key is None:
        return None
    if claim is Claim.TWO_KEYS and not may_part(memory, key.id):
        return text("tell.nothing_to_part")
    if claim is Claim.RENEWED and not _is_renewed(key, memory, settings, inserted, now):
        return text("tell.not_renewed", fingerprint=fingerprint[:12])
    if claim in ABOUT_THE_OTHER_KEY and not _replaces_another(key, claim, memory, settings, now):
        return text("tell.no_other_key", fingerprint=fingerprint[:12])
    return None


def _is_renewed(key: Key, memory: Memory, settings: Settings, inserted: frozenset[KeyId], now: Instant) -> bool:
    """Return whether the key, or one of its number, had another certificate."""
    replaced = certificates_renewed_in_place(memory, settings.procedures, now)
    return not replaced.isdisjoint(key.fingerprints) or earlier_twin(memory, key.id, inserted) is not None


def _replaces_another(key: Key, claim: Claim, memory: Memory, settings: Settings, now: Instant) -> bool:
    """Return whether a key replaces another one.

    One that was never seen can be lost, and not tried.
    """
    case = assess(memory, settings, {}, now).case_of(key.id)
    if case is None:
        return False
    unseen = Claim.REPLACES in case.status.current.key.claims and claim is Claim.OLD_LOST
    return case.status.pending is not None or unseen
