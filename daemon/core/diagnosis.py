"""What `doctor` makes of what it found: each thing in order, in need of attention, or bad, and what to do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.i18n.text import Text, text
from daemon.core.events import TokensRead
from daemon.core.labels import TROUBLE_REMEDIES, TROUBLE_TITLES
from daemon.core.model import Occupancy, ReaderState
from daemon.core.recognition import reader_of
from daemon.core.troubles import Trouble
from daemon.core.views.report import ReaderReport, Report


class Topic(StrEnum):
    """What is examined, in the order of the answer; the words for people are `doctor.topic.<value>`."""

    WATCH = "watch"
    LOGIN_START = "login_start"
    SERVICE = "service"
    READERS = "readers"
    KEY = "key"
    MODULES = "modules"
    NOTICES = "notices"
    TRAY = "tray"
    SETTINGS = "settings"
    PROCEDURES = "procedures"
    TOOL = "tool"
    STORE = "store"
    CLOCK = "clock"


class Health(StrEnum):
    """How a thing is; the words for people are `doctor.health.<value>`."""

    OK = "ok"
    ATTENTION = "attention"  # works in part, or not yet
    BAD = "bad"  # keeps vigicle from its work


TOPICS = {
    Topic.WATCH: "doctor.topic.watch",
    Topic.LOGIN_START: "doctor.topic.login_start",
    Topic.SERVICE: "doctor.topic.service",
    Topic.READERS: "doctor.topic.readers",
    Topic.KEY: "doctor.topic.key",
    Topic.MODULES: "doctor.topic.modules",
    Topic.NOTICES: "doctor.topic.notices",
    Topic.TRAY: "doctor.topic.tray",
    Topic.SETTINGS: "doctor.topic.settings",
    Topic.PROCEDURES: "doctor.topic.procedures",
    Topic.TOOL: "doctor.topic.tool",
    Topic.STORE: "doctor.topic.store",
    Topic.CLOCK: "doctor.topic.clock",
}
HEALTHS = {
    Health.OK: "doctor.health.ok",
    Health.ATTENTION: "doctor.health.attention",
    Health.BAD: "doctor.health.bad",
}
READERS_WITHOUT_TROUBLE = {
    Occupancy.EMPTY: "doctor.reader.empty",
    Occupancy.HOLDING: "doctor.reader.holding",
    Occupancy.UNKNOWN: "doctor.reader.unknown",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One finding: what is, and what to do about it, which is None where there is nothing to do."""

    topic: Topic
    health: Health
    what: Text
    remedy: Text | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderInspection:
    """One look at the readers, and one read of what is in them. `modules` are those that could be asked."""

    report: Report
    answers: tuple[TokensRead, ...] = ()
    modules: tuple[str, ...] = ()
    remote: bool = False


BAD_TROUBLES = {
    Trouble.SERVICE_ABSENT,
    Trouble.SERVICE_STOPPED,
    Trouble.CARD_MUTE,
    Trouble.CARD_UNREAD,
    Trouble.PIN_LOCKED,
    Trouble.CLOCK_WRONG,
}
SERVICE_TROUBLES = {Trouble.SERVICE_ABSENT, Trouble.SERVICE_STOPPED}
TROUBLES_OF_KEYS = {Trouble.NOT_YET_VALID, Trouble.CERTIFICATE_UNREADABLE}


def exit_code(checks: Iterable[Check]) -> int:
    """Return 2 where something is bad, 1 where something needs attention, else 0."""
    found = {check.health for check in checks}
    return 2 if Health.BAD in found else 1 if Health.ATTENTION in found else 0


def fine(topic: Topic, what: Text, remedy: Text | None = None) -> Check:
    """Find a thing in order."""
    return Check(topic=topic, health=Health.OK, what=what, remedy=remedy)


def doubtful(topic: Topic, what: Text, remedy: Text) -> Check:
    """Find a thing in need of attention."""
    return Check(topic=topic, health=Health.ATTENTION, what=what, remedy=remedy)


