"""What a click on a notice does when it comes."""

from datetime import timedelta
from itertools import takewhile

from config.i18n.text import text
from config.instants import FIRST, Instant
from config.values import replace
from config.workflows import Destination, Ends, WorkflowKind
from daemon.core.assessment import Assessment, RenewalCase, assess_state
from daemon.core.assignments import inherit_assignments
from daemon.core.due_notices import SNOOZE, snooze_until
from daemon.core.effects import Effect, OpenGuide, OpenSystemPage, ShowNotice, SystemPage, Withdraw
from daemon.core.expiry import earlier, later
from daemon.core.guide.context import key_in_use, progress_id
from daemon.core.guide.papers import wants_papers
from daemon.core.holders import LineageEntry
from daemon.core.issuers import is_use_open
from daemon.core.key_names import key_of, key_words, procedure_words
from daemon.core.model import Claim, Fingerprint, HolderAnswer, KeyId, Memory, Progress, pair_of
from daemon.core.notice import KINDS_ABOUT_KEYS, Notice, NoticeChoice, NoticeId, NoticeKind
from daemon.core.recognition import present
from daemon.core.renewal import Question
from daemon.core.responses.launch import launch
from daemon.core.shared_numbers import earlier_twin, join_keys, part_keys
from daemon.core.state import Awaited, State
from daemon.core.subjects import subjects
from daemon.core.use_questions import deciding_certificate
from daemon.core.views.report import Path, Reason
from daemon.core.workflows.progress import with_progress
from daemon.core.workflows.workflow import first_offer

HOUR = timedelta(hours=1)
KEY_PATIENCE = timedelta(minutes=10)
ACTIVATION_PATIENCE = timedelta(minutes=15)
OPPOSITES = {
    Claim.WORKS: {Claim.NEW, Claim.REPLACES, Claim.OLD_LOST, Claim.TRY_OLD, Claim.UNUSED},
    Claim.OLD_LOST: {Claim.TRY_OLD},
    Claim.NEW: {Claim.WORKS},
    Claim.REPLACES: {Claim.WORKS},
}

PUT_IN_TITLES = {
    WorkflowKind.ADD_WITH_OLD: "notice.put_in.add_with_old.title",
    WorkflowKind.ASSOCIATE_NEW: "notice.put_in.associate_new.title",
}

Step = tuple[State, tuple[Effect, ...]]


def answer_notice(
    state: State, assessment: Assessment, notice_id: NoticeId, choice: NoticeChoice, now: Instant
) -> Step:
    """Do what the user chose on a notice or in the menu."""
    case = None if notice_id.key is None else assessment.case_of(notice_id.key)
    if choice is not NoticeChoice.DISMISSED and notice_id.kind is NoticeKind.KEY and notice_id.key is not None:
        state = replace(state, memory=note_answer(state.memory, notice_id.key, now))
    match choice:
        case NoticeChoice.OPEN:
            return _open(state, assessment, case, notice_id, now)
        case NoticeChoice.LATER | NoticeChoice.SOON if notice_id.kind is NoticeKind.KEY and notice_id.key is not None:
            rest = HOUR if choice is NoticeChoice.SOON else SNOOZE
            return snooze_reminders(state, assessment, notice_id.key, now, rest), ()
        case NoticeChoice.ORDERED if case is not None:
            return _note_order(state, case, now), ()
        case _:
            return state, ()


def _open(state: State, assessment: Assessment, case: RenewalCase | None, notice_id: NoticeId, now: Instant) -> Step:
    """Do what the first button of a notice does."""
    match notice_id.kind:
        case NoticeKind.WELCOME | NoticeKind.SUMMARY:
            return state, (OpenGuide(),)
        case NoticeKind.ICON_HINT:
            return state, (OpenSystemPage(page=SystemPage.TASKBAR),)
        case NoticeKind.LINK | NoticeKind.CLEAN_UP | NoticeKind.QUESTION if case is not None:
            return replace(state, guide_case=case.id), (OpenGuide(),)
        case NoticeKind.KEY if case is not None:
            return _continue_renewal(state, assessment, case, now)
        case _ if notice_id.kind in KINDS_ABOUT_KEYS:  # perhaps of a key that is known no more
            return _ask_use(state, assessment, notice_id), (OpenGuide(),)
        case _:
            return state, ()


