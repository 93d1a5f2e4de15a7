"""Makes many notices at once into one."""

from config.i18n.text import text
from daemon.core.dedup_keys import DedupKey, HolderKey, UseKey
from daemon.core.notice import Notice, NoticeId, NoticeKind, Urgency

AT_ONCE = 5
FLOOD = NoticeId(NoticeKind.SUMMARY)


def _told(notice: Notice) -> tuple[DedupKey, ...]:
    """Return what of a notice is told in the digest, too."""
    if notice.notice_id.kind is NoticeKind.QUESTION:
        return notice.dedup_keys
    return tuple(key for key in notice.dedup_keys if not isinstance(key, HolderKey | UseKey))


def summarize(due: list[Notice]) -> list[Notice]:
    """Return the notices, more than five as one.

    That one carries the dedup keys of all, but for the questions in a notice: it does not ask them.
    """
    if len(due) <= AT_ONCE:
        return due
    is_critical = any(notice.urgency is Urgency.CRITICAL for notice in due)
    return [
        Notice(
            notice_id=FLOOD,
            title=text("notice.flood.title", number=len(due)),
            body=text("notice.flood.body"),
            button=text("button.guide"),
            dedup_keys=tuple(dedup_key for notice in due for dedup_key in _told(notice)),
            urgency=Urgency.CRITICAL if is_critical else Urgency.NORMAL,
        )
    ]
