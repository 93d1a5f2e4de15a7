"""Small courses with every kind of step, for the tests of the guide."""

from datetime import timedelta

from config.i18n.wording import Wording
from config.workflows import Course, CourseKind, Ends, Limit, Needs, Offer, Refusal, Step

LINK_LIFE = timedelta(hours=24)
MAILED = Limit(since="ask", span=LINK_LIFE, back_to="old_in")


def word(delivered: str) -> Wording:
    """Say the same in both languages."""
    return Wording(en=delivered, fr=delivered)


def a_step(id_: str, ends: Ends = Ends.SAID, needs: Needs = Needs.NOTHING, *offers: Offer, limit: bool = False) -> Step:
    """Make a step whose words are its id."""
    return Step(
        id=id_,
        title=word(id_),
        text=word(f"{id_} {{old_key}} {{new_key}}"),
        ends=ends,
        needs=needs,
        offers=offers,
        limit=MAILED if limit else None,
    )


def a_course(kind: CourseKind, *steps: Step, refusals: tuple[Refusal, ...] = ()) -> Course:
    """Make a course of these steps."""
    return Course(kind=kind, title=word(kind), steps=steps, refusals=refusals)


ORDER = a_course(
    CourseKind.ORDER,
    a_step("open", Ends.LAUNCHED, Needs.NOTHING, Offer.ORDER_PAGE),
    a_step("ordered"),
    a_step("wait", Ends.CERTIFICATE_SEEN),
)
ACTIVATE = a_course(
    CourseKind.ACTIVATE,
    a_step("new_in", Ends.NEW_IN),
    a_step("start", Ends.SAID, Needs.NEW, Offer.TOOL),
    a_step("activate", Ends.ACTIVATED, Needs.NEW),
)
ADD_WITH_OLD = a_course(
    CourseKind.ADD_WITH_OLD,
    a_step("old_in", Ends.OLD_IN),
    a_step("log_in", Ends.SAID, Needs.OLD, Offer.PLATFORM),
    a_step("ask", Ends.SAID, Needs.OLD),
    a_step("close", limit=True),
    a_step("old_out", Ends.OLD_OUT, limit=True),
    a_step("new_in", Ends.NEW_IN, limit=True),
    a_step("click", Ends.SAID, Needs.NEW, limit=True),
    a_step("check", Ends.SAID, Needs.NEW),
    refusals=(
        Refusal(id="too_old", title=word("too old"), text=word("too old"), back_to="old_in"),
        Refusal(id="suspended", title=word("suspended"), text=word("suspended")),
    ),
)
ASSOCIATE_NEW = a_course(
    CourseKind.ASSOCIATE_NEW,
    a_step("new_in", Ends.NEW_IN),
    a_step("log_in", Ends.SAID, Needs.NEW, Offer.PLATFORM),
    a_step("write", Ends.LAUNCHED, Needs.NOTHING, Offer.MAIL, Offer.SERIAL),
    a_step("opens", Ends.SAID, Needs.NEW, Offer.PLATFORM),
    refusals=(Refusal(id="first_time", title=word("first time"), text=word("first time"), final=True),),
)
CLEAN_UP = a_course(
    CourseKind.CLEAN_UP,
    a_step("new_in", Ends.NEW_IN),
    a_step("remove", Ends.SAID, Needs.NEW, Offer.PLATFORM),
)
COURSES = {course.kind: course for course in (ORDER, ACTIVATE, ADD_WITH_OLD, ASSOCIATE_NEW, CLEAN_UP)}
