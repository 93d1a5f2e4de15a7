"""A minimal PC/SC client that prints the moment of each insertion.

A program of its own, so that nothing else shares its interpreter.
"""

from __future__ import annotations

import sys
import time

from smartcard import scard

FOREVER_MS = 0xFFFFFFFF


def main() -> None:
    """Watch all present readers until killed."""
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _, readers = scard.SCardListReaders(context, [])
    states = [(name, scard.SCARD_STATE_UNAWARE) for name in readers]
    _, answers = scard.SCardGetStatusChange(context, 0, states)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        before = {name: state for name, state, _ in answers}
        code, answers = scard.SCardGetStatusChange(context, FOREVER_MS, list(before.items()))
        now = time.time()
        if code != scard.SCARD_S_SUCCESS:
            return
        for name, state, _ in answers:
            if state & scard.SCARD_STATE_PRESENT and state != before[name]:
                sys.stdout.write(f"{now:.6f}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
