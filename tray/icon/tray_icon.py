"""The tray icon with its menu, through pystray."""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from config.i18n.text import CleanText, Render, clean, text
from config.instants import Instant, instant
from config.values import dataclass
from daemon.core.commands import AnswerNotice, Command, QuitDaemon, RaiseGuide
from daemon.core.events import CommandReceived, Event, SessionLock, SessionMoved
from daemon.core.views.tray import IconState, MenuItem, TrayView
from daemon.ports import Balloons
from tray.icon.errors import NoTrayError, TrayGoneError

if TYPE_CHECKING:
    from PIL import Image

NAME = "vigicle"
LABEL_LIMIT = 60
TRY_AGAIN_S = 2.0
SESSION_PATIENCE_S = 60.0
TOOLTIP_LIMIT = 120  # Windows takes 127 UTF-16 units
APPEAR_S = 10.0  # the first notice may be earlier than the icon
SESSION_END_S = 4.0  # Windows ends who has not answered within 5 s, macOS waits longer
INFORMATION, ACTION, PROGRAM, END = range(4)  # the groups of the menu's lines
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IconDrawing:
    """The image of a state, drawn when it is needed."""

    icon_state: IconState
    days_left: int | None = None

    def draw(self, size: int, *, template: bool = False) -> "Image.Image":
        """Draw it, `size` pixels square."""
        from tray.icon.drawing import draw_icon

        return draw_icon(self.icon_state, size, self.days_left, template=template)

    def prepare(self) -> None:
        """Draw it beforehand, so that it shows at once."""
        from tray.icon.drawing import SIZES

        for size in SIZES:
            self.draw(size).tobytes()  # Pillow loads what it needs for that at its first use


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One rendered line of the menu.

    With `entries` it opens a menu of its own. `checked` is None for a line without a tick.
    """

    label: CleanText
    command: Command | None
    entries: tuple["MenuEntry", ...] = ()
    checked: bool | None = None

    @property
    def group(self) -> int:
        """Return the group of lines that it belongs to."""
        match self.command:
            case None if not self.entries:
                return INFORMATION
            case AnswerNotice():
                return ACTION
            case QuitDaemon():
                return END
            case _:
                return PROGRAM


class TrayIcon:
    """The TrayDisplay that is a tray icon.

    `show` and `stop` may be called from any thread.

    Without a tray, for whatever reason, it logs the reason and shows nothing.
    """

    def __init__(
        self,
        render: Render,
        post: Callable[[Event], None],
        clock: Callable[[], Instant] = lambda: instant(datetime.now(UTC)),
        session_patience_s: float = SESSION_PATIENCE_S,
    ) -> None:
        """Keep `render` and `post`. Nothing is loaded before `run`."""
        self._render = render
        self._post = post
        self._session_patience_s = session_patience_s
        self._clock = clock
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._settled = threading.Event()  # whether there is an icon
        self._view = TrayView(icon_state=IconState.NO_READER, tooltip=text("face.no_reader"))
        self._words: tuple[str, tuple[MenuEntry, ...]] = ("", ())
        self._icon: Any = None

    def show(self, view: TrayView) -> None:
        """Show what has changed of the view."""
        with self._lock:
            before, self._view = self._view, view
            if self._icon is None:
                return
            icon, words = self._icon, self._words
            if _drawing(before) != _drawing(view):
                on_owning_thread(lambda: setattr(icon, "icon", _drawing(view)))
            self._words = tooltip, entries = self._tooltip(view), self._entries(view.items)
            if tooltip != words[0]:
                on_owning_thread(lambda: setattr(icon, "title", tooltip))
            if entries != words[1]:
                on_owning_thread(lambda: setattr(icon, "menu", self._menu(entries)))

    def run(self) -> None:
        """Own the calling thread, which must be the main one, until `stop`.

        An icon that was there and has gone is tried again for a while. After that the desktop session is over, and the
        daemon quits: it would keep out the one that the next session starts.

        Raises any unforeseen error, and may then be called again.
        """
        gone_since: float | None = None
        while not self._stopped.is_set():
            if self._run_once():
                gone_since = time.monotonic()
            if gone_since is None:  # a run without a tray
                break
            if time.monotonic() > gone_since + self._session_patience_s:
                log.info("The desktop session is over")
                self._post_command(QuitDaemon())
                break
            self._stopped.wait(TRY_AGAIN_S)
        self._stopped.wait()

    def _run_once(self) -> bool:
        """Run the icon to its end, and return whether it was there."""
        was_there = False
        try:
            self._run_icon()
        except (NoTrayError, TrayGoneError) as error:
            log.warning("No tray icon: %s", error)
            log.debug("The tray failed", exc_info=True)
            was_there = isinstance(error, TrayGoneError)
        finally:
            with self._lock:
                self._icon = None
            self._settled.set()
        return was_there

    @property
    def balloons(self) -> Balloons | None:
        """Itself where there are balloons: on Windows."""
        return self if sys.platform == "win32" else None

    def show_balloon(self, title: str, body: str, clicked: Callable[[], None]) -> bool:
        """Show a balloon at the icon, and return success."""
        icon = self._icon if self._settled.wait(APPEAR_S) else None
        return icon is not None and icon.show_balloon(title, body, clicked)

    def hide_balloon(self) -> None:
        """Remove the balloon."""
        icon = self._icon
        if icon is not None:
            icon.hide_balloon()

    def stop(self) -> None:
        """Let `run` return."""
        self._stopped.set()
        icon = self._icon  # without the lock: a signal handler may call this in the thread that holds it
        if icon is not None:
            on_owning_thread(icon.stop)

    def _run_icon(self) -> None:
        icon_class = _icon_class()
        with self._lock:
            if self._stopped.is_set():
                return
            view = self._view
            self._words = tooltip, entries = self._tooltip(view), self._entries(view.items)
            self._icon = icon = icon_class(NAME, _drawing(view), tooltip, self._menu(entries))
        if sys.platform != "linux":
            icon.session_ends = self._end_with_session
        if sys.platform == "win32":
            icon.session_locks = self._post_lock
            icon.session_moves = self._post_move
            icon.asked_to_end = partial(self._post_command, QuitDaemon())
        if sys.platform == "darwin":
            icon.reopened = lambda: self._post_command(RaiseGuide())
        icon.run(self._shown)

    def _post_lock(self, locked: bool) -> None:  # noqa: FBT001 - what the session reports
        self._post(SessionLock(at=self._clock(), locked=locked))

    def _post_move(self, in_front: bool) -> None:  # noqa: FBT001 - what the session reports
        self._post(SessionMoved(at=self._clock(), in_front=in_front))

    def _end_with_session(self) -> None:
        """End the daemon, and return when the store is closed."""
        self._post_command(QuitDaemon())
        self._stopped.wait(SESSION_END_S)

    def _shown(self, icon: Any) -> None:
        """Show the icon once its loop runs.

        Runs in a thread of pystray's.
        """

        def appear() -> None:
            icon.visible = True
            self._settled.set()
            if self._stopped.is_set():  # before there was a loop to stop
                icon.stop()

        on_owning_thread(appear)
        IconDrawing(IconState.READING).prepare()

    def _tooltip(self, view: TrayView) -> CleanText:
        return clean(self._render(view.tooltip), TOOLTIP_LIMIT)

    def _entries(self, items: tuple[MenuItem, ...]) -> tuple[MenuEntry, ...]:
        return tuple(
            MenuEntry(
                clean(self._render(item.label), LABEL_LIMIT), item.command, self._entries(item.items), item.checked
            )
            for item in items
        )

    def _menu(self, entries: tuple[MenuEntry, ...]) -> Any:
        """Return pystray's menu, with separators between the groups."""
        import pystray

        default = default_command([entry.command for entry in entries])
        items: list[Any] = []
        for index, entry in enumerate(entries):
            if index and entry.group != entries[index - 1].group:
                items.append(pystray.Menu.SEPARATOR)
            items.append(
                pystray.MenuItem(
                    entry.label.replace("&", "&&") if sys.platform == "win32" else entry.label,
                    self._menu(entry.entries) if entry.entries else partial(self._post_command, entry.command),
                    checked=None if entry.checked is None else partial(_is_checked, entry),
                    enabled=entry.group != INFORMATION,
                    default=entry.command is not None and entry.command is default,
                )
            )
        return pystray.Menu(*items)

    def _post_command(self, command: Command | None, *_icon_and_item: object) -> None:
        if command is not None:  # a line without one cannot be clicked
            activation = self._icon.take_activation() if sys.platform == "linux" and self._icon else None
            self._post(CommandReceived(at=self._clock(), command=command, activation=activation))


