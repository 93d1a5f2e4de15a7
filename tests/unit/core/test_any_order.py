"""Whatever happens, in whatever order: what always holds of the whole program."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from config.i18n.text import clean
from config.instants import Instant
from config.settings import Settings
from config.values import replace
from config.workflows import Destination
from daemon.core.card_reads import names_being_read
from daemon.core.commands import AnswerNotice, CheckKeys, ClaimByFingerprint, Command, GetStatus
from daemon.core.effects import Effect, Launch, ReadTokens, SaveMemory, ShowNotice, UpdateTray, WakeAt
from daemon.core.events import (
    CommandReceived,
    Event,
    Launched,
    NoticeDelivered,
    ReadFinished,
    ServiceLost,
    SettingsLoaded,
    Tick,
    TokensRead,
)
from daemon.core.model import Claim, Role, Ticket, TokenFlags, TokenReading
from daemon.core.notice import Notice, NoticeChoice, NoticeKind
from daemon.core.state import State
from daemon.core.step import step
from daemon.core.troubles import Trouble
from daemon.core.views.report import Stage
from support.core.factories import DAY, NOW, SECOND, UNACTIVATED, certificate, ending, notice_settings, token
from support.core.simulator import Card, Simulator

OLD, NEW, LAST = ending(40 * DAY, "old"), ending(1000 * DAY, "new"), ending(1400 * DAY, "last")
ANNE = {"given_name": "Anne", "subject_cn": "Anne"}
IN_USE = certificate("in use", not_before=NOW - 300 * DAY, not_after=NOW + 70 * DAY, **ANNE)
TOKENS = (
    token(OLD),
    token(NEW),
    token(NEW, flags=UNACTIVATED),
    token(LAST, reader="Slot 1"),
    token(IN_USE, ending(75 * DAY, "signing", role=Role.SIGNATURE, **ANNE)),
    token(ending(10 * DAY, "drawer", **ANNE), serial="7"),
    token(serial="7"),
    token(),
    token(certificate("broken", not_after=None, not_before=None, flaw="no date")),
    token(ending(DAY, "plain", issuer_o="Other"), reader="Slot 2"),
    token(ending(3 * DAY, "siv", issuer_o="Autorité Exemple"), flags=TokenFlags(pin_locked=True)),
)
READERS = ("Reader 00", "Reader 01")
SPANS = st.sampled_from([timedelta(0), SECOND, timedelta(minutes=3), timedelta(hours=5), DAY, 20 * DAY, 400 * DAY])
CHOSEN: tuple[Settings, ...] = (
    notice_settings(),
    notice_settings(days=()),
    replace(notice_settings(days=(10, 5), urgent_days=7), modules=("/own.so",)),
)


class AnyOrder(RuleBasedStateMachine):
    """Adapters that answer in any order or never, and arbitrary user clicks."""

    def __init__(self) -> None:
        super().__init__()
        self.simulator = Simulator(answering=False, delivering=False, opening=False)
        self.requests = 0
        self.tickets: set[int] = set()
        self.heard: dict[str, Instant] = {}
        self.silenced = False  # a rest or new settings may rightly repeat what was heard

    def post(self, event: Event) -> None:
        before = self.simulator.state
        effects = self.simulator.post(event)
        self.check_memory(before, effects)
        self.check_reads(effects)
        self.check_notices(effects)
        self.check_wake(before, effects)

    def check_memory(self, before: State, effects: tuple[Effect, ...]) -> None:
        assert self.simulator.kept == self.simulator.state.memory, "what is known is written"
        written = [number for number, effect in enumerate(effects) if isinstance(effect, SaveMemory)]
        assert written in ([], [0]), "and written first"
        assert before.memory == self.simulator.state.memory or written

    def check_reads(self, effects: tuple[Effect, ...]) -> None:
        for order in (e for e in effects if isinstance(e, ReadTokens)):
            assert order.ticket not in self.tickets
            assert not set(order.readers) & set(order.others)
            self.tickets.add(order.ticket)
        being_read = [item for read in self.simulator.state.reads.values() for item in read.insertions.items()]
        assert len(being_read) == len(set(being_read)), "no card is read twice at once"

    def check_notices(self, effects: tuple[Effect, ...]) -> None:
        for notice in (e.notice for e in effects if isinstance(e, ShowNotice)):
            times = [self.heard.get(str(dedup_key)) for dedup_key in notice.dedup_keys]
            if times and not self.silenced and not self.may_repeat(notice, times):
                assert None in times, "what was heard is not said again"

    def may_repeat(self, notice: Notice, times: list[Instant | None]) -> bool:
        """Return whether a day has passed without an answer."""
        day = self.simulator.state.presence.day
        last = max(filter(None, times), default=self.simulator.now)
        return notice.notice_id.kind is NoticeKind.KEY and day(last) < day(self.simulator.now)

    def check_wake(self, before: State, effects: tuple[Effect, ...]) -> None:
        state = self.simulator.state
        assert state.wake_at is None or state.wake_at > self.simulator.now
        asked = [e.moment for e in effects if isinstance(e, WakeAt)]
        assert asked == ([] if state.wake_at == before.wake_at else [state.wake_at])

    @rule(reader=st.sampled_from(READERS), one=st.sampled_from(TOKENS))
    def put_in(self, reader: str, one: TokenReading) -> None:
        self.simulator.insertions += 1
        named = replace(one, slot_description=clean(reader)) if one.slot_description in READERS else one
        self.simulator.cards[reader] = Card(tokens=(named,), insertion=self.simulator.insertions)
        self.icon_state()

    @rule(reader=st.sampled_from(READERS))
    def take_out(self, reader: str) -> None:
        self.simulator.cards.pop(reader, None)
        self.icon_state()

    @rule()
    def icon_state(self) -> None:
        simulator = self.simulator
        before, number = simulator.state, len(simulator.effects)
        simulator.look()
        effects = tuple(simulator.effects[number:])
        self.check_memory(before, effects)
        self.check_reads(effects)
        self.check_notices(effects)
        self.check_wake(before, effects)

    @rule(trouble=st.sampled_from([Trouble.SERVICE_ABSENT, Trouble.SERVICE_STOPPED]))
    def lose_the_service(self, trouble: Trouble) -> None:
        self.post(ServiceLost(at=self.simulator.now, trouble=trouble))

    @rule(back=st.integers(0, 3), trouble=st.sampled_from([None, Trouble.MODULE_HUNG, Trouble.CARD_BUSY]))
    def a_module_answers(self, back: int, trouble: Trouble | None) -> None:
        ticket = self.simulator.state.next_ticket - 1 - back
        tokens = () if trouble else tuple(one for card in self.simulator.cards.values() for one in card.tokens)
        event = TokensRead(at=self.simulator.now, ticket=Ticket(ticket), module="m", tokens=tokens, trouble=trouble)
        self.post(event)

    @rule(back=st.integers(0, 3))
    def a_read_ends(self, back: int) -> None:
        self.post(ReadFinished(at=self.simulator.now, ticket=Ticket(self.simulator.state.next_ticket - 1 - back)))

    @rule()
    def all_reads_end_well(self) -> None:
        for ticket in tuple(self.simulator.state.reads):
            tokens = tuple(one for card in self.simulator.cards.values() for one in card.tokens)
            self.post(TokensRead(at=self.simulator.now, ticket=ticket, module="m", tokens=tokens))
            self.post(ReadFinished(at=self.simulator.now, ticket=ticket))

    @precondition(lambda self: self.simulator.delivered)
    @rule(back=st.integers(1, 4))
    def a_notice_is_delivered(self, back: int) -> None:
        _, notice = self.simulator.delivered[-min(back, len(self.simulator.delivered))]
        self.heard |= dict.fromkeys(map(str, notice.dedup_keys), self.simulator.now)
        self.post(NoticeDelivered(at=self.simulator.now, notice_id=notice.notice_id, dedup_keys=notice.dedup_keys))

    @precondition(lambda self: self.simulator.delivered)
    @rule(back=st.integers(1, 4), choice=st.sampled_from([*NoticeChoice]))
    def a_notice_is_answered(self, back: int, choice: NoticeChoice) -> None:
        _, notice = self.simulator.delivered[-min(back, len(self.simulator.delivered))]
        self.silenced |= choice in {NoticeChoice.LATER, NoticeChoice.SOON}
        self.post(
            CommandReceived(at=self.simulator.now, command=AnswerNotice(notice_id=notice.notice_id, choice=choice))
        )

    @precondition(lambda self: self.simulator.state.memory.certificates)
    @rule(number=st.integers(0, 9), claim=st.sampled_from(Claim))
    def the_person_tells(self, number: int, claim: Claim) -> None:
        certificates = sorted(self.simulator.state.memory.certificates)
        claimed = ClaimByFingerprint(fingerprint=certificates[number % len(certificates)], claim=claim)
        self.post(CommandReceived(at=self.simulator.now, command=claimed))

    @rule(command=st.sampled_from([CheckKeys(), CheckKeys(), GetStatus()]))
    def someone_asks(self, command: Command) -> None:
        self.requests += 1
        self.post(CommandReceived(at=self.simulator.now, request=self.requests, command=command))

    @rule(chosen=st.sampled_from(CHOSEN))
    def settings_change(self, chosen: Settings) -> None:
        self.silenced = True
        self.post(SettingsLoaded(at=self.simulator.now, settings=chosen))

    @rule(trouble=st.sampled_from([None, Trouble.LAUNCH_FAILED]))
    def a_launch_ends(self, trouble: Trouble | None) -> None:
        at, platform = self.simulator.now, Destination.PLATFORM
        self.post(Launched(at=at, procedure="opalexe", destination=platform, trouble=trouble))

    @rule(span=SPANS)
    def time_passes_asleep(self, span: timedelta) -> None:
        self.simulator.now += span
        self.post(Tick(at=self.simulator.now))

    @precondition(lambda self: self.simulator.state.wake_at)
    @rule()
    def it_wakes(self) -> None:
        moment = self.simulator.state.wake_at
        assert moment is not None
        self.simulator.now = moment
        self.post(Tick(at=moment))

    @rule(span=st.sampled_from([SECOND, DAY, 30 * DAY]))
    def the_clock_goes_back(self, span: timedelta) -> None:
        self.silenced = True
        self.simulator.now = max(self.simulator.now - span, NOW - 60 * DAY)  # a clock that may be right
        self.post(Tick(at=self.simulator.now))

    @rule()
    def it_restarts(self) -> None:
        state = self.simulator.state
        self.simulator.state = State(settings=state.settings, memory=self.simulator.kept)
        self.tickets = set()
        self.icon_state()

    @rule(share=st.integers(0, 999))
    def nothing_happens_before_it_wakes(self, share: int) -> None:
        state, now = self.simulator.state, self.simulator.now
        span = state.wake_at - now if state.wake_at else 3000 * DAY
        _, effects = step(replace(state, memory=state.memory), Tick(at=now + span * share // 1000))
        delivered = [
            e.notice for e in effects if isinstance(e, ShowNotice) and e.notice.notice_id.kind is not NoticeKind.TROUBLE
        ]
        assert not delivered
        assert not [e for e in effects if isinstance(e, Launch | ReadTokens)]
        looks = [e.tray.icon_state for e in effects if isinstance(e, UpdateTray)]
        assert state.tray is None or looks in ([], [state.tray.icon_state])

    @invariant()
    def each_request_is_answered_once(self) -> None:
        waiting = self.simulator.state.requests
        for request in range(1, self.requests + 1):
            self.simulator.answered(request)
        reads = self.simulator.state.reads
        assert names_being_read(self.simulator.state) or all(tickets & reads.keys() for tickets in waiting.values())

    @invariant()
    def the_report_makes_sense(self) -> None:
        _, (answer, *_) = step(
            replace(self.simulator.state, notifies=False),
            CommandReceived(at=self.simulator.now, request=0, command=GetStatus()),
        )
        report = getattr(answer, "report")  # noqa: B009  # the first effect answers
        stages = {c.fingerprint_sha256: c.stage for c in report.certificates}
        lines = [(path.procedure, path.holder) for path in report.paths]
        assert len(lines) == len(set(lines)), "one path for a holder and procedure"
        for path in report.paths:
            assert path.old_fingerprint != path.new_fingerprint
            named = {path.old_fingerprint, path.new_fingerprint} - {None}
            assert Stage.SUPERSEDED not in {stages[fingerprint] for fingerprint in named}


TestAnyOrder = AnyOrder.TestCase
