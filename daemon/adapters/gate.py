"""Judges decoded values that come from outside, before anything uses them."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, TypeVar

from config.i18n.text import clean
from config.instants import instant

V = TypeVar("V")


def admit(value: V) -> V:
    """Return a value with moments in UTC and harmless texts.

    Each text is one line without control characters, of at most `NAME_LIMIT` characters.
    The value is made of frozen dataclasses, tuples, mappings and what JSON knows. Raises ValueError for a moment
    without a zone.
    """
    admitted: V = _admit(value)
    return admitted


def _admit(value: Any) -> Any:
    match value:
        case Enum() | None | bool() | int() | bytes() | frozenset():  # closed lists and numbers, judged by the decoder
            return value
        case str():
            return clean(value)
        case datetime():
            return instant(value)
        case tuple():
            return tuple(map(_admit, value))
        case Mapping():
            return {clean(name): _admit(each) for name, each in value.items()}
        case _ if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{field.name: _admit(getattr(value, field.name)) for field in fields(value)})
        case _:
            raise TypeError(f"no value from outside: {type(value).__name__}")
