"""The catalogue of PKCS#11 modules, and which of them this system has."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path, PureWindowsPath

from config.files import is_file_there
from config.schema.kinds import MODULE_CANDIDATES, WORDS
from config.schema.tables import read_table

CATALOGUE = Path(__file__).parent / "catalogue" / "modules.toml"

_SYSTEMS = {"win32": "windows", "darwin": "macos", "linux": "linux"}
_VARIABLE = re.compile(r"%(\w+)%")


def catalogue_modules(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the modules of the catalogue that exist now, each file once.

    They are in the order in which to try them.
    """
    found: dict[str, str] = {}
    for candidate in module_candidates(platform, environ):
        if is_file_there(candidate):
            found.setdefault(os.path.realpath(candidate), candidate)
    return tuple(found.values())


def module_candidates(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Iterator[str]:
    """Yield the catalogue's module paths for this system.

    They need not exist. A path with a variable that is not set is left out.
    """
    for written in _written_paths(CATALOGUE, _SYSTEMS.get(platform, "")):
        expanded = _expanded(written, environ)
        if expanded is not None:
            yield expanded


@cache
def _written_paths(catalogue: Path, system: str) -> tuple[str, ...]:
    """Return a system's paths as the catalogue writes them.

    It is a part of the program, and read once.
    """
    found: list[str] = []
    for middleware in read_table(catalogue, required=True).tables("middleware"):
        middleware.need("name", WORDS)
        by_system = {name: middleware.take(name, MODULE_CANDIDATES, ()) for name in _SYSTEMS.values()}
        middleware.finish()
        found += by_system.get(system, ())
    return tuple(found)


def _expanded(written: str, environ: Mapping[str, str]) -> str | None:
    """Fill in Windows' variables, whose case does not matter.

    Returns None when one is not set, or when the result is not absolute.
    """
    if "%" not in written:
        return written
    values = {name.upper(): value for name, value in environ.items()}
    if any(name.upper() not in values for name in _VARIABLE.findall(written)):
        return None
    expanded = _VARIABLE.sub(lambda match: values[match[1].upper()], written)
    if not PureWindowsPath(expanded).is_absolute():
        return None
    return expanded
