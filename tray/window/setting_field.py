"""One setting to write or to choose, with what was refused."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from config.settings import SettingId
from daemon.adapters.guide.messages import SETTING_LIMIT
from daemon.core.views.guide import SettingField
from tray.window.buttons import LOWEST, WrappingButton, literal
from tray.window.labels import WrappingLabel, by_sentence
from tray.window.layouts import Flow, column
from tray.window.line_field import LineField
from tray.window.theme import Theme
from tray.window.toggles import RadioButton

Write = Callable[[SettingId, str], None]

LANGUAGES = {"fr": "Français", "en": "English"}  # each in its own words
LABELS = {
    SettingId.LANGUAGE: "window.set.language",
    SettingId.DAYS: "window.set.days",
    SettingId.QUIET_HOURS: "window.set.quiet_hours",
}
HINTS = {SettingId.DAYS: "window.set.days.hint", SettingId.QUIET_HOURS: "window.set.quiet_hours.hint"}
FIELD_WIDTH = 24  # em


class SettingRow(QWidget):
    """The name of a setting, and why it was refused.

    A value that an administrator has set is shown alone.
    """

    def __init__(self, theme: Theme, setting: SettingId, write: Write) -> None:
        super().__init__()
        self._theme = theme
        self._setting = setting
        self._write = write
        self._field: SettingField[str] | None = None
        self.label = WrappingLabel(theme, bold=True)
        self._fixed = WrappingLabel(theme, tone="muted")
        self._refusal = WrappingLabel(theme, bold=True, tone="bad")
        self._lines = column(theme, gap=0.2)
        self._lines.addWidget(self.label)
        self._lines.addWidget(self._fixed)
        self.setLayout(self._lines)

    def show_field(self, field: SettingField[str], translator: Translator) -> None:
        """Show the value that holds."""
        self._field = field
        self.label.show_words(translator.render(text(LABELS[self._setting])))
        words = translator.render(text("window.set.fixed", value=_spoken(field))) if field.fixed else ""
        self._fixed.show_words(words)
        self._refusal.show_words(by_sentence(field.refusal or ""))

    def add_refusal(self) -> None:
        """Show below what was written why it was refused."""
        self._lines.addWidget(self._refusal)


class LanguageRow(SettingRow):
    """The languages as radio buttons, which hold at once."""

    def __init__(self, theme: Theme, setting: SettingId, write: Write) -> None:
        super().__init__(theme, setting, write)
        self._choices = {language: RadioButton(theme, literal(name)) for language, name in LANGUAGES.items()}
        choices, flow = QWidget(), Flow(round(theme.base))
        self.label.setMinimumHeight(round(LOWEST * theme.base))
        self.label.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        flow.addWidget(self.label)
        for language, choice in self._choices.items():
            choice.setObjectName(f"set:{setting}:{language}")
            choice.clicked.connect(lambda _checked, chosen=language: write(setting, chosen))
            flow.addWidget(choice)
        choices.setLayout(flow)
        self._lines.addWidget(choices)
        self.add_refusal()

    def show_field(self, field: SettingField[str], translator: Translator) -> None:
        """Check the language in use."""
        super().show_field(field, translator)
        for language, choice in self._choices.items():
            choice.setChecked(language == (field.value or translator.language))
            choice.setVisible(not field.fixed)
            choice.setAccessibleDescription(self.label.accessibleName())


class WrittenRow(SettingRow):
    """A field with a button that saves it."""

    def __init__(self, theme: Theme, setting: SettingId, write: Write) -> None:
        super().__init__(theme, setting, write)
        self._hint = WrappingLabel(theme, scale=0.9, tone="muted")
        self._input = LineField(self._put_back, SETTING_LIMIT, round(FIELD_WIDTH * theme.em))
        self._input.setObjectName(f"set:{setting}")
        self._input.setMinimumHeight(round(LOWEST * theme.base))
        self._input.textEdited.connect(self._compare)
        self._input.returnPressed.connect(self._save)
        self._button = WrappingButton(theme, "")
        self._button.setObjectName(f"save:{setting}")
        self._button.clicked.connect(self._save)
        self._entry = QWidget()
        flow = Flow(round(0.5 * theme.base))
        flow.addWidget(self._input)
        flow.addWidget(self._button)
        self._entry.setLayout(flow)
        self._lines.addWidget(self._hint)
        self._lines.addWidget(self._entry)
        self.add_refusal()

    def show_field(self, field: SettingField[str], translator: Translator) -> None:
        """Show the value, unless another one is being written."""
        before = self._field
        super().show_field(field, translator)
        hint = translator.render(text(HINTS[self._setting]))
        self._hint.show_words("" if field.fixed else hint)
        self._input.setAccessibleName(self.label.accessibleName())
        self._input.setAccessibleDescription(field.refusal or hint)
        self._button.setText(literal(translator.render(text("window.set.save"))))
        self._button.setAccessibleDescription(self.label.accessibleName())
        if before is None or field.value != before.value:
            self._input.setText(field.value)
        self._entry.setVisible(not field.fixed)
        self._compare()

    def _compare(self) -> None:
        """Offer to save what differs from what holds."""
        held = self._field.value if self._field is not None else ""
        self._button.setVisible(self._input.text().strip() != held)

    def _save(self) -> None:
        self._write(self._setting, self._input.text())

    def _put_back(self) -> None:
        if self._field is not None:
            self._input.setText(self._field.value)
        self._compare()


def row_for(theme: Theme, setting: SettingId, write: Write) -> SettingRow:
    """Return the row of a setting."""
    kind = LanguageRow if setting is SettingId.LANGUAGE else WrittenRow
    return kind(theme, setting, write)


def _spoken(field: SettingField[str]) -> str:
    return LANGUAGES.get(field.value, field.value) or "–"
