"""The sentences that the pages share: what keys are called, and when they end."""

from config.i18n.text import Argument, Phrase, Text, text
from config.i18n.wording import Wording
from daemon.core.guide.context import GuideContext, KeyRoles
from daemon.core.holders import LineageEntry

Args = tuple[tuple[str, Argument], ...]


def words(context: GuideContext) -> Args:
    """Return the arguments that wordings and texts of the guide may name."""
    roles = context.roles
    named = {
        "old_key": key_words("old", roles.old),
        "new_key": key_words("new" if roles.old or context.workflow else "only", roles.new),
        "holder": holder_words(context.case.lineage.holder),
        "old_ends": _end(roles.old),
        "new_ends": _end(roles.new),
        "tool": context.procedure.tool.name,
    }
    return tuple(named.items())


def phrase(context: GuideContext, wording: Wording) -> Phrase:
    """Fill a wording of the procedure."""
    return Phrase(wording, words(context))


def say(context: GuideContext, id_: str, **more: Argument) -> Text:
    """Fill a text of the catalogue."""
    return Text(id_, (*words(context), *more.items()))


def key_words(what: str, entry: LineageEntry | None) -> Text:
    """Return what a key is called, with the user's name for it if any."""
    name = entry.key.name if entry else ""
    return text(f"key.{what}_named", name=name) if name else text(f"key.{what}")


def holder_words(holder: str) -> str | Text:
    """Return a holder's name, or the words for a nameless one."""
    return holder or text("holder.unknown")


def bar_words(roles: KeyRoles) -> tuple[Text, Text]:
    """Return the labels of the timeline's bars."""
    return key_words("old", roles.old), key_words("new" if roles.old else "only", roles.new)


def _end(entry: LineageEntry | None) -> Argument:
    return entry.not_after if entry else text("key.no_date")
