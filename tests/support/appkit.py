"""A fake AppKit with the documented behaviour of a few classes.

Each class names its page below https://developer.apple.com/documentation/appkit. The names themselves are compared with
PyObjC's wheels in tests/packaging.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

NAMES = {
    "NSApplicationActivationPolicyAccessory": 1,
    "NSApplicationActivationPolicyRegular": 0,
    "NSImageOnly": 1,
    "NSVariableStatusItemLength": -1.0,
    **{
        name: name
        for name in (
            "NSWorkspaceDidWakeNotification",
            "NSWorkspaceSessionDidBecomeActiveNotification",
            "NSWorkspaceSessionDidResignActiveNotification",
        )
    },
    "NSFontAttributeName": "NSFont",
}
CONSTANTS = tuple(NAMES)


class Native:
    """An object whose setters are remembered, and whose other methods do nothing."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    @classmethod
    def alloc(cls) -> Self:
        return cls()

    def init(self) -> Self:
        return self

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("set") and name.endswith("_"):
            return lambda value: self.values.__setitem__(name[3:-1], value)
        if name.endswith("_"):
            return lambda *_arguments: self
        raise AttributeError(name)


class NSMenuItem(Native):
    """nsmenuitem: its action is sent when it is chosen."""

    def initWithTitle_action_keyEquivalent_(self, title: str, _action: bytes, _key: str) -> Self:
        self.title = title
        return self

    @classmethod
    def separatorItem(cls) -> NSMenuItem:
        return cls().initWithTitle_action_keyEquivalent_("", b"", "")

    def tag(self) -> int:
        return int(self.values["Tag"])


class NSMenu(Native):
    """nsmenu and nsmenudelegate."""

    def initWithTitle_(self, _title: str) -> Self:
        self.items: list[NSMenuItem] = []
        return self

    def addItem_(self, item: NSMenuItem) -> None:
        self.items.append(item)

    def removeAllItems(self) -> None:
        self.items.clear()

    def open(self) -> None:
        """Begin tracking: first menuNeedsUpdate:, then menuWillOpen:."""
        self.values["Delegate"].menuNeedsUpdate_(self)
        self.values["Delegate"].menuWillOpen_(self)

    def choose(self, item: NSMenuItem) -> None:
        """End tracking with menuDidClose:, then send the item's action."""
        self.values["Delegate"].menuDidClose_(self)
        item.values["Target"].activate_menu_item(item)

    @property
    def titles(self) -> list[str]:
        return [item.title for item in self.items]


class NSStatusItem(Native):
    """nsstatusitem: shows its menu when its button is pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.the_button = Native()

    def button(self) -> Native:
        return self.the_button


class NSStatusBar(Native):
    """nsstatusbar."""

    @classmethod
    def systemStatusBar(cls) -> NSStatusBar:
        return cls()

    def statusItemWithLength_(self, _length: float) -> NSStatusItem:
        return NSStatusItem()


class NSImage(Native):
    """nsimage."""


class NSApplication(Native):
    """nsapplication: one for each process."""

    shared: ClassVar[NSApplication | None] = None

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    @classmethod
    def sharedApplication(cls) -> NSApplication:
        cls.shared = cls.shared or cls()
        return cls.shared

    def activate(self) -> None:
        self.calls.append("activate")

    def yieldActivationToApplicationWithBundleIdentifier_(self, bundle: str) -> None:
        self.calls.append(f"yield to {bundle}")


class NSNotificationCenter(Native):
    """foundation/nsnotificationcenter: calls the selector of each observer of a name."""

    def __init__(self) -> None:
        super().__init__()
        self.observers: list[tuple[Any, str, str]] = []

    def addObserver_selector_name_object_(self, observer: Any, selector: bytes, name: str, _sender: None) -> None:
        self.observers.append((observer, selector.decode().replace(":", "_"), name))

    def removeObserver_(self, observer: Any) -> None:
        self.observers = [each for each in self.observers if each[0] is not observer]

    def post(self, posted: str) -> None:
        for observer, method, name in self.observers:
            if name == posted:
                getattr(observer, method)(None)


class NSWorkspace(Native):
    """nsworkspace: its own center alone has the wake notification."""

    center: ClassVar[NSNotificationCenter] = NSNotificationCenter()

    @classmethod
    def sharedWorkspace(cls) -> NSWorkspace:
        return cls()

    def notificationCenter(self) -> NSNotificationCenter:
        return self.center


class NSBundle(Native):
    """foundation/nsbundle."""

    @classmethod
    def mainBundle(cls) -> NSBundle:
        return cls()

    def bundleIdentifier(self) -> str:
        return "fr.vigicle.vigicle"


class NSData:
    """foundation/nsdata."""

    @staticmethod
    def dataWithBytes_length_(content: bytes, _length: int) -> bytes:
        return content


def install(patch: pytest.MonkeyPatch) -> None:
    """Put the fakes in the place of PyObjC's modules."""
    shared = Native()
    foundation = _module("Foundation", NSObject=Native, NSData=NSData, NSAttributedString=shared, NSDictionary=shared)
    appkit = _module(
        "AppKit",
        **NAMES,
        NSMakeSize=lambda width, height: (width, height),
        NSFont=_Font,
        **{each.__name__: each for each in (NSMenuItem, NSMenu, NSStatusBar, NSImage, NSApplication, NSWorkspace)},
        NSBundle=NSBundle,
    )
    objc = _module("objc", namedSelector=lambda _selector: lambda method: method)
    helper = _module("PyObjCTools.AppHelper", callAfter=lambda action, *arguments: action(*arguments))
    signals = _module("PyObjCTools.MachSignals")
    tools = _module("PyObjCTools", AppHelper=helper, MachSignals=signals)
    for module in (foundation, appkit, objc, tools, helper, signals):
        patch.setitem(sys.modules, module.__name__, module)
    for name in [each for each in sys.modules if each.split(".")[0] == "pystray"]:
        patch.delitem(sys.modules, name)
    patch.setenv("PYSTRAY_BACKEND", "darwin")
    patch.setattr(NSApplication, "shared", None)
    patch.setattr(NSWorkspace, "center", NSNotificationCenter())


class _Font:
    @staticmethod
    def menuFontOfSize_(_size: int) -> Any:
        return _Font()

    @staticmethod
    def boldSystemFontOfSize_(size: float) -> float:
        return size

    def pointSize(self) -> float:
        return 13.0


def _module(name: str, **names: Any) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(names)
    return module
