"""The desk that shows the guide: in a window of its own process, and to all who follow it."""

import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from config.i18n.text import Sentence, clean, text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import (
    NAME_LIMIT,
    Chosen,
    Forgotten,
    GuideAnswer,
    Named,
    Page,
)
from daemon.adapters.guide.render import render_page
from daemon.adapters.guide.subscriber import GuideSubscriber
from daemon.adapters.guide.window import NO_DISPLAY, WindowProcess
from daemon.core.commands import ChooseAction, Command, ForgetCertificate, NameKey
from daemon.core.events import CommandReceived, ProblemMet
from daemon.core.model import Fingerprint
from daemon.core.views.guide import GuideView
from daemon.ports import Post

MAX_SUBSCRIBERS = 4

log = logging.getLogger(__name__)


class GuidePublisher:
    """The port `GuideDisplay`. Any thread may call."""

    def __init__(
        self, post: Post, words: Callable[[str | None], Translator], command: Sequence[str] | None = None
    ) -> None:
        """Keep the words of each language, and the command of the window; without one there is no window."""
        self._post = post
        self._words = words
        self._command = command
        self._guard = threading.Lock()
        self._view: GuideView[Sentence] | None = None
        self._number = 0
        self._page: Page | None = None  # the view in words, once somebody looks
        self._subscribers: set[GuideSubscriber] = set()
        self._seat: GuideSubscriber | None = None  # the window's
        self._window: WindowProcess | None = None
        self._has_complained = False
        self._stopped = False

    @property
    def can_open(self) -> bool:
        """Whether there may be a window here."""
        return self._command is not None and has_display()

    def show(self, view: GuideView[Sentence]) -> None:
        """Show this from now on, to all who look."""
        with self._guard:
            if self._view is None or _subject(view) != _subject(self._view):
                self._number += 1
            self._view, self._page = view, None
            for subscriber in self._subscribers:
                self._publish(subscriber)

    def open(self) -> None:
        """Open the window with the present view, or bring it to the front."""
        if self._command is None:
            log.info("The guide is at “vigicle guide --text”: this watch has no window")
            return
        if not self.can_open:
            self._complain()
            return
        with self._guard:
            if self._stopped:
                return
            if self._seat is None:
                self._seat = self._admit()
                self._window = WindowProcess(self._command, self._seat, self._ended)
            self._publish(self._seat, front=True)

    def follow(self) -> GuideSubscriber | None:
        """Let one more look at the guide; None when there are too many."""
        with self._guard:
            followers = self._subscribers - {self._seat}
            if self._stopped or len(followers) >= MAX_SUBSCRIBERS:
                return None
            subscriber = self._admit()
            self._publish(subscriber)
            return subscriber

    def wait(self) -> int | None:
        """Wait until the window has been closed, and return its exit code (None: it never ran)."""
        window = self._window
        return None if window is None else window.wait()

    def stop(self) -> None:
        """Close the window, and end."""
        with self._guard:
            self._stopped = True
            window, subscribers = self._window, tuple(self._subscribers)
        for subscriber in subscribers:
            subscriber.close()
        if window is not None:
            window.stop()

    def _admit(self) -> GuideSubscriber:
        subscriber = GuideSubscriber(self._receive, self._leave)
        self._subscribers.add(subscriber)
        return subscriber

    def _leave(self, subscriber: GuideSubscriber) -> None:
        with self._guard:
            self._subscribers.discard(subscriber)
            if self._seat is subscriber:
                self._seat = None

    def _publish(self, subscriber: GuideSubscriber, *, front: bool = False) -> None:
        """Give an onlooker the present page, if there is one by now."""
        if self._page is None and self._view is not None:
            self._page = render_page(self._view, self._words(self._view.language), self._number)
        if self._page is not None:
            subscriber.put(replace(self._page, front=front))

    def _receive(self, answer: GuideAnswer) -> None:
        """Post what an answer means; one to an older page, or to what is not offered, means nothing."""
        with self._guard:
            page = self._page
        command = None if page is None else command_of(answer, page)
        if command is None:
            log.info("Ignored a stale answer to the guide")
        else:
            self._post(CommandReceived(at=datetime.now(UTC), command=command))

    def _ended(self, code: int | None) -> None:
        if code == NO_DISPLAY:
            self._complain()
        elif code != 0:
            log.warning("The guide's window ended with %s; the watch goes on", code)

    def _complain(self) -> None:
        """Say once that there is no window to be had."""
        log.warning("There is no display for the guide's window; use “vigicle guide --text”")
        if not self._has_complained:
            self._has_complained = True
            title, body = text("desk.no_window.title"), text("desk.no_window")
            self._post(ProblemMet(at=datetime.now(UTC), topic="guide", title=title, body=body))


def command_of(answer: GuideAnswer, page: Page) -> Command | None:
    """Return the command that an answer to this page means.

    None when the answer is to another page, or about a certificate that is not listed. Whether the page still
    offers a chosen action is checked by the core.
    """
    shown = {certificate.fingerprint for certificate in page.certificates}
    match answer:
        case Chosen(number=page.number, action=chosen):
            return ChooseAction(action=chosen)
        case Named(fingerprint=fingerprint, name=name) if fingerprint in shown:
            return NameKey(fingerprint=Fingerprint(fingerprint), name=clean(name, NAME_LIMIT))
        case Forgotten(fingerprint=fingerprint) if fingerprint in shown:
            return ForgetCertificate(fingerprint=Fingerprint(fingerprint))
        case _:
            return None


def _subject(view: GuideView[Sentence]) -> tuple[object, ...]:
    """Return what a choice is about, line and step: one that crosses a smaller change still counts."""
    return view.procedure, view.holder, view.cases, view.workflow, view.headline


def has_display(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether a window may be shown, as far as the environment says."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform in {"win32", "darwin"} or any(environ.get(name) for name in names)
