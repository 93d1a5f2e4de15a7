"""What each command of the user does."""

from typing import assert_never

from config.instants import Instant
from config.settings import SettingId
from config.values import replace
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.answer_words import drop_words, find_answer
from daemon.core.assessment import assess_state
from daemon.core.card_reads import order_read_of_all
from daemon.core.clock_changes import without_future
from daemon.core.commands import (
    AnswerByWord,
    AnswerNotice,
    AssignProcedure,
    ChangeSetting,
    CheckKeys,
    ChooseAction,
    ClaimByFingerprint,
    Command,
    CompareHolders,
    ForgetCertificate,
    GetStatus,
    MergeMemory,
    NameKey,
    NoteKey,
    OpenNoticeSettings,
    QuitDaemon,
    RaiseGuide,
    RunDoctor,
    SwitchLanguage,
    ToggleAutostart,
)
from daemon.core.effects import Examine, OpenGuide, OpenSystemPage, Quit, StartAtLogin, SystemPage
from daemon.core.guide.certificates import forget_certificate
from daemon.core.guide.render import shown_case
from daemon.core.key_names import key_of, name_key, note_key
from daemon.core.memory_transfer import merge
from daemon.core.model import ABOUT_THE_OTHER_KEY, AnswerWord, Claim, Fingerprint, KeyId
from daemon.core.notice import NoticeChoice
from daemon.core.responses.guide import choose, keep_case, show_case
from daemon.core.responses.notice import Step, answer_notice, apply_claim, compare_holders, note_answer
from daemon.core.responses.settings import change_setting
from daemon.core.responses.use import assign_procedure, choose_use, may_ask_use
from daemon.core.state import State
from daemon.core.tray_view import other_language


def carry_out(state: State, command: Command, now: Instant) -> Step:  # noqa: C901, PLR0912, PLR0911 - one case a command
    """Return the state after a command, and its effects."""
    match command:
        case AnswerNotice(notice_id=notice_id, choice=choice):
            return answer_notice(state, assess_state(state, now), notice_id, choice, now)
        case AnswerByWord(word=word):
            return _answer_by_word(state, word, now)
        case ChooseAction(action=action):
            return _choose(state, action, now)
        case ClaimByFingerprint(fingerprint=fingerprint, claim=claim):
            return _claim_by_fingerprint(state, fingerprint, claim, now)
        case CompareHolders(fingerprint=fingerprint, other=other, answer=answer):
            return compare_holders(state, fingerprint, other, answer), ()
        case NameKey(fingerprint=fingerprint, name=name):
            return replace(state, memory=name_key(state.memory, fingerprint, name)), ()
        case NoteKey(fingerprint=fingerprint, note=note, keeper=keeper):
            return replace(state, memory=note_key(state.memory, fingerprint, note, keeper)), ()
        case MergeMemory(part=part):
            return replace(state, memory=without_future(merge(state.memory, part), now)), ()
        case AssignProcedure():
            return assign_procedure(state, command, now), ()
        case ForgetCertificate(fingerprint=fingerprint):
            return forget_certificate(state, fingerprint), ()
        case RaiseGuide(activation=activation):
            state = keep_case(state, assess_state(state, now))
            state = replace(state, asked=None, asked_use=None, refused_settings={}, diagnosis=None, examining=False)
            return state, (OpenGuide(activation=activation),)
        case CheckKeys():
            return order_read_of_all(state)
        case GetStatus():
            return state, ()
        case RunDoctor():
            return state, (Examine(),)
        case SwitchLanguage():
            return change_setting(state, SettingId.LANGUAGE, other_language(state.settings))
        case ChangeSetting(setting=setting, written=written):
            return change_setting(state, setting, written)
        case ToggleAutostart():
            return state, (StartAtLogin(on=not state.login_start),)
        case OpenNoticeSettings():
            return state, (OpenSystemPage(page=SystemPage.NOTICES),)
        case QuitDaemon():
            return state, (Quit(),)
        case _:
            assert_never(command)


def _choose(state: State, action: ActionId, now: Instant) -> Step:
    """Do what the user chose in the guide.

    What is told of the key is thereby answered.
    """
    if may_ask_use(state, action):
        return choose_use(state, action, now), ()
    assessment = assess_state(state, now)
    if action.kind is ActionKind.SELECT:
        return show_case(state, assessment, KeyId(action.subject or "")), ()
    case = shown_case(state, assessment)
    after, effects = choose(state, assessment, action, now)
    if case is None or action.kind is ActionKind.CHECK or (after is state and not effects):
        return after, effects
    return replace(after, memory=note_answer(after.memory, case.status.current.key.id, now)), effects


def _answer_by_word(state: State, word: AnswerWord, now: Instant) -> Step:
    """Answer the notice of a word.

    What was opened can be opened again until the notice is settled. Every other answer settles it.
    """
    answer = find_answer(state.memory, word)
    if answer is None:
        return state, ()
    if answer.choice is not NoticeChoice.OPEN:
        state = replace(state, memory=drop_words(state.memory, {answer.notice_id}))
    return answer_notice(state, assess_state(state, now), answer.notice_id, answer.choice, now)


def _claim_by_fingerprint(state: State, fingerprint: Fingerprint, claim: Claim, now: Instant) -> Step:
    """Record a claim about the key of a certificate.

    What is about the key that a new one replaces is noted with the new one, whichever of them was named.
    """
    key = key_of(state.memory, fingerprint)
    if key is None:
        return state, ()
    case = assess_state(state, now).case_of(key.id) if claim in ABOUT_THE_OTHER_KEY else None
    return apply_claim(state, key.id if case is None else case.id, claim, now)
