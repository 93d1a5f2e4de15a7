"""The tray icon on macOS: pystray's, drawn sharp and in the menu bar's own colour, and without hold on the signals."""

import io
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

import AppKit
import Foundation
import pystray
from PyObjCTools import AppHelper, MachSignals

POINTS = 22  # the menu bar's height
SCALE = 2  # of a Retina screen

Handler = Callable[[int, FrameType | None], Any]


class MacIcon(pystray.Icon):  # type: ignore[misc] # pystray is not typed
    """Takes a drawing as its icon; all but `run` through AppHelper.callAfter."""

    def _run(self) -> None:
        """Give the signals back once pystray has taken SIGINT, which would end the program where it stands."""
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        AppHelper.callAfter(_give_back, {n: h for n, h in handlers.items() if callable(h)})
        self._app.setActivationPolicy_(AppKit.NSApplicationActivationPolicyAccessory)  # no Dock icon
        super()._run()

    def _assert_image(self) -> None:
        """Make the picture a template: macOS colours it for light and dark menu bars."""
        stream = io.BytesIO()
        self._icon.draw(POINTS * SCALE, template=True).save(stream, "png")
        data = Foundation.NSData.dataWithBytes_length_(stream.getvalue(), stream.tell())
        image = AppKit.NSImage.alloc().initWithData_(data)
        image.setSize_(AppKit.NSMakeSize(POINTS, POINTS))
        image.setTemplate_(True)
        self._icon_image = image
        self._status_item.button().setImage_(image)


def _give_back(handlers: dict[signal.Signals, Handler]) -> None:
    """Let our own handlers hear of signals while AppKit's loop runs (Python's would wait for its end)."""
    for number, handler in handlers.items():
        MachSignals.signal(number, lambda received, handler=handler: handler(received, None))
