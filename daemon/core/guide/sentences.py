"""Fills the sentences of the guide with keys, dates and names."""

from config.i18n.text import Argument, Phrase, Text, text
from config.i18n.wording import Wording
from config.settings import Procedure
from daemon.core.caching import memoize_last
from daemon.core.expiry import DAY, earlier
from daemon.core.guide.context import GuideContext
from daemon.core.holders import LineageEntry
from daemon.core.notice_words import issuer_words, last_day_with_old, lead_words
from daemon.core.renewal import last_moment_with_old
from daemon.core.views.guide import BarRole

Arguments = tuple[tuple[str, Argument], ...]

KEY_LABELS = {BarRole.OLD: "key.old", BarRole.NEW: "key.new", BarRole.OTHER: "key.only"}
NAMED_KEY_LABELS = {BarRole.OLD: "key.old_named", BarRole.NEW: "key.new_named", BarRole.OTHER: "key.only_named"}


@memoize_last
def sentence_arguments(context: GuideContext) -> Arguments:
    """Return the arguments that sentences of the guide may use."""
    roles = context.roles
    procedure = context.procedure
    named: dict[str, Argument] = {
        "old_key": key_label(_role_of_old(context), _only(context, roles.old)),
        "new_key": key_label(_role_of_new(context), _only(context, roles.new)),
        "holder": holder_label(context.case.lineage.holder),
        "last_day": _last_day(context),
        "old_ends": _end(roles.old),
        "new_ends": _end(roles.new),
        "lead": lead_words(procedure),
        "issuer": _issuer(procedure),
        "tool": procedure.tool_name or "",
        "support_phone": procedure.support_phone or "",
        "issuer_support": procedure.issuer_support or "",
    }
    return tuple(named.items())


def fill_wording(context: GuideContext, wording: Wording) -> Phrase:
    """Return a wording of the procedure with its arguments."""
    return Phrase(wording, sentence_arguments(context))


def fill_text(context: GuideContext, id_: str, **more: Argument) -> Text:
    """Return a text of the catalogue with its arguments."""
    return Text(id_, (*sentence_arguments(context), *more.items()))


def key_label(role: BarRole, entry: LineageEntry | None) -> Text:
    """Return how sentences name a key, with the user's own name."""
    if entry is None or not entry.key.name:
        return text(KEY_LABELS[role])
    return text(NAMED_KEY_LABELS[role], name=entry.key.name)


def _only(context: GuideContext, entry: LineageEntry | None) -> LineageEntry | None:
    """Return the key that words may name.

    None where a spare one serves as well, and neither is in.
    """
    if entry is None or entry.key.id in context.assessment.present_keys or not context.case.spares_of(entry):
        return entry
    return None


def holder_label(holder: str) -> str | Text:
    """Return the name of a holder, or "unknown holder"."""
    return holder or text("holder.unknown")


def _issuer(procedure: Procedure) -> Argument:
    """Return the issuer's name, and how to reach it if known."""
    name = issuer_words(procedure)
    if procedure.issuer_support is None:
        return name
    return text("issuer.reached", issuer=name, contact=procedure.issuer_support)


def _role_of_old(context: GuideContext) -> BarRole:
    """Return OLD for the key in use once another is known."""
    if context.roles.new is None and context.roles.old is not None:
        return BarRole.OTHER
    return BarRole.OLD


def _role_of_new(context: GuideContext) -> BarRole:
    """Return the role of the newest key, NEW or OTHER."""
    if context.roles.old is not None or context.workflow is not None:
        return BarRole.NEW
    return BarRole.OTHER


def _last_day(context: GuideContext) -> Argument:
    """Return the last day for step 2-A, on it the hour."""
    if context.roles.old is None:
        return text("key.no_date")
    last = last_moment_with_old(context.case.lineage, context.case.status.current)
    if last <= context.now:
        return text("date.last", last=context.roles.old.not_after)
    if earlier(last, DAY) <= context.now:
        return text("date.last", last=last)
    return text("date.last_day", day=last_day_with_old(context.case))


def _end(entry: LineageEntry | None) -> Argument:
    if entry is None:
        return text("key.no_date")
    return entry.not_after
