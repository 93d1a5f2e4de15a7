"""The window: shows pages and sends back what the user chooses."""

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QLibraryInfo, QLocale, QSize, Qt, QTimer, QTranslator
from PySide6.QtGui import QCloseEvent, QCursor, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from config.settings import SettingId
from daemon.adapters.guide.messages import Chosen, GuideAnswer, Page, SettingWritten
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.model import ActivationToken
from daemon.core.views.guide import Action, SavedFile
from tray.window.activation import activate_process, use_activation
from tray.window.buttons import USUAL_PX, WrappingButton
from tray.window.companion import Companion
from tray.window.foot_bar import FootBar, Link
from tray.window.guide_tab import GuidePage, links_of
from tray.window.help_page import ContactsPage, HelpPage, back_of, situations_of
from tray.window.labels import announce, as_sentence, tell
from tray.window.layouts import column
from tray.window.page_stack import SCROLLS, PageStack
from tray.window.page_widget import PageWidget
from tray.window.phase_bar import PhaseBar
from tray.window.press_guard import PressGuard
from tray.window.settings_page import SettingsPage, diagnosis_news
from tray.window.tab_order import set_tab_order
from tray.window.theme import Theme

FIRST_SIZE = QSize(920, 640)  # pixels, where letters are 16 pixels high
SMALLEST = QSize(400, 480)
FRAME = QSize(16, 48)  # at most, around the window: else its title would be above the screen
LOW = 20  # parts of the letters' height in pixels: below, the foot's links would take the page's place
GUIDE, HELP, CONTACTS, KEYS, SETTINGS, SHEET = range(6)  # the pages of the stack
LINKS = {GUIDE: links_of, HELP: situations_of}  # of those pages that show links which come and go


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
        self.guard = PressGuard(self)
        self._phases = PhaseBar(theme)
        self._companion = Companion(theme, self)
        self._guide = GuidePage(theme, self.guard, self._choose)
        self._stack = PageStack(
            {
                GUIDE: lambda: self._guide,
                HELP: lambda: HelpPage(theme, self.guard, self._choose),
                CONTACTS: lambda: ContactsPage(theme),
                KEYS: self._make_keys,
                SETTINGS: lambda: SettingsPage(theme, self.guard, self._choose, self._set),
                SHEET: self._make_sheet,
            }
        )
        self._foot = FootBar(theme, self.guard)
        self._focused = ""
        self._news = ""
        self._refocus = QTimer(self, singleShot=True, interval=0)  # new buttons take the keyboard once they are shown
        self._refocus.timeout.connect(lambda: self._focus(self._focused))
        # Queued: once buttons are enabled.
        self.guard.ended.connect(self._focus_likely, Qt.ConnectionType.QueuedConnection)
        self._lay_out()

    def show_page(self, page: Page) -> None:
        """Show this page in the place of the last one."""
        before, self._page = self._page, page
        if not self._refocus.isActive():
            self._focused = self._focused_name()
        if before is None or (before.language, before.on_card) != (page.language, page.on_card):
            self._speak(page.language, on_card=page.on_card)
        if before is None or self._buttons(before) != self._buttons(page):
            self._turn(before, page)
        self._draw(page)
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

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the words their room in a low window."""
        super().resizeEvent(event)
        self._foot.fold(folded=event.size().height() < LOW * self._theme.base)
        if self.focusWidget() is None:
            self._refocus.start()  # a link that went into the menu had the keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Scroll from everywhere. Escape goes back to the guide.

        Return presses the default button, but not while the keyboard is on its way back to another one.
        """
        if event.key() in SCROLLS:
            self._stack.scroll_by(event.key())
        elif event.key() == Qt.Key.Key_Escape:
            if self._stack.place != GUIDE:
                self.go_to(GUIDE)
        elif not event.isAutoRepeat() and not self._refocus.isActive():
            super().keyPressEvent(event)

    def go_to(self, place: int) -> None:
        """Show one of the pages beside the guide, or the guide."""
        if self._page is None:
            return
        self._stack.go_to(place)
        self._begin()
        self._draw(self._page)
        set_tab_order(self)
        self._refocus.start()

    def _buttons(self, page: Page) -> tuple[object, ...]:
        """Return the subject of a page and what can be pressed.

        A link that goes lets the next one come below the second click.
        """
        shown = [*page.openings, *page.answers, *filter(None, [page.primary])]
        if self._stack.place in LINKS:
            shown += LINKS[self._stack.place](page)
        return page.number, *(action.id for action in shown)

    def _turn(self, before: Page | None, page: Page) -> None:
        """Begin another page, on which nothing can be pressed for a moment."""
        if before is not None and before.number != page.number and self._stack.place == HELP:
            self._stack.go_to(GUIDE)
        self._guide.show_copied("")
        self._begin()

    def _begin(self) -> None:
        """Bring the keyboard to the headline, until buttons can be pressed.

        Else a button that goes would give it to the next one for an instant."""
        self.guard.begin()
        self._focused = ""
        self._focus("")

    def _draw(self, page: Page) -> None:
        translator = self._translator
        self._companion.show_words(translator)
        self._phases.show_phases(page, translator)
        self._phases.setVisible(bool(page.phases) and self._stack.place not in {KEYS, SETTINGS, SHEET})
        self._stack.page.show_page(page, translator)
        self.setWindowTitle(f"vigicle – {self._stack.page.headline.words}")
        self._draw_foot(page)

    def _draw_foot(self, page: Page) -> None:
        places = tuple(self._side_places(page))
        links, label = tuple(self._links(page)), self._words("window.others")
        if self._stack.place == GUIDE and page.steps and not page.answers:
            self._foot.show_links(links, label, (*places, self._beside()))
        else:
            self._foot.show_links((*links, *places), label)
        if self._stack.place != GUIDE:
            self._foot.show_button("return", self._words("window.return"), lambda: self.go_to(GUIDE))
        elif (primary := page.primary) is not None:
            self._foot.show_action(primary, lambda: self._choose(primary))
        elif page.awaited or page.answers:
            self._foot.show_waiting(page.awaited)
        else:
            self._foot.show_button("close", self._words("window.close"), self.close)
        self._set_default(page)

    def _set_default(self, page: Page) -> None:
        for button in self._buttons_named(f"action:{page.likely}"):
            button.setDefault(True)
        if self._stack.place != GUIDE:
            self._foot.button.setDefault(True)

    def _links(self, page: Page) -> Iterator[Link]:
        """Yield the links to what belongs to the page."""
        back = back_of(page)
        here = self._stack.place
        if here == GUIDE and back is not None:
            yield f"action:{back.id}", f"‹ {back.label}", lambda: self._choose(back)
        if here != HELP and (page.known_problems or situations_of(page)):
            yield "go:help", self._words("window.helps"), lambda: self.go_to(HELP)
        if here != CONTACTS and page.contacts:
            yield "go:contacts", self._words("window.contacts"), lambda: self.go_to(CONTACTS)

    def _side_places(self, page: Page) -> Iterator[Link]:
        """Yield the links to what is beside every way."""
        here = self._stack.place
        if here != KEYS:
            yield "go:keys", self._words("window.keys"), lambda: self.go_to(KEYS)
        if here != SETTINGS and page.settings:
            yield "go:settings", self._words("window.settings"), lambda: self.go_to(SETTINGS)
        if here != SHEET and page.procedure:
            yield "go:sheet", self._words("sheet.link"), lambda: self.go_to(SHEET)

    def _beside(self) -> Link:
        """Return what docks the window beside the browser, or undocks it."""
        id_ = "window.undock" if self._companion.is_docked else "window.dock"
        return "go:beside", self._words(id_), self._toggle_companion

    def _toggle_companion(self) -> None:
        self._companion.toggle()
        self.go_to(GUIDE)

    def _words(self, id_: str) -> str:
        return self._translator.render(text(id_))

    def _lay_out(self) -> None:
        whole = column(self._theme, gap=0)
        whole.addWidget(self._companion)
        whole.addWidget(self._phases)
        whole.addWidget(self._stack, 1)
        whole.addWidget(self._foot)
        self.setLayout(whole)
        scale = self._theme.base / USUAL_PX
        screen = QGuiApplication.screenAt(QCursor.pos()) or QGuiApplication.primaryScreen()
        place = screen.availableGeometry()
        room = place.size() - FRAME
        self.setMinimumSize(SMALLEST.boundedTo(room))
        self.resize((FIRST_SIZE * scale).boundedTo(room))
        left = (room - self.size()) / 2
        self.move(place.left() + left.width(), place.top() + left.height())

    def _speak(self, language: str, *, on_card: bool) -> None:
        """Let the window's own words, and Qt's, be of this language."""
        self._translator = Translator(language, on_card=on_card)
        QApplication.removeTranslator(self._qt_translator)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if self._qt_translator.load(QLocale(self._translator.language), "qtbase", "_", folder):
            QApplication.installTranslator(self._qt_translator)

    def _choose(self, action: Action[str]) -> None:
        """Send what was chosen, save it, or put it on the clipboard."""
        if action.file is not None:
            self.guard.then(partial(self._save, action.file))
            return
        only_copied = action.id.kind is ActionKind.COPY
        if not only_copied and self._page is not None:
            self._answer(Chosen(number=self._page.number, action=action.id))
        if action.copy is None:
            return
        QGuiApplication.clipboard().setText(action.copy)
        self._tell(self._words("window.copied" if only_copied else "window.letter_copied"))

    def _save(self, file: SavedFile) -> None:
        from tray.window.save_dialog import save_as  # few pages have a file

        self._tell(save_as(self, file, self._translator))

    def _tell(self, words: str | None) -> None:
        """Say what was done here, and not sent."""
        if words is not None:
            self._guide.show_copied(words)
            tell(self, words)

    def _set(self, setting: SettingId, written: str) -> None:
        self._answer(SettingWritten(setting=setting, written=written))

    def _make_keys(self) -> PageWidget:
        from tray.window.keys_page import KeysPage  # with classes of Qt that the guide does not need

        return KeysPage(self._theme, self._answer, self._choose_in_guide, self._open_guide)

    def _make_sheet(self) -> PageWidget:
        from tray.window.sheet_page import SheetPage  # with what prints and saves

        return SheetPage(self._theme, self.guard)

    def _choose_in_guide(self, action: Action[str]) -> None:
        """Send what was chosen beside the guide, which then asks."""
        self._choose(action)
        self.go_to(GUIDE)

    def _open_guide(self, action: ActionId) -> None:
        """Show the guide of a key of the list."""
        if self._page is not None:
            self._answer(Chosen(number=self._page.number, action=action))
        self.go_to(GUIDE)

    def _tell_changes(self, before: Page, page: Page) -> None:
        """Announce what is new to screen readers.

        An obstacle is announced at once.
        """
        if page.alert and page.alert != before.alert:
            announce(self, page.alert, at_once=True)
        fields = ("headline", "body", "reader_words")
        new = [getattr(page, name) for name in fields if getattr(page, name) != getattr(before, name)]
        if self._stack.place == SETTINGS:
            new.append(diagnosis_news(before, page, self._translator))
        self._news = " ".join(filter(None, new))
        announce(self, self._news)

    def _focused_name(self) -> str:
        widget = self.focusWidget()
        return widget.objectName() if widget is not None else ""  # type: ignore[redundant-expr]  # the stubs forget None

    def _focus(self, name: str) -> None:
        """Keep the keyboard focus, or begin at the likeliest button."""
        if QApplication.activeModalWidget() is not None:
            return
        kept = next(iter(self._named(name)), None)
        likely = None if self.guard.is_on else self._likely_button()
        wanted = self._with_words(likely) if kept in {None, likely} else self._with_news(kept)
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)
        if kept is None:  # else the page stays where the user has scrolled it to
            self._stack.reveal(wanted)

    def _with_words(self, button: QWidget | None) -> QWidget:
        """Let a screen reader read the page where the keyboard comes to.

        What was announced before is cut off by the words of the button.
        """
        if button is None:
            self._headline.setAccessibleDescription(self._stack.page.words_to_read())
            return self._headline
        about = button.accessibleDescription()
        headline = self._headline.accessibleName()
        words = " ".join((as_sentence(headline), self._stack.page.words_to_read()))
        button.setAccessibleDescription(" ".join(filter(None, (words, "" if words in about else about))))
        return button

    def _with_news(self, button: QWidget) -> QWidget:
        """Let Orca 43 read what is new where the keyboard stays.

        It hears no announcements.
        """
        if isinstance(button, WrappingButton) and not button.accessibleDescription():
            button.setAccessibleDescription(self._news)
        self._news = ""
        return button

    def _focus_likely(self, *_ended: bool) -> None:
        """Bring the keyboard from the headline to the likeliest button."""
        if self.focusWidget() in {None, self._headline}:
            self._focus("")

    def _likely_button(self) -> QWidget | None:
        if self._stack.place != GUIDE:
            return self._foot.button
        page = self._page
        names = [f"action:{page.likely}", self._foot.button.objectName()] if page is not None else []
        return next((button for name in names for button in self._buttons_named(name)), None)

    def _buttons_named(self, name: str) -> list[WrappingButton]:
        return [each for each in self._named(name) if isinstance(each, WrappingButton)]

    def _named(self, name: str) -> list[QWidget]:
        """Return the fields and buttons of this name that take the keyboard."""
        found = self.findChildren(QWidget, name) if name else []
        return [e for e in found if e.isVisibleTo(self) and e.isEnabled() and e.focusPolicy() & Qt.FocusPolicy.TabFocus]

    @property
    def _headline(self) -> QWidget:
        return self._stack.page.headline

    def _come_to_front(self, activation: ActivationToken | None) -> None:
        use_activation(activation)
        if self.isMinimized():
            self.showNormal()
        self.raise_()
        self.activateWindow()
        activate_process()
        QApplication.alert(self)
