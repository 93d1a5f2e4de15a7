"""The colours and measures that the desktop asks for."""

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from tray.window.colours import DARK, LIGHT, Colours, high_contrast, stylesheet

SMALLEST_PX, LARGER = 16.0, 1.25  # of body letters, and against the desktop's
SCALE = "scale"
BOLD = "bold"
CONTRAST_PALETTE = {
    QPalette.ColorRole.Window: "#000000",
    QPalette.ColorRole.WindowText: "#ffffff",
    QPalette.ColorRole.Highlight: "#ffff00",
    QPalette.ColorRole.HighlightedText: "#000000",
}


class Theme(QObject):
    """Follows the desktop's colour scheme, contrast, font and motion."""

    changed = Signal()

    def __init__(self, application: QApplication, *, scheme: str | None = None, still: bool = False) -> None:
        """Follow the desktop, or take the colours of `scheme`.

        `scheme` is "light", "dark", "contrast" or None: the desktop's. `still` moves nothing.
        """
        super().__init__()
        self._application = application
        self._scheme = scheme
        self._still = still
        self._hints = application.styleHints()  # both are kept: PySide 6.12 lets the second go with the first
        self._wishes = self._hints.accessibility()
        self.colours = self._wanted()
        self._measure()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.apply)
        self._hints.colorSchemeChanged.connect(self._changes)
        self._wishes.contrastPreferenceChanged.connect(self._changes)
        self._wishes.motionPreferenceChanged.connect(self._changes)
        application.fontChanged.connect(self._changes)  # a filter in Python would be called for every event
        self.apply()

    @property
    def base(self) -> float:
        """The size of the window's letters in pixels, never small."""
        return self._base

    @property
    def em(self) -> float:
        """The height of a line of these letters, in pixels."""
        return self._em

    @property
    def still(self) -> bool:
        """Whether nothing shall move."""
        wish = self._wishes.motionPreference()
        return self._still or wish is Qt.MotionPreference.ReducedMotion

    def size(self, widget: QWidget, scale: float = 1.0, *, bold: bool = False) -> None:
        """Scale a widget's letters against the desktop's, also when these change."""
        widget.setProperty(SCALE, scale)
        widget.setProperty(BOLD, bold)
        widget.setFont(self.font(scale, bold=bold))

    def set_scheme(self, scheme: str | None) -> None:
        """Take other colours."""
        self._scheme = scheme
        self.apply()

    def apply(self) -> None:
        """Draw everything in the colours of the moment."""
        self.colours = self._wanted()
        self._measure()
        self._application.setPalette(_palette(self.colours))
        self._application.setStyleSheet(stylesheet(self.colours, self.em, self.base))
        for widget in self._application.allWidgets():
            scale = widget.property(SCALE)
            if scale is not None:
                widget.setFont(self.font(float(scale), bold=bool(widget.property(BOLD))))
        self.changed.emit()

    def _changes(self, *_news: object) -> None:
        self._soon.start()

    def font(self, scale: float = 1.0, *, bold: bool = False) -> QFont:
        """Return the desktop's font in a size of the window."""
        font = QFont(self._application.font())
        font.setPixelSize(max(1, round(self._base * scale)))
        font.setBold(bold)
        return font

    def _system_palette(self) -> QPalette:
        """Return the desktop's colours of this moment.

        A palette without any colour brings them back (doc.qt.io, QGuiApplication::setPalette).
        """
        self._application.setPalette(QPalette())
        return self._application.palette()

    def _measure(self) -> None:
        self._base = max(SMALLEST_PX, LARGER * QFontInfo(self._application.font()).pixelSize())
        self._em = QFontMetricsF(self.font()).height()

    def _wanted(self) -> Colours:
        contrast = self._wishes.contrastPreference() is Qt.ContrastPreference.HighContrast
        if self._scheme == "contrast":
            return high_contrast({role: QColor(name) for role, name in CONTRAST_PALETTE.items()})
        if self._scheme is None and contrast:
            system = self._system_palette()
            return high_contrast({role: system.color(role) for role in CONTRAST_PALETTE})
        if self._scheme == "dark" or (self._scheme is None and self._hints.colorScheme() is Qt.ColorScheme.Dark):
            return DARK
        return LIGHT


def _palette(colours: Colours) -> QPalette:
    """For what no stylesheet reaches: menus, the selection, the field's cursor."""
    palette = QPalette()
    role = QPalette.ColorRole
    roles = {
        role.Window: colours.ground,
        role.WindowText: colours.text,
        role.Base: colours.surface,
        role.Text: colours.text,
        role.Button: colours.surface,
        role.ButtonText: colours.text,
        role.PlaceholderText: colours.muted,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.ToolTipBase: colours.surface,
        role.ToolTipText: colours.text,
    }
    for each, colour in roles.items():
        palette.setColor(each, QColor(colour))
    return palette
