"""A message about the renewal, to whom the user likes."""

from collections.abc import Iterator

from config.i18n.text import Phrase, Sentence, Text, text
from config.instants import Instant
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.effects import OpenMessage
from daemon.core.guide.context import GuideContext
from daemon.core.guide.sentences import fill_text, fill_wording
from daemon.core.views.guide import Action, ActionRank


def message_actions(context: GuideContext) -> Iterator[Action[Sentence]]:
    """Yield the offer of a message."""
    if context.case.path is not None:
        label = text("guide.message")
        id_ = ActionId(ActionKind.MESSAGE)
        yield Action(id=id_, label=label, copy=_body(context), rank=ActionRank.RARE)


def message(context: GuideContext) -> OpenMessage:
    """Return the message. It names no one."""
    subject = text("message.subject", procedure=Phrase(context.procedure.title), date=_end(context))
    return OpenMessage(subject=subject, body=_body(context))


def _body(context: GuideContext) -> Text:
    step: Sentence = text("button.guide")
    if context.step is not None:
        step = fill_wording(context, context.step.title)
    procedure, platform = Phrase(context.procedure.title), context.procedure.platform_url or ""
    return fill_text(context, "message.body", procedure=procedure, date=_end(context), step=step, platform=platform)


def _end(context: GuideContext) -> Instant:
    return context.case.status.current.not_after
