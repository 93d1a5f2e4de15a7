"""The user's permission for notices, which macOS asks for once."""

import asyncio
import logging
import sys
from typing import Any, Protocol

from daemon.adapters.notify.channel import NoticesOffError

log = logging.getLogger(__name__)


class MacError(Exception):
    """macOS refused a question or a notice."""


def raise_errors() -> None:
    """Let desktop-notifier raise what macOS refuses.

    It only logs an error of addNotificationRequest (6.2.0), and then counts the notice as dispatched.
    """
    if sys.platform == "darwin":
        from desktop_notifier.backends import macos

        macos.log_nserror = _raise_error


def _raise_error(error: Any, prefix: str) -> None:
    raise MacError(f"{prefix}: {error}")


class AsksPermission(Protocol):
    """The part of desktop-notifier that asks."""

    async def request_authorisation(self) -> bool:
        """Return the user's answer, at once where it was given before."""


class Permission:
    """Asks once, and waits for the answer as long as it takes.

    The first notice, the welcome, makes macOS ask (developer.apple.com, requestAuthorization). Until the answer no
    notice is shown in another way, so none comes twice.
    """

    def __init__(self) -> None:
        self._asking: asyncio.Task[bool] | None = None

    async def demand(self, notifier: AsksPermission, limit_s: float) -> None:
        """Raise NoticesOffError unless the user permits notices within the limit.

        A question that is still open stays open.
        """
        if self._asking is None:
            self._asking = asyncio.create_task(notifier.request_authorisation())
        await asyncio.wait({self._asking}, timeout=limit_s)
        if not self._asking.done():
            raise NoticesOffError("the user has not answered yet")
        answered, self._asking = self._asking, None  # the settings may change it
        if answered.exception() is not None or not answered.result():
            log.debug("No permission for notices: %r", answered.exception())
            raise NoticesOffError("the user does not permit them")