def default_command(commands: Sequence[Command | None]) -> Command | None:
    """Return what a click on the icon does: open the window.

    Who wants to know what the icon means shall get neither a page nor a tool.
    """
    return next((command for command in commands if isinstance(command, RaiseGuide)), None)


def _is_checked(entry: MenuEntry, _item: object) -> bool | None:
    return entry.checked


def _icon_class() -> Any:
    """Return pystray's icon class. Raises NoTrayError."""
    try:
        return load_icon_class()
    except Exception as error:  # the tray's import: without a desktop the daemon runs without an icon
        raise NoTrayError(str(error) or type(error).__name__) from error


def load_icon_class() -> Any:
    """Return pystray's icon class for this system.

    Raises whatever the system lacks.
    """
    chosen: Any
    if sys.platform == "linux":
        with _bare_pystray():
            from tray.icon import linux
        chosen = linux.LinuxIcon
    elif sys.platform == "darwin":
        from tray.icon import macos

        chosen = macos.MacIcon
    else:
        from tray.icon import windows

        chosen = windows.WindowsIcon
    return chosen


@contextmanager
def _bare_pystray() -> Iterator[None]:
    """Let pystray load no back end, thus neither GTK nor X.

    Child processes do not inherit the setting.
    """
    asked = os.environ.get("PYSTRAY_BACKEND")
    os.environ["PYSTRAY_BACKEND"] = "dummy"
    try:
        yield
    finally:
        del os.environ["PYSTRAY_BACKEND"]
        if asked is not None:
            os.environ["PYSTRAY_BACKEND"] = asked


def on_owning_thread(action: Callable[[], object]) -> None:
    """Run an action where the system allows it.

    AppKit may be used in the main thread alone.
    """
    if sys.platform == "darwin":
        from PyObjCTools import AppHelper

        AppHelper.callAfter(action)
    else:
        action()


def _drawing(view: TrayView) -> IconDrawing:
    return IconDrawing(view.icon_state, view.days_left)
