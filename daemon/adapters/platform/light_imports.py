"""Loads libraries without parts of Python that they never use here.

The daemon makes no network connection, has no plug-ins, and takes its time zone from the system. Without ssl, the
metadata of packages (with email) and the build's configuration it takes 3 MiB less.
"""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType

DEBIAN_ZONES = "/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo"  # Python's own default


class _UnknownPackageError(ModuleNotFoundError):
    """What `importlib.metadata` raises for a package that is not there."""


def _no_package(name: str) -> str:
    raise _UnknownPackageError(name)


def _no_plug_ins(**_selection: str) -> tuple[()]:
    return ()


def _no_metadata() -> ModuleType:
    """Return a stand-in that knows no package."""
    module = ModuleType("importlib.metadata")
    names = {"version": _no_package, "entry_points": _no_plug_ins, "PackageNotFoundError": _UnknownPackageError}
    vars(module).update(names)
    return module


@contextlib.contextmanager
def _replaced(modules: Mapping[str, ModuleType | None]) -> Iterator[None]:
    """Let imports find these modules unless the real ones are loaded."""
    missing = {name: module for name, module in modules.items() if name not in sys.modules}
    sys.modules.update(missing)  # type: ignore[arg-type]  # None: cannot be imported (docs of sys.modules)
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]


@contextlib.contextmanager
def _zones_named() -> Iterator[None]:
    """Tell zoneinfo where the zones are, so that it looks nowhere else."""
    are_unnamed = sys.platform == "linux" and "PYTHONTZPATH" not in os.environ
    if are_unnamed:
        os.environ["PYTHONTZPATH"] = DEBIAN_ZONES
    try:
        yield
    finally:
        if are_unnamed:
            del os.environ["PYTHONTZPATH"]


with _replaced({"ssl": None, "importlib.metadata": _no_metadata()}), _zones_named():
    import asyncio as _asyncio  # noqa: F401

    import apscheduler.schedulers.blocking as _scheduler  # noqa: F401
