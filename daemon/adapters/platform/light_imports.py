"""Loads libraries without parts of Python that they never use here.

The daemon makes no network connection, has no plug-ins, and takes its time zone from the system. Without ssl, the
metadata of packages (with email), the names of Windows' zones and the build's configuration it takes 3 MiB less.
OpenSSL's hashes take 1 MiB more than Python's own, and what desktop-notifier brings for other systems as much again.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from datetime import UTC
from importlib.util import find_spec

from config.light_imports import replaced, stand_in

DEBIAN_ZONES = "/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo"  # Python's own default


class _UnknownPackageError(ModuleNotFoundError):
    """What `importlib.metadata` raises for a package that is not there."""


def _no_package(name: str) -> str:
    raise _UnknownPackageError(name)


def _no_plug_ins(**_selection: str) -> tuple[()]:
    return ()


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


_NO_OPENSSL = {"_hashlib": None} if find_spec("_md5") else {}  # some systems' Python has no hashes of its own
_UNUSED = {
    "ssl": None,
    "asyncio.sslproto": stand_in("asyncio.sslproto"),
    "importlib.metadata": stand_in(
        "importlib.metadata", version=_no_package, entry_points=_no_plug_ins, PackageNotFoundError=_UnknownPackageError
    ),
    "tzlocal": stand_in("tzlocal", get_localzone=lambda: UTC),  # each call of the scheduler names UTC
    "apscheduler.executors.pool": stand_in("apscheduler.executors.pool", ThreadPoolExecutor=None),  # ours is another
}
_UNUSED_OF_PYSCARD = {  # its functions serve here, not its classes
    "smartcard.Session": stand_in("smartcard.Session", Session=None),
    "smartcard.System": stand_in("smartcard.System", listReaders=None),
}
_UNUSED_FOR_NOTICES = {
    "packaging.version": stand_in("packaging.version", Version=None),  # compares versions of other systems
    "typing_extensions": stand_in("typing_extensions", override=lambda method: method),  # says it to type checkers
    "zipfile": stand_in("zipfile"),  # its own icon lies in no archive
}


def load_desktop_notifier() -> None:
    """Load desktop-notifier with what it needs for Linux, where this is."""
    if sys.platform == "linux":
        with replaced(_UNUSED_FOR_NOTICES):
            import desktop_notifier.backends.dbus  # noqa: F401


if sys.platform != "win32":
    with replaced(_UNUSED_OF_PYSCARD):
        import smartcard.scard as _scard  # noqa: F401

with replaced(_UNUSED | _NO_OPENSSL), _zones_named():
    import asyncio as _asyncio  # noqa: F401
    import hashlib as _hashlib  # noqa: F401
    import hmac as _hmac  # noqa: F401

    import apscheduler.schedulers.blocking as _scheduler  # noqa: F401
    import apscheduler.triggers.date as _trigger  # noqa: F401
