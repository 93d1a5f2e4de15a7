"""The settings, without a tray icon and a terminal."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import Page
from daemon.core.action_id import ActionKind
from daemon.core.views.guide import Action, Finding
from tray.window.buttons import literal
from tray.window.labels import Heading, WrappingLabel, as_sentence, by_sentence
from tray.window.layouts import Flow, card, clear, column, outdented
from tray.window.link_page import Choose, LinkPage, action_button
from tray.window.press_guard import PressGuard
from tray.window.setting_field import SettingRow, Write, row_for
from tray.window.theme import Theme
from tray.window.toggles import GAP, CheckBox


def diagnosis_news(before: Page, page: Page, translator: Translator) -> str:
    """Return the news of a diagnosis that began or ended."""
    if page.findings is not None and page.findings != before.findings:
        return ". ".join([translator.render(text(_title(page))), *(finding.topic for finding in page.findings)])
    if page.language != before.language:
        return ""
    labels = {action.id: action.label for action in before.settings}
    looks = (action for action in page.settings if action.id.kind is ActionKind.DIAGNOSE)
    return next((action.label for action in looks if action.label != labels.get(action.id)), "")


def _spoken(finding: Finding[str]) -> str:
    """Return what was found, for a screen reader."""
    return ". ".join(filter(None, (finding.topic, " ".join(filter(None, (finding.what, finding.remedy))))))


def _title(page: Page) -> str:
    return "guide.findings" if page.findings else "doctor.end.ok"


class SettingsPage(LinkPage):
    """What can be switched, written and done, and what holds."""

    def __init__(self, theme: Theme, guard: PressGuard, choose: Choose, write: Write) -> None:
        self._theme = theme
        self._guard = guard
        self._choose = choose
        self._write = write
        self._rows: dict[str, SettingRow] = {}
        self._widths: dict[str, int] = {}
        self._switches = column(theme, gap=0)
        self._fields = column(theme, gap=0.6)
        self._buttons = Flow(round(0.5 * theme.base))
        self._findings = column(theme, gap=0.6)
        self._about = column(theme, gap=0.3)
        switches = outdented(self._switches, int(GAP * theme.base) - 1)  # half the edge of its box
        super().__init__(theme, switches, self._buttons, self._findings, self._fields, self._about, gap=0.5)
        self._second = QTimer(self, singleShot=True)  # runs while a click may be the second one
        self._second.timeout.connect(lambda: self._shield(on=False))

    def show_page(self, page: Page, translator: Translator) -> None:
        """Show the settings of this moment."""
        self.headline.show_words(translator.render(text("window.settings")))
        for part in (self._switches, self._buttons, self._findings, self._about):
            clear(part)
        for action in page.settings:
            if action.on is not None:
                self._switches.addWidget(self._switch(action), 0, Qt.AlignmentFlag.AlignLeft)
            elif action.id.kind is not ActionKind.LANGUAGE:  # it has a field
                self._buttons.addWidget(self._button(action, page, translator))
        for field in page.fields:
            if field.id not in self._rows:
                self._rows[field.id] = row_for(self._theme, field.id, self._write)
                self._fields.addWidget(self._rows[field.id])
            self._rows[field.id].show_field(field, translator)
        self._show_findings(page, translator)
        for words in page.about:
            self._about.addWidget(WrappingLabel(self._theme, words, scale=0.9, tone="muted"))

    def _show_findings(self, page: Page, translator: Translator) -> None:
        """Show what the diagnosis found, each with what to do."""
        if page.findings is None:
            return
        self._findings.addWidget(Heading(self._theme, translator.render(text(_title(page))), scale=1.1))
        for finding in page.findings:
            frame, lines = card(self._theme, gap=0.4)
            lines.addWidget(Heading(self._theme, finding.topic, scale=1.06))
            for words in filter(None, (finding.what, finding.remedy)):
                lines.addWidget(WrappingLabel(self._theme, by_sentence(words)))
            if finding.action is not None:
                button = action_button(self._theme, self._guard, finding.action, self._press)
                button.setAccessibleDescription(_spoken(finding))
                lines.addWidget(button)
            self._findings.addWidget(frame)

    def _button(self, action: Action[str], page: Page, translator: Translator) -> QWidget:
        """Return a button as wide as under its longest label.

        Else the fields would move up while the label is shorter.
        """
        button = action_button(self._theme, self._guard, action, self._press)
        button.reserve(self._widths.get(button.objectName(), 0))
        self._widths[button.objectName()] = button.sizeHint().width()
        if action.id.kind is ActionKind.DIAGNOSE and page.findings is not None:
            button.setAccessibleDescription(
                " ".join([as_sentence(translator.render(text(_title(page)))), *map(_spoken, page.findings)])
            )
        return button

    def _switch(self, action: Action[str]) -> QWidget:
        box = CheckBox(self._theme, literal(action.label))
        box.setObjectName(f"action:{action.id}")
        box.setChecked(bool(action.on))
        box.clicked.connect(lambda: self._toggle(box, action))
        self._guard.cover(box)
        return box

    def _toggle(self, box: CheckBox, action: Action[str]) -> None:
        """Switch, but not back by the second click."""
        if self._second.isActive():
            box.setChecked(not box.isChecked())
        else:
            self._press(action)

    def _press(self, action: Action[str]) -> None:
        """Choose, but nothing by the second click.

        The buttons stay available, so that the keyboard stays where it is.
        """
        if not self._second.isActive():
            self._second.start(self._guard.span_ms)
            self._shield(on=True)
            self._choose(action)

    def _shield(self, *, on: bool) -> None:
        """Keep the mouse from the fields, which may come below it."""
        for row in self._rows.values():
            row.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, on)
