"""The channel of macOS where vigicle is no signed bundle: osascript.

Its notices can only be read.
"""

import asyncio
import contextlib
import json
from collections.abc import Sequence

from daemon.adapters.notify.channel import DELIVERY_LIMIT_S, Answered, Message
from daemon.core.notice import NoticeId

# The script comes through standard input, as osascript(1) reads it: every account sees the arguments of a process.
# Source: developer.apple.com, JavaScript for Automation Release Notes, and `display notification`.
OSASCRIPT = ("/usr/bin/osascript", "-l", "JavaScript", "-")
SCRIPT = """\
var app = Application.currentApplication()
app.includeStandardAdditions = true
var words = %s
app.displayNotification(words[1], {withTitle: words[0]})
"""


def script_for(title: str, body: str) -> bytes:
    """Return the script that shows a notice.

    JSON in ASCII is a literal of JavaScript that no word in it can end.
    """
    return (SCRIPT % json.dumps((title, body))).encode("ascii")


class OsascriptChannel:
    """Notices through osascript.

    It reports failures, but not whether the user has switched its notices off.
    """

    name = "osascript"

    def __init__(self, command: Sequence[str] = OSASCRIPT, *, limit_s: float = DELIVERY_LIMIT_S) -> None:
        self._command = command
        self._limit_s = limit_s

    async def show(self, message: Message, answered: Answered) -> bool:  # noqa: ARG002 - it hears no click
        """Show title and body, and return whether macOS took them."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError:
            return False
        try:
            script = script_for(message.title, message.body)
            await asyncio.wait_for(process.communicate(script), self._limit_s)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            return False
        return process.returncode == 0

    async def withdraw(self, notice_id: NoticeId) -> None:
        """Do nothing: osascript cannot take a notice back."""

    async def close(self) -> None:
        """Do nothing."""
