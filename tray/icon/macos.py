"""The tray icon on macOS: pystray's, in the menu bar's colour.

The program keeps its own signal handlers.
"""

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
    """Takes a drawing as its icon.

    All but `run` must be called through AppHelper.callAfter.
    """

    def _run(self) -> None:
        """Restore the signal handlers once pystray has taken SIGINT.

        Its handler would end the program at once.
        """
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        AppHelper.callAfter(_restore, {n: h for n, h in handlers.items() if callable(h)})
        self._app.setActivationPolicy_(AppKit.NSApplicationActivationPolicyAccessory)  # no Dock icon
        super()._run()

    def _assert_image(self) -> None:
        """Make the image a template, which macOS colours for its menu bar."""
        stream = io.BytesIO()
        self._icon.draw(POINTS * SCALE, template=True).save(stream, "png")
        data = Foundation.NSData.dataWithBytes_length_(stream.getvalue(), stream.tell())
        image = AppKit.NSImage.alloc().initWithData_(data)
        image.setSize_(AppKit.NSMakeSize(POINTS, POINTS))
        image.setTemplate_(True)
        self._icon_image = image
        self._status_item.button().setImage_(image)


def _restore(handlers: dict[signal.Signals, Handler]) -> None:
    """Call the handlers on signals while AppKit's loop runs.

    Python's own handlers would wait for the loop's end.
    """
    for number, handler in handlers.items():
        MachSignals.signal(number, lambda received, handler=handler: handler(received, None))
