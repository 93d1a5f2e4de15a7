"""Reads the policy in the registry of Windows.

Only administrators can write below `Software\\Policies` (learn.microsoft.com, Group Policy registry).
"""

import contextlib
import re
import sys

POLICY = r"Software\Policies\vigicle"
ROOT = "HKEY_LOCAL_MACHINE"
PARTS = (rf"{POLICY}\Recommended", POLICY)
LISTS = {"Modules", "Tools", "Procedures", "ProceduresOff"}
"""The keys whose value is a list of texts: REG_MULTI_SZ, or REG_SZ with semicolons."""
NUMBERS = {"NoticeDays"}
"""The keys whose value is a list of numbers, as texts."""
_NUMBER = re.compile(r"[0-9]{1,9}")
_SEPARATORS = re.compile(r"[,;\s]+")


def plain_value(name: str, value: object) -> object:
    """Return a value of the registry as TOML would have it.

    What does not fit stays as it is, to be refused.
    """
    if isinstance(value, list):
        value = [each for each in value if each != ""]
    if name in LISTS and isinstance(value, str):
        return [each.strip() for each in value.split(";") if each.strip()]
    if name in NUMBERS and isinstance(value, str | list):
        words = value if isinstance(value, list) else [each for each in _SEPARATORS.split(value) if each]
        return [int(each) if _NUMBER.fullmatch(str(each)) else each for each in words]
    return value


if sys.platform == "win32":
    import winreg

    def registry_values() -> dict[str, dict[str, object] | None]:
        """Return the values of each key that there is, with its name.

        None: they cannot be read. Both views of the registry of a 64-bit system show this branch
        (learn.microsoft.com, Registry keys affected by WOW64).
        """
        found: dict[str, dict[str, object] | None] = {}
        for part in PARTS:
            with contextlib.suppress(FileNotFoundError):
                found[rf"{ROOT}\{part}"] = _values(part)
        return found

    def _values(part: str) -> dict[str, object] | None:
        """Return the values of a key.

        Raises FileNotFoundError where there is none.
        """
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, part) as key:
                count = winreg.QueryInfoKey(key)[1]
                found = [winreg.EnumValue(key, number) for number in range(count)]
        except FileNotFoundError:
            raise
        except OSError:
            return None
        return {name: plain_value(name, value) for name, value, _type in found if name}
