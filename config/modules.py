"""The catalogue of PKCS#11 modules: where the middleware in use puts its libraries on this system."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path, PureWindowsPath

from config.schema.kinds import MODULE_CANDIDATES, WORDS
from config.schema.tables import read_table

CATALOGUE = Path(__file__).parent / "catalogue" / "modules.toml"

_SYSTEMS = {"win32": "windows", "darwin": "macos", "linux": "linux"}
_VARIABLE = re.compile(r"%(\w+)%")


def catalogue_modules(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Tell the catalogue's modules that are there now, in the order in which to try them, each file once."""
    found: dict[str, str] = {}
    for candidate in module_candidates(platform, environ):
        if Path(candidate).is_file():
            found.setdefault(os.path.realpath(candidate), candidate)
    return tuple(found.values())


def module_candidates(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Iterator[str]:
    """Name the catalogue's modules for this system, there or not; variables that are not set drop their lines."""
    for middleware in read_table(CATALOGUE, required=True).tables("middleware"):
        middleware.need("name", WORDS)
        by_system = {name: middleware.take(name, MODULE_CANDIDATES, ()) for name in _SYSTEMS.values()}
        middleware.finish()
        for written in by_system.get(_SYSTEMS.get(platform, ""), ()):
            expanded = _expanded(written, environ)
            if expanded is not None:
                yield expanded


def _expanded(written: str, environ: Mapping[str, str]) -> str | None:
    """Windows' variables are found whatever their case; the result must be absolute there."""
    if "%" not in written:
        return written
    values = {name.upper(): value for name, value in environ.items()}
    if any(name.upper() not in values for name in _VARIABLE.findall(written)):
        return None
    expanded = _VARIABLE.sub(lambda match: values[match[1].upper()], written)
    return expanded if PureWindowsPath(expanded).is_absolute() else None
