"""Judges what `doctor` found, and says what to do."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from config.i18n.text import Text, text
from config.instants import Instant
from config.values import dataclass
from daemon.core.action_id import ActionKind
from daemon.core.events import LoginStartKnown, TokensRead, WrongThing
from daemon.core.labels import TROUBLE_TITLES, remedy
from daemon.core.model import SYSTEM_STORE, Occupancy, ProgramName, ReaderState, TokenReading
from daemon.core.recognition import reader_of
from daemon.core.troubles import SERVICE_TROUBLES, Trouble
from daemon.core.views.report import Report


class Topic(StrEnum):
    """What is examined, in the order of the answer.

    The texts are `doctor.topic.<value>`.
    """

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
    """How healthy a thing is. The texts are `doctor.health.<value>`."""

    OK = "ok"
    ATTENTION = "attention"  # works in part, or not yet
    BAD = "bad"  # keeps vigicle from working


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
DONE_BY = {
    Topic.LOGIN_START: ActionKind.AUTOSTART,
    Topic.SERVICE: ActionKind.READ_KEYS,
    Topic.READERS: ActionKind.READ_KEYS,
    Topic.KEY: ActionKind.READ_KEYS,
}
"""What a button of the window does about a topic."""
READERS_WITHOUT_TROUBLE = {
    Occupancy.EMPTY: "doctor.reader.empty",
    Occupancy.HOLDING: "doctor.reader.holding",
    Occupancy.UNKNOWN: "doctor.reader.unknown",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One finding, without a `remedy` where there is nothing to do."""

    topic: Topic
    health: Health
    what: Text
    remedy: Text | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderInspection:
    """One snapshot of the readers, and one read of their cards."""

    report: Report

    readers: tuple[ReaderState, ...] = ()
    """The readers as the card service showed them."""

    answers: tuple[TokensRead, ...] = ()
    """What the modules answered."""

    modules: tuple[str, ...] = ()
    """The modules that could be asked."""

    remote: bool = False
    """Whether this is a remote session, whose readers are on the other side."""


BAD_TROUBLES = {
    *SERVICE_TROUBLES,
    Trouble.CARD_REFUSED,
    Trouble.CARD_MUTE,
    Trouble.CARD_UNREAD,
    Trouble.PIN_LOCKED,
    Trouble.CLOCK_WRONG,
    Trouble.NOTICES_OFF,
}
TROUBLES_OF_KEYS = {Trouble.NOT_YET_VALID, Trouble.CERTIFICATE_UNREADABLE}


def exit_code(checks: Iterable[Check]) -> int:
    """Return 2 if something is bad, 1 for attention, else 0."""
    found = {check.health for check in checks}
    if Health.BAD in found:
        return 2
    if Health.ATTENTION in found:
        return 1
    return 0


def wrong_things(checks: Iterable[Check]) -> tuple[WrongThing, ...]:
    """Return what is wrong, the worst first."""
    found = [check for check in checks if check.health is not Health.OK]
    return tuple(
        WrongThing(
            topic=text(TOPICS[check.topic]), what=check.what, remedy=check.remedy, done_by=DONE_BY.get(check.topic)
        )
        for check in sorted(found, key=lambda check: check.health is not Health.BAD)
    )


def still_wrong(found: tuple[WrongThing, ...] | None, login_start: LoginStartKnown) -> tuple[WrongThing, ...] | None:
    """Return what was found, without what the start at login has mended.

    Its button would otherwise stay, and switch it off again.
    """
    if found is None or not login_start.on:
        return found
    return tuple(wrong for wrong in found if wrong.done_by is not ActionKind.AUTOSTART)


def fine(topic: Topic, what: Text, remedy: Text | None = None) -> Check:
    """Return the finding that a thing is in order."""
    return Check(topic=topic, health=Health.OK, what=what, remedy=remedy)


def doubtful(topic: Topic, what: Text, remedy: Text) -> Check:
    """Return the finding that a thing needs attention."""
    return Check(topic=topic, health=Health.ATTENTION, what=what, remedy=remedy)


def bad(topic: Topic, what: Text, remedy: Text) -> Check:
    """Return the finding that a thing keeps vigicle from working."""
    return Check(topic=topic, health=Health.BAD, what=what, remedy=remedy)


