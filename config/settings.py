"""The settings of one installation, as frozen values."""

import re
from collections.abc import Mapping
from datetime import time, timedelta
from enum import StrEnum
from functools import lru_cache

from config.i18n.wording import Wording
from config.instants import Instant
from config.values import dataclass, field, replace
from config.workflows import UNLAUNCHED, Destination, Letter, Workflow, WorkflowKind

NO_PROCEDURE = "none"
"""How the command line names no procedure."""
UNKNOWN_USE = "unknown"
"""How it names the answer "I don't know" to what a key is for."""
LONGEST_PROCEDURE_ID = 32
PROCEDURE_ID = re.compile(rf"[a-z][a-z0-9_-]{{0,{LONGEST_PROCEDURE_ID - 1}}}")
"""What the id of a procedure looks like."""
DEFAULT_NOTICE_DAYS = (90, 60, 45, 30, 15, 7, 3, 1)
DEFAULT_URGENT_DAYS = 30


class SettingId(StrEnum):
    """A setting of the window, by its dotted key."""

    LANGUAGE = "language"
    DAYS = "notices.days"
    QUIET_HOURS = "notices.quiet_hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerRule:
    """How to recognise an issuer by the attributes of its name.

    Every attribute that is not None must fit. Names are compared case-folded, numbers by country and digits.
    """

    organization: str | None = None
    organizational_unit: str | None = None
    organization_identifier: str | None = None
    """A number such as NTRFR-434202180 (ETSI EN 319 412-1 §5.1.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Certificates that are refused from a date on, whatever they say.

    Every condition that is not None must fit.
    """

    moment: Instant
    """From when they are refused."""
    text: Wording
    """What to tell the user."""
    issuer: IssuerRule | None = None
    key_bits_below: int | None = None
    """RSA keys of fewer bits."""
    begun_before: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper to have at hand before ordering."""

    id: str
    title: Wording
    max_age_days: int | None = None


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
    """A certificate fits the procedure when one of the rules fits its issuer."""
    assume: bool = True
    """Whether a certificate that fits is taken to be of this procedure until the user says otherwise."""
    platform_url: str | None = None
    order_url: str | None = None
    """The page where a new key is ordered."""
    tool: VendorTool | None = None
    """The program that activates a new key."""
    margin: timedelta = timedelta(hours=24)
    """How long the old certificate must still be valid for the user to add the new one with it."""
    link_lifetime: timedelta = timedelta(hours=24)
    """How long the link in the platform's mail works."""
    lead: tuple[timedelta, timedelta] | None = None
    """The shortest and the longest time from an order to the new key."""
    window: timedelta | None = None
    """How long before the end a renewal becomes possible. None means always."""
    notice_days: tuple[int, ...] | None = None
    """Its own notice days, where nothing in the settings wins over them."""
    urgent_days: int | None = None
    """As `notice_days`."""
    recalls: tuple[Recall, ...] = ()
    papers: tuple[Paper, ...] = ()
    """What to have at hand before ordering."""
    support_email: str | None = None
    """The address of the platform's support."""
    support_phone: str | None = None
    """The number of the platform's support."""
    issuer_support: str | None = None
    """The page, address or number of the issuer's support."""
    workflows: Mapping[WorkflowKind, Workflow] = field(default_factory=dict)
    """The steps of every kind of path: the plain ones where the procedure has none of its own.

    `RENEW` is there only where the issuer renews in place.
    """
    letter: Letter | None = None
    """The letter to the platform's support."""
    clean_up_after: timedelta = timedelta(days=7)
    """How long after the new key works to remind of removing the old certificate."""

    @property
    def reachable(self) -> frozenset[Destination]:
        """What can be opened, copied or saved."""
        has_letter = self.letter is not None and self.support_email is not None
        places = {
            Destination.PLATFORM: self.platform_url is not None,
            Destination.ORDER_PAGE: self.order_url is not None,
            Destination.TOOL: self.tool is not None,
            Destination.SUPPORT_MAIL: has_letter,
        }
        return UNLAUNCHED.union(place for place, is_known in places.items() if is_known)

    @property
    def tool_name(self) -> str | None:
        """The name of the vendor's tool, None without one."""
        return self.tool.name if self.tool else None


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
class Office:
    """What only an administrator sets."""

    support_line: str | None = None
    """Whom to ask in this office, as one line of words."""
    metrics_names: bool = False
    """Whether the metrics name people."""
    autostart: bool | None = None
    """Whether vigicle starts at login, None where that is the user's choice."""
    procedures: frozenset[str] | None = None
    """The ids of the procedures that may be used, None for all."""
    procedures_off: frozenset[str] = frozenset()
    """The ids of the procedures that may not."""
    procedures_folder: str | None = None
    """The folder of the office's own procedure files."""

    def allows(self, procedure: Procedure) -> bool:
        """Return whether the procedure may be used."""
        allowed = self.procedures is None or procedure.id in self.procedures
        return allowed and procedure.id not in self.procedures_off


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that may differ between installations."""

    procedures: tuple[Procedure, ...]
    notices: NoticeSettings = field(default_factory=NoticeSettings)
    modules: tuple[str, ...] = ()
    """The user's own PKCS#11 modules, by absolute path. They are tried before the catalogue's."""
    language: str | None = None
    """ "fr" or "en". None follows the session."""
    office: Office = field(default_factory=Office)
    mandatory: frozenset[str] = frozenset()
    """The dotted keys that an administrator has set for good, such as "notices.days"."""

    def procedure(self, id_: str | None) -> Procedure | None:
        """Return the procedure with this id, None where there is none."""
        return next((each for each in self.procedures if each.id == id_), None)

    def notices_of(self, procedure: Procedure | None) -> NoticeSettings:
        """Return when to notify of certificates of a procedure."""
        if procedure is None or (procedure.notice_days is None and procedure.urgent_days is None):
            return self.notices
        return _changed(self.notices, procedure.notice_days, procedure.urgent_days)


@lru_cache(maxsize=1 << 8)  # asked of every certificate at every event
def _changed(notices: NoticeSettings, days: tuple[int, ...] | None, urgent_days: int | None) -> NoticeSettings:
    """Return the notice settings with a procedure's own days."""
    days = notices.days if days is None else days
    return replace(notices, days=days, urgent_days=urgent_days or notices.urgent_days)
