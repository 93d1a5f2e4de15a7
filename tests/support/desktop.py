"""Notification servers: a recording one, and dunst on a virtual screen."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import queue
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from dbus_fast import ErrorType, Message

from config.values import dataclass
from support.bus import BusService, PrivateBus, SessionBus
from support.process import PATIENCE_S, Process, SupportTimeoutError, require_tool, wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Closed", "Dunst", "Notice", "NotificationServer", "Screen", "SessionBus", "WindowManager"]

ALL_CAPABILITIES = ("actions", "body", "body-markup", "persistence")
EXPIRED, DISMISSED, CLOSED_BY_CALL, UNDEFINED = 1, 2, 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One call of Notify and its id. `at_s` is on time.monotonic()."""

    id: int
    app_name: str
    replaces_id: int
    icon: str
    summary: str
    body: str
    actions: dict[str, str]
    hints: dict[str, Any]
    timeout_ms: int
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """One call of CloseNotification."""

    id: int
    at_s: float


class NotificationServer(BusService):
    """A recording server of org.freedesktop.Notifications.

    `refusing`: answers Notify with an error. `click_at_once`: the action of a person who is quicker than the answer.
    """

    name = "org.freedesktop.Notifications"
    path = "/org/freedesktop/Notifications"
    interface = name
    introspection = """
      <method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/>
        <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
        <arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
        <arg type="u" direction="out"/></method>
      <method name="CloseNotification"><arg type="u" direction="in"/></method>
      <method name="GetCapabilities"><arg type="as" direction="out"/></method>
      <method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
        <arg type="s" direction="out"/><arg type="s" direction="out"/></method>
      <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
      <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>"""

    def __init__(self, bus: PrivateBus, capabilities: Sequence[str] = ALL_CAPABILITIES) -> None:
        super().__init__(bus)
        self.capabilities = list(capabilities)
        self.notices: list[Notice] = []
        self.closed: list[Closed] = []
        self.refusing = False
        self.click_at_once = ""
        self._waiting: queue.Queue[Notice] = queue.Queue()
        self._ids = itertools.count(1)

    def next_notice(self, timeout_s: float = PATIENCE_S) -> Notice:
        """Return the oldest notice not yet returned."""
        try:
            return self._waiting.get(timeout=timeout_s)
        except queue.Empty:
            raise SupportTimeoutError(f"no notice within {timeout_s:g} s") from None

    def action_invoked(self, notice_id: int, key: str = "default") -> None:
        """Emit the signal of a click."""
        self.emit("ActionInvoked", "us", notice_id, key)

    def activation_token(self, notice_id: int, activation: str) -> None:
        """Emit the right of a click, which comes before it."""
        self.emit("ActivationToken", "us", notice_id, activation)

    def notification_closed(self, notice_id: int, reason: int = DISMISSED) -> None:
        """Emit the signal of a closed notice."""
        self.emit("NotificationClosed", "uu", notice_id, reason)

    def respond(self, message: Message) -> Message:
        match message.member:
            case "Notify" if self.refusing:
                return Message.new_error(message, ErrorType.FAILED, "too many notices")
            case "Notify":
                number = self._record(message.body)
                if self.click_at_once:
                    self.tell("ActionInvoked", "us", number, self.click_at_once)
                return Message.new_method_return(message, "u", [number])
            case "CloseNotification":
                self.closed.append(Closed(id=message.body[0], at_s=time.monotonic()))
                return Message.new_method_return(message)
            case "GetCapabilities":
                return Message.new_method_return(message, "as", [self.capabilities])
            case "GetServerInformation":
                return Message.new_method_return(message, "ssss", ["Test", "vigicle", "1.0", "1.2"])
            case _:
                return super().respond(message)

    def _record(self, body: list[Any]) -> int:
        app_name, replaces_id, icon, summary, text, actions, hints, timeout_ms = body
        notice = Notice(
            id=replaces_id or next(self._ids),
            app_name=app_name,
            replaces_id=replaces_id,
            icon=icon,
            summary=summary,
            body=text,
            actions=dict(zip(actions[::2], actions[1::2], strict=True)),
            hints={name: variant.value for name, variant in hints.items()},
            timeout_ms=timeout_ms,
            at_s=time.monotonic(),
        )
        self.notices.append(notice)
        self._waiting.put(notice)
        return notice.id


