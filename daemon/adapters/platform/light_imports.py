"""Loads libraries without parts of Python that they never use here.

The daemon makes no network connection, has no plug-ins, and takes its time zone from the system. Without ssl, the
metadata of packages (with email), the names of Windows' zones and the build's configuration it takes 3 MiB less.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from datetime import UTC
from types import ModuleType

from config.light_imports import replaced

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


def _no_local_zone() -> ModuleType:
    """Return a stand-in that says UTC, as each call of the scheduler."""
    module = ModuleType("tzlocal")
    vars(module)["get_localzone"] = lambda: UTC
    return module


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


_UNUSED = {"ssl": None, "importlib.metadata": _no_metadata(), "tzlocal": _no_local_zone()}

with replaced(_UNUSED), _zones_named():
    import asyncio as _asyncio  # noqa: F401

    import apscheduler.schedulers.blocking as _scheduler  # noqa: F401
    import apscheduler.triggers.date as _trigger  # noqa: F401
