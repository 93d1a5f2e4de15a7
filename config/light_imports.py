"""Loads msgspec without typing_extensions, whose words Python has itself."""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any


@contextlib.contextmanager
def replaced(modules: Mapping[str, ModuleType | None]) -> Iterator[None]:
    """Let imports find these modules unless the real ones are loaded."""
    missing = {name: module for name, module in modules.items() if name not in sys.modules}
    sys.modules.update(missing)  # type: ignore[arg-type]  # None: cannot be imported (docs of sys.modules)
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]


def stand_in(name: str, **members: Any) -> ModuleType:
    """Return a module that has these members alone."""
    module = ModuleType(name)
    vars(module).update(members)
    return module


with replaced({"typing_extensions": None}), contextlib.suppress(ModuleNotFoundError):  # builds have no msgspec
    import msgspec as _msgspec  # noqa: F401
