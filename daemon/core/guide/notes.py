"""What to know beside a step."""

from collections.abc import Iterator

from config.i18n.text import Phrase, Sentence
from config.workflows import Destination, WorkflowKind
from daemon.core.expiry import expired
from daemon.core.guide.context import GuideContext
from daemon.core.guide.sentences import fill_text


def notes(context: GuideContext) -> Iterator[Sentence]:
    """Yield the notes of a page, the most important first."""
    yield from _recalls(context)
    yield from _order_in_time(context)
    yield from _unkept_certificate(context)


def _recalls(context: GuideContext) -> Iterator[Sentence]:
    """Yield the words of the recalls that end these keys."""
    entries = (context.case.status.current, context.case.status.pending)
    recalls = dict.fromkeys(entry.recall for entry in entries if entry is not None)
    yield from (Phrase(recall.text) for recall in recalls if recall is not None)


def _order_in_time(context: GuideContext) -> Iterator[Sentence]:
    """Yield by when to order, or that it is late."""
    case, last = context.case, context.case.order_by
    if last is None or case.is_ordered or case.path is None or case.path.kind is not WorkflowKind.ORDER:
        return
    if context.now <= last:
        yield fill_text(context, "guide.order_by", order_by=last)
    elif not expired(case.status.current.not_after, context.now):
        yield fill_text(context, "guide.order_late")


def _unkept_certificate(context: GuideContext) -> Iterator[Sentence]:
    """Yield how a certificate that was not kept is read."""
    step, new = context.step, context.roles.new
    if step is not None and Destination.CERTIFICATE in step.offers and new is not None and not new.seen.certificate.der:
        yield fill_text(context, "guide.save.plug_in")
