"""Brings the window's process to the front."""

import os
import sys

from daemon.core.model import ActivationToken


def activate_process() -> None:
    """Make this the active program on macOS.

    The icon's process has no Dock icon, so neither has its child: Qt's `raise_` does not activate it. As a regular
    program it has a menu bar, and with it Cmd-Q (developer.apple.com, NSApplication.activate() and
    NSApplication.ActivationPolicy.regular). Elsewhere Qt does what is needed.
    """
    if sys.platform == "darwin":
        import AppKit

        application = AppKit.NSApplication.sharedApplication()
        application.setActivationPolicy_(AppKit.NSApplicationActivationPolicyRegular)
        application.activate()


def use_activation(activation: ActivationToken | None) -> None:
    """Let Qt use the right of a click for the next `requestActivate`.

    On Wayland Qt reads and removes this variable then (doc.qt.io, QWindow::requestActivate).
    """
    if activation is not None and sys.platform == "linux":
        os.environ["XDG_ACTIVATION_TOKEN"] = activation
