"""Whether a new key was ordered, by the person's own word."""

from config.workflows import Ends, WorkflowKind
from daemon.core.assessment import RenewalCase
from daemon.core.model import Memory
from daemon.core.workflows.workflow import current_step


def is_ordered(case: RenewalCase, memory: Memory) -> bool:
    """Tell whether all that is left of the order is to wait for the new key."""
    progress = memory.progress.get(case.id)
    workflow = case.lineage.procedure.workflows.get(WorkflowKind.ORDER)
    if progress is None or workflow is None or progress.workflow is not workflow.kind:
        return False
    step = current_step(workflow, progress.done, lambda _ends: False)
    return step is not None and step.ends is Ends.CERTIFICATE_SEEN and bool(progress.done)
