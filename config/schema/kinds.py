"""What single settings may hold. Each kind parses one TOML value."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from config.i18n.text import HIDDEN
from config.i18n.translator import LANGUAGES
from config.instants import Instant, instant
from config.schema.tables import Kind, RejectedValue, T
from config.settings import QuietHours

DAYS_LIMIT = 3650
HOURS_LIMIT = 8760
WEEKS_LIMIT = 104
TITLE_LIMIT = 80
TEXT_LIMIT = 600
BODY_LIMIT = 1000  # of a letter: Windows takes addresses of about 2 000 characters, and these are percent-encoded
URL_LIMIT = 2000
EMAIL_LIMIT = 254  # RFC 5321 §4.5.3.1.3

STRING: Mapping[str, object] = {"type": "string"}

# RFC 3986 §2 without what browsers read in more than one way.
_URL_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_EMAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_QUIET_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_ID = re.compile(r"[a-z][a-z0-9_]{0,31}")
_PHONE = re.compile(r"\+?[0-9(][0-9 ()./-]{2,38}[0-9)]", re.ASCII)
_ORGANIZATION_IDENTIFIER = re.compile(
    r"([A-Z]{3}|[A-Z]{2}:)?[A-Z]{2}-?[A-Z0-9. -]*[0-9][A-Z0-9. -]*", re.ASCII | re.IGNORECASE
)
_OTHER_LINK = re.compile(r"http:|(?<!https)://", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _typed(value: object, type_: type[T]) -> T:
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        raise RejectedValue(value) from error


def _whole(value: object, low: int, high: int) -> int:
    number = _typed(value, int)
    if not low <= number <= high:
        raise RejectedValue(value)
    return number


def _days(value: object) -> tuple[int, ...]:
    days = {_whole(day, 0, DAYS_LIMIT) for day in _typed(value, list)}
    return tuple(sorted(days - {0}, reverse=True))


def _hours(value: object) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= HOURS_LIMIT:
        raise RejectedValue(value)
    return timedelta(hours=value)


def _lifetime(value: object) -> timedelta:
    span = _hours(value)
    if not span:
        raise RejectedValue(value)
    return span


def _quiet_hours(value: object) -> QuietHours:
    match = _QUIET_HOURS.fullmatch(_typed(value, str))
    if match is None:
        raise RejectedValue(value)
    from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
    quiet = QuietHours(start=time(from_hour, from_minute), end=time(to_hour, to_minute))
    if quiet.start == quiet.end:
        raise RejectedValue(value)
    return quiet


def _path(value: object) -> str:
    path = _module(value)
    if not Path(path).is_absolute():
        raise RejectedValue(value)
    return path


def _module(value: object) -> str:
    """Accept any path.

    When keys are read, a module that cannot be used is reported and skipped. This includes relative paths.
    """
    written = _typed(value, str)
    try:
        path = Path(written).expanduser()
    except RuntimeError as error:  # no such user
        raise RejectedValue(value) from error
    if not written or _CONTROL.search(written):
        raise RejectedValue(value)
    return str(path)


def _modules(value: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_module(item) for item in _typed(value, list)))


def _candidates(value: object) -> tuple[str, ...]:
    return tuple(_words(item) for item in _typed(value, list))


def _url(value: object) -> str:
    written = _typed(value, str)
    try:
        parts = urlsplit(written)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise RejectedValue(value) from error
    plain = len(written) <= URL_LIMIT and _URL_CHARACTERS.fullmatch(written)
    if not plain or parts.scheme != "https" or "@" in parts.netloc or not _HOST.fullmatch(host):
        raise RejectedValue(value)
    return written


def _email(value: object) -> str:
    written = _typed(value, str)
    if not _EMAIL.fullmatch(written) or len(written) > EMAIL_LIMIT:
        raise RejectedValue(value)
    return written


def _phone(value: object) -> str:
    return _matching(value, _PHONE)


def _contact(value: object) -> str:
    """Accept an https address, an e-mail address or a phone number."""
    for parse in (_url, _email):
        with suppress(RejectedValue):
            return parse(value)
    return _phone(value)


def _lead_weeks(value: object) -> tuple[timedelta, timedelta]:
    """Accept the shortest and the longest lead time, in whole weeks."""
    weeks = [_whole(each, 0, WEEKS_LIMIT) for each in _typed(value, list)]
    if len(weeks) != len(("shortest", "longest")) or weeks[0] > weeks[1] or not weeks[1]:
        raise RejectedValue(value)
    return timedelta(weeks=weeks[0]), timedelta(weeks=weeks[1])


def _moment(value: object) -> Instant:
    """Accept a TOML date, whose begin is meant, or an instant.

    Without an offset, it is in UTC.
    """
    if isinstance(value, Instant):
        return instant(value.replace(tzinfo=value.tzinfo or UTC))
    if isinstance(value, date):
        return instant(datetime(value.year, value.month, value.day, tzinfo=UTC))
    raise RejectedValue(value)


def _organization_identifier(value: object) -> str:
    return _matching(value, _ORGANIZATION_IDENTIFIER)


def _matching(value: object, pattern: re.Pattern[str]) -> str:
    written = _typed(value, str)
    if not pattern.fullmatch(written):
        raise RejectedValue(value)
    return written


def _section(value: object) -> object:
    if not isinstance(value, dict):
        raise RejectedValue(value)
    return value


def whole_schema(low: int, high: int) -> dict[str, object]:
    """Return the JSON Schema of a whole number."""
    return {"type": "integer", "minimum": low, "maximum": high}


def list_schema(items: Mapping[str, object], **more: object) -> dict[str, object]:
    """Return the JSON Schema of a list of such items."""
    return {"type": "array", "items": dict(items), **more}


def whole_number(low: int, high: int, accepted: str) -> Kind[int]:
    """Accept a whole number from `low` to `high`."""
    bounds = tuple(dict.fromkeys((str(low), str(high))))  # one where they are equal
    return Kind(accepted, lambda value: _whole(value, low, high), bounds, whole_schema(low, high))


def one_of(names: Iterable[str], accepted: str = "accepted.one_of") -> Kind[str]:
    """Accept one of these words."""
    choices = tuple(names)

    def parse(value: object) -> str:
        if value not in choices:
            raise RejectedValue(value)
        return str(value)

    is_fixed = accepted == "accepted.one_of"  # else the choices are those of one file
    return Kind(accepted, parse, choices, {"enum": [*choices]} if is_fixed else STRING)


def _words(value: object) -> str:
    written = _typed(value, str)
    if not written.strip() or _CONTROL.search(written):
        raise RejectedValue(value)
    return written


def _id(value: object) -> str:
    if not _ID.fullmatch(_typed(value, str)):
        raise RejectedValue(value)
    return str(value)


def wording(accepted: str, limit: int, names: Mapping[str, str], *, lines: bool = False) -> Kind[str]:
    """Accept a text for users with few names and safe links.

    In braces it names nothing but `names`, and it links by https alone.

    `names` has the styles that each name may carry behind a colon, "" for none. `limit` counts characters. With
    `lines`, the text may have several lines.
    """
    braces = re.compile("|".join(rf"\{{{name}(:({styles}))?\}}" for name, styles in names.items()) or "(?!)")

    def parse(value: object) -> str:
        written = _typed(value, str)
        line = written.replace("\n", " ") if lines else written
        if not _is_visible(line) or len(written) > limit:
            raise RejectedValue(value)
        rest = braces.sub("", written)
        if "{" in rest or "}" in rest or _OTHER_LINK.search(written):
            raise RejectedValue(value)
        return written

    schema = {**STRING, "minLength": 1, "maxLength": limit}
    return Kind(accepted, parse, tuple(f"{{{name}}}" for name in names), schema)


def _is_visible(line: str) -> bool:
    """Return whether the line has text and no hidden character."""
    categories = {unicodedata.category(character) for character in line}
    return bool(line.strip()) and not categories & {*HIDDEN, "Zl", "Zp"}


LANGUAGE = Kind("accepted.language", one_of(LANGUAGES).parse)
MODULES = Kind("accepted.modules", _modules)
MODULE_CANDIDATES = Kind("accepted.modules", _candidates)
DAYS = Kind("accepted.days", _days, schema=list_schema(whole_schema(0, DAYS_LIMIT)))
URGENT_DAYS = Kind(
    "accepted.urgent_days", lambda value: _whole(value, 1, DAYS_LIMIT), schema=whole_schema(1, DAYS_LIMIT)
)
QUIET_HOURS = Kind("accepted.quiet_hours", _quiet_hours)
TOOL = Kind("accepted.tool", _path, schema=STRING)
URL = Kind("accepted.url", _url, schema={**STRING, "pattern": "^https://", "maxLength": URL_LIMIT})
HOURS = Kind("accepted.hours", _hours, schema={"type": "number", "minimum": 0, "maximum": HOURS_LIMIT})
LIFETIME = Kind("accepted.lifetime", _lifetime, schema={**HOURS.schema, "exclusiveMinimum": 0})
EMAIL = Kind("accepted.email", _email, schema={**STRING, "maxLength": EMAIL_LIMIT})
WORDS = Kind("accepted.words", _words, schema={**STRING, "minLength": 1})
ID = Kind("accepted.id", _id, schema={**STRING, "pattern": f"^{_ID.pattern}$"})
SWITCH = Kind("accepted.switch", lambda value: _typed(value, bool), schema={"type": "boolean"})
PHONE = Kind("accepted.phone", _phone, schema=STRING)
CONTACT = Kind("accepted.contact", _contact, schema=STRING)
LEAD_WEEKS = Kind(
    "accepted.lead_weeks", _lead_weeks, schema=list_schema(whole_schema(0, WEEKS_LIMIT), minItems=2, maxItems=2)
)
MOMENT = Kind(
    "accepted.moment", _moment, schema={**STRING, "pattern": r"^\d{4}-\d{2}-\d{2}"}
)  # a date has no type in JSON
ORGANIZATION_IDENTIFIER = Kind("accepted.organization_identifier", _organization_identifier, schema=STRING)
SECTION = Kind("accepted.recall", _section)
