"""The answers about two keys, and what takes them back."""

from collections.abc import Iterator

from config.i18n.text import Sentence, text
from config.values import replace
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.guide.context import GuideContext, key_before
from daemon.core.guide.sentences import fill_text
from daemon.core.holders import told
from daemon.core.model import CertificatePair, Claim, Fingerprint, HolderAnswer, KeyId, Memory, pair_of
from daemon.core.renewal import Question
from daemon.core.shared_numbers import earlier_twin, may_part
from daemon.core.spare_keys import registrable_spares
from daemon.core.views.guide import Action, ActionRank

HOLDER_LABELS = {
    ActionKind.SAME_HOLDER: "guide.holder.same",
    ActionKind.OTHER_HOLDER: "guide.holder.other",
}
CHANGED_HOLDER_LABELS = {
    ActionKind.SAME_HOLDER: "guide.change.same_holder",
    ActionKind.OTHER_HOLDER: "guide.change.other_holder",
}
NUMBER_LABELS = {
    Claim.NEW: "guide.change.spare",
    Claim.RENEWED: "guide.change.renewed",
    Claim.TWO_KEYS: "guide.change.two_keys",
}
OPPOSITES = {HolderAnswer.SAME: ActionKind.OTHER_HOLDER, HolderAnswer.ANOTHER: ActionKind.SAME_HOLDER}


def holder_action(kind: ActionKind, pair: CertificatePair) -> Action[Sentence]:
    """Return the action that states whether two keys are of one person."""
    return Action(id=ActionId(kind, pair), label=text(HOLDER_LABELS[kind]))


def changed_answers(context: GuideContext) -> Iterator[Action[Sentence]]:
    """Yield what takes back an answer about the newest key."""
    memory, status = context.state.memory, context.case.status
    for pair, answer in memory.holder_answers.items():
        others = [Fingerprint(f) for f in pair.split("+") if f not in status.newest.key.fingerprints]
        if len(others) == 1:
            yield _changed_holder(memory, OPPOSITES[answer], pair, others[0])
    yield from _changed_number_of_keys(context)


def parting(context: GuideContext) -> Iterator[Action[Sentence]]:
    """Yield what parts two keys that the rules alone have joined."""
    memory, newest, before = context.state.memory, context.case.status.newest, key_before(context.case)
    if before is not None and told(before, newest, memory.holder_answers) is None:
        pair = pair_of(before.fingerprint, newest.fingerprint)
        yield _changed_holder(memory, ActionKind.OTHER_HOLDER, pair, before.fingerprint)


def _changed_holder(memory: Memory, kind: ActionKind, pair: CertificatePair, other: Fingerprint) -> Action[Sentence]:
    """Return a rare answer, which names the other key by its end."""
    answer = replace(holder_action(kind, pair), rank=ActionRank.RARE)
    known = memory.certificates.get(other)
    if known is None or known.certificate.not_after is None:
        return answer
    return replace(answer, label=text(CHANGED_HOLDER_LABELS[kind], date=known.certificate.not_after))


def _changed_number_of_keys(context: GuideContext) -> Iterator[Action[Sentence]]:
    """Yield what changes how many keys there are, or to register."""
    memory, status = context.state.memory, context.case.status
    current, newest = status.current.key.id, status.newest.key.id
    if status.question is not Question.SAME_KEY and may_part(memory, current):
        yield _number_action(context, current, Claim.TWO_KEYS)
    if earlier_twin(memory, newest, context.assessment.present_keys) is not None:
        yield _number_action(context, newest, Claim.RENEWED)
    spares = () if status.pending else registrable_spares(status.current, status.spares, context.now)
    for spare in spares[:1]:
        yield _number_action(context, spare.key.id, Claim.NEW)


def _number_action(context: GuideContext, key: KeyId, claim: Claim) -> Action[Sentence]:
    label = fill_text(context, NUMBER_LABELS[claim])
    return Action(id=ActionId(ActionKind.STATE, key, (claim,)), label=label, rank=ActionRank.RARE)
