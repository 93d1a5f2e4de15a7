"""Simulates the adapters around the core, at once and in one thread."""

from collections.abc import Iterable
from datetime import timedelta

from config.i18n.text import Sentence
from config.instants import Instant
from config.values import dataclass, field
from daemon.core.action_id import ActionId
from daemon.core.commands import AnswerNotice, CheckKeys, ChooseAction, ClaimByFingerprint, Command
from daemon.core.effects import Effect, Launch, ReadTokens, Reply, SaveMemory, ShowNotice, WakeAt, Withdraw
from daemon.core.events import (
    CommandReceived,
    Event,
    Launched,
    NoticeDelivered,
    ReadersSeen,
    ReadFinished,
    SessionLock,
    Tick,
    TokensRead,
)
from daemon.core.model import Certificate, Claim, KeyId, Memory, ProgramName, TokenReading
from daemon.core.notice import Notice, NoticeChoice, NoticeId, NoticeKind
from daemon.core.state import State
from daemon.core.step import step
from daemon.core.troubles import Trouble
from daemon.core.views.guide import Action, GuideView, StepStatus, offered
from daemon.core.views.report import Report
from support.core.factories import NOW, SETTINGS, certificate, empty, holding, token

INSTANT = timedelta(microseconds=1)


@dataclass(slots=True, kw_only=True)
class Card:
    """The card in a reader, and its trouble when read."""

    tokens: tuple[TokenReading, ...]
    insertion: int
    trouble: Trouble | None = None
    programs: tuple[ProgramName, ...] = ()


