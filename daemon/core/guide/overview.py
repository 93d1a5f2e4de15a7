"""The place of a page in the whole renewal, and who helps."""

from collections.abc import Iterator
from itertools import groupby

from config.i18n.text import Sentence, text
from config.settings import Procedure
from config.values import replace
from config.workflows import Destination, Ends, Needs, Step, Workflow, WorkflowKind
from daemon.core.guide.context import GuideContext
from daemon.core.guide.sentences import fill_text
from daemon.core.notice_words import last_day_with_old
from daemon.core.state import State
from daemon.core.views.guide import GuideView, StepStatus, StepSummary
from daemon.core.workflows.workflow import wanted

PHASES = {  # of a renewal by a new key, in order
    "order": "guide.phase.order",
    "activate": "guide.phase.activate",
    "register": "guide.phase.register",
    "finish": "guide.phase.finish",
}
PHASE_OF = {
    WorkflowKind.ORDER: "order",
    WorkflowKind.ACTIVATE: "activate",
    WorkflowKind.ADD_WITH_OLD: "register",
    WorkflowKind.ASSOCIATE_NEW: "register",
    WorkflowKind.CLEAN_UP: "finish",
}
MINUTES = {WorkflowKind.ACTIVATE: 10, WorkflowKind.ADD_WITH_OLD: 12, WorkflowKind.CLEAN_UP: 5}  # for all steps
AWAITED = {
    Ends.OLD_IN: "guide.awaited.old_in",
    Ends.NEW_IN: "guide.awaited.new_in",
    Ends.OLD_OUT: "guide.awaited.old_out",
    Ends.NEW_OUT: "guide.awaited.new_out",
}
SWAP = "swap"
PREPARE = "prepare"
GROUPS = {
    PREPARE: "guide.group.prepare",
    Needs.OLD.value: "guide.group.old",
    SWAP: "guide.group.swap",
    Needs.NEW.value: "guide.group.new",
}


def with_overview(context: GuideContext, page: GuideView[Sentence], *, finished: bool = False) -> GuideView[Sentence]:
    """Return the page with its place in the whole renewal."""
    return replace(
        page,
        phases=tuple(_phases(_phase(context, finished=finished))),
        eyebrow=_eyebrow(context, page),
        outline=tuple(_outline(context, page)),
        notes=(*_about_waiting(context), *page.notes),
        awaited=_awaited(context),
        needs=_needs(context),
        contacts=tuple(contacts(context)),
        addresses=tuple(_addresses(context.procedure)),
    )


def _phase(context: GuideContext, *, finished: bool) -> str | None:
    if finished:
        return "finish"
    if context.workflow is None:
        return None
    return PHASE_OF.get(context.workflow.kind)


def contacts(context: GuideContext) -> Iterator[Sentence]:
    """Yield whom to call, and for what."""
    procedure = context.procedure
    yield from office_contacts(context.state)
    if procedure.issuer_support:
        yield fill_text(context, "guide.contact.issuer_known")
    else:
        yield fill_text(context, "guide.contact.issuer")
    yield fill_text(context, "guide.contact.lost")
    yield from _platform_contacts(context)
    if Destination.TOOL in procedure.reachable and procedure.tool and procedure.tool.download_url:
        yield fill_text(context, "guide.contact.tool", address=procedure.tool.download_url)


def _addresses(procedure: Procedure) -> Iterator[Sentence]:
    """Yield where the account is, and where a key is ordered."""
    if procedure.platform_url is not None:
        yield text("guide.address.platform", address=procedure.platform_url)
    if procedure.order_url is not None:
        yield text("guide.address.order", address=procedure.order_url)


def _platform_contacts(context: GuideContext) -> Iterator[Sentence]:
    procedure = context.procedure
    if procedure.support_phone:
        yield fill_text(context, "guide.contact.phone")
    if procedure.support_email:
        yield fill_text(context, "guide.contact.mail", address=procedure.support_email)
    if not procedure.support_phone and not procedure.support_email:
        yield fill_text(context, "guide.contact.platform")


def office_contacts(state: State) -> Iterator[Sentence]:
    """Yield whom to ask in this office, by the administrator's word."""
    support = state.settings.office.support_line
    if support is not None:
        yield text("guide.contact.office", support=support)


