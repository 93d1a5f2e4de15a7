"""The words of the notices about keys.

A title has at most 45 letters, a body two short sentences, a button 18 letters: so they fit every desktop.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from config.i18n.text import Argument, Phrase, Text, text
from config.instants import Instant, has_end
from config.settings import Procedure, Settings
from config.workflows import WorkflowKind
from daemon.core.assessment import RenewalCase
from daemon.core.dedup_keys import DedupKey, MilestoneKey, QuestionKey
from daemon.core.expiry import DAY, days_left, earlier, expired
from daemon.core.key_names import called, key_words, procedure_words
from daemon.core.model import Memory, Role
from daemon.core.notice import Notice, NoticeChoice, NoticeId, NoticeKind, Urgency
from daemon.core.renewal import Question, last_moment_with_old
from daemon.core.subjects import Subject, is_last_day, is_waiting, key_holder, was_delivered
from daemon.core.views.report import Path, Reason

SOON = 30  # days before the end from which the title presses
WITH_TIME = timedelta(hours=48)  # before that, the time of day does not matter
WEEK = timedelta(weeks=1)
MONTHS_A_YEAR = 12
MONTHS_IN_DAYS = 2  # spans of so many months, or fewer, are told in days
QUESTION_TITLES = {Question.IN_USE: "notice.in_use.title", Question.OLD_KEY: "notice.old_key.title"}
QUESTION_BODIES = {Question.IN_USE: "notice.in_use.body", Question.OLD_KEY: "notice.old_key.body"}
PATH_TITLES = {
    WorkflowKind.ACTIVATE: "notice.activate.title",
    WorkflowKind.ADD_WITH_OLD: "notice.add_with_old.title",
    WorkflowKind.ASSOCIATE_NEW: "notice.associate_new.title",
}
PATH_BUTTONS = {
    WorkflowKind.ORDER: "button.order",
    WorkflowKind.RENEW: "button.renew",
    WorkflowKind.ACTIVATE: "button.activate",
    WorkflowKind.ADD_WITH_OLD: "button.add_with_old",
    WorkflowKind.ASSOCIATE_NEW: "button.associate_new",
}
ACTIVATION_BODIES = {
    None: "notice.activate.alone",
    WorkflowKind.ADD_WITH_OLD: "notice.activate.add_with_old",
    WorkflowKind.ASSOCIATE_NEW: "notice.activate.associate_new",
}
ENDED_TITLES = {False: "notice.expired.title", True: "notice.recalled.title"}  # by whether the issuer recalls it
RENEWED_BODIES = {False: "notice.renewed", True: "notice.renewed.here"}  # by whether the key is in a reader
ASSOCIATION_BODIES = {False: "notice.associate_new.ends", True: "notice.associate_new.expired"}
LAST_ORDER_BODIES = {False: "notice.order.by", True: "notice.order.late"}  # by whether that day is past
PRESSING_BODIES = {False: "notice.order.ends", True: "notice.order.soon"}  # by whether the end is near
ORDERED_BODIES = {False: "notice.ordered.ends", True: "notice.ordered.expired"}  # by whether the key has expired
SIGNING_BODIES = {
    "notice.order.expired": "notice.signing.expired",
    "notice.order.soon": "notice.signing.soon",
    "notice.order.hours": "notice.signing.hours",
    "notice.ordered.expired": "notice.ordered.signing",
}  # of a key that never opens an account
PART_BODIES = {False: "notice.part.ends", True: "notice.part.expired"}
PART_TITLES = {  # of what ends before the login: with days left, in the last day, and ended
    Role.SIGNATURE: ("notice.signature.title", "notice.signature.last", "notice.signature.ended"),
    Role.OTHER: ("notice.other.title", "notice.other.last", "notice.other.ended"),
}
ADVISING_BODIES = {  # a question may take the place of their second sentence, which only advises
    *("notice.order.ends", "notice.order.expired", "notice.order.soon"),
    *("notice.plain.ends", "notice.plain.expired"),
    *("notice.signing.soon", "notice.signing.expired"),
}
PLAIN_BODIES = {False: "notice.plain.ends", True: "notice.plain.expired"}
BODIES_BY_ROLE = {  # of what ends before the certificate that logs in
    Role.AUTHENTICATION: PLAIN_BODIES,
    Role.SIGNATURE: {False: "notice.signature.ends", True: "notice.signature.expired"},
    Role.OTHER: {False: "notice.other.ends", True: "notice.other.expired"},
}


DUE_BODIES_BY_ROLE = {  # where the key is to be ordered as well
    Role.AUTHENTICATION: PLAIN_BODIES,
    Role.SIGNATURE: {False: "notice.signature.ends.due", True: "notice.signature.expired.due"},
    Role.OTHER: {False: "notice.other.ends.due", True: "notice.other.expired.due"},
}
SIGNING_PARTS = {  # of a key that never opens an account
    "notice.other.ends": "notice.other.ends.signing",
    "notice.other.expired": "notice.other.expired.signing",
    "notice.other.ends.due": "notice.other.ends.signing.due",
    "notice.other.expired.due": "notice.other.expired.signing.due",
}


def key_notice(
    subject: Subject,
    dedup_keys: tuple[DedupKey, ...],
    memory: Memory,
    settings: Settings,
    now: Instant,
    *,
    named: bool,
) -> Notice:
    """Return the notice about a key.

    `named`: it has to say whose key.
    """
    is_urgent = days_left(subject.not_after, now) < subject.notices(settings).urgent_days
    holder = None
    if named:
        holder = _holder(subject, memory)
    return Notice(
        notice_id=NoticeId(NoticeKind.KEY, subject.key.id),
        title=_title(subject, now),
        body=with_holder(_body(subject, now, first=_is_first_reminder(dedup_keys, memory, now)), holder),
        dedup_keys=dedup_keys,
        button=_button(subject, now),
        more=tuple(_more(subject, now)),
        urgency=Urgency.CRITICAL if is_urgent else Urgency.NORMAL,
    )


def question_notice(case: RenewalCase, question: Question, *, named: bool) -> Notice:
    """Return the notice that asks what only the user knows.

    It opens the window, which asks.
    """
    key = case.status.current.key
    holder = None
    if named:
        holder = called(case.lineage.holder, key)
    return Notice(
        notice_id=NoticeId(NoticeKind.QUESTION, key.id),
        title=text(QUESTION_TITLES[question], key=key_words(case.lineage.procedure)),
        body=with_holder(text(QUESTION_BODIES[question]), holder),
        dedup_keys=(QuestionKey(question, key.id),),
        button=text("button.answer"),
    )


def with_holder(body: Text, holder: str | Text | None) -> Text:
    """Return the sentences with the name before them, where it is needed."""
    if holder is None:
        return body
    return text("notice.of", holder=holder, body=body)


def with_second_sentence(body: Text, question: Text) -> Text | None:
    """Return a body with the question in place of its advice.

    None where the advice is news, or the body asks already.
    """
    arguments = dict(body.args)
    inner = arguments.get("body")
    if body.id == "notice.of" and isinstance(inner, Text):
        asking = with_second_sentence(inner, question)
        return asking and text("notice.of", holder=arguments["holder"], body=asking)
    if body.id not in ADVISING_BODIES:
        return None
    return text("notice.use", date=arguments["date"], question=question)


def left_words(not_after: Instant, now: Instant) -> Text:
    """Return how long a certificate is still valid, in whole days.

    The last day has a text of its own, and so has a certificate without end.
    """
    if not has_end(not_after):
        return text("date.no_end")
    return days_words(days_left(not_after, now))


def days_words(left: int) -> Text:
    """Return how many whole days are left."""
    if left == 0:
        return text("days.last")
    return text("days.left", count=left)


def span_words(not_after: Instant, now: Instant) -> Text:
    """Return how long a certificate is still valid, in years and months.

    The last two months are told in days.
    """
    months = 12 * (not_after.year - now.year) + not_after.month - now.month - (not_after.day < now.day)
    if not has_end(not_after):
        return text("date.no_end")
    if months <= MONTHS_IN_DAYS:
        return text("span.days", count=max(0, days_left(not_after, now)))
    years = text("span.years", count=months // 12)
    rest = text("span.months", count=months % 12)
    if months < MONTHS_A_YEAR:
        return rest
    if months % MONTHS_A_YEAR == 0:
        return years
    return text("span.both", years=years, months=rest)


def lead_words(procedure: Procedure | None) -> Text:
    """Return how long a new key takes to come."""
    if procedure is None or procedure.lead is None:
        return text("lead.unknown")
    first, last = (span // WEEK for span in procedure.lead)
    if first == last:
        return text("lead.weeks", count=last)
    return text("lead.between", first=first, count=last)


def last_day_with_old(case: RenewalCase) -> Instant:
    """Return the last whole day that works for step 2-A.

    It is a moment on that day.
    """
    return earlier(last_moment_with_old(case.lineage, case.status.current), DAY)


def _title(subject: Subject, now: Instant) -> Text:
    key = key_words(subject.procedure)
    if is_last_day(subject, now):
        return text("notice.last_day.title", key=key)
    if _is_late(subject, now):
        return text("notice.late.title", key=key)
    of_path = None if subject.path is None else _title_of_path(subject.path)
    if of_path is not None:
        return text(of_path, key=key)
    if subject.ends_before_login and subject.recall is None and subject.role in PART_TITLES:
        return _title_of_part(subject, now)
    if expired(subject.not_after, now):
        return text(ENDED_TITLES[subject.recall is not None], key=key)
    return _title_of_days(days_left(subject.not_after, now), key, ends=subject.recall is None)


def _title_of_path(path: Path) -> str | None:
    return "notice.renewed.title" if path.why is Reason.RENEWED else PATH_TITLES.get(path.kind)


def _title_of_part(subject: Subject, now: Instant) -> Text:
    """Return what ends, where the key goes on to log in."""
    days, last, ended = PART_TITLES[subject.role]
    key, left = key_words(subject.procedure), days_left(subject.not_after, now)
    if expired(subject.not_after, now):
        return text(ended, key=key)
    return text(days, key=key, count=left) if left else text(last, key=key)


def _title_of_days(left: int, key: Text, *, ends: bool) -> Text:
    """Return the days left. Only a certificate that ends by itself expires."""
    if left == 0:
        return text("notice.last.title", key=key)
    if left <= SOON or not ends:
        return text("notice.soon.title", key=key, count=left)
    return text("notice.ends.title", key=key, count=left)


def _body(subject: Subject, now: Instant, *, first: bool) -> Text:
    """Return until when, and last what to do.

    `first`: it is the first reminder of an end.
    """
    body_id = _body_id(subject, now)
    if body_id == "notice.order.by" and first and _is_activated_by_code(subject.procedure):
        body_id = "notice.order.first"
    body = text(body_id, **_arguments(subject))
    if subject.recall is None:
        return body
    return text("notice.and_recall", recall=Phrase(subject.recall.text), body=body)


def _is_activated_by_code(procedure: Procedure | None) -> bool:
    return procedure is not None and procedure.tool is not None


def _arguments(subject: Subject) -> dict[str, Argument]:
    """Return what the bodies name."""
    procedure, case = subject.procedure, subject.case
    arguments: dict[str, Argument] = {"date": subject.not_after, "lead": lead_words(procedure)}
    arguments["key"] = key_words(procedure)
    if procedure is not None:
        arguments |= {"procedure": procedure_words(procedure), "issuer": issuer_words(procedure)}
    if case is not None:
        arguments["until"] = last_day_with_old(case)
        arguments["last"] = last_moment_with_old(case.lineage, case.status.current)
        arguments["login"] = case.status.current.not_after
        arguments["opens"] = case.opens or subject.not_after
        arguments["order_by"] = case.order_by or subject.not_after
    return arguments


def _body_id(subject: Subject, now: Instant) -> str:
    path = subject.path
    if path is None:
        return _body_without_path(subject, now)
    if subject.link_is_out:
        return "notice.mailed"
    if is_last_day(subject, now):
        return "notice.last_day"
    if path.why is Reason.RENEWED:
        return _renewed_body(subject, path.kind)
    return _body_of_path(path, subject, now)


def _body_without_path(subject: Subject, now: Instant) -> str:
    if _waits_for_window(subject, now):
        return "notice.window"
    has_ended = expired(subject.not_after, now)
    if subject.case is None:
        return (PART_BODIES if subject.ends_before_login else PLAIN_BODIES)[has_ended]
    return _of_key(subject, BODIES_BY_ROLE[subject.role][has_ended], SIGNING_PARTS)


def _body_of_path(path: Path, subject: Subject, now: Instant) -> str:
    has_ended = expired(subject.not_after, now)
    match path.kind:
        case WorkflowKind.ACTIVATE if path.not_before is not None:
            return "notice.activate.not_begun"
        case WorkflowKind.ACTIVATE:
            return ACTIVATION_BODIES[path.then]
        case WorkflowKind.ADD_WITH_OLD:
            return "notice.add_with_old"
        case WorkflowKind.ASSOCIATE_NEW:
            return _association_body(subject, has_ended=has_ended)
        case WorkflowKind.RENEW:
            return "notice.renew.ends"
        case _:
            return _order_body(subject, now, has_ended=has_ended)


def _waits_for_window(subject: Subject, now: Instant) -> bool:
    """Return whether a renewal is not possible yet."""
    case = subject.case
    return case is not None and case.opens is not None and now < case.opens and not subject.ends_before_login


def _renewed_body(subject: Subject, kind: WorkflowKind) -> str:
    if _asks_which_key(subject):
        return "notice.same_key"
    return "notice.renewed.in_place" if kind is WorkflowKind.RENEW else RENEWED_BODIES[subject.present]


def _asks_which_key(subject: Subject) -> bool:
    return subject.case is not None and subject.case.status.question is Question.SAME_KEY


def _association_body(subject: Subject, *, has_ended: bool) -> str:
    """Return the body for step 2-B.

    Inside the margin the old key is still valid, and no text says otherwise.
    """
    if subject.path is not None and subject.path.why is Reason.OLD_LOST:
        return "notice.associate_new.lost"
    return ASSOCIATION_BODIES[has_ended]


def _order_body(subject: Subject, now: Instant, *, has_ended: bool) -> str:
    if subject.ends_before_login:
        return _of_key(subject, DUE_BODIES_BY_ROLE[subject.role][has_ended], SIGNING_PARTS)
    return _of_key(subject, _body_of_whole_key(subject, now, has_ended=has_ended), SIGNING_BODIES)


def _of_key(subject: Subject, body_id: str, signing: Mapping[str, str]) -> str:
    """Return a body, or its words for a key that only signs."""
    return signing.get(body_id, body_id) if subject.never_logs_in else body_id


def _body_of_whole_key(subject: Subject, now: Instant, *, has_ended: bool) -> str:
    if subject.is_ordered:
        return ORDERED_BODIES[has_ended]
    if has_ended:
        return "notice.order.expired"
    if subject.not_after - now < WITH_TIME:
        return "notice.order.hours"
    if subject.case is not None and subject.case.order_by is not None:
        return LAST_ORDER_BODIES[now > subject.case.order_by]
    return PRESSING_BODIES[days_left(subject.not_after, now) <= SOON or subject.recall is not None]


def _is_first_reminder(dedup_keys: Iterable[DedupKey], memory: Memory, now: Instant) -> bool:
    """Return whether a notice tells of an end for the first time."""
    milestones = [dedup_key for dedup_key in dedup_keys if isinstance(dedup_key, MilestoneKey)]
    return bool(milestones) and not any(was_delivered(memory, milestone, now) for milestone in milestones)


def _button(subject: Subject, now: Instant) -> Text:
    """Return the button's label.

    It opens the next step, or the window where that step is not at the computer.
    """
    if _is_late(subject, now):
        return text("button.arrived")
    path = subject.path
    if path is None or subject.link_is_out or (subject.case is not None and is_waiting(subject.case)):
        return text("button.guide")
    if _asks_which_key(subject):
        return text("button.answer")
    if path.kind is WorkflowKind.RENEW and path.why is Reason.RENEWED:
        return text("button.guide")
    return text(PATH_BUTTONS[path.kind])


def _more(subject: Subject, now: Instant) -> Iterator[NoticeChoice]:
    """Yield the button beside the first one."""
    if subject.path is None:
        return
    if is_last_day(subject, now):
        yield NoticeChoice.SOON
    elif _is_late(subject, now):
        yield NoticeChoice.NOT_YET
    elif subject.path.kind is WorkflowKind.ORDER and not subject.is_ordered:
        yield NoticeChoice.ORDERED
    else:
        yield NoticeChoice.LATER


def _is_late(subject: Subject, now: Instant) -> bool:
    """Return whether the ordered key should have come."""
    case = subject.case
    return case is not None and case.expected is not None and is_waiting(case) and case.expected <= now


def issuer_words(procedure: Procedure) -> str | Text:
    """Return the issuer's name, where all keys are of one issuer."""
    named = {rule.organization for rule in procedure.issuers if rule.organization}
    return named.pop() if len(named) == 1 else text("issuer.any")


def _holder(subject: Subject, memory: Memory) -> str | Text:
    if subject.case is not None and subject.case.lineage.holder:
        return called(subject.case.lineage.holder, subject.key)
    return called(key_holder(subject.key, memory), subject.key)
