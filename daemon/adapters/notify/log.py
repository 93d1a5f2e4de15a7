"""The last channel: the program's log."""

import logging

from daemon.adapters.notify.channel import Answered, Message
from daemon.core.notice import NoticeId

# A logger of its own: this is the one place above DEBUG where names may stand, for here the log is the notice.
notices = logging.getLogger("vigicle.notice")


class LogChannel:
    """Writes notices as warnings of the logger `vigicle.notice`."""

    name = "log"

    async def show(self, message: Message, answered: Answered) -> bool:  # noqa: ARG002 - a log has no clicks
        """Write title and body."""
        notices.warning("%s: %s", message.title, message.body)
        return True

    async def withdraw(self, notice_id: NoticeId) -> None:
        """Do nothing: what is written stays."""

    async def close(self) -> None:
        """Do nothing."""
