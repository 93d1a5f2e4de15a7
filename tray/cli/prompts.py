"""Asks yes or no on the terminal."""

import sys
from collections.abc import Callable

YES, NO = {"y", "yes", "o", "oui"}, {"n", "no", "non", ""}


def on_terminal() -> bool:
    """Return whether the user can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask_on_terminal(question: str, read: Callable[[str], str] = input) -> bool:
    """Ask until the answer is yes or no, and return it.

    Accepts the words of both languages. No answer is a no.
    """
    while True:
        try:
            answer = read(f"{question} ").strip().casefold()
        except EOFError:
            return False
        if answer in YES | NO:
            return answer in YES
