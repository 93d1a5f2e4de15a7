"""Notices of troubles with the card service, the readers and the cards."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from config.i18n.text import text
from config.instants import Instant, instant
from config.workflows import WorkflowKind
from daemon.core.assessment import Assessment
from daemon.core.card_reads import RETRIED, is_read_again
from daemon.core.dedup_keys import ForeignCardKey, TroubleKey
from daemon.core.expiry import later
from daemon.core.labels import TROUBLE_TITLES, remedy
from daemon.core.model import ProgramName, ReaderName, ReaderState
from daemon.core.notice import Notice, NoticeId, NoticeKind, Urgency
from daemon.core.state import State
from daemon.core.subjects import was_delivered
from daemon.core.troubles import EMPTY_KEY_TROUBLES, Trouble

SERVICE_PATIENCE = timedelta(seconds=60)
TROUBLE_KEYS_KEPT = timedelta(days=60)
RELEASED = instant(datetime.fromisoformat("2026-11-01T00:00:00Z"))
TOLD_ONCE = EMPTY_KEY_TROUBLES | {Trouble.CERTIFICATE_UNREADABLE}
NOTIFIED_TROUBLES = RETRIED | TOLD_ONCE | {Trouble.CARD_MUTE, Trouble.READER_STALE, Trouble.PIN_LOCKED}


def trouble_notices(state: State, assessment: Assessment, now: Instant) -> Iterator[Notice]:
    """Yield the notices of troubles that are due now.

    Each comes once a day at most. What the user can hardly change is told once: an unread card for each reader, a token
    without certificate, or with one that cannot be read, for each token.
    """
    for place, trouble in _troubles(state, assessment, now):
        notice = _trouble_notice(state, place, trouble, now)
        if not was_delivered(state.memory, notice.dedup_keys[0], now) and not _told_before(state, place, trouble):
            yield notice


def _troubles(state: State, assessment: Assessment, now: Instant) -> Iterator[tuple[str, Trouble]]:
    """Yield each trouble worth a notice, with its place."""
    service = service_trouble(state, now)
    if service is not None:
        yield "service", service
    is_activating = any(c.path and c.path.kind is WorkflowKind.ACTIVATE for c in assessment.cases)
    for reader in state.held:
        trouble = _lasting_trouble(state, reader)
        if trouble is not None and not (is_activating and trouble in EMPTY_KEY_TROUBLES):
            yield reader.name, trouble


def _lasting_trouble(state: State, reader: ReaderState) -> Trouble | None:
    """Return the trouble of a reader that is worth a notice.

    A card that is to be read again has none yet.
    """
    trouble = pressing_trouble(state, reader)
    if trouble not in NOTIFIED_TROUBLES or _is_read_again(state, reader, trouble):
        return None
    return trouble


def _is_read_again(state: State, reader: ReaderState, trouble: Trouble) -> bool:
    """Return whether another read of the card is still to come."""
    content = state.contents.get(reader.name)
    return content is not None and trouble in RETRIED and is_read_again(state, reader.name, content)


def reader_trouble(state: State, reader: ReaderState) -> Trouble | None:
    """Return the trouble of one reader.

    It is the card's, or the reader's own where that explains it.
    """
    content = state.contents.get(reader.name)
    if content is None:
        return reader.trouble
    found = content.trouble
    if found is None or found is Trouble.CARD_UNREAD:
        return reader.trouble or found
    return found


def programs_at(state: State, reader: ReaderName) -> tuple[ProgramName, ...]:
    """Return the programs that may hold the card in a reader."""
    content = state.contents.get(reader)
    return content.programs if content else ()


def pressing_trouble(state: State, reader: ReaderState) -> Trouble | None:
    """Return the trouble of one reader.

    An unread card beside a key is none: it may be a bank card.
    """
    found = reader_trouble(state, reader)
    if found is Trouble.CARD_UNREAD and any(content.keys for content in state.contents.values()):
        return None
    return found


def service_trouble(state: State, now: Instant) -> Trouble | None:
    """Return the service's trouble once it has lasted.

    Before, the service may be restarting.
    """
    if state.blind_since is None or state.background or now < later(state.blind_since, SERVICE_PATIENCE):
        return None
    return state.service_trouble


def clock_wrong(now: Instant) -> bool:
    """Return whether the clock is before this program existed.

    No date can be judged by it then.
    """
    return now < RELEASED


def trouble_moments(state: State) -> Iterator[Instant]:
    """Yield when a trouble has lasted long enough for a notice."""
    if state.blind_since is not None and state.background is None:
        yield later(state.blind_since, SERVICE_PATIENCE)


def _told_before(state: State, place: str, trouble: Trouble) -> bool:
    """Return whether an earlier version told of this card."""
    if trouble not in {Trouble.CARD_UNREAD, *TOLD_ONCE}:
        return False
    of_any_day = str(TroubleKey(trouble, place, ""))
    return any(key.startswith(of_any_day) for key in state.memory.delivered)


def _trouble_key(state: State, place: str, trouble: Trouble, now: Instant) -> TroubleKey | ForeignCardKey:
    if trouble is Trouble.CARD_UNREAD:
        return ForeignCardKey(trouble, place)
    if trouble not in TOLD_ONCE:
        return TroubleKey(trouble, place, f"{now:%Y-%m-%d}")
    content = state.contents.get(ReaderName(place))
    return ForeignCardKey(trouble, content.keys[0] if content and content.keys else place)


def _trouble_notice(state: State, place: str, trouble: Trouble, now: Instant) -> Notice:
    return Notice(
        notice_id=NoticeId(NoticeKind.TROUBLE, place),
        title=text(TROUBLE_TITLES[trouble]),
        body=remedy(trouble, place, programs_at(state, ReaderName(place))),
        dedup_keys=(_trouble_key(state, place, trouble, now),),
        urgency=Urgency.LOW,
    )
