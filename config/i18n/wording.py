"""Words that a procedure file brings along in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One sentence in each language, for texts that belong to a procedure rather than to the program."""

    en: str
    fr: str
