"""Publishes the guide to its window and to its subscribers."""

import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence

from config.i18n.text import Sentence, clean, text
from config.i18n.translator import Translator
from config.values import replace
from daemon.adapters.clock import read_clock
from daemon.adapters.guide.messages import (
    NAME_LIMIT,
    NO_DISPLAY,
    SETTING_LIMIT,
    Chosen,
    Forgotten,
    GuideAnswer,
    Named,
    Page,
    SettingWritten,
)
from daemon.adapters.guide.render import Rendered, render_page
from daemon.adapters.guide.subscriber import GuideSubscriber
from daemon.adapters.guide.window import WindowProcess
from daemon.core.commands import ChangeSetting, ChooseAction, Command, ForgetCertificate, NameKey
from daemon.core.events import CommandReceived, ProblemMet
from daemon.core.model import ActivationToken, Fingerprint
from daemon.core.views.guide import GuideView
from daemon.ports import Post

MAX_SUBSCRIBERS = 4

log = logging.getLogger(__name__)


class GuidePublisher:
    """The port `GuideDisplay`. Any thread may call."""

    def __init__(
        self, post: Post, translator_for: Callable[[str | None], Translator], command: Sequence[str] | None = None
    ) -> None:
        """Prepare for the window that `command` starts, or for no window.

        `translator_for` returns the translator of a language.
        """
        self._post = post
        self._translator_for = translator_for
        self._command = command
        self._guard = threading.Lock()
        self._view: GuideView[Sentence] | None = None
        self._number = 0
        self._page: Page | None = None  # the rendered view, once there is a subscriber
        self._rendered: Rendered | None = None  # the last one
        self._subscribers: set[GuideSubscriber] = set()
        self._window_subscriber: GuideSubscriber | None = None
        self._window: WindowProcess | None = None
        self._has_reported = False
        self._stopped = False

    @property
    def can_open(self) -> bool:
        """Whether the guide can have a window here."""
        return self._command is not None and has_display()

    def show(self, view: GuideView[Sentence]) -> None:
        """Publish this view to all subscribers."""
        with self._guard:
            if self._view is None or _subject(view) != _subject(self._view):
                self._number += 1
            self._view, self._page = view, None
            for subscriber in self._subscribers:
                self._publish(subscriber)

    def open(self, activation: ActivationToken | None = None) -> None:
        """Open the window, or bring it forward by a click's right."""
        if self._command is None:
            log.info("This daemon has no window for the guide; use “vigicle guide --text”")
            return
        if not self.can_open:
            self._report_no_display()
            return
        with self._guard:
            if self._stopped:
                return
            if self._window_subscriber is None:
                subscriber = self._add_subscriber()
                try:
                    self._window = WindowProcess(self._command, subscriber, self._ended, activation)
                except Exception:  # no thread is left: the next click tries again
                    self._subscribers.discard(subscriber)
                    raise
                self._window_subscriber = subscriber
            elif self._window is not None:
                self._window.hand_on_foreground()
            self._publish(self._window_subscriber, front=True, activation=activation)

    def subscribe(self) -> GuideSubscriber | None:
        """Return a new subscriber, or None when there are too many."""
        with self._guard:
            others = self._subscribers - {self._window_subscriber}
            if self._stopped or len(others) >= MAX_SUBSCRIBERS:
                return None
            subscriber = self._add_subscriber()
            self._publish(subscriber)
            return subscriber

    def wait(self) -> int | None:
        """Wait until the window is closed, and return its exit code.

        None when it never ran.
        """
        window = self._window
        if window is None:
            return None
        return window.wait()

    def stop(self) -> None:
        """Close the window, and end all subscriptions."""
        with self._guard:
            self._stopped = True
            window, subscribers = self._window, tuple(self._subscribers)
        for subscriber in subscribers:
            subscriber.close()
        if window is not None:
            window.stop()

    def _add_subscriber(self) -> GuideSubscriber:
        subscriber = GuideSubscriber(self._receive, self._remove)
        self._subscribers.add(subscriber)
        return subscriber

    def _remove(self, subscriber: GuideSubscriber) -> None:
        with self._guard:
            self._subscribers.discard(subscriber)
            if self._window_subscriber is subscriber:
                self._window_subscriber = None

    def _publish(
        self, subscriber: GuideSubscriber, *, front: bool = False, activation: ActivationToken | None = None
    ) -> None:
        """Send the present page, if there is one by now."""
        if self._page is None and self._view is not None:
            translator = self._translator_for(self._view.language)
            self._page = render_page(self._view, translator, self._number, self._rendered)
            self._rendered = self._view, self._page
        if self._page is not None:
            subscriber.put(replace(self._page, front=front, activation=activation))

    def _receive(self, answer: GuideAnswer) -> None:
        """Post the command of an answer. A stale answer is ignored."""
        with self._guard:
            page = self._page
        if page is None or (command := command_of(answer, page)) is None:
            log.info("Ignored a stale answer to the guide")
            return
        self._post(CommandReceived(at=read_clock(), command=command))

    def _ended(self, code: int | None) -> None:
        if code == NO_DISPLAY:
            self._report_no_display()
        elif code != 0:
            log.warning("The guide's window ended with %s; the daemon goes on", code)

    def _report_no_display(self) -> None:
        """Log that there is no display, and post it once."""
        log.warning("There is no display for the guide's window; use “vigicle guide --text”")
        if not self._has_reported:
            self._has_reported = True
            title, body = text("guide.no_window.title"), text("guide.no_window")
            self._post(ProblemMet(at=read_clock(), topic="guide", title=title, body=body))


def command_of(answer: GuideAnswer, page: Page) -> Command | None:
    """Return the command that an answer to this page calls for.

    None when the answer is to another page, or about a certificate that is not listed. The core checks whether the
    page still offers a chosen action.
    """
    shown = {certificate.fingerprint for certificate in page.certificates}
    match answer:
        case Chosen(number=page.number, action=chosen):
            return ChooseAction(action=chosen)
        case Named(fingerprint=fingerprint, name=name) if fingerprint in shown:
            return NameKey(fingerprint=Fingerprint(fingerprint), name=clean(name, NAME_LIMIT))
        case Forgotten(fingerprint=fingerprint) if fingerprint in shown:
            return ForgetCertificate(fingerprint=Fingerprint(fingerprint))
        case SettingWritten(setting=setting, written=written):
            return ChangeSetting(setting=setting, written=clean(written, SETTING_LIMIT))
        case _:
            return None


def _subject(view: GuideView[Sentence]) -> tuple[object, ...]:
    """Return what a choice is about: the lineage and the step.

    A choice stays valid while only other parts of the view change.
    """
    return view.procedure, view.holder, view.cases, view.workflow, view.headline


def has_display(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether the environment names a display for a window."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform in {"win32", "darwin"} or any(environ.get(name) for name in names)
