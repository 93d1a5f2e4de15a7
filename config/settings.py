"""The settings as frozen values: what the rules may know about this installation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta

from config.i18n.wording import Wording
from config.workflows import Letter, Workflow, WorkflowKind

DEFAULT_NOTICE_DAYS = (90, 60, 45, 30, 15, 7, 3, 1)
DEFAULT_URGENT_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerRule:
    """Recognise an issuer by one attribute of its name, compared case-folded; None means "do not look"."""

    organization: str | None = None
    organizational_unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorTool:
    """The program that activates a new key: how to find it, and where to get it.

    `path` is absolute and wins over the search by `name`; `name` is compared case-folded, as a substring.
    """

    name: str
    download_url: str
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """How the certificates of one issuer are renewed on one platform.

    `margin` is the time the old certificate must still have for the person to add the new one with it;
    `link_lifetime` is how long the platform's mail link lives. `courses` holds the steps of every kind of path, the
    plain ones where the procedure has none of its own. `clean_up_after` is when to remind of the tidying up.
    """

    id: str
    title: Wording
    issuers: tuple[IssuerRule, ...]
    platform_url: str
    order_url: str
    tool: VendorTool
    margin: timedelta = timedelta(hours=24)
    link_lifetime: timedelta = timedelta(hours=24)
    support_email: str | None = None
    workflows: Mapping[WorkflowKind, Workflow] = field(default_factory=dict)
    letter: Letter | None = None
    clean_up_after: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A daily stretch of local time without notices; it may pass over midnight."""

    start: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSettings:
    """When to tell: whole days before expiry, largest first, without repeats. Expiry itself is always told."""

    days: tuple[int, ...] = DEFAULT_NOTICE_DAYS
    urgent_days: int = DEFAULT_URGENT_DAYS
    quiet_hours: QuietHours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that may differ between installations.

    `modules` are the person's own PKCS#11 modules (absolute paths), tried before the catalogue's.
    `language` is "fr" or "en"; None follows the session.
    """

    procedures: tuple[Procedure, ...]
    notices: NoticeSettings = field(default_factory=NoticeSettings)
    modules: tuple[str, ...] = ()
    language: str | None = None
