"""The current step of a workflow, from what is done and which cards are inserted."""

from collections.abc import Callable, Collection

from config.workflows import Ends, Needs, Step, Workflow

CARD_CONDITIONS = {Ends.OLD_IN, Ends.NEW_IN, Ends.OLD_OUT, Ends.NEW_OUT}
PUT_IN = {Needs.OLD: Ends.OLD_IN, Needs.NEW: Ends.NEW_IN}

Holds = Callable[[Ends], bool]


def current_step(workflow: Workflow, done: Collection[str], holds: Holds) -> Step | None:
    """Return the step of the moment, None when nothing is left.

    That is the first one not done; before it, a card's place that the steps since the last one done ask for; and
    where the card that it needs has gone, the nearest earlier step that puts it in.
    """
    steps = workflow.steps
    open_ = [n for n, s in enumerate(steps) if s.ends not in CARD_CONDITIONS and s.id not in done and not holds(s.ends)]
    at = open_[0] if open_ else len(steps)
    begin = 1 + max((n for n, s in enumerate(steps[:at]) if s.ends not in CARD_CONDITIONS), default=-1)
    awaited = next((s for s in steps[begin:at] if not holds(s.ends)), None)
    if awaited is not None or not open_:
        return awaited
    step = steps[at]
    if step.needs is Needs.NOTHING or holds(PUT_IN[step.needs]):
        return step
    return next((s for s in reversed(steps[:at]) if s.ends is PUT_IN[step.needs]), step)


def since(workflow: Workflow, step: str) -> tuple[Step, ...]:
    """Return this step and all after it, or nothing for an unknown one."""
    at = next((n for n, s in enumerate(workflow.steps) if s.id == step), len(workflow.steps))
    return workflow.steps[at:]


def wanted(step: Step) -> Needs:
    """Return the key that a step is about: the one it needs, or has put in."""
    return next((needs for needs, ends in PUT_IN.items() if step.ends is ends), step.needs)
