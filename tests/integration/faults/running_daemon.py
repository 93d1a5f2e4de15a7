"""The real loop over real readers, modules, clock and store.

Notices, launches and system actions are recorded."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from config.i18n.translator import Translator
from config.instants import instant
from daemon.adapters.guide.publisher import GuidePublisher
from daemon.adapters.inbox import Inbox
from daemon.adapters.loop import Adapters, Loop
from daemon.adapters.pcsc.obstacles import CardObstacles
from daemon.adapters.pcsc.watcher import PcscWatcher
from daemon.adapters.pkcs11.reader import ChildTokenReader
from daemon.adapters.schedule.scheduler import ApScheduler
from daemon.adapters.store.sqlite import SqliteStore
from daemon.assembly.parts import HeadlessTray
from daemon.core.commands import CheckKeys, Command, GetStatus, QuitDaemon
from daemon.core.events import CommandReceived, NoticeDelivered
from daemon.core.state import State
from support.core.factories import SETTINGS
from support.process import PATIENCE_S, SupportTimeoutError, require_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from daemon.core.effects import Launch, SystemAction
    from daemon.core.notice import Notice, NoticeId
    from daemon.core.views.report import Report
    from daemon.ports import Post

OPENSC = str(
    require_file(
        ["/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so", "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so"],
        "opensc-pkcs11",
    )
)


class RecordingDesktop:
    """Records notices and launches and accepts system actions."""

    def __init__(self, post: Post) -> None:
        self.notices: list[Notice] = []
        self.launches: list[Launch] = []
        self._post = post

    def start(self) -> None:
        pass

    def show(self, notice: Notice) -> None:
        self.notices.append(notice)
        self._post(
            NoticeDelivered(at=instant(datetime.now(UTC)), notice_id=notice.notice_id, dedup_keys=notice.dedup_keys)
        )

    def withdraw(self, notice_id: NoticeId) -> None:
        del notice_id

    def launch(self, order: Launch) -> None:
        self.launches.append(order)

    def run(self, action: SystemAction) -> None:
        del action

    def stop(self) -> None:
        pass


class FakeControlServer:
    """A control server for the test alone, without a socket."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._numbers = itertools.count(1)
        self._answers: dict[int, queue.SimpleQueue[Report]] = {}
        self.open = threading.Event()

    def start(self) -> None:
        self.open.set()

    def ask(self, command: Command, timeout_s: float = PATIENCE_S) -> Report:
        number = next(self._numbers)
        self._answers[number] = queue.SimpleQueue()
        self._post(CommandReceived(at=instant(datetime.now(UTC)), request=number, command=command))
        return self._answers[number].get(timeout=timeout_s)

    def reply(self, request: int, report: Report | None) -> None:
        if report is not None and request in self._answers:
            self._answers[request].put(report)

    def stop(self) -> None:
        pass


class InProcessDaemon:
    """A daemon on the readers of `support.in_process.use_service`.

    A context manager.
    """

    def __init__(self, folder: Path, *, modules: tuple[str, ...] = (), child_limit_s: float = 10.0) -> None:
        store = SqliteStore(folder)
        inbox = Inbox()
        self.desktop, self.control = RecordingDesktop(inbox.post), FakeControlServer(inbox.post)
        self.loop = Loop(
            State(settings=SETTINGS, memory=store.load()),
            Adapters(
                watcher=PcscWatcher(inbox.post),
                tokens=ChildTokenReader(
                    inbox.post,
                    modules=modules,
                    catalogue=lambda: (OPENSC,),
                    obstacle_of=CardObstacles().obstacle_of,
                    child_limit_s=child_limit_s,
                ),
                schedule=ApScheduler(inbox.post),
                store=store,
                notifier=self.desktop,
                launcher=self.desktop,
                system_actions=self.desktop,
                tray=HeadlessTray(Translator("en").render),
                control=self.control,
                guide=GuidePublisher(inbox.post, Translator),
            ),
            inbox,
        )
        self._thread = threading.Thread(target=self.loop.run, name="loop", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start and return once requests are answered."""
        self._thread.start()
        assert self.control.open.wait(PATIENCE_S)

    def stop(self) -> None:
        """Quit, and wait for the end."""
        self.control.ask(QuitDaemon())
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), "the loop has ended"

    def check(self) -> Report:
        """Read what is in now, and return what was found."""
        return self.control.ask(CheckKeys())

    def until(self, holds: Callable[[Report], bool], what: str, timeout_s: float = PATIENCE_S) -> Report:
        """Return the first status of which this holds."""
        deadline = time.monotonic() + timeout_s
        while not holds(report := self.control.ask(GetStatus())):
            if time.monotonic() > deadline:
                raise SupportTimeoutError(f"not within {timeout_s:g} s: {what}. Last: {report}")
            time.sleep(0.02)
        return report


def names(report: Report, *, present: bool | None = None) -> list[str]:
    """Return the sorted holders' names, optionally by presence."""
    return sorted(line.subject_cn for line in report.certificates if present is None or line.present == present)
