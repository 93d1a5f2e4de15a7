"""The field in which a key gets its name."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import NAME_LIMIT, GuideAnswer, Named
from daemon.core.views.guide import CertificateCard
from tray.window.buttons import WrappingButton
from tray.window.labels import WrappingLabel
from tray.window.layouts import Flow, column
from tray.window.line_field import LineField
from tray.window.theme import Theme

FIELD_WIDTH = 26  # em


class KeyName(QWidget):
    """A field that `open` shows.

    What is being written is kept in `drafts`. At the end the keyboard goes back to `origin`.
    """

    def __init__(
        self,
        theme: Theme,
        certificate: CertificateCard[str],
        translator: Translator,
        drafts: dict[str | None, str],
        answer: Callable[[GuideAnswer], None],
        origin: QWidget,
    ) -> None:
        super().__init__()
        self._certificate = certificate
        self._drafts = drafts
        self._answer = answer
        key = certificate.key
        self._origin = origin
        self._label = WrappingLabel(theme, translator.render(text("window.name.field", limit=NAME_LIMIT)))
        self._field = LineField(self._close, NAME_LIMIT)
        self._field.setMaximumWidth(round(FIELD_WIDTH * theme.em))
        self._field.setObjectName(f"field:{key}")
        self._field.setAccessibleName(self._label.accessibleName())
        self._label.setBuddy(self._field)
        self._save_button = self._button(theme, translator, "window.name.save", f"save:{key}", self._save)
        self._cancel_button = self._button(theme, translator, "window.cancel", f"cancel:{key}", self._close)
        self._field.textEdited.connect(self._keep)
        self._field.returnPressed.connect(self._save)
        self._lay_out(theme)
        self._turn(writes=key in drafts)

    def _lay_out(self, theme: Theme) -> None:
        lines = column(theme, gap=0.4)
        for widget in (self._label, self._field):
            lines.addWidget(widget)
        buttons = Flow(round(0.6 * theme.em))
        for button in (self._save_button, self._cancel_button):
            buttons.addWidget(button)
        lines.addLayout(buttons)
        self.setLayout(lines)

    def _button(
        self, theme: Theme, translator: Translator, label: str, name: str, act: Callable[[], None]
    ) -> WrappingButton:
        button = WrappingButton(theme, translator.render(text(label)))
        button.setObjectName(name)
        button.clicked.connect(act)
        return button

    def open(self) -> None:
        """Let the user write a name."""
        self._keep(self._certificate.key_name)
        self._turn(writes=True)
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._field.selectAll()

    def _keep(self, draft: str) -> None:
        self._drafts[self._certificate.key] = draft

    def _save(self) -> None:
        name = self._field.text().strip()
        self._close()
        if name != self._certificate.key_name:
            self._answer(Named(fingerprint=self._certificate.fingerprint, name=name))

    def _close(self) -> None:
        self._drafts.pop(self._certificate.key, None)
        self._turn(writes=False)
        self._origin.setFocus(Qt.FocusReason.OtherFocusReason)

    def _turn(self, *, writes: bool) -> None:
        """Show the field, or nothing."""
        if writes:
            self._field.setText(self._drafts[self._certificate.key])
        self.setVisible(writes)