def _phases(current: str | None) -> Iterator[StepSummary[Sentence]]:
    if current is None:
        return
    before = True
    for phase, title in PHASES.items():
        status = _status_of_phase(phase, current, before=before)
        before = before and phase != current
        yield StepSummary(id=phase, title=text(title), status=status)


def _status_of_phase(phase: str, current: str, *, before: bool) -> StepStatus:
    if phase == current:
        return StepStatus.CURRENT
    return StepStatus.DONE if before else StepStatus.AHEAD


def _eyebrow(context: GuideContext, page: GuideView[Sentence]) -> Sentence | None:
    """Return the step's number, and about how long is left."""
    statuses = [step.status for step in page.steps]
    if context.workflow is None or StepStatus.CURRENT not in statuses:
        return None
    at, total = statuses.index(StepStatus.CURRENT), len(statuses)
    if context.step is not None and context.step.ends is Ends.CERTIFICATE_SEEN and _brings_a_key(context):
        return _ordered_on(context)
    minutes = MINUTES.get(context.workflow.kind)
    if minutes is None:
        return text("guide.eyebrow", number=at + 1, total=total)
    left = max(1, minutes * (total - at) // total)
    return text("guide.eyebrow.minutes", number=at + 1, total=total, count=left)


def _ordered_on(context: GuideContext) -> Sentence | None:
    """Return when the key was ordered, by the user's word."""
    if context.progress is None or context.workflow is None:
        return None
    done = context.progress.done
    ordered = min((done[step.id] for step in context.workflow.steps if step.id in done), default=None)
    if ordered is None:
        return None
    return text("guide.eyebrow.ordered", date=ordered)


def _about_waiting(context: GuideContext) -> Iterator[Sentence]:
    """Yield what to know while an ordered key is on its way."""
    if context.step is None or context.step.ends is not Ends.CERTIFICATE_SEEN:
        return
    expected = context.case.expected
    if expected is not None and context.now < expected:
        yield fill_text(context, "guide.ordered.until", expected=expected)
    elif expected is not None:
        yield fill_text(context, "guide.ordered.late", expected=expected)
    last = last_day_with_old(context.case)
    if _brings_a_key(context) and context.now < last:
        yield fill_text(context, "guide.ordered.keep", last=last)


def _brings_a_key(context: GuideContext) -> bool:
    """Return whether another key is to come."""
    return context.workflow is None or context.workflow.kind is not WorkflowKind.RENEW


def _needs(context: GuideContext) -> Needs:
    if context.step is None:
        return Needs.NOTHING
    return wanted(context.step)


def _awaited(context: GuideContext) -> Sentence | None:
    if context.step is None or context.step.ends not in AWAITED:
        return None
    return text(AWAITED[context.step.ends])


def _outline(context: GuideContext, page: GuideView[Sentence]) -> Iterator[StepSummary[Sentence]]:
    """Yield the steps, or the groups that two keys make."""
    workflow = context.workflow
    if workflow is None or workflow.kind is not WorkflowKind.ADD_WITH_OLD:
        yield from page.steps
        return
    statuses = {step.id: step.status for step in page.steps}
    for group, steps in groupby(workflow.steps, lambda step: _group(step, workflow)):
        inside = {statuses.get(step.id, StepStatus.AHEAD) for step in steps}
        yield StepSummary(id=group, title=text(GROUPS[group]), status=_group_status(inside))


def _group(step: Step, workflow: Workflow) -> str:
    """Return the key that a step uses, "swap" or "prepare"."""
    if step is workflow.steps[0] and wanted(step) is Needs.NOTHING:
        return PREPARE
    if step.ends in {Ends.OLD_OUT, Ends.NEW_IN} or (step.ends is not Ends.OLD_IN and step.needs is Needs.NOTHING):
        if step is workflow.steps[-1]:
            return Needs.NEW.value
        return SWAP
    return wanted(step).value


def _group_status(inside: set[StepStatus]) -> StepStatus:
    if StepStatus.CURRENT in inside or len(inside) > 1:
        return StepStatus.CURRENT
    return next(iter(inside))
