"""Draws the validities of the old and the new key."""

from collections.abc import Iterator

from config.i18n.text import Sentence
from config.instants import Instant
from config.workflows import WorkflowKind
from daemon.core.guide.context import GuideContext, KeyRoles
from daemon.core.guide.sentences import key_label
from daemon.core.holders import LineageEntry
from daemon.core.renewal import last_moment_with_old
from daemon.core.views.guide import Bar, BarRole, Timeline


def timeline(context: GuideContext) -> Timeline[Sentence]:
    """Return the validities of the old and the new key."""
    now = context.now.replace(minute=0, second=0, microsecond=0)
    return Timeline(bars=tuple(_bars(context.roles)), now=now, stretch=_time_with_old(context))


def _bars(roles: KeyRoles) -> Iterator[Bar[Sentence]]:
    role_of_new = BarRole.OTHER
    if roles.old is not None:
        role_of_new = BarRole.NEW
        yield _bar(BarRole.OLD, roles.old)
    if roles.new is not None:
        yield _bar(role_of_new, roles.new)


def _bar(role: BarRole, entry: LineageEntry) -> Bar[Sentence]:
    return Bar(role=role, label=key_label(role, entry), begins=entry.not_before, ends=entry.not_after)


def _time_with_old(context: GuideContext) -> tuple[Instant, Instant] | None:
    """Return the time in which step 2-A of the procedure is possible."""
    old, new, path = context.roles.old, context.roles.new, context.case.path
    if path is None or old is None or new is None or WorkflowKind.ADD_WITH_OLD not in {path.kind, path.then}:
        return None
    begins, ends = new.not_before, last_moment_with_old(context.case.lineage, old)
    if ends <= begins:
        return None
    return begins, ends
