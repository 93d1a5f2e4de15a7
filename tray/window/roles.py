"""What a widget is to a screen reader."""

from typing import Final

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAccessibleWidget, QWidget
from shiboken6 import Shiboken

_KEPT: Final[list[QAccessibleWidget]] = []


def set_role(widget: QWidget, role: QAccessible.Role) -> None:
    """Let screen readers take a widget for this.

    Qt deletes the interface with its widget. PySide would delete it before, with its last reference, hence the list.
    """
    _KEPT[:] = [each for each in _KEPT if Shiboken.isValid(each)]
    interface = QAccessibleWidget(widget, role)
    QAccessible.registerAccessibleInterface(interface)
    _KEPT.append(interface)
