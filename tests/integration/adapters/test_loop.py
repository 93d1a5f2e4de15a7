"""One failure ends neither the loop nor what others rely on."""

from __future__ import annotations

import queue
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest

from config.values import replace
from daemon.adapters.inbox import Inbox
from daemon.adapters.loop import Adapters, Loop
from daemon.adapters.simulation import NoSystemActions, SimulatedClock, SimulatedLauncher, SimulatedSchedule
from daemon.core.commands import GetStatus, QuitDaemon
from daemon.core.events import CommandReceived, FaultMet, ReadersSeen
from daemon.core.state import State
from daemon.core.troubles import Trouble
from daemon.core.views.tray import IconState, TrayView
from support.core.factories import NOW, SETTINGS, certificate, memory, owned
from support.process import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.i18n.text import Sentence
    from config.instants import Instant
    from daemon.core.effects import HistoryEntry, ReadTokens
    from daemon.core.events import Event
    from daemon.core.model import ActivationToken, Memory
    from daemon.core.notice import Notice, NoticeId
    from daemon.core.views.guide import GuideView
    from daemon.core.views.report import Report

NAIVE = cast("Instant", datetime(2027, 3, 1))  # noqa: DTZ001 - what no rule can compare
POISONED = certificate(not_after=NAIVE, subject_cn="Jeanne SECRET")


class FailingParts:
    """Plays the reader, store, notifier, guide, tray and channel.

    Those named in `failing` raise.
    """

    balloons = None

    def __init__(self) -> None:
        self.failing: set[str] = set()
        self.starts = 0
        self.replies: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        self.shown: list[TrayView] = []

    def _use(self, part: str) -> None:
        if part in self.failing:
            raise OverflowError("Jeanne SECRET")

    def start(self) -> None:
        self.starts += 1
        if self.starts == 1:
            self._use("start")

    def stop(self) -> None: ...
    def close(self) -> None: ...
    def open(self, activation: ActivationToken | None = None) -> None: ...
    def read(self, order: ReadTokens) -> None: ...
    def use_modules(self, modules: tuple[str, ...]) -> None: ...
    def withdraw(self, notice_id: NoticeId) -> None: ...

    def reply(self, request: int, report: Report | None) -> None:
        del request
        self.replies.put(report)

    def save(self, memory: Memory, history: tuple[HistoryEntry, ...]) -> None:
        del memory, history
        self._use("store")

    def load(self) -> Memory:
        raise NotImplementedError


class Notifier(FailingParts):
    def show(self, notice: Notice) -> None:
        del notice
        self._use("notifier")


class Guide(FailingParts):
    def show(self, view: GuideView[Sentence]) -> None:
        del view
        self._use("guide")


class Tray(FailingParts):
    def show(self, view: TrayView) -> None:
        self.shown.append(view)
        self._use("tray")


class Daemon:
    """A loop over such parts, in a thread."""

    def __init__(self, *failing: str) -> None:
        self.inbox = Inbox()
        self.parts, self.notifier, self.guide, self.tray = FailingParts(), Notifier(), Guide(), Tray()
        self.parts.failing |= set(failing)
        self.changes: list[Event] = []
        clock = SimulatedClock(NOW)
        adapters = Adapters(
            watcher=self.parts,
            tokens=self.parts,
            schedule=SimulatedSchedule(self.inbox.post, clock),
            store=self.parts,
            notifier=self.notifier,
            launcher=SimulatedLauncher(self.inbox.post, lambda _order: None),
            control=self.parts,
            system_actions=NoSystemActions(),
            tray=self.tray,
            guide=self.guide,
        )
        ending = certificate("ends", not_after=NOW + timedelta(days=20))
        state = State(settings=SETTINGS, memory=memory(owned(ending)))
        self.loop = Loop(state, adapters, self.inbox, self._changes)
        self._thread = threading.Thread(target=self.loop.run, daemon=True)
        self._thread.start()

    def _changes(self) -> list[Event]:
        self.parts._use("settings")  # noqa: SLF001 - its own part
        return []

    def ask(self) -> Report | None:
        self.inbox.post(CommandReceived(at=NOW, command=GetStatus(), request=1))
        return self.parts.replies.get(timeout=PATIENCE_S)

    def stop(self) -> None:
        self.inbox.post(CommandReceived(at=NOW, command=QuitDaemon()))
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    running = Daemon()
    yield running
    running.stop()


def troubles(report: Report | None) -> tuple[Trouble, ...]:
    assert report is not None
    return report.troubles


def test_an_event_that_no_rule_can_bear_is_left_out(daemon: Daemon, caplog: pytest.LogCaptureFixture) -> None:
    before = daemon.ask()
    daemon.inbox.post(ReadersSeen(at=NAIVE, readers=()))
    after = daemon.ask()
    assert before is not None
    assert after is not None
    assert after.certificates == before.certificates
    assert Trouble.INTERNAL_FAULT in troubles(daemon.ask())
    assert "The event ReadersSeen failed and was left out: TypeError in" in caplog.text


@pytest.mark.parametrize("part", ["store", "notifier", "guide", "tray", "settings"])
def test_a_part_that_fails_is_told_and_ends_nothing(
    daemon: Daemon, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    for parts in (daemon.parts, daemon.notifier, daemon.guide, daemon.tray):
        parts.failing.add(part)
    daemon.inbox.post(ReadersSeen(at=NOW, readers=()))
    daemon.ask()
    assert Trouble.INTERNAL_FAULT in troubles(daemon.ask())
    assert "OverflowError in _use" in caplog.text
    assert "SECRET" not in "".join(record.getMessage() for record in caplog.records)


def test_an_adapter_that_could_not_start_is_started_with_the_next_event() -> None:
    daemon = Daemon("start")
    assert daemon.ask() is not None
    assert daemon.parts.starts == len(["tokens", "control", "watcher"]) + 1
    daemon.stop()


def test_a_memory_that_no_rule_can_bear_is_shown_by_the_icon(daemon: Daemon) -> None:
    daemon.loop.state = replace(daemon.loop.state, memory=memory(owned(POISONED)))
    assert daemon.ask() is None
    assert daemon.ask() is None
    assert daemon.tray.shown[-1].icon_state is IconState.TROUBLE
    assert daemon.tray.shown[-1].tooltip.id == "trouble.internal_fault.short"


def test_a_fault_is_posted_once_however_often_it_comes(daemon: Daemon) -> None:
    posted: list[Event] = []
    daemon.loop._guard._post = posted.append  # noqa: SLF001 - what it posts
    for _ in range(3):
        daemon.inbox.post(ReadersSeen(at=NAIVE, readers=()))
    daemon.ask()
    assert [type(event) for event in posted] == [FaultMet]
