"""Shows the guide of the running daemon, or of a temporary one."""

import os
from collections.abc import Callable, Sequence
from functools import partial

from config.folders import Folders
from config.i18n.text import Render
from config.schema.load_settings import Loaded
from daemon.adapters.clock import read_clock
from daemon.adapters.guide.messages import NO_DISPLAY, Guide
from daemon.adapters.guide.publisher import GuidePublisher, has_display
from daemon.adapters.guide.window import WindowProcess
from daemon.adapters.inbox import Inbox
from daemon.adapters.ipc.client import ControlError, DaemonNotRunningError, GuideUnavailableError, ask, follow
from daemon.adapters.ipc.messages import ErrorCode
from daemon.adapters.platform.activation import activation_of
from daemon.adapters.platform.instance_lock import runtime_of_daemon
from daemon.assembly.daemon import DaemonOutcome, run_with_guide
from daemon.assembly.parts import HeadlessTray, translator_for
from daemon.core.commands import QuitDaemon, RaiseGuide
from daemon.core.events import CommandReceived
from daemon.ports import Post

__all__ = ["ControlError", "DaemonNotRunningError", "front", "show_text", "show_window"]

ANSWER_LIMIT_S = 10.0

ShowGuide = Callable[[Guide], None]


def front(folders: Folders) -> None:
    """Have the running daemon open its guide. Raises DaemonNotRunningError and ControlError.

    It comes to the front by the right of the click that started this process.
    """
    command = RaiseGuide(activation=activation_of(os.environ))
    ask(runtime_of_daemon(folders), command, timeout_s=ANSWER_LIMIT_S)


def show_window(folders: Folders, loaded: Loaded, command: Sequence[str]) -> DaemonOutcome:
    """Open the window. Raises ControlError.

    Without a daemon, run one until the window is closed.
    """
    try:
        front(folders)
    except DaemonNotRunningError:
        return _open_here(folders, loaded, command)
    except GuideUnavailableError:
        if not has_display():
            raise
        guide = follow(runtime_of_daemon(folders), timeout_s=ANSWER_LIMIT_S)
        _need_display(WindowProcess(command, guide, lambda _code: None).wait())
    return DaemonOutcome.STOPPED


def show_text(folders: Folders, loaded: Loaded, show: ShowGuide) -> DaemonOutcome:
    """Let `show` follow the guide to its end. Raises ControlError.

    Without a daemon, run one meanwhile.
    """
    try:
        guide = follow(runtime_of_daemon(folders), timeout_s=ANSWER_LIMIT_S)
    except DaemonNotRunningError:
        return _show_text_here(folders, loaded, show)
    show(guide)
    return DaemonOutcome.STOPPED


def _show_text_here(folders: Folders, loaded: Loaded, show: ShowGuide) -> DaemonOutcome:
    inbox = Inbox()
    publisher = GuidePublisher(inbox.post, translator_for)

    def show_guide() -> None:
        subscriber = publisher.subscribe()
        if subscriber is not None:
            show(subscriber)

    return run_with_guide(folders, loaded, inbox, publisher, partial(_GuideTray, show_guide))


def _open_here(folders: Folders, loaded: Loaded, command: Sequence[str]) -> DaemonOutcome:
    inbox = Inbox()
    publisher = GuidePublisher(inbox.post, translator_for, command)
    if not publisher.can_open:
        raise GuideUnavailableError(ErrorCode.NO_WINDOW)
    codes: list[int | None] = []

    def open_and_wait() -> None:
        publisher.open()
        codes.append(publisher.wait())

    outcome = run_with_guide(folders, loaded, inbox, publisher, partial(_GuideTray, open_and_wait))
    _need_display(*codes)
    return outcome


def _need_display(*codes: int | None) -> None:
    if NO_DISPLAY in codes:
        raise GuideUnavailableError(ErrorCode.NO_WINDOW)


class _GuideTray(HeadlessTray):
    """The tray of a daemon that ends with its guide."""

    def __init__(self, show_guide: Callable[[], None], render: Render, post: Post) -> None:
        super().__init__(render)
        self._show_guide = show_guide
        self._post = post

    def run(self) -> None:
        """Show the guide to its end, then quit the daemon."""
        self._show_guide()
        self._post(CommandReceived(at=read_clock(), command=QuitDaemon()))

    def stop(self) -> None:
        """Do nothing: the publisher has closed the guide, and `run` returns."""
