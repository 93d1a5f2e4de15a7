"""The loop: one thread owns the state and runs `step`.

It takes events from the inbox, and hands the effects to the adapters.
"""

import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import assert_never

from config.instants import Instant
from config.values import dataclass, replace
from daemon import ports
from daemon.adapters.guard import Guard
from daemon.adapters.inbox import Inbox
from daemon.core import effects
from daemon.core.commands import QuitDaemon
from daemon.core.effects import Effect
from daemon.core.events import CommandReceived, Event, FaultMet
from daemon.core.state import State
from daemon.core.step import step
from daemon.core.tray_view import FAULT_VIEW

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """The adapters that the loop starts, calls and stops."""

    watcher: ports.ReaderWatcher
    tokens: ports.TokenReader
    schedule: ports.Schedule
    store: ports.Store
    notifier: ports.Notifier
    launcher: ports.Launcher
    control: ports.ControlChannel
    system_actions: ports.SystemActions
    tray: ports.TrayDisplay
    guide: ports.GuideDisplay


class Loop:
    """Runs `step` over the events of an inbox."""

    def __init__(
        self,
        state: State,
        adapters: Adapters,
        inbox: Inbox,
        before_each_event: Callable[[], Iterable[Event]] = tuple,
        clock: Callable[[], Instant] | None = None,
    ) -> None:
        """Keep the state.

        `before_each_event` returns events that are processed first, such as changed settings. A simulated `clock`
        replaces the moments of the events.
        """
        self.state = state
        self._guard = Guard(inbox.post)
        self._adapters = adapters
        self._inbox = inbox
        self._before_each_event = before_each_event
        self._clock = clock
        self._running = True
        self._unstarted: list[Callable[[], None]] = []

    def run(self) -> None:
        """Start the adapters, process events until a `Quit`, and stop the adapters."""
        out = self._adapters
        try:
            starters = (out.system_actions, out.tokens, out.schedule, out.control, out.watcher)
            self._unstarted = [starter.start for starter in starters]
            self._start_adapters()
            log.info("vigicle is running")
            while self._running:
                event = self._inbox.next()
                self._start_adapters()
                self._guard.run("The look for changes", self._process_changes)
                self._process(event)
        finally:
            for closer in (out.watcher, out.guide, out.control, out.schedule, out.tokens, out.notifier):
                self._guard.run("An adapter's end", closer.stop)
            self._guard.run("The store's end", out.store.close)

    def _start_adapters(self) -> None:
        """Start those that have not started.

        Where the system has no thread left, the next event tries again.
        """
        if self._unstarted:
            self._unstarted = [start for start in self._unstarted if not self._guard.run("An adapter's start", start)]

    def _process_changes(self) -> None:
        for event in self._before_each_event():
            self._process(event)

    def _process(self, event: Event) -> None:
        """Apply an event.

        One that the rules cannot bear is left out, and the state does not change. A client that sent it gets no
        answer.
        """
        kind = type(event.command if isinstance(event, CommandReceived) else event).__name__
        log.debug("event %s", kind)
        if self._clock is not None:
            event = replace(event, at=self._clock())
        is_taken = self._guard.run(f"The event {kind}", partial(self._take, event))
        if not is_taken:
            self._guard.run("What follows from that", partial(self._go_on_without, event))

    def _go_on_without(self, event: Event) -> None:
        """Do what must be done even where the rules fail.

        That is to end, to let a client go, and to show the trouble.
        """
        match event:
            case CommandReceived(command=command, request=request):
                self._running = self._running and not isinstance(command, QuitDaemon)
                if request is not None:
                    self._adapters.control.reply(request, None)
            case FaultMet():
                self._adapters.tray.show(FAULT_VIEW)
            case _:
                pass

    def _take(self, event: Event) -> None:
        self.state, wanted = step(self.state, event)
        for effect in wanted:
            kind = type(effect).__name__
            log.debug("effect %s", kind)
            self._guard.run(f"The effect {kind}", partial(self._carry_out, effect))

    def _carry_out(self, effect: Effect) -> None:  # noqa: C901, PLR0912 - one case an effect
        out = self._adapters
        match effect:
            case effects.ReadTokens():
                out.tokens.read(effect)
            case effects.SaveMemory(memory=memory, history=history):
                out.store.save(memory, history)
            case effects.ShowNotice(notice=notice):
                out.notifier.show(notice)
            case effects.Withdraw(notice_id=notice_id):
                out.notifier.withdraw(notice_id)
            case effects.Launch():
                out.launcher.launch(effect)
            case effects.WakeAt(moment=moment):
                out.schedule.wake_at(moment)
            case effects.UpdateTray(tray=tray):
                out.tray.show(tray)
            case effects.OpenGuide(activation=activation):
                out.guide.open(activation)
            case effects.ShowGuide(view=view):
                out.guide.show(view)
            case effects.Reply(request=request, report=report):
                out.control.reply(request, report)
            case (
                effects.WriteSetting()
                | effects.StartAtLogin()
                | effects.Examine()
                | effects.OpenSystemPage()
                | effects.OpenCalendar()
                | effects.OpenMessage()
            ):
                out.system_actions.run(effect)
            case effects.Quit():
                self._running = False
            case _:
                assert_never(effect)