def troubled(
    topic: Topic, trouble: Trouble, place: str = "", programs: tuple[ProgramName, ...] = (), *, mild: bool = False
) -> Check:
    """Return the finding of a trouble.

    `mild`: something else makes up for it.
    """
    health = Health.BAD if trouble in BAD_TROUBLES and not mild else Health.ATTENTION
    what = text("doctor.trouble", trouble=text(TROUBLE_TITLES[trouble]))
    if place:
        what = text("doctor.trouble_in", trouble=text(TROUBLE_TITLES[trouble]), place=place)
    return Check(
        topic=topic,
        health=health,
        what=what,
        remedy=remedy(trouble, place, programs),
        trouble=trouble,
    )


def judge_inspection(inspection: ReaderInspection) -> Iterator[Check]:
    """Judge service, readers, keys and modules."""
    service = next((t for t in inspection.report.troubles if t in SERVICE_TROUBLES), None)
    if service is None:
        yield fine(Topic.SERVICE, text("doctor.service.ok"))
        yield from _readers(inspection)
        yield from _keys(inspection)
    else:
        yield troubled(Topic.SERVICE, service)
        if inspection.remote:
            yield troubled(Topic.READERS, Trouble.REMOTE_SESSION)
    yield from _modules(inspection)


def judge_clock(now: Instant, *, wrong: bool) -> Check:
    """Judge the computer's date."""
    if wrong:
        return troubled(Topic.CLOCK, Trouble.CLOCK_WRONG)
    return fine(Topic.CLOCK, text("doctor.clock.ok", date=now))


def _readers(inspection: ReaderInspection) -> Iterator[Check]:
    """Judge each reader.

    An unread card counts less beside a key that was read.
    """
    if not inspection.report.readers:
        yield troubled(Topic.READERS, Trouble.REMOTE_SESSION if inspection.remote else Trouble.NO_READER)
    has_key = any(answer.tokens for answer in inspection.answers)
    for reader in inspection.report.readers:
        if reader.trouble is None:
            yield fine(Topic.READERS, text(READERS_WITHOUT_TROUBLE[reader.state], reader=reader.name))
        else:
            mild = has_key and reader.trouble is Trouble.CARD_UNREAD
            yield troubled(Topic.READERS, reader.trouble, reader.name, reader.used_by, mild=mild)


def _keys(inspection: ReaderInspection) -> Iterator[Check]:
    """Name the module that reads the key in each reader."""
    reads = _reads(inspection)
    for (module, place), (token, count) in reads.items():
        if module == SYSTEM_STORE:
            yield from _read_by_system(place, token, count)
        else:
            yield fine(Topic.KEY, text("doctor.key.read", place=place, module=module, count=count))
    for trouble in inspection.report.troubles:
        if trouble in TROUBLES_OF_KEYS:
            yield troubled(Topic.KEY, trouble)
    if not reads and not any(reader.state is Occupancy.HOLDING for reader in inspection.report.readers):
        yield fine(Topic.KEY, text("doctor.key.none"), text("doctor.key.none.do"))


def _read_by_system(place: str, token: TokenReading, count: int) -> Iterator[Check]:
    yield fine(Topic.KEY, text("doctor.key.read_by_system", place=place, count=count))
    if token.model:
        yield fine(Topic.KEY, text("doctor.key.card", place=place, card=token.model))


def _reads(inspection: ReaderInspection) -> dict[tuple[str, str], tuple[TokenReading, int]]:
    """Return each module's token in each place, and its count of certificates.

    Of several tokens in one place the first counts.
    """
    found: dict[tuple[str, str], tuple[TokenReading, int]] = {}
    for answer in inspection.answers:
        for token in answer.tokens:
            place = reader_of(token, inspection.readers) or token.slot_description
            if token.certificates:
                count = sum(not certificate.authority for certificate in token.certificates)
                found.setdefault((answer.module, place), (token, count))
    return found


def _modules(inspection: ReaderInspection) -> Iterator[Check]:
    """Judge the modules: first those that failed, then those that are there."""
    failed: set[str] = set()
    for answer in inspection.answers:
        if answer.trouble and answer.module:
            failed.add(answer.module)
            yield troubled(Topic.MODULES, answer.trouble, answer.module)
    for module in inspection.modules:
        if module not in failed:
            yield fine(Topic.MODULES, text("doctor.module.there", module=module))
    if not inspection.modules and not failed:
        yield _without_module(inspection)


def _without_module(inspection: ReaderInspection) -> Check:
    """Judge the lack of modules.

    The system's own reading may make up for it.
    """
    if any(module == SYSTEM_STORE for module, _ in _reads(inspection)):
        return fine(Topic.MODULES, text("doctor.module.unneeded"))
    return bad(Topic.MODULES, text("doctor.module.none"), text("doctor.module.none.do"))
