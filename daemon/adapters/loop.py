"""The loop: one thread owns the state, takes events from the queue, and hands the effects to the adapters."""

import logging
import queue
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import assert_never

from daemon import ports
from daemon.core import effects
from daemon.core.effects import Effect
from daemon.core.events import Event
from daemon.core.state import State
from daemon.core.step import step

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """All that the loop speaks to."""

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
    """Runs `step` over a queue of events; `post` may be called from any thread and from signal handlers."""

    def __init__(
        self,
        state: State,
        adapters: Adapters,
        before_each_event: Callable[[], Iterable[Event]] = tuple,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """Keep the state.

        `news` is asked before each event for what has to be known first (changed settings). A played `clock`
        takes the place of the moments that the events bring.
        """
        self.state = state
        self._adapters = adapters
        self._before_each_event = before_each_event
        self._clock = clock
        self._queue: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._running = True

    def post(self, event: Event) -> None:
        """Queue an event."""
        self._queue.put(event)

    def run(self) -> None:
        """Start the adapters, work until a `Quit`, and stop them again."""
        out = self._adapters
        starters = (
            out.notifier,
            out.launcher,
            out.system_actions,
            out.tokens,
            out.schedule,
            out.guide,
            out.control,
            out.watcher,
        )
        try:
            for adapter in starters:
                adapter.start(self.post)
            log.info("vigicle is running")
            while self._running:
                event = self._queue.get()
                for first in self._before_each_event():
                    self._take(first)
                self._take(event)
        finally:
            for closer in (out.watcher, out.guide, out.control, out.schedule, out.tokens, out.notifier):
                self._guarded(closer.stop)
            self._guarded(out.store.close)

    def _take(self, event: Event) -> None:
        log.debug("event %s", type(event).__name__)
        if self._clock is not None:
            event = replace(event, at=self._clock())
        self.state, wanted = step(self.state, event)
        for effect in wanted:
            log.debug("effect %s", type(effect).__name__)
            self._guarded(partial(self._do, effect))

    def _guarded(self, action: Callable[[], None]) -> None:
        """Keep one adapter's failure from ending the watch."""
        try:
            action()
        except Exception:
            log.exception("an adapter failed; vigicle goes on")

    def _do(self, effect: Effect) -> None:
        out = self._adapters
        match effect:
            case effects.ReadTokens():
                out.tokens.read(effect)
            case effects.SaveMemory(memory=memory, history=history):
                out.store.remember(memory, history)
            case effects.ShowNotice(notice=notice):
                out.notifier.say(notice)
            case effects.Withdraw(tag=tag):
                out.notifier.withdraw(tag)
            case effects.Launch():
                out.launcher.launch(effect)
            case effects.WakeAt(moment=moment):
                out.schedule.wake_at(moment)
            case effects.UpdateTray(tray=tray):
                out.tray.show(tray)
            case effects.OpenGuide():
                out.guide.open()
            case effects.ShowGuide(view=view):
                out.guide.show(view)
            case effects.Reply(request=request, report=report):
                out.control.answer(request, report)
            case effects.UseLanguage() | effects.StartAtLogin() | effects.Examine():
                out.system_actions.run(effect)
            case effects.Quit():
                self._running = False
            case _:
                assert_never(effect)