class Screen:
    """A virtual X server (Xvfb) that picks its display number.

    A context manager.
    """

    def __init__(self, size: str = "1024x768x24") -> None:
        xvfb = require_tool("Xvfb", "xvfb")
        self.folder = Path(tempfile.mkdtemp(prefix="vigicle-screen-"))
        command = [xvfb, "-displayfd", "1", "-screen", "0", size, "-nolisten", "tcp", "-noreset"]
        self._process = Process(command, environment=os.environ, log=self.folder / "xvfb.log")
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        number = re.compile(r"^(\d+)\n", re.MULTILINE)
        try:
            wait_until(lambda: number.search(self._process.text) is not None, "Xvfb says its display")
        except SupportTimeoutError:
            self.__exit__()
            raise
        found = number.search(self._process.text)
        assert found is not None
        self.environment = {"DISPLAY": f":{found[1]}"}
        return self

    def __exit__(self, *exception: object) -> None:
        with contextlib.suppress(SupportTimeoutError):
            self._process.terminate()  # it removes its own lock and socket
        self._process.close()
        shutil.rmtree(self.folder)


class DesktopProgram:
    """A desktop's real program, in a home of its own.

    A context manager, which begins once the program `_is_ready`.
    """

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        self._command = [require_tool(name, name)]
        self._folder = Path(tempfile.mkdtemp(prefix=f"vigicle-{name}-"))
        self._environment = os.environ | environment | {"HOME": str(self._folder)}
        self._process: Process | None = None

    def __enter__(self) -> Self:
        self._process = Process(self._command, environment=self._environment, log=self._folder / "log")
        try:
            wait_until(self._is_ready, f"{self._command[0]} is ready")
        except SupportTimeoutError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        if self._process:
            self._process.close()
        shutil.rmtree(self._folder)

    def _is_ready(self) -> bool:
        raise NotImplementedError


class WindowManager(DesktopProgram):
    """The real openbox on a virtual screen.

    One that starts late moves windows, and gives them their focus again.
    """

    def __init__(self, screen: Screen) -> None:
        self._check = [require_tool("xprop", "x11-utils"), "-root", "_NET_SUPPORTING_WM_CHECK"]
        super().__init__("openbox", screen.environment)

    def _is_ready(self) -> bool:
        return b"window id" in subprocess.check_output(self._check, env=self._environment, timeout=PATIENCE_S)


class Dunst(DesktopProgram):
    """The real dunst, on a private session bus and a virtual screen."""

    def __init__(self, bus: PrivateBus, screen: Screen) -> None:
        self._control = require_tool("dunstctl", "dunst")
        super().__init__("dunst", bus.environment | screen.environment)
        configuration = self._folder / "dunstrc"
        configuration.write_text("[global]\nfollow = none\nidle_threshold = 0\nhistory_length = 100\n")
        self._command += ["-conf", str(configuration)]

    @property
    def displayed(self) -> int:
        """How many notices are on the screen."""
        return int(self._run("count", "displayed"))

    @property
    def history(self) -> list[dict[str, Any]]:
        """The notices that have left the screen, newest first."""
        (entries,) = json.loads(self._run("history"))["data"]
        return [{name: field["data"] for name, field in entry.items()} for entry in entries]

    def wait_displayed(self, count: int = 1, timeout_s: float = PATIENCE_S) -> None:
        """Return once this many notices are on the screen."""
        wait_until(lambda: self.displayed == count, f"dunst shows {count} notices", timeout_s)

    def action(self) -> None:
        """Do the default action of the newest notice, as a click does."""
        self._run("action", "0")

    def close_all(self) -> None:
        """Take every notice off the screen, into the history."""
        self._run("close-all")

    def _is_ready(self) -> bool:
        try:
            return self._run("is-paused").strip() == "false"
        except subprocess.CalledProcessError:
            return False

    def _run(self, *arguments: str) -> str:
        return subprocess.run(
            [self._control, *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=True,
        ).stdout
