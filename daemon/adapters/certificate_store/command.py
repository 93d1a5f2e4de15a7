"""The command of the child that asks the system for its keys.

The child itself loads what reads certificates: 10 MiB, which the daemon does without.
"""

import sys

READS_KEYS = sys.platform != "linux"


def store_command() -> list[str] | None:
    """Return the child's command, None on a system without a store."""
    return store_child() if READS_KEYS else None


def store_child() -> list[str]:
    """Return the command of the child.

    A frozen program calls itself.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable, "store-child"]
    return [sys.executable, "-I", "-m", "daemon.adapters.certificate_store.worker"]
