"""Draws the validities of the keys, and the time in which step 2-A is possible."""

from config.i18n.text import Sentence
from config.workflows import WorkflowKind
from daemon.core.guide.context import GuideContext
from daemon.core.guide.words import bar_words
from daemon.core.renewal import last_moment_with_old
from daemon.core.views.guide import Bar, BarRole, Timeline


def timeline(context: GuideContext) -> Timeline[Sentence]:
    """Return the validities of the old and the new key."""
    roles, path = context.roles, context.case.path
    old_words, new_words = bar_words(roles)
    bars: list[Bar[Sentence]] = []
    if roles.old is not None:
        bars.append(Bar(role=BarRole.OLD, label=old_words, begins=roles.old.not_before, ends=roles.old.not_after))
    if roles.new is not None:
        role = BarRole.NEW if roles.old else BarRole.OTHER
        bars.append(Bar(role=role, label=new_words, begins=roles.new.not_before, ends=roles.new.not_after))
    stretch = None
    if path is not None and WorkflowKind.ADD_WITH_OLD in {path.kind, path.then} and roles.old and roles.new:
        begins, ends = roles.new.not_before, last_moment_with_old(context.case.lineage, roles.old)
        stretch = (begins, ends) if begins < ends else None
    now = context.now.replace(minute=0, second=0, microsecond=0)
    return Timeline(bars=tuple(bars), now=now, stretch=stretch)
