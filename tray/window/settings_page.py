"""The settings, without a tray icon and a terminal."""

from PySide6.QtWidgets import QCheckBox, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import Page
from daemon.core.views.guide import Action
from tray.window.buttons import literal
from tray.window.labels import WrappingLabel
from tray.window.layouts import Flow, clear, column
from tray.window.link_page import Choose, LinkPage, action_button
from tray.window.press_guard import PressGuard
from tray.window.theme import Theme


class SettingsPage(LinkPage):
    """What can be switched, what can be done, and what holds."""

    def __init__(self, theme: Theme, guard: PressGuard, choose: Choose) -> None:
        self._theme = theme
        self._guard = guard
        self._choose = choose
        self._lines = column(theme, gap=0.8)
        self._about = column(theme, gap=0.5)
        super().__init__(theme, self._lines, self._about, gap=1.0)

    def show_page(self, page: Page, translator: Translator) -> None:
        """Show the settings of this moment."""
        self.headline.show_words(translator.render(text("window.settings")))
        clear(self._lines)
        clear(self._about)
        for action in page.settings:
            self._lines.addWidget(self._switch(action) if action.on is not None else self._in_row(action))
        for words in page.about:
            self._about.addWidget(WrappingLabel(self._theme, words, tone="muted"))

    def _switch(self, action: Action[str]) -> QCheckBox:
        box = QCheckBox(literal(action.label))
        box.setObjectName(f"action:{action.id}")
        box.setChecked(bool(action.on))
        box.setMinimumHeight(round(2.75 * self._theme.base))
        self._theme.size(box)
        box.clicked.connect(lambda: self._choose(action))
        self._guard.cover(box)
        return box

    def _in_row(self, action: Action[str]) -> QWidget:
        line = QWidget()
        flow = Flow(0)
        flow.addWidget(action_button(self._theme, self._guard, action, self._choose))
        line.setLayout(flow)
        return line
