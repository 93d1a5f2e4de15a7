"""Small workflows with every kind of step, for the guide's tests."""

from datetime import timedelta

from config.i18n.wording import Wording
from config.workflows import Destination, Ends, KnownProblem, Limit, Needs, Step, Workflow, WorkflowKind

LINK_LIFE = timedelta(hours=24)
MAILED = Limit(since="ask", span=LINK_LIFE, back_to="old_in")


def word(delivered: str) -> Wording:
    """Return a wording that is the same in both languages."""
    return Wording(en=delivered, fr=delivered)


def a_step(
    id_: str, ends: Ends = Ends.CONFIRMED, needs: Needs = Needs.NOTHING, *offers: Destination, limit: bool = False
) -> Step:
    """Make a step whose wordings are its id."""
    return Step(
        id=id_,
        title=word(id_),
        text=word(f"{id_} {{old_key}} {{new_key}}"),
        ends=ends,
        needs=needs,
        offers=offers,
        limit=MAILED if limit else None,
    )


def a_workflow(kind: WorkflowKind, *steps: Step, known_problems: tuple[KnownProblem, ...] = ()) -> Workflow:
    """Make a workflow of these steps."""
    return Workflow(kind=kind, title=word(kind), steps=steps, known_problems=known_problems)


ORDER = a_workflow(
    WorkflowKind.ORDER,
    a_step("open", Ends.LAUNCHED, Needs.NOTHING, Destination.ORDER_PAGE),
    a_step("ordered"),
    a_step("wait", Ends.CERTIFICATE_SEEN),
)
ACTIVATE = a_workflow(
    WorkflowKind.ACTIVATE,
    a_step("new_in", Ends.NEW_IN),
    a_step("start", Ends.CONFIRMED, Needs.NEW, Destination.TOOL),
    a_step("activate", Ends.ACTIVATED, Needs.NEW),
)
ADD_WITH_OLD = a_workflow(
    WorkflowKind.ADD_WITH_OLD,
    a_step("old_in", Ends.OLD_IN),
    a_step("log_in", Ends.CONFIRMED, Needs.OLD, Destination.PLATFORM),
    a_step("ask", Ends.CONFIRMED, Needs.OLD),
    a_step("close", limit=True),
    a_step("old_out", Ends.OLD_OUT, limit=True),
    a_step("new_in", Ends.NEW_IN, limit=True),
    a_step("click", Ends.CONFIRMED, Needs.NEW, limit=True),
    a_step("check", Ends.CONFIRMED, Needs.NEW),
    known_problems=(
        KnownProblem(id="too_old", title=word("too old"), text=word("too old"), back_to="old_in"),
        KnownProblem(id="suspended", title=word("suspended"), text=word("suspended")),
    ),
)
ASSOCIATE_NEW = a_workflow(
    WorkflowKind.ASSOCIATE_NEW,
    a_step("new_in", Ends.NEW_IN),
    a_step("log_in", Ends.CONFIRMED, Needs.NEW, Destination.PLATFORM),
    a_step("write", Ends.LAUNCHED, Needs.NOTHING, Destination.SUPPORT_MAIL, Destination.SERIAL),
    a_step("opens", Ends.CONFIRMED, Needs.NEW, Destination.PLATFORM),
    known_problems=(KnownProblem(id="first_time", title=word("first time"), text=word("first time"), final=True),),
)
CLEAN_UP = a_workflow(
    WorkflowKind.CLEAN_UP,
    a_step("new_in", Ends.NEW_IN),
    a_step("remove", Ends.CONFIRMED, Needs.NEW, Destination.PLATFORM),
)
WORKFLOWS = {workflow.kind: workflow for workflow in (ORDER, ACTIVATE, ADD_WITH_OLD, ASSOCIATE_NEW, CLEAN_UP)}
