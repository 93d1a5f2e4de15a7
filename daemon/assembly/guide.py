"""The commands that show the guide: the daemon's where one runs, else that of a watch for as long as somebody looks."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from config.folders import Folders
from config.schema.load_settings import Loaded
from daemon.adapters.guide.messages import Guide
from daemon.adapters.guide.publisher import GuidePublisher, has_display
from daemon.adapters.guide.window import NO_DISPLAY, WindowProcess
from daemon.adapters.ipc.client import ControlError, DaemonNotRunningError, GuideUnavailableError, ask, follow
from daemon.adapters.ipc.messages import ErrorCode
from daemon.adapters.platform.instance_lock import runtime_of_daemon
from daemon.assembly.daemon import DaemonOutcome, run_daemon
from daemon.assembly.parts import HeadlessTray, make_publisher
from daemon.core.events import Asked, Verb
from daemon.ports import Post

__all__ = ["ControlError", "DaemonNotRunningError", "front", "show_text", "show_window"]

ANSWER_LIMIT_S = 10.0

Look = Callable[[Guide], None]


def front(folders: Folders) -> None:
    """Have the running daemon open its guide. Raises DaemonNotRunningError and ControlError."""
    ask(runtime_of_daemon(folders), Verb.GUIDE, timeout_s=ANSWER_LIMIT_S)


def show_window(folders: Folders, loaded: Loaded, command: Sequence[str]) -> DaemonOutcome:
    """Open the window; without a daemon, be on watch until it is closed. Raises ControlError."""
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


def show_text(folders: Folders, loaded: Loaded, icon_state: Look) -> DaemonOutcome:
    """Let `look` follow the guide to its end; without a daemon, be on watch meanwhile. Raises ControlError."""
    try:
        guide = follow(runtime_of_daemon(folders), timeout_s=ANSWER_LIMIT_S)
    except DaemonNotRunningError:
        publisher = make_publisher()

        def look_here() -> None:
            subscriber = publisher.follow()
            if subscriber is not None:
                icon_state(subscriber)

        return _watch(folders, loaded, publisher, look_here)
    icon_state(guide)
    return DaemonOutcome.STOPPED


def _open_here(folders: Folders, loaded: Loaded, command: Sequence[str]) -> DaemonOutcome:
    publisher = make_publisher(command)
    if not publisher.can_open:
        raise GuideUnavailableError(ErrorCode.NO_WINDOW)
    codes: list[int | None] = []

    def open_and_wait() -> None:
        publisher.open()
        codes.append(publisher.wait())

    outcome = _watch(folders, loaded, publisher, open_and_wait)
    _need_display(*codes)
    return outcome


def _need_display(*codes: int | None) -> None:
    if NO_DISPLAY in codes:
        raise GuideUnavailableError(ErrorCode.NO_WINDOW)


def _watch(
    folders: Folders, loaded: Loaded, publisher: GuidePublisher, icon_state: Callable[[], None]
) -> DaemonOutcome:
    return run_daemon(
        folders, loaded, publisher, lambda _render, post: _SubscriberTray(loaded.settings.language, icon_state, post)
    )


class _SubscriberTray(HeadlessTray):
    """The screen of a watch that ends when nobody looks at its guide any more."""

    def __init__(self, language: str | None, icon_state: Callable[[], None], post: Post) -> None:
        super().__init__(language)
        self._look = icon_state
        self._post = post

    def run(self) -> None:
        """Look until the end, then end the watch."""
        self._look()
        self._post(Asked(at=datetime.now(UTC), request=0, verb=Verb.QUIT))

    def stop(self) -> None:
        """Nothing is left to see: the desk has closed."""
