"""Whether a key still has to be activated."""

from enum import Enum

from daemon.core.model import Claim, Key


class Activation(Enum):
    """Whether a key still has to be activated in the vendor's tool."""

    NEEDED = "needed"
    UNKNOWN = "unknown"
    DONE = "done"


def activation(key: Key) -> Activation:
    """Return whether a key is activated.

    The user's claims decide, then the token flags.
    Flags that always looked complete prove nothing.
    """
    if key.claims & {Claim.ACTIVATED, Claim.WORKS}:
        return Activation.DONE
    if key.flags.unactivated:
        return Activation.NEEDED
    if key.looked_unactivated and key.fingerprints:
        return Activation.DONE
    return Activation.UNKNOWN
