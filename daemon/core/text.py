"""Texts as the rules emit them; they are put into words by `config.texts`."""

from config.text import Argument, Text, clean, text

__all__ = ["Argument", "Text", "clean", "text"]
