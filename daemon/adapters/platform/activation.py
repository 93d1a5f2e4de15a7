"""The right of a click in a child's environment.

Sources: the protocol xdg-activation-v1 for Wayland, and the Startup Notification Specification for X11.
"""

from collections.abc import Mapping

from daemon.core.model import ActivationToken, right_of

VARIABLES = ("XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID")


def with_activation(environ: Mapping[str, str], activation: ActivationToken | None) -> dict[str, str]:
    """Return the environment with this click's right, or with none.

    The right of the click that started vigicle itself is used up.
    """
    kept = {name: value for name, value in environ.items() if name not in VARIABLES}
    if activation is None:
        return kept
    return kept | dict.fromkeys(VARIABLES, activation)


def activation_of(environ: Mapping[str, str]) -> ActivationToken | None:
    """Return the right of the click that started this process."""
    found = next(filter(None, map(environ.get, VARIABLES)), "")
    return right_of(found)
