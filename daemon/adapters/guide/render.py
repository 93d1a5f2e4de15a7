"""Puts the core's view of the guide into words: a `GuideView` becomes a `Page`."""

from dataclasses import fields, is_dataclass
from typing import Any

from config.i18n.text import Phrase, Text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import (
    Page,
    PageAction,
    PageBar,
    PageCertificate,
    PageProblem,
    PageStep,
    PageTimeline,
)
from daemon.core.views import guide as core

KINDS: dict[type, type] = {
    core.StepSummary: PageStep,
    core.Action: PageAction,
    core.ProblemEntry: PageProblem,
    core.Bar: PageBar,
    core.Timeline: PageTimeline,
    core.CertificateCard: PageCertificate,
}


def page_of(view: core.GuideView, translator: Translator, number: int) -> Page:
    """Return the view in the words of `texts`, as the page with this number."""
    return Page(**_parts(view, translator) | {"language": translator.language, "number": number})


def _parts(value: Any, translator: Translator) -> dict[str, Any]:
    names = {field.name: "copy" if field.name == "does" else field.name for field in fields(value)}
    return {names[name]: _worded(getattr(value, name), translator) for name in names}


def _worded(value: Any, translator: Translator) -> Any:
    match value:
        case Text() | Phrase():
            return translator.render(value)
        case tuple():
            return tuple(_worded(part, translator) for part in value)
        case _ if isinstance(value, core.Does):
            return value.content if isinstance(value, core.Copying) else None  # what else is done is the daemon's
        case _ if is_dataclass(value):
            return KINDS[type(value)](**_parts(value, translator))
        case _:
            return value
