"""Runs the menu's commands: language, start at login, diagnosis."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from config.folders import Folders
from config.i18n.text import Text, text
from config.i18n.translator import UserError
from config.settings import SettingId
from config.settings_file import write_setting
from config.system_errors import reason_of
from daemon.adapters.clock import read_clock
from daemon.adapters.guard import Guard
from daemon.core.diagnosis import Check, wrong_things
from daemon.core.effects import (
    Examine,
    OpenCalendar,
    OpenMessage,
    OpenSystemPage,
    StartAtLogin,
    SystemAction,
    SystemPage,
    WriteSetting,
)
from daemon.core.events import Diagnosed, LoginStartKnown, ProblemMet, SettingAnswered
from daemon.core.login_start import AutostartState
from daemon.ports import LoginStarter, Post

log = logging.getLogger(__name__)


# learn.microsoft.com, "Launch Windows Settings"; macOS has the same page under its earlier name.
WINDOWS_PAGES = {SystemPage.NOTICES: "ms-settings:notifications", SystemPage.TASKBAR: "ms-settings:taskbar"}
MACOS_PAGES = {SystemPage.NOTICES: "x-apple.systempreferences:com.apple.preference.notifications"}


class DesktopSystemActions:
    """The `SystemActions` of a user's desktop."""

    def __init__(
        self,
        post: Post,
        folders: Folders,
        starter: LoginStarter,
        examine: Callable[[], tuple[Check, ...]],
        open_dates: Callable[[], Text | None],
        open_message: Callable[[Text, Text], Text | None],
    ) -> None:
        """Keep what the actions need. Calls of the last three take seconds.

        `open_dates` opens the calendar program, `open_message` the mail program with a subject and a body. Both return
        what went wrong.
        """
        self._open_message = open_message
        self._open_dates = open_dates
        self._post = post
        self._guard = Guard(post)
        self._folders = folders
        self._starter = starter
        self._examine = examine

    def start(self) -> None:
        """Post whether vigicle starts at login.

        Where that cannot be read, the diagnosis says so: the user has not asked yet.
        """
        try:
            self._post_login_start()
        except OSError as error:
            log.warning("Whether vigicle starts at login is not known: %s", error.strerror or type(error).__name__)

    def run(self, action: SystemAction) -> None:
        """Run it, in a thread of its own."""
        thread = threading.Thread(target=self._run, args=(action,), name="system-action", daemon=True)
        self._tell_fault("The thread of a system action", thread.start)

    def _run(self, action: SystemAction) -> None:
        work = partial(self._report_failure, partial(self._carry_out, action))
        self._tell_fault("A system action", work)

    def _tell_fault(self, what: str, action: Callable[[], None]) -> None:
        if not self._guard.run(what, action):
            self._post_problem("system_action", text("problem.title"), text("trouble.internal_fault"))

    def _report_failure(self, action: Callable[[], None]) -> None:
        """Run an action, and tell the user when the system refuses it."""
        try:
            action()
        except OSError as error:
            log.warning("A system action failed: %s", error.strerror or type(error).__name__)
            self._post_problem("system_action", text("problem.title"), _failure(error))

    def _carry_out(self, action: SystemAction) -> None:
        match action:
            case WriteSetting(setting=setting, written=written):
                self._write(setting, written)
            case StartAtLogin(on=True):
                self._starter.enable()
                self._post_login_start()
            case StartAtLogin():
                self._starter.disable()
                self._post_login_start()
            case Examine():
                self._post_diagnosis()
            case OpenSystemPage(page=page):
                open_page(page)
            case OpenCalendar():
                problem = self._open_dates()
                if problem is not None:
                    self._post_problem("calendar", text("calendar.problem.title"), problem)
            case OpenMessage(subject=subject, body=body):
                problem = self._open_message(subject, body)
                if problem is not None:
                    self._post_problem("message", text("message.problem.title"), problem)

    def _write(self, setting: SettingId, written: str) -> None:
        """Write a setting, and post how that went.

        The loop looks at the settings before each event.
        """
        refusal: Text | None = None
        try:
            write_setting(self._folders, setting, written)
        except UserError as error:
            refusal = error.text
        except OSError as error:
            refusal = _failure(error)
        self._post(SettingAnswered(at=read_clock(), setting=setting, refusal=refusal))

    def _post_login_start(self) -> None:
        on = self._starter.status().state is AutostartState.ON
        self._post(LoginStartKnown(at=read_clock(), on=on))

    def _post_diagnosis(self) -> None:
        wrong = wrong_things(self._examine())
        with suppress(OSError):  # the diagnosis says it
            self._post_login_start()  # a terminal may have changed it, and a button would switch it back
        self._post(Diagnosed(at=read_clock(), wrong=wrong))
        if not wrong:
            self._post_problem("doctor", text("menu.doctor"), text("doctor.end.ok"))
            return
        title = text("doctor.found", topic=wrong[0].topic)
        self._post_problem("doctor", title, text("doctor.finding", what=wrong[0].what, remedy=wrong[0].remedy or ""))

    def _post_problem(self, topic: str, title: Text, body: Text) -> None:
        self._post(ProblemMet(at=read_clock(), topic=topic, title=title, body=body))


def open_page(page: SystemPage) -> None:
    """Open a page of the system's settings. Raises OSError.

    Linux desktops have no common address of such a page: there nothing is opened.
    """
    if sys.platform == "win32":
        os.startfile(WINDOWS_PAGES[page])  # noqa: S606 - an address of our own table
    elif sys.platform == "darwin":
        subprocess.run(["/usr/bin/open", MACOS_PAGES[page]], check=False, stdin=subprocess.DEVNULL)  # noqa: S603 - the same


def _failure(error: OSError) -> Text:
    """Return what the system refused, and why."""
    return text("system_action.failed", reason=reason_of(error), place=str(error.filename or ""))
