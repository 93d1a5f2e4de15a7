"""Reads property lists (macOS)."""

from pathlib import Path

from config.files import read_small

SIZE_LIMIT = 1_000_000  # bytes


def read_plist(file: Path, limit: int = SIZE_LIMIT) -> dict[str, object]:
    """Return the values of a property list, by name.

    Raises OSError, also for a special or large file, and ValueError for anything but a list of named values.
    """
    import plistlib  # macOS alone has such lists
    from xml.parsers.expat import ExpatError

    try:
        values = plistlib.loads(read_small(file, limit))
    except (ExpatError, AttributeError, TypeError, RecursionError) as error:
        # A date that is none gives AttributeError before Python 3.13, and deep nesting RecursionError.
        raise ValueError("no property list") from error
    if not isinstance(values, dict):
        raise ValueError("no named values")  # noqa: TRY004 - as for any other content
    return {str(name): value for name, value in values.items()}
