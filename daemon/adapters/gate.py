"""Judges decoded values that come from outside, before anything uses them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from types import UnionType
from typing import Any, Generic, TypeVar

import msgspec

from config.i18n.text import clean
from config.instants import Instant, instant
from config.values import field_names, is_value, replace
from daemon.core.model import ReaderName

V = TypeVar("V")


class Decoder(Generic[V]):
    """Decodes JSON from outside into values that the gate admits."""

    def __init__(self, type_: type[V] | UnionType, refuse: Callable[[V], None] = lambda _: None) -> None:
        """Prepare for values of a type.

        `refuse` gets each value as it came, and raises ValueError for an unsound one.
        """
        self._decoder = msgspec.json.Decoder(type_)
        self._refuse = refuse

    def decode(self, raw: bytes | msgspec.Raw) -> V:
        """Return the value.

        Raises what is in `DECODE_ERRORS`, and ValueError for what is refused.
        """
        value: V = self._decoder.decode(raw)
        self._refuse(value)
        return admit(value)


def admit(value: V) -> V:
    """Return a value with moments in UTC and harmless texts.

    Each text is one line without control characters, of at most `NAME_LIMIT` characters. Only a `ReaderName` stays:
    the PC/SC service knows the reader by it.
    The value is made of frozen values and structs, tuples, mappings and what JSON knows. Raises
    msgspec.ValidationError for a moment without a zone.
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
            return _admit_moment(value)
        case tuple():
            return tuple(map(_admit, value))
        case Mapping():
            return {clean(name): _admit(each) for name, each in value.items()}
        case _ if is_value(value) and not isinstance(value, type):
            return _admit_fields(value)
        case _:
            raise TypeError(f"no value from outside: {type(value).__name__}")


def _admit_moment(value: datetime) -> Instant:
    try:
        return instant(value)
    except ValueError as error:
        raise msgspec.ValidationError(str(error)) from error


def _admit_fields(value: Any) -> Any:
    types = type(value).__annotations__
    judged = (name for name in field_names(value) if types.get(name) is not ReaderName)
    return replace(value, **{name: _admit(getattr(value, name)) for name in judged})
