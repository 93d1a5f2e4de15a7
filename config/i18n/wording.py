"""Texts that a procedure file brings in both languages."""

from config.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A sentence of a procedure file in each language."""

    en: str
    fr: str

    def in_language(self, language: str) -> str:
        """Return the sentence in "fr" or "en"."""
        return self.fr if language == "fr" else self.en