def _ask_use(state: State, assessment: Assessment, notice_id: NoticeId) -> State:
    """Have the guide ask what an unknown key is for."""
    found = notice_id.key and deciding_certificate(notice_id.key, assessment, state.memory)
    if found and is_use_open(found, state.settings.procedures, state.memory.assignments):
        return replace(state, asked_use=found.fingerprint)
    return state


def note_answer(memory: Memory, key: KeyId, now: Instant) -> Memory:
    """Remember that the user has answered what is told of a key."""
    if key not in memory.keys:
        return memory
    return replace(memory, answered={**memory.answered, key: now})


def _note_order(state: State, case: RenewalCase, now: Instant) -> State:
    """Record that the new key is ordered, by the user's word.

    Only to wait for it is left. The guide can take it back.
    """
    workflow = case.lineage.procedure.workflows.get(WorkflowKind.ORDER)
    if workflow is None or case.path is None or case.path.kind is not WorkflowKind.ORDER:
        return state
    steps = takewhile(lambda step: step.ends is not Ends.CERTIFICATE_SEEN, workflow.steps)
    known = state.memory.progress.get(progress_id(case))
    if known is None or known.workflow is not WorkflowKind.ORDER:
        known = Progress(workflow=WorkflowKind.ORDER, begun=now)
    done = {step.id: now for step in steps} | dict(known.done)
    memory = with_progress(state.memory, progress_id(case), replace(known, done=done, abandoned=False))
    snoozes = {k: until for k, until in memory.snoozes.items() if k != case.status.current.key.id}
    return replace(state, memory=replace(memory, snoozes=snoozes))


def answer_claim(state: State, key: KeyId, claim: Claim) -> State:
    """Record a claim about a key, and drop the opposite claims."""
    if claim is Claim.TWO_KEYS:
        return replace(state, memory=part_keys(state.memory, key))
    memory = state.memory
    if claim is Claim.RENEWED:
        memory = join_keys(memory, key, present(state.contents)[0])
    known = memory.keys.get(key)
    if known is None:
        return state
    claims = (known.claims - OPPOSITES.get(claim, set())) | {claim}
    keys = {**memory.keys, key: replace(known, claims=claims)}
    return replace(state, memory=replace(memory, keys=keys))


def compare_holders(state: State, one: Fingerprint, other: Fingerprint, answer: HolderAnswer) -> State:
    """Record whether two keys are of one person, by the user's word.

    With SAME, the one that begins later replaces the other, whichever was named first. Keys of one make and number
    are then taken for one that was renewed.
    """
    one, other = sorted((one, other), key=lambda fingerprint: _begin(state, fingerprint), reverse=True)
    key, other_key = key_of(state.memory, one), key_of(state.memory, other)
    if key is None or other_key is None or key.id == other_key.id:
        return state
    pairs = {pair_of(mine, its) for mine in key.fingerprints for its in other_key.fingerprints}
    answers = {pair: known for pair, known in state.memory.holder_answers.items() if pair not in pairs}
    memory = replace(state.memory, holder_answers={**answers, pair_of(one, other): answer})
    state = replace(state, memory=inherit_assignments(memory, state.settings.procedures))
    inserted = present(state.contents)[0]
    if answer is HolderAnswer.SAME and earlier_twin(state.memory, key.id, inserted) == other_key:
        return replace(state, memory=join_keys(state.memory, key.id, inserted))
    if answer is HolderAnswer.SAME:
        return answer_claim(state, key.id, Claim.REPLACES)
    keys = {**state.memory.keys, key.id: replace(key, claims=key.claims - {Claim.REPLACES, Claim.OLD_LOST})}
    return replace(state, memory=replace(state.memory, keys=keys))


def _begin(state: State, fingerprint: Fingerprint) -> Instant:
    seen = state.memory.certificates.get(fingerprint)
    begin = seen.certificate.not_before if seen else None
    return begin or FIRST


