"""The current step of a workflow."""

from collections.abc import Callable, Collection, Sequence

from config.workflows import Destination, Ends, Needs, Step, Workflow

CARD_CONDITIONS = {Ends.OLD_IN, Ends.NEW_IN, Ends.OLD_OUT, Ends.NEW_OUT}
PUT_IN = {Needs.OLD: Ends.OLD_IN, Needs.NEW: Ends.NEW_IN}

Holds = Callable[[Ends], bool]


def current_step(workflow: Workflow, done: Collection[str], holds: Holds) -> Step | None:
    """Return the current step, or None when nothing is left.

    That is the first step not done. A card that must be inserted or removed before it comes first. Where the card
    that it needs was removed, it is the nearest earlier step that inserts this card.
    """
    steps = workflow.steps
    at = _first_open(steps, done, holds)
    awaited = _awaited_card(steps[:at], holds)
    if awaited is not None or at == len(steps):
        return awaited
    step = steps[at]
    if step.needs is Needs.NOTHING or holds(PUT_IN[step.needs]):
        return step
    return next((s for s in reversed(steps[:at]) if s.ends is PUT_IN[step.needs]), step)


def _first_open(steps: Sequence[Step], done: Collection[str], holds: Holds) -> int:
    """Return the index of the first step not done, or their number.

    Steps that only move a card are left out: they are done while the card is in its place. A new certificate that was
    read shows that all steps up to it are done.
    """
    begin = _read_certificate(steps, holds)
    for index, step in enumerate(steps[begin:], begin):
        if step.ends not in CARD_CONDITIONS and step.id not in done and not holds(step.ends):
            return index
    return len(steps)


def _read_certificate(steps: Sequence[Step], holds: Holds) -> int:
    """Return the number of steps that a certificate read has ended."""
    return max((n for n, s in enumerate(steps, 1) if s.ends is Ends.CERTIFICATE_SEEN and holds(s.ends)), default=0)


def _awaited_card(steps: Sequence[Step], holds: Holds) -> Step | None:
    """Return the first recent step whose card is not in its place.

    Only the steps that move a card count, back to the last one that does not.
    """
    begin = 1 + max((n for n, s in enumerate(steps) if s.ends not in CARD_CONDITIONS), default=-1)
    return next((s for s in steps[begin:] if not holds(s.ends)), None)


def since(workflow: Workflow, step: str) -> tuple[Step, ...]:
    """Return this step and all after it. Empty for an unknown one."""
    at = next((n for n, s in enumerate(workflow.steps) if s.id == step), len(workflow.steps))
    return workflow.steps[at:]


def first_offer(workflow: Workflow, holds: Holds) -> tuple[Destination, ...]:
    """Return what the workflow opens first, if it opens anything.

    Steps before a certificate that was read count no longer.
    """
    steps = workflow.steps[_read_certificate(workflow.steps, holds) :]
    return next((step.offers[:1] for step in steps if step.offers), ())


def wanted(step: Step) -> Needs:
    """Return the key that a step needs or has inserted."""
    return next((needs for needs, ends in PUT_IN.items() if step.ends is ends), step.needs)
