"""The last channel but one: plyer, whose notices can only be read."""

import asyncio
import contextlib
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from functools import partial
from types import SimpleNamespace

from config.identity import APPLICATION
from daemon.adapters.notify.balloon import BODY_UNITS, TITLE_UNITS, fit
from daemon.adapters.notify.channel import DELIVERY_LIMIT_S, Answered, Message
from daemon.adapters.notify.dbus_server import ask_capabilities, shown_body
from daemon.core.notice import NoticeId

SHOW_S = 10


class PlyerChannel:
    """Notices through plyer.

    It is loaded with the first notice, since it is hardly ever needed.

    On Linux plyer calls `notify-send` (or python-dbus, where that is installed) and drops its exit code: here a bad one
    is an error. Elsewhere plyer raises when it cannot.
    """

    name = "plyer"

    def __init__(self, *, limit_s: float = DELIVERY_LIMIT_S) -> None:
        self._limit_s = limit_s

    async def show(self, message: Message, answered: Answered) -> bool:  # noqa: ARG002 - plyer hears no click
        """Show title and body, and return whether plyer could."""
        title: str = message.title
        body: str = message.body
        if sys.platform == "linux":
            skills = await ask_capabilities(self._limit_s)
            if skills is None:
                return False
            title, body = no_option(title), no_option(shown_body(body, skills))
        else:
            title, body = fit(title, TITLE_UNITS), fit(body, BODY_UNITS)  # plyer loses the whole notice beyond
        done: Future[None] = Future()
        threading.Thread(target=_notify, args=(title, body, done), name="plyer", daemon=True).start()
        try:
            await asyncio.wait_for(asyncio.wrap_future(done), self._limit_s)
        except TimeoutError:
            return False
        return True

    async def withdraw(self, notice_id: NoticeId) -> None:
        """Do nothing: plyer cannot take a notice back."""

    async def close(self) -> None:
        """Do nothing."""


def no_option(text: str) -> str:
    """Let `notify-send` not take a text for an option."""
    if text.startswith("-"):
        return f" {text}"
    return text


def _notify(title: str, body: str, done: Future[None]) -> None:
    """Show a notice in this thread: plyer blocks without a limit."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns when python-dbus is missing, which is usual
            put_away = _show(title, body)
    except Exception as error:  # noqa: BLE001 - the top of this thread; plyer raises anything
        with contextlib.suppress(InvalidStateError):  # the limit has passed
            done.set_exception(error)
    else:
        with contextlib.suppress(InvalidStateError):
            done.set_result(None)
        if put_away is not None:
            time.sleep(SHOW_S)  # on Windows the notice belongs to a window, and that to this thread
            put_away()


def _show(title: str, body: str) -> Callable[[], object] | None:
    """Show it, and return what removes it, if plyer does not."""
    if sys.platform == "win32":  # plyer would do it in a thread of its own, which hides failures
        from plyer.platforms.win.libs.balloontip import WindowsBalloonTip

        tip = WindowsBalloonTip(title, body, APPLICATION, timeout=0)
        remove: Callable[[], None] = tip.remove_notify
        return remove
    else:  # noqa: RET505 - mypy skips the other systems' branch only so
        from plyer import facades
        from plyer.utils import Proxy

        if sys.platform == "linux":
            _watch_notify_send()
        # `plyer.notification` made anew: that one would keep the backend, or the lack of one, of its first use.
        Proxy("notification", facades.Notification).notify(
            title=title, message=body, app_name=APPLICATION, timeout=SHOW_S
        )
        return None


def _watch_notify_send() -> None:
    """Have plyer raise where `notify-send` ends badly."""
    from plyer.platforms.linux import notification

    run = partial(subprocess.run, stderr=subprocess.DEVNULL, check=True)
    notification.subprocess = SimpleNamespace(call=run, run=run, DEVNULL=subprocess.DEVNULL)