def bad(topic: Topic, what: Text, remedy: Text) -> Check:
    """Find that a thing keeps vigicle from its work."""
    return Check(topic=topic, health=Health.BAD, what=what, remedy=remedy)


def troubled(topic: Topic, trouble: Trouble, place: str = "", *, mild: bool = False) -> Check:
    """Put a trouble into a finding; `mild` when something else makes up for it."""
    title = text(TROUBLE_TITLES[trouble])
    what = text("doctor.trouble", trouble=title)
    if place:
        what = text("doctor.trouble_in", trouble=title, place=place)
    return Check(
        topic=topic,
        health=Health.BAD if trouble in BAD_TROUBLES and not mild else Health.ATTENTION,
        what=what,
        remedy=text(TROUBLE_REMEDIES[trouble], reader=place),
        trouble=trouble,
    )


def judge_inspection(look: ReaderInspection) -> Iterator[Check]:
    """Judge service, readers, keys and modules by one look."""
    service = next((t for t in look.report.troubles if t in SERVICE_TROUBLES), None)
    if service is not None:
        yield troubled(Topic.SERVICE, service)
        if look.remote:
            yield troubled(Topic.READERS, Trouble.REMOTE_SESSION)
    else:
        yield fine(Topic.SERVICE, text("doctor.service.ok"))
        yield from _readers(look)
        yield from _keys(look)
    yield from _modules(look)


def judge_clock(now: datetime, *, wrong: bool) -> Check:
    """Judge the computer's date."""
    return troubled(Topic.CLOCK, Trouble.CLOCK_WRONG) if wrong else fine(Topic.CLOCK, text("doctor.clock.ok", date=now))


def _readers(look: ReaderInspection) -> Iterator[Check]:
    """Tell of each reader; a card that nothing reads counts less beside a key that was read."""
    if not look.report.readers:
        yield troubled(Topic.READERS, Trouble.REMOTE_SESSION if look.remote else Trouble.NO_READER)
    has_key = any(answer.tokens for answer in look.answers)
    for reader in look.report.readers:
        if reader.trouble is None:
            yield fine(Topic.READERS, text(READERS_WITHOUT_TROUBLE[reader.state], reader=reader.name))
        else:
            mild = has_key and reader.trouble is Trouble.CARD_UNREAD
            yield troubled(Topic.READERS, reader.trouble, reader.name, mild=mild)


def _keys(look: ReaderInspection) -> Iterator[Check]:
    """Tell which module reads the key in which reader."""
    readers = [_state(reader) for reader in look.report.readers]
    told = set()
    for answer in look.answers:
        for token in answer.tokens:
            place = reader_of(token, readers) or token.slot_description
            if token.certificates and (answer.module, place) not in told:
                told.add((answer.module, place))
                count = sum(not certificate.authority for certificate in token.certificates)
                yield fine(Topic.KEY, text("doctor.key.read", place=place, module=answer.module, count=count))
    for trouble in look.report.troubles:
        if trouble in TROUBLES_OF_KEYS:
            yield troubled(Topic.KEY, trouble)
    if not told and not any(reader.state is Occupancy.HOLDING for reader in look.report.readers):
        yield fine(Topic.KEY, text("doctor.key.none"), text("doctor.key.none.do"))


def _modules(look: ReaderInspection) -> Iterator[Check]:
    """Tell which modules are there, and which of them failed."""
    failed = [answer for answer in look.answers if answer.trouble and answer.module]
    for answer in failed:
        if answer.trouble:
            yield troubled(Topic.MODULES, answer.trouble, answer.module)
    sound = [module for module in look.modules if module not in {answer.module for answer in failed}]
    for module in sound:
        yield fine(Topic.MODULES, text("doctor.module.there", module=module))
    if not look.modules and not failed:
        yield bad(Topic.MODULES, text("doctor.module.none"), text("doctor.module.none.do"))


def _state(reader: ReaderReport) -> ReaderState:
    return ReaderState(name=reader.name, occupancy=reader.state)
