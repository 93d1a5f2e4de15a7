"""Values are frozen, compared by their fields, and cheap to define."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from typing import Generic, TypeVar

import msgspec
import pytest

from config.i18n.text import text
from config.values import dataclass, field, field_names, is_value, replace

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair(Generic[T]):
    """A value with a default."""

    left: T
    right: list[T] = field(default_factory=list)

    def both(self) -> list[T]:
        """Return all of it."""
        return [self.left, *self.right]


@dataclass(frozen=True, slots=True, kw_only=True)
class Triple(Pair[str]):
    """A value with a field more."""

    middle: str


def test_a_value_is_frozen_and_compared_by_its_fields() -> None:
    pair = Pair(left=1)
    assert pair == Pair(left=1, right=[])
    assert pair != Pair(left=2)
    assert pair.both() == [1]
    with pytest.raises(AttributeError):
        pair.left = 2  # type: ignore[misc]


def test_a_value_is_copied_with_other_fields() -> None:
    assert replace(Pair(left=1), right=[2]) == Pair(left=1, right=[2])
    with pytest.raises(TypeError):
        replace(Pair(left=1), centre=2)  # type: ignore[call-arg]


def test_a_value_may_have_a_field_more_than_another() -> None:
    triple = Triple(left="a", middle="b", right=["c"])
    assert field_names(triple) == field_names(Triple) == ("middle", "left", "right")
    assert replace(triple, left="d").both() == ["d", "c"]


def test_a_dataclass_of_python_is_a_value_too() -> None:
    assert is_value(text("notice.nothing.title"))
    assert field_names(text("notice.nothing.title")) == ("id", "args", "on_card")
    assert replace(text("notice.nothing.title"), on_card=True).on_card


@pytest.mark.parametrize("thing", [1, "a", int, None, (), {}])
def test_what_is_no_value_is_told_apart(thing: object) -> None:
    assert not is_value(thing)


def test_a_value_is_made_by_msgspec() -> None:
    assert isinstance(Pair(left=1), msgspec.Struct)
    assert not dataclasses.is_dataclass(Pair)


def test_a_build_without_msgspec_has_values_of_python() -> None:
    program = "import sys; sys.modules['msgspec'] = None; from config import values; print(values.dataclass.__module__)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "dataclasses\n"