def open_awaited(state: State, assessment: Assessment, now: Instant) -> Step:
    """Open the platform once the awaited key is inserted.

    For another key, show a notice. A key is no longer awaited when its time is over, the clock was set back, or the
    path has changed.
    """
    awaited = state.awaited
    if awaited is None:
        return state, ()
    notice_id = NoticeId(NoticeKind.PUT_IN, awaited.procedure)
    in_time = earlier(awaited.until, KEY_PATIENCE) <= now <= awaited.until
    found = _case_awaiting(assessment, awaited.key)
    if not in_time or found is None:
        return replace(state, awaited=None), (Withdraw(notice_id=notice_id),)
    case, expected = found
    if _is_in(case, expected, assessment):
        state, opened = _launch_if_known(replace(state, awaited=None), case, now, Destination.PLATFORM)
        return state, (Withdraw(notice_id=notice_id), *opened)
    if not assessment.present_keys - awaited.others:
        return state, ()
    still_awaited = replace(awaited, others=awaited.others | assessment.present_keys)
    wrong = Notice(
        notice_id=notice_id,
        title=text("notice.wrong_key.title", key=key_words(case.lineage.procedure)),
        body=text("notice.wrong_key.body", date=expected.not_after),
    )
    return replace(state, awaited=still_awaited), (ShowNotice(notice=wrong),)


def _is_in(case: RenewalCase, expected: LineageEntry, assessment: Assessment) -> bool:
    """Return whether a key, or a spare of it, is in."""
    used = key_in_use(case, expected, assessment.present_keys, activated=True)
    return used is not None and used.key.id in assessment.present_keys


def _case_awaiting(assessment: Assessment, key: KeyId) -> tuple[RenewalCase, LineageEntry] | None:
    """Return the case that needs this key inserted, and the key."""
    for case in assessment.cases:
        expected = _key_to_put_in(case)
        if expected is not None and expected.key.id == key:
            return case, expected
    return None


def snooze_reminders(state: State, assessment: Assessment, key: KeyId, now: Instant, rest: timedelta = SNOOZE) -> State:
    """Snooze the reminders of a key, by default for a day."""
    subject = next((s for s in subjects(assessment, state.memory, now) if s.key.id == key), None)
    if subject is None:
        return state
    until = snooze_until(subject.not_after, now, rest)
    return replace(state, memory=replace(state.memory, snoozes={**state.memory.snoozes, key: until}))


def _continue_renewal(state: State, assessment: Assessment, case: RenewalCase, now: Instant) -> Step:
    """Open the guide at the current step, and launch what it needs."""
    if case.path is None:
        return state, (_nothing_to_do(case),)
    state = replace(state, guide_case=case.id)
    if case.status.question is Question.SAME_KEY or _is_told_before(state, case, case.path):
        return state, (OpenGuide(),)
    state, effects = _launch_for_path(state, assessment, case, case.path, now)
    return state, (*effects, OpenGuide())


def _launch_for_path(state: State, assessment: Assessment, case: RenewalCase, path: Path, now: Instant) -> Step:
    """Launch what the path needs first, if anything."""
    match path.kind:
        case WorkflowKind.ORDER if not case.is_ordered:
            return _launch_if_known(state, case, now, Destination.ORDER_PAGE)
        case WorkflowKind.RENEW:
            return _launch_if_known(state, case, now, *_first_offer(case, path))
        case WorkflowKind.ACTIVATE:
            return _launch_if_known(start_activation(state, now), case, now, Destination.TOOL)
        case WorkflowKind.ADD_WITH_OLD if _key_to_put_in(case) is not None:
            return _open_platform(state, assessment, case, path, now)
        case WorkflowKind.ASSOCIATE_NEW if Destination.PLATFORM in case.lineage.procedure.reachable:
            return _open_platform(state, assessment, case, path, now)
        case _:
            return state, ()


def _is_told_before(state: State, case: RenewalCase, path: Path) -> bool:
    """Return whether papers or a danger come before what is opened first."""
    workflow = case.lineage.procedure.workflows.get(path.kind)
    opens = next((step for step in workflow.steps if step.offers), None) if workflow else None
    is_dangerous = opens is not None and opens.danger is not None
    return is_dangerous or wants_papers(case, state.memory.progress.get(progress_id(case)))


