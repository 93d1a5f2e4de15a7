"""The channel of macOS where vigicle is no signed bundle: AppleScript.

Its notices can only be read.
"""

import asyncio
import contextlib
from collections.abc import Sequence

from daemon.adapters.notify.channel import DELIVERY_LIMIT_S, Answered, Message
from daemon.adapters.notify.plyer import no_option
from daemon.core.notice import NoticeId

# The words come as arguments: built into the script, a certificate's name could end a string and begin a command.
SCRIPT = """\
on run argv
    display notification (item 2 of argv) with title (item 1 of argv)
end run"""
OSASCRIPT = ("/usr/bin/osascript", "-e", SCRIPT)


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
        words = map(no_option, (message.title, message.body))
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError:
            return False
        try:
            return await asyncio.wait_for(process.wait(), self._limit_s) == 0
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            return False

    async def withdraw(self, notice_id: NoticeId) -> None:
        """Do nothing: osascript cannot take a notice back."""

    async def close(self) -> None:
        """Do nothing."""