@dataclass(slots=True, kw_only=True)
class Simulator:
    """Readers, cards, a clock and a user.

    `answering`, `delivering` and `opening` switch adapters off.
    """

    state: State = field(default_factory=lambda: State(settings=SETTINGS))
    now: Instant = NOW
    names: tuple[str, ...] = ("Reader 00", "Reader 01")
    cards: dict[str, Card] = field(default_factory=dict)
    answering: bool = True
    delivering: bool = True
    opening: bool = True
    insertions: int = 0
    effects: list[Effect] = field(default_factory=list)
    delivered: list[tuple[Instant, Notice]] = field(default_factory=list)
    kept: Memory = field(default_factory=Memory)

    def post(self, event: Event) -> tuple[Effect, ...]:
        """Process an event and the adapters' answers.

        Returns the effects of the event itself.
        """
        self.state, effects = step(self.state, event)
        self.effects += effects
        for effect in effects:
            self._do(effect)
        return effects

    def _do(self, effect: Effect) -> None:
        match effect:
            case SaveMemory(memory=memory):
                self.kept = memory
            case ShowNotice(notice=notice):
                self.delivered.append((self.now, notice))
                if self.delivering:
                    self.post(NoticeDelivered(at=self.now, notice_id=notice.notice_id, dedup_keys=notice.dedup_keys))
            case ReadTokens() if self.answering:
                self.read(effect)
            case Launch(procedure=procedure, destination=destination) if self.opening:
                self.post(Launched(at=self.now, procedure=procedure, destination=destination))

    def read(self, order: ReadTokens) -> None:
        """Answer a read with the cards that are in now."""
        for name, card in self.cards.items():
            if name not in order.others:
                answer = TokensRead(
                    at=self.now,
                    ticket=order.ticket,
                    module="m",
                    tokens=card.tokens,
                    trouble=card.trouble,
                    programs=card.programs,
                )
                self.post(answer)
        self.post(ReadFinished(at=self.now, ticket=order.ticket))

    def look(self) -> None:
        """Show the readers as they are."""
        shown = (holding(n, self.cards[n].insertion) if n in self.cards else empty(n) for n in self.names)
        self.post(ReadersSeen(at=self.now, readers=tuple(shown)))

    def insert(self, *tokens: TokenReading, reader: str = "Reader 00", trouble: Trouble | None = None) -> None:
        """Put a card in, in place of the one that is there."""
        self.insertions += 1
        self.cards[reader] = Card(tokens=tokens, insertion=self.insertions, trouble=trouble)
        self.look()

    def plug(self, *certificates: Certificate, reader: str = "Reader 00", **changes: object) -> str:
        """Put a key with these certificates in, and return its id."""
        self.insert(token(*certificates, reader=reader, **changes), reader=reader)
        fingerprints = {c.fingerprint for c in certificates}
        return next((k.id for k in self.state.memory.keys.values() if fingerprints & set(k.fingerprints)), "")

    def remove(self, reader: str = "Reader 00") -> None:
        """Take the card out."""
        self.cards.pop(reader)
        self.look()

    def wait(self, span: timedelta) -> None:
        """Let time pass, with the ticks that the core asked for."""
        end = self.now + span
        while (moment := self.state.wake_at) is not None and moment <= end:
            assert moment > self.now, "a moment to wake at is ahead"
            self.now = moment
            self.post(Tick(at=moment))
        self.now = end

    def restart(self) -> None:
        """End the program and start it on what the store kept."""
        settings, zone = self.state.settings, self.state.zone
        self.state = State(settings=settings, zone=zone, memory=self.kept)
        self.look()

    def lock(self, *, locked: bool) -> None:
        """Lock or unlock the user's session."""
        self.post(SessionLock(at=self.now, locked=locked))

    def command(self, command: Command, request: int | None = None) -> tuple[Effect, ...]:
        """Give a command, with a request number where a reply is awaited."""
        return self.post(CommandReceived(at=self.now, command=command, request=request))

    def answer(self, notice_id: NoticeId | str, choice: NoticeChoice = NoticeChoice.OPEN) -> tuple[Effect, ...]:
        """Click a notice."""
        return self.command(AnswerNotice(notice_id=to_notice_id(notice_id), choice=choice))

    @property
    def page(self) -> GuideView[Sentence]:
        """The guide's page of the moment."""
        assert self.state.guide is not None
        return self.state.guide

    def step(self) -> str:
        """Return the id of the current step, "" for none."""
        return next((line.id for line in self.page.steps if line.status is StepStatus.CURRENT), "")

    def actions(self) -> dict[str, Action[Sentence]]:
        """Return every action of the page by its id, which is unique."""
        actions = [*offered(self.page)]
        assert len(actions) == len({action.id for action in actions})
        return {str(action.id): action for action in actions}

    def choose(self, *actions: str | ActionId) -> tuple[Effect, ...]:
        """Choose these offered actions and return the last one's effects."""
        effects: tuple[Effect, ...] = ()
        for action in actions:
            offered_now = self.actions()
            assert str(action) in offered_now, offered_now.keys()
            effects = self.command(ChooseAction(action=offered_now[str(action)].id))
        return effects

    def tell(self, key: str, claim: Claim) -> tuple[Effect, ...]:
        """Make a claim about a key with a certificate."""
        fingerprint = self.state.memory.keys[KeyId(key)].fingerprints[0]
        return self.command(ClaimByFingerprint(fingerprint=fingerprint, claim=claim))

    def check(self, request: int = 1) -> Report | None:
        """Request a check and return the report, None while it is pending."""
        self.command(CheckKeys(), request)
        return self.answered(request)

    def answered(self, request: int = 1) -> Report | None:
        """Return the answer to a request, which is given once."""
        reports = [e.report for e in self.effects if isinstance(e, Reply) and e.request == request]
        assert len(reports) <= 1, "a request is answered once"
        return reports[0] if reports else None

    def orders(self) -> list[ReadTokens]:
        """Return the reads that were ordered."""
        return [e for e in self.effects if isinstance(e, ReadTokens)]

    def launches(self) -> list[Launch]:
        """Return what was opened."""
        return [e for e in self.effects if isinstance(e, Launch)]

    def withdrawn(self) -> list[str]:
        """Return the ids of the notices that were taken back."""
        return [str(e.notice_id) for e in self.effects if isinstance(e, Withdraw)]

    def wakes(self) -> list[Instant | None]:
        """Return the moments at which the rules asked to be woken."""
        return [e.moment for e in self.effects if isinstance(e, WakeAt)]

    def titles(self) -> list[str]:
        """Return the titles of the delivered notices, in order."""
        return [notice.title.id for _, notice in self.delivered]


def simulator_with(*keys: Certificate, now: Instant = NOW, **changes: object) -> Simulator:
    """Plug in and remove one key per certificate, in order."""
    simulator = Simulator(now=now, **changes)  # type: ignore[arg-type]  # each test names real fields
    simulator.look()
    for one in keys or (certificate(),):
        simulator.plug(one)
        simulator.remove()
    return simulator


def to_notice_id(notice_id: NoticeId | str) -> NoticeId:
    """Return the id that is written like this."""
    if isinstance(notice_id, NoticeId):
        return notice_id
    written = ((kind, notice_id.removeprefix(str(NoticeId(kind)))) for kind in NoticeKind if kind is not NoticeKind.KEY)
    ids = (NoticeId(kind, subject) for kind, subject in written)
    return next((id_ for id_ in ids if str(id_) == notice_id), NoticeId(NoticeKind.KEY, notice_id))


def dedup_keys(delivered: Iterable[tuple[Instant, Notice]]) -> list[str]:
    """Return the newest dedup key of each delivered notice."""
    return [str(notice.dedup_keys[-1]) for _, notice in delivered if notice.dedup_keys]