def _first_offer(case: RenewalCase, path: Path) -> tuple[Destination, ...]:
    """Return what a renewal in place opens next."""
    is_renewed = path.why is Reason.RENEWED
    workflow = case.lineage.procedure.workflows[path.kind]
    return first_offer(workflow, lambda ends: is_renewed and ends is Ends.CERTIFICATE_SEEN)


def _launch_if_known(state: State, case: RenewalCase, now: Instant, *destinations: Destination) -> Step:
    """Launch what the procedure has an address of."""
    effects: tuple[Effect, ...] = ()
    for destination in case.lineage.procedure.reachable.intersection(destinations):
        state, orders = launch(state, case, destination, now)
        effects += orders
    return state, effects


def start_activation(state: State, now: Instant) -> State:
    """Have a token that is being activated read often, for a while."""
    return replace(state, activating_until=later(now, ACTIVATION_PATIENCE))


def apply_claim(state: State, key: KeyId, claim: Claim, now: Instant) -> Step:
    """Record a claim, and withdraw the notice of a finished renewal."""
    before = assess_state(state, now).case_of(key)
    doubt = before.doubt if before else None
    if claim is Claim.REPLACES and doubt is not None and doubt.new.key.id == key:
        return compare_holders(state, doubt.new.fingerprint, doubt.old.fingerprint, HolderAnswer.SAME), ()
    state = answer_claim(state, key, claim)
    after = assess_state(state, now).case_of(key)
    is_over = after is None or after.path is None
    if before is None or before.path is None or not is_over or not state.notifies:
        return state, ()
    return state, (Withdraw(notice_id=NoticeId(NoticeKind.KEY, before.status.current.key.id)),)


def _open_platform(state: State, assessment: Assessment, case: RenewalCase, path: Path, now: Instant) -> Step:
    """Open the platform, or ask for the expected key first."""
    expected, procedure = _expected_key(case, path), case.lineage.procedure
    if _is_in(case, expected, assessment):
        return _launch_if_known(state, case, now, Destination.PLATFORM)
    awaited = Awaited(
        key=expected.key.id,
        procedure=path.procedure,
        until=later(now, KEY_PATIENCE),
        others=assessment.present_keys,
    )
    put_in = Notice(
        notice_id=NoticeId(NoticeKind.PUT_IN, path.procedure),
        title=text(PUT_IN_TITLES[path.kind], key=key_words(procedure)),
        body=text("notice.put_in.body", date=expected.not_after, procedure=procedure_words(procedure)),
    )
    return replace(state, awaited=awaited), (ShowNotice(notice=put_in),)


def _expected_key(case: RenewalCase, path: Path) -> LineageEntry:
    """Return the key that the path needs inserted.

    Procedure: the old one in step 2-A, the new one in step 2-B.
    """
    if path.kind is WorkflowKind.ADD_WITH_OLD:
        return case.status.current
    return case.status.newest


def _key_to_put_in(case: RenewalCase) -> LineageEntry | None:
    """Return the key that the path still needs to open the platform.

    None when the path does not open it, or has done so.
    """
    opens = Destination.PLATFORM in case.lineage.procedure.reachable and not case.link_is_out
    if case.path is None or case.path.kind not in PUT_IN_TITLES or not opens:
        return None
    return _expected_key(case, case.path)


def _nothing_to_do(case: RenewalCase) -> ShowNotice:
    return ShowNotice(
        notice=Notice(
            notice_id=NoticeId(NoticeKind.NOTHING_TO_DO, case.lineage.procedure.id),
            title=text("notice.nothing.title", key=key_words(case.lineage.procedure)),
            body=text("notice.nothing.body", date=case.status.current.not_after),
        )
    )


def drop_snooze(memory: Memory, key: KeyId, shown_at: Instant, now: Instant) -> Memory:
    """Drop a snooze once the notice that follows it was shown.

    It stays while it lasts, where it was asked for after that. One that a wrong clock made is dropped too.
    """
    until = memory.snoozes.get(key)
    answered = memory.answered.get(key)
    was_asked_later = answered is None or answered > shown_at
    if until is None or (was_asked_later and now < until <= later(now, SNOOZE)):
        return memory
    return replace(memory, snoozes={k: u for k, u in memory.snoozes.items() if k != key})
