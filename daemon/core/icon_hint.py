"""The notice that tells once where Windows 11 hides the icon."""

from collections.abc import Iterator
from datetime import timedelta

from config.i18n.text import text
from config.instants import Instant
from daemon.core.dedup_keys import IconHintKey
from daemon.core.expiry import later
from daemon.core.notice import Notice, NoticeId, NoticeKind, Urgency
from daemon.core.state import State
from daemon.core.subjects import was_delivered

AFTER_START = timedelta(seconds=10)  # the icon is there by then
ICON_HINT = Notice(
    notice_id=NoticeId(NoticeKind.ICON_HINT),
    title=text("notice.icon_hint.title"),
    body=text("notice.icon_hint.body"),
    button=text("button.taskbar"),
    dedup_keys=(IconHintKey(),),
    urgency=Urgency.LOW,
)


def icon_hint_moments(state: State, now: Instant) -> Iterator[Instant]:
    """Yield when to tell it, unless it was told."""
    if state.hides_new_icons and state.arrived is not None and not was_delivered(state.memory, IconHintKey(), now):
        yield later(state.arrived, AFTER_START)


def icon_hints(state: State, now: Instant) -> Iterator[Notice]:
    """Yield the notice once its moment has come."""
    if any(moment <= now for moment in icon_hint_moments(state, now)):
        yield ICON_HINT
