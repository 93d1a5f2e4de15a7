"""A Windows notification platform that behaves as documented.

What it imitates, from learn.microsoft.com:
- uwp/api/windows.ui.notifications.toastdismissalreason: a banner goes after its time (7 s) with TIMED_OUT, and the
  toast lies in the notification centre, where it can still be clicked.
- uwp/api/windows.ui.notifications.notificationsetting: the values of `setting`.
- windows/apps/develop/notifications/app-notifications/adaptive-interactive-toasts, activationType="protocol": a click
  starts the address, and no handler of the process is called.

From github.com/CommunityToolkit/WindowsCommunityToolkit/issues/3626: before its first toast an unpackaged application
is not known, and a question about it raises 0x80070490, "element not found".
"""

from __future__ import annotations

import enum
import sys
import types
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest import mock
from xml.etree import ElementTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOT_FOUND = OSError(22, "Element not found", None, -2147023728)  # 0x80070490


class NotificationSetting(enum.IntEnum):
    ENABLED = 0
    DISABLED_FOR_APPLICATION = 1
    DISABLED_FOR_USER = 2
    DISABLED_BY_GROUP_POLICY = 3
    DISABLED_BY_MANIFEST = 4


class ToastDismissalReason(enum.IntEnum):
    USER_CANCELED = 0
    APPLICATION_HIDDEN = 1
    TIMED_OUT = 2


class ToastNotificationPriority(enum.IntEnum):
    DEFAULT = 0
    HIGH = 1


@dataclass
class Arguments:
    """What a handler gets. `as_` is winrt's cast."""

    arguments: str = ""
    reason: ToastDismissalReason = ToastDismissalReason.USER_CANCELED

    def as_(self, _type: object) -> Arguments:
        return self


class XmlDocument:
    def load_xml(self, xml: str) -> None:
        self.xml = ElementTree.fromstring(xml)


class ToastNotification:
    def __init__(self, document: XmlDocument) -> None:
        self.xml = document.xml
        self.tag = self.group = ""
        self.priority = ToastNotificationPriority.DEFAULT
        self._handlers: dict[str, Callable[[Any, Any], None]] = {}

    def add_activated(self, handler: Callable[[Any, Any], None]) -> None:
        self._handlers["activated"] = handler

    def add_dismissed(self, handler: Callable[[Any, Any], None]) -> None:
        self._handlers["dismissed"] = handler

    def add_failed(self, handler: Callable[[Any, Any], None]) -> None:
        self._handlers["failed"] = handler

    def happen(self, what: str, arguments: Arguments | None) -> None:
        """Call the handler, as Windows does in a thread of its own."""
        if what in self._handlers:
            self._handlers[what](self, arguments)


@dataclass
class Platform:
    """What Windows knows of the application's toasts."""

    setting: NotificationSetting = NotificationSetting.ENABLED
    known: bool = False
    """Whether the application has ever shown a toast."""
    refuses: bool = False
    """Whether Windows reports each toast as failed."""
    shown: list[ToastNotification] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    """The addresses that clicks have started."""

    def time_out(self) -> None:
        """Let the newest banner go."""
        self.shown[-1].happen("dismissed", Arguments(reason=ToastDismissalReason.TIMED_OUT))

    def click(self, label: str | None = None) -> None:
        """Click the newest toast, or its button, wherever it lies."""
        toast = self.shown.pop()
        element = toast.xml if label is None else next(e for e in toast.xml.iter("action") if e.get("content") == label)
        address = element.get("launch") if label is None else element.get("arguments")
        if element.get("activationType") == "protocol":
            self.opened.append(address or "")
        else:
            toast.happen("activated", Arguments(arguments=address or ""))

    def take_away(self, tag: str, group: str) -> None:
        """Remove a toast from the screen and from the centre."""
        self.shown = [each for each in self.shown if (each.tag, each.group) != (tag, group)]

    def dismiss(self) -> None:
        """Close the newest toast as the user does."""
        self.shown.pop().happen("dismissed", Arguments())


@dataclass
class History:
    platform: Platform

    def get_history_with_id(self, _application: str) -> list[ToastNotification]:
        if not self.platform.known:
            raise NOT_FOUND
        return list(self.platform.shown)

    def remove_grouped_tag_with_id(self, tag: str, group: str, _application: str) -> None:
        if not self.platform.known:
            raise NOT_FOUND
        self.platform.take_away(tag, group)


@dataclass
class Notifier:
    platform: Platform

    @property
    def setting(self) -> NotificationSetting:
        if not self.platform.known:
            raise NOT_FOUND
        return self.platform.setting

    def show(self, toast: ToastNotification) -> None:
        self.platform.known = True
        if self.platform.refuses:
            toast.happen("failed", None)
        elif self.platform.setting is NotificationSetting.ENABLED:
            self.platform.take_away(toast.tag, toast.group)
            self.platform.shown.append(toast)


@dataclass
class Manager:
    platform: Platform

    @property
    def history(self) -> History:
        return History(self.platform)

    def create_toast_notifier_with_id(self, _application: str) -> Notifier:
        return Notifier(self.platform)


def _notifications(platform: Platform) -> dict[str, Any]:
    """Return the names of winrt.windows.ui.notifications."""
    return {
        "NotificationSetting": NotificationSetting,
        "ToastActivatedEventArgs": Arguments,
        "ToastDismissalReason": ToastDismissalReason,
        "ToastDismissedEventArgs": Arguments,
        "ToastFailedEventArgs": Arguments,
        "ToastNotification": ToastNotification,
        "ToastNotificationManager": types.SimpleNamespace(get_default=lambda: Manager(platform)),
        "ToastNotificationPriority": ToastNotificationPriority,
    }


@contextmanager
def played_windows() -> Iterator[Platform]:
    """Let `winrt` and `winreg` be imported, over a platform that is returned."""
    platform = Platform()
    named: dict[str, dict[str, Any]] = {
        "winrt": {},
        "winrt.system": {"Object": Arguments, "unbox_string": str},
        "winrt.windows.applicationmodel.core": {"CoreApplication": types.SimpleNamespace(id="")},
        "winrt.windows.data.xml.dom": {"XmlDocument": XmlDocument},
        "winrt.windows.ui.notifications": _notifications(platform),
        "winreg": {},
    }
    for parent in ("windows", "windows.applicationmodel", "windows.data", "windows.data.xml", "windows.ui"):
        named[f"winrt.{parent}"] = {}
    modules = {name: types.ModuleType(name) for name in named}
    for name, module in modules.items():
        module.__dict__.update(named[name])
    with mock.patch.dict(sys.modules, modules):
        sys.modules.pop("desktop_notifier.backends.winrt", None)
        yield platform
