"""Renders the view of the guide as a page in one language."""

from collections.abc import Mapping

from config.i18n.text import Sentence, of_cards
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import Page
from daemon.core.views.guide import (
    Action,
    Bar,
    CertificateCard,
    Finding,
    GuideView,
    ProblemEntry,
    SettingField,
    StepSummary,
    Timeline,
)

Rendered = tuple[GuideView[Sentence], Page]


def render_page(view: GuideView[Sentence], translator: Translator, number: int, before: Rendered | None = None) -> Page:
    """Return the page with this number, in the translator's language.

    Cards that the view has in common with the one before are not rendered again: an office has hundreds.
    """
    cards: dict[int, CertificateCard[str]] = {}
    if before is not None and (before[0].on_card, before[1].language) == (view.on_card, translator.language):
        cards = {
            id(card): rendered for card, rendered in zip(before[0].certificates, before[1].certificates, strict=True)
        }
    return _PageRenderer(translator, cards, on_card=view.on_card).page(view, number)


class _PageRenderer:
    def __init__(self, translator: Translator, cards: Mapping[int, CertificateCard[str]], *, on_card: bool) -> None:
        self._translator = translator
        self._cards = cards
        self._on_card = on_card

    def page(self, view: GuideView[Sentence], number: int) -> Page:
        return Page(
            number=number,
            language=self._translator.language,
            procedure=self._optional(view.procedure),
            holder=view.holder,
            workflow=view.workflow,
            workflow_title=self._optional(view.workflow_title),
            why=self._optional(view.why),
            steps=tuple(self._step(step) for step in view.steps),
            phases=tuple(self._step(phase) for phase in view.phases),
            outline=tuple(self._step(step) for step in view.outline),
            eyebrow=self._optional(view.eyebrow),
            headline=self._render(view.headline),
            danger=self._optional(view.danger),
            body=self._render(view.body),
            at_hand=tuple(map(self._render, view.at_hand)),
            notes=tuple(map(self._render, view.notes)),
            wrong_key=view.wrong_key,
            alert=self._optional(view.alert),
            reader=view.reader,
            reader_words=self._render(view.reader_words),
            openings=self._actions(view.openings),
            likely=view.likely,
            needs=view.needs,
            awaited=self._optional(view.awaited),
            on_card=view.on_card,
            contacts=tuple(map(self._render, view.contacts)),
            addresses=tuple(map(self._render, view.addresses)),
            primary=self._optional_action(view.primary),
            answers=self._actions(view.answers),
            actions=self._actions(view.actions),
            known_problems=tuple(self._problem(problem) for problem in view.known_problems),
            deadline=view.deadline,
            deadline_words=self._optional(view.deadline_words),
            timeline=self._timeline(view.timeline),
            settings=self._actions(view.settings),
            findings=None if view.findings is None else tuple(map(self._finding, view.findings)),
            fields=tuple(map(self._field, view.fields)),
            about=tuple(map(self._render, view.about)),
            cases=self._actions(view.cases),
            certificates=tuple(self._cards.get(id(card)) or self._certificate(card) for card in view.certificates),
            more_certificates=view.more_certificates,
        )

    def _render(self, sentence: Sentence) -> str:
        return self._translator.render(of_cards(sentence) if self._on_card else sentence)

    def _optional(self, sentence: Sentence | None) -> str | None:
        if sentence is None:
            return None
        return self._render(sentence)

    def _step(self, step: StepSummary[Sentence]) -> StepSummary[str]:
        return StepSummary(id=step.id, title=self._render(step.title), status=step.status)

    def _actions(self, actions: tuple[Action[Sentence], ...]) -> tuple[Action[str], ...]:
        return tuple(self._action(action) for action in actions)

    def _action(self, action: Action[Sentence]) -> Action[str]:
        return Action(
            id=action.id,
            label=self._render(action.label),
            detail=self._optional(action.detail),
            copy=self._copy(action.copy),
            file=action.file,
            rank=action.rank,
            on=action.on,
        )

    def _field(self, field: SettingField[Sentence]) -> SettingField[str]:
        return SettingField(id=field.id, value=field.value, fixed=field.fixed, refusal=self._optional(field.refusal))

    def _finding(self, finding: Finding[Sentence]) -> Finding[str]:
        return Finding(
            topic=self._render(finding.topic),
            what=self._render(finding.what),
            remedy=self._optional(finding.remedy),
            action=self._optional_action(finding.action),
        )

    def _copy(self, copied: str | Sentence | None) -> str | None:
        if copied is None or isinstance(copied, str):
            return copied
        return self._translator.render(copied).strip()

    def _optional_action(self, action: Action[Sentence] | None) -> Action[str] | None:
        if action is None:
            return None
        return self._action(action)

    def _problem(self, problem: ProblemEntry[Sentence]) -> ProblemEntry[str]:
        return ProblemEntry(
            id=problem.id,
            title=self._render(problem.title),
            text=self._render(problem.text),
            action=self._optional_action(problem.action),
        )

    def _timeline(self, timeline: Timeline[Sentence] | None) -> Timeline[str] | None:
        if timeline is None:
            return None
        bars = tuple(self._bar(bar) for bar in timeline.bars)
        return Timeline(bars=bars, now=timeline.now, stretch=timeline.stretch)

    def _bar(self, bar: Bar[Sentence]) -> Bar[str]:
        return Bar(role=bar.role, label=self._render(bar.label), begins=bar.begins, ends=bar.ends)

    def _optional_bar(self, bar: Bar[Sentence] | None) -> Bar[str] | None:
        if bar is None:
            return None
        return self._bar(bar)

    def _certificate(self, card: CertificateCard[Sentence]) -> CertificateCard[str]:
        return CertificateCard(
            fingerprint=card.fingerprint,
            key=card.key,
            key_name=card.key_name,
            note=card.note,
            keeper=card.keeper,
            holder=self._name(card.holder),
            procedure=self._optional(card.procedure),
            role=card.role,
            stage=card.stage,
            until=self._render(card.until),
            left=self._optional(card.left),
            place=self._render(card.place),
            present=card.present,
            bar=self._optional_bar(card.bar),
            use=self._optional_action(card.use),
            guide=card.guide,
        )

    def _name(self, name: str | Sentence) -> str:
        if isinstance(name, str):
            return name
        return self._render(name)
