"""The window: shows pages and sends back what the user chooses."""

from collections.abc import Callable

from PySide6.QtCore import QLibraryInfo, QLocale, QSize, Qt, QTimer, QTranslator
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QAbstractSlider, QApplication, QDialog, QHBoxLayout, QScrollArea, QTabWidget, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import Chosen, GuideAnswer, Page
from daemon.core.model import ActivationToken
from daemon.core.views.guide import Action
from tray.window.action_buttons import menu_button
from tray.window.activation import activate_process, use_activation
from tray.window.certificates_tab import CertificatesPage
from tray.window.guide_tab import GuidePage
from tray.window.labels import WrappingLabel, announce
from tray.window.layouts import clear, column
from tray.window.press_guard import PressGuard
from tray.window.tab_order import set_tab_order
from tray.window.tabs import Tabs
from tray.window.theme import Theme

FIRST_SIZE = QSize(58, 44)  # em
SMALLEST = QSize(640, 480)
SMALLEST_EM = QSize(22, 16)
SCROLLS = {
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
}


class GuideWindow(QDialog):
    """A window with a default button.

    In Qt only dialogs have one; otherwise it is a window like any other.
    """

    def __init__(self, theme: Theme, answer: Callable[[GuideAnswer], None]) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self._theme = theme
        self._answer = answer
        self._page: Page | None = None
        self._translator = Translator("en")
        self._qt_translator = QTranslator(self)
        self._who = WrappingLabel(theme, bold=True)
        self._procedure = WrappingLabel(theme, tone="muted")
        self._cases = column(theme)
        self.guard = PressGuard()
        self.guard.ended.connect(self._focus_likely, Qt.ConnectionType.QueuedConnection)  # once buttons are enabled
        self._guide = GuidePage(theme, self.guard, self._choose)
        self._certificates = CertificatesPage(theme, answer)
        self._tabs = QTabWidget()
        self._tabs.setTabBar(Tabs(theme))
        self._tabs.setFocusProxy(None)  # type: ignore[arg-type]  # the stubs forget None
        self._tabs.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the bar alone takes the keyboard
        self._areas = [_scrolled(widget) for widget in (self._guide, self._certificates)]
        for area in self._areas:
            self._tabs.addTab(area, "")
        self._focused = ""
        self._refocus = QTimer(self, singleShot=True, interval=0)  # new buttons take the keyboard once they are shown
        self._refocus.timeout.connect(lambda: self._focus(self._focused))
        self._lay_out()

    def show_page(self, page: Page) -> None:
        """Show this page in the place of the last one."""
        before, self._page = self._page, page
        if not self._refocus.isActive():
            self._focused = self._focused_name()
        if before is None or before.language != page.language:
            self._speak(page.language)
        if before is None or _buttons(before) != _buttons(page):
            self.guard.begin()
            self._focused = ""
        self.setWindowTitle(f"vigicle – {page.headline}")
        self._who.show_words(page.holder)
        self._procedure.show_words(page.procedure)
        self._show_cases(page)
        self._guide.show_page(page, self._translator)
        self._certificates.show_certificates(page, self._translator)
        set_tab_order(self)
        if before is None:
            self._focus("")
            self.show()
        else:
            self._tell_changes(before, page)
            self._refocus.start()
        if page.front:
            self._come_to_front(page.activation)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """End the program with its window."""
        super().closeEvent(event)
        QApplication.quit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Scroll from everywhere, and do nothing on Escape: a dialog would close."""
        if event.key() in SCROLLS:
            self._areas[self._tabs.currentIndex()].verticalScrollBar().triggerAction(SCROLLS[Qt.Key(event.key())])
        elif event.key() != Qt.Key.Key_Escape and not event.isAutoRepeat():
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        em = self._theme.em
        whose = column(self._theme, gap=0.1)
        whose.addWidget(self._who)
        whose.addWidget(self._procedure)
        head = QHBoxLayout()
        head.setContentsMargins(*(4 * [round(0.8 * em)]))
        head.addLayout(whose, 1)
        head.addLayout(self._cases)
        head.setAlignment(self._cases, Qt.AlignmentFlag.AlignTop)
        whole = column(self._theme, gap=0)
        whole.addLayout(head)
        whole.addWidget(self._tabs, 1)
        self.setLayout(whole)
        screen = QGuiApplication.primaryScreen().availableSize()
        self.setMinimumSize((SMALLEST_EM * em).boundedTo(SMALLEST))
        self.resize((FIRST_SIZE * em).expandedTo(SMALLEST).boundedTo(screen))

    def _speak(self, language: str) -> None:
        """Let the window's own words, and Qt's, be of this language."""
        self._translator = Translator(language)
        for index, id_ in enumerate(("window.tab.guide", "window.tab.certificates")):
            words = self._translator.render(text(id_))
            self._tabs.setTabText(index, words)
            self._areas[index].setAccessibleName(words.replace("&", ""))
        self._tabs.setAccessibleName("vigicle")
        QApplication.removeTranslator(self._qt_translator)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if self._qt_translator.load(QLocale(self._translator.language), "qtbase", "_", folder):
            QApplication.installTranslator(self._qt_translator)

    def _show_cases(self, page: Page) -> None:
        clear(self._cases)
        if page.cases:
            label = self._translator.render(text("window.cases"))
            self._cases.addWidget(menu_button(self._theme, label, list(page.cases), self._choose))

    def _choose(self, action: Action[str]) -> None:
        """Send what was chosen, or put it on the clipboard."""
        if action.copy is None:
            if self._page is not None:
                self._answer(Chosen(number=self._page.number, action=action.id))
            return
        QGuiApplication.clipboard().setText(action.copy)
        words = self._translator.render(text("window.copied"))
        self._guide.show_copied(words)
        announce(self, words)

    def _tell_changes(self, before: Page, page: Page) -> None:
        """Announce what is new to screen readers.

        An obstacle is announced at once.
        """
        if page.alert and page.alert != before.alert:
            announce(self, page.alert, at_once=True)
        fields = ("headline", "body", "reader_words")
        new = [getattr(page, name) for name in fields if getattr(page, name) != getattr(before, name)]
        announce(self, " ".join(filter(None, new)))

    def _focused_name(self) -> str:
        widget = self.focusWidget()
        return widget.objectName() if widget is not None else ""  # type: ignore[redundant-expr]  # the stubs forget None

    def _focus(self, name: str) -> None:
        """Keep the keyboard focus, or move it to the default button."""
        if QApplication.activeModalWidget() is not None:
            return
        named = self.findChildren(QWidget, name) if name else []
        wanted = next((each for each in named if each.isVisibleTo(self)), None)
        button = None if self.guard.is_on else self._guide.default_button()
        (wanted or button or self._guide.headline).setFocus(Qt.FocusReason.OtherFocusReason)

    def _focus_likely(self, *_ended: bool) -> None:
        """Bring the keyboard from the headline to the likeliest button."""
        if self.focusWidget() in {None, self._guide.headline}:
            self._focus("")

    def _come_to_front(self, activation: ActivationToken | None) -> None:
        use_activation(activation)
        if self.isMinimized():
            self.showNormal()
        self.raise_()
        self.activateWindow()
        activate_process()
        QApplication.alert(self)


def _buttons(page: Page) -> tuple[object, ...]:
    """Return the subject of a page and what can be pressed."""
    shown = [*page.openings, *page.answers, *filter(None, [page.primary])]
    return page.number, *(action.id for action in shown)


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a stop that says nothing; the keys below scroll it
    return area
