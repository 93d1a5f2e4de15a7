"""Notices of what stands between the person and the key: a dead service, a card that nothing reads."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from config.i18n.text import text
from config.workflows import WorkflowKind
from daemon.core.assessment import Assessment
from daemon.core.card_reads import RETRIED, RETRY_AFTER
from daemon.core.due_notices import was_delivered
from daemon.core.expiry import later
from daemon.core.labels import TROUBLE_REMEDIES, TROUBLE_TITLES
from daemon.core.model import ReaderState
from daemon.core.notice import Notice, Urgency
from daemon.core.state import State
from daemon.core.troubles import Trouble

BLIND_PATIENCE = timedelta(seconds=60)
TROUBLE_KEY_PREFIX = "trouble|"
TROUBLE_KEYS_KEPT = timedelta(days=60)
RELEASED = datetime.fromisoformat("2026-11-01T00:00:00Z")
NOTIFIED_TROUBLES = RETRIED | {Trouble.CARD_MUTE, Trouble.READER_STALE, Trouble.NO_CERTIFICATE, Trouble.PIN_LOCKED}


def trouble_notices(state: State, assessment: Assessment, now: datetime) -> Iterator[Notice]:
    """Yield the troubles to tell now; each at most once a day, an unreadable card once a week."""
    activating = any(c.path and c.path.kind is WorkflowKind.ACTIVATE for c in assessment.cases)
    candidates = [("service", service_trouble(state, now))]
    for reader in state.held:
        content = state.contents.get(reader.name)
        trouble = pressing_trouble(state, reader)
        patient = content and trouble in RETRIED and content.attempts <= len(RETRY_AFTER)
        blank_is_known = trouble is Trouble.NO_CERTIFICATE and activating
        if not patient and not blank_is_known:
            candidates.append((reader.name, trouble))
    for place, trouble in candidates:
        if trouble in NOTIFIED_TROUBLES or place == "service":
            notice = _trouble_notice(place, trouble, now) if trouble else None
            if notice and not was_delivered(state.memory, notice.dedup_keys[0], now):
                yield notice


def reader_trouble(state: State, reader: ReaderState) -> Trouble | None:
    """Return what is wrong in one reader: the card's trouble; the reader's own where that is why nothing reads it."""
    content = state.contents.get(reader.name)
    found = content.trouble if content else None
    return reader.trouble or found if found in {None, Trouble.CARD_UNREAD} else found


def pressing_trouble(state: State, reader: ReaderState) -> Trouble | None:
    """Return what is wrong in one reader, unless it is a card that nothing reads beside a key: a bank card, say."""
    found = reader_trouble(state, reader)
    beside_a_key = any(content.keys for content in state.contents.values())
    return None if found is Trouble.CARD_UNREAD and beside_a_key else found


def service_trouble(state: State, now: datetime) -> Trouble | None:
    """Return what is wrong with the service, once it has lasted: it may just be restarting."""
    if state.blind_since is None or now < later(state.blind_since, BLIND_PATIENCE):
        return None
    return state.service_trouble


def clock_wrong(now: datetime) -> bool:
    """Tell whether the clock shows a time before this program existed: no date can be judged by it."""
    return now < RELEASED


def trouble_moments(state: State) -> Iterator[datetime]:
    """Yield when a trouble that is waited out becomes worth telling."""
    if state.blind_since is not None:
        yield later(state.blind_since, BLIND_PATIENCE)


def _trouble_notice(place: str, trouble: Trouble, now: datetime) -> Notice:
    year, week, _ = now.isocalendar()
    when = f"{year}-W{week}" if trouble is Trouble.CARD_UNREAD else f"{now:%Y-%m-%d}"
    return Notice(
        tag=f"{TROUBLE_KEY_PREFIX}{place}",
        title=text(TROUBLE_TITLES[trouble]),
        body=text(TROUBLE_REMEDIES[trouble], reader=place),
        dedup_keys=(f"{TROUBLE_KEY_PREFIX}{trouble}|{place}|{when}",),
        urgency=Urgency.LOW,
    )
