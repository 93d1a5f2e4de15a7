"""Values: frozen, and compared by their fields.

These names are those of `dataclasses`, which they are for mypy. At run time they make structs of msgspec. Python's own
write the methods of each class at every start: a third of a command's time, and 2 MiB.
"""

import dataclasses
import types
from typing import TYPE_CHECKING, Any

try:
    import msgspec
except ModuleNotFoundError:  # builds have none
    msgspec = None  # type: ignore[assignment]

if TYPE_CHECKING or msgspec is None:
    from dataclasses import dataclass, field, replace
else:
    field = msgspec.field
    LEFT_OUT = {"__dict__", "__weakref__", "__orig_bases__"}

    def dataclass(*, slots, **options):  # noqa: ARG001 - structs always have slots
        """Return a decorator that makes a struct of a class."""

        def make(cls):
            if issubclass(cls, msgspec.Struct):  # by its base, and frozen as that is
                return cls
            bases = [base for base in vars(cls).get("__orig_bases__", cls.__bases__) if base is not object]
            own = {name: value for name, value in vars(cls).items() if name not in LEFT_OUT}
            return types.new_class(cls.__name__, (msgspec.Struct, *bases), options, lambda names: names.update(own))

        return make

    def replace(value, /, **changes):
        """Return a copy with these fields changed."""
        replace_fields = msgspec.structs.replace if isinstance(value, msgspec.Struct) else dataclasses.replace
        return replace_fields(value, **changes)


def is_value(thing: object) -> bool:
    """Return whether this is a value, or the class of values."""
    return hasattr(thing, "__struct_fields__") or dataclasses.is_dataclass(thing)


def field_names(value: Any) -> tuple[str, ...]:
    """Return the names of the fields of a value or its class."""
    if hasattr(value, "__struct_fields__"):
        return tuple(value.__struct_fields__)
    return tuple(field.name for field in dataclasses.fields(value))


__all__ = ["dataclass", "field", "field_names", "is_value", "replace"]
