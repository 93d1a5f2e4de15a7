"""The first channel on Windows: toasts that can be clicked for days.

A click starts an address of vigicle's own scheme. Windows does so after the banner has gone, after a restart of
vigicle, and after the next logon (learn.microsoft.com, "Send a local app notification from other types
of unpackaged apps").
"""

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from typing import Any

from config.identity import WINDOWS_ID
from daemon.adapters.notify.channel import Answered, Message, NoticesOffError
from daemon.adapters.notify.toast_registry_windows import name_sender, register_scheme
from daemon.adapters.notify.toast_xml import to_xml
from daemon.core.model import AnswerWord
from daemon.core.notice import NoticeChoice, NoticeId, Urgency

log = logging.getLogger(__name__)

GROUP = "vigicle"
FAILURE_S = 0.5  # Windows says within that time that it shows no toast


class ToastChannel:
    """Toasts through WinRT, which is loaded with the first notice."""

    name = "desktop"

    def __init__(self, answer_command: Sequence[str] | None = None) -> None:
        """Prepare for toasts, whose clicks start `answer_command` with an address.

        Without a command they are heard only while this process lives.
        """
        self._answer_command = answer_command
        self._manager: Any = None
        self._by_address = False
        self._toasts: dict[NoticeId, Any] = {}  # their handlers live as long as they do

    async def show(self, message: Message, answered: Answered) -> bool:
        """Show the message, and return whether Windows took it.

        Raises NoticesOffError where the user or an administrator has switched notices off.
        """
        from winrt.windows.ui.notifications import ToastNotification

        if self._manager is None:
            self._manager = self._begin()
        notifier = self._manager.create_toast_notifier_with_id(WINDOWS_ID)
        refuse_when_off(notifier)
        toast = ToastNotification(self._document(message))
        toast.tag, toast.group = tag_of(message.notice_id), GROUP
        toast.priority = _priority(message.urgency)
        failed = self._listen(toast, message, answered)
        notifier.show(toast)
        self._toasts[message.notice_id] = toast
        try:
            await asyncio.wait_for(failed.wait(), FAILURE_S)
        except TimeoutError:
            refuse_when_off(notifier)  # before the first toast ever it could not be asked
            return True
        return False

    async def withdraw(self, notice_id: NoticeId) -> None:
        """Remove the toast, also one of an earlier process."""
        self._toasts.pop(notice_id, None)
        if self._manager is None:
            self._manager = self._begin()
        self._manager.history.remove_grouped_tag_with_id(tag_of(notice_id), GROUP, WINDOWS_ID)

    async def close(self) -> None:
        """Leave the toasts that can still be clicked, and remove the others."""
        for notice_id in () if self._by_address else tuple(self._toasts):
            await self.withdraw(notice_id)

    def _begin(self) -> Any:
        from winrt.windows.ui.notifications import ToastNotificationManager

        try:
            name_sender()
        except OSError as error:  # a locked registry: the setup's shortcut names it as well
            log.info("Notices may bear another name: %s", error)
        if self._answer_command is not None:
            try:
                register_scheme(self._answer_command)
                self._by_address = True
            except OSError as error:
                log.warning("Notices can be clicked only while vigicle runs: %s", error)
        return ToastNotificationManager.get_default()

    def _document(self, message: Message) -> Any:
        from winrt.windows.data.xml.dom import XmlDocument

        document = XmlDocument()
        document.load_xml(to_xml(message, by_address=self._by_address))
        return document

    def _listen(self, toast: Any, message: Message, answered: Answered) -> asyncio.Event:
        """Hear what Windows reports, and return the event of failure.

        Windows calls in threads of its own. Where a click starts an address, no click is reported.
        """
        from winrt.windows.ui.notifications import ToastActivatedEventArgs, ToastDismissalReason

        failed, loop = asyncio.Event(), asyncio.get_running_loop()

        def hear_click(_toast: Any, details: Any) -> None:
            word = AnswerWord(details.as_(ToastActivatedEventArgs).arguments)
            if word in message.words:
                answered(message.words[word])

        def hear_dismissal(_toast: Any, details: Any) -> None:
            if details is not None and details.reason == ToastDismissalReason.USER_CANCELED:
                answered(NoticeChoice.DISMISSED)

        toast.add_activated(hear_click)
        toast.add_dismissed(hear_dismissal)
        toast.add_failed(lambda _toast, _details: loop.call_soon_threadsafe(failed.set))
        return failed


def ask_whether_on() -> bool:
    """Return whether Windows shows vigicle's notices. Raises OSError."""
    from winrt.windows.ui.notifications import ToastNotificationManager

    try:
        refuse_when_off(ToastNotificationManager.get_default().create_toast_notifier_with_id(WINDOWS_ID))
    except NoticesOffError:
        return False
    return True


def refuse_when_off(notifier: Any) -> None:
    """Raise NoticesOffError where Windows would show nothing.

    Before the first toast ever Windows does not know the sender, and raises "element not found" (0x80070490).
    """
    from winrt.windows.ui.notifications import NotificationSetting

    try:
        setting = notifier.setting
    except OSError:
        return
    if setting != NotificationSetting.ENABLED:
        raise NoticesOffError(setting.name)


def tag_of(notice_id: NoticeId) -> str:
    """Return the toast's tag, the same in each process.

    It has 64 characters at most (learn.microsoft.com, ToastNotification.Tag).
    """
    return hashlib.sha256(f"{notice_id.kind}|{notice_id.subject}".encode()).hexdigest()[:32]


def _priority(urgency: Urgency) -> Any:
    from winrt.windows.ui.notifications import ToastNotificationPriority

    if urgency is Urgency.CRITICAL:
        return ToastNotificationPriority.HIGH
    return ToastNotificationPriority.DEFAULT
