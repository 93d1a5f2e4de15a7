"""The settings of one installation, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta

from config.i18n.wording import Wording
from config.workflows import Letter, Workflow, WorkflowKind

DEFAULT_NOTICE_DAYS = (90, 60, 45, 30, 15, 7, 3, 1)
DEFAULT_URGENT_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerRule:
    """How to recognise an issuer by the attributes of its name.

    They are compared case-folded. None means that the attribute does not matter.
    """

    organization: str | None = None
    organizational_unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorTool:
    """The program that activates a new key."""

    name: str
    """What to search for on this computer: compared case-folded, as a substring."""
    download_url: str
    path: str | None = None
    """An absolute path, which wins over the search by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """How the certificates of one issuer are renewed on one platform."""

    id: str
    """The name of the procedure's file, without its suffix."""
    title: Wording
    issuers: tuple[IssuerRule, ...]
    """A certificate belongs to the procedure when one of the rules fits its issuer."""
    platform_url: str
    order_url: str
    """The page where a new key is ordered."""
    tool: VendorTool
    margin: timedelta = timedelta(hours=24)
    """How long the old certificate must still be valid for the user to add the new one with it."""
    link_lifetime: timedelta = timedelta(hours=24)
    """How long the link in the platform's mail works."""
    support_email: str | None = None
    """The address of the platform's support."""
    workflows: Mapping[WorkflowKind, Workflow] = field(default_factory=dict)
    """The steps of every kind of path: the plain ones where the procedure has none of its own."""
    letter: Letter | None = None
    """The letter to the platform's support."""
    clean_up_after: timedelta = timedelta(days=7)
    """How long after the new key works to remind of removing the old certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """The local hours without notices. They may span midnight."""

    start: time
    end: time


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSettings:
    """When to show notices. Expiry itself always has one."""

    days: tuple[int, ...] = DEFAULT_NOTICE_DAYS
    """How many days before expiry to remind: largest first, without repeats."""
    urgent_days: int = DEFAULT_URGENT_DAYS
    """From how many days before expiry the certificate is urgent."""
    quiet_hours: QuietHours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that may differ between installations."""

    procedures: tuple[Procedure, ...]
    notices: NoticeSettings = field(default_factory=NoticeSettings)
    modules: tuple[str, ...] = ()
    """The user's own PKCS#11 modules, by absolute path. They are tried before the catalogue's."""
    language: str | None = None
    """ "fr" or "en". None follows the session."""
