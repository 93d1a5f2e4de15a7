"""The small things that the menu offers: another language, start at login, a look for what is wrong."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from config.folders import Folders
from config.i18n.text import Text, text
from config.preferences import keep_language
from daemon.core.diagnosis import Check, Health
from daemon.core.effects import Examine, StartAtLogin, SystemAction, UseLanguage
from daemon.core.events import LoginStartKnown, ProblemMet, Tick
from daemon.core.login_start import AutostartState
from daemon.ports import LoginStarter, Post

log = logging.getLogger(__name__)


class DesktopSystemActions:
    """The `SystemActions` of a person's desktop."""

    def __init__(self, folders: Folders, starter: LoginStarter, examine: Callable[[], tuple[Check, ...]]) -> None:
        """Keep what they need; `examine` takes seconds."""
        self._folders = folders
        self._starter = starter
        self._examine = examine
        self._post: Post = lambda _event: None

    def start(self, post: Post) -> None:
        """Be ready, and post whether vigicle starts at login."""
        self._post = post
        self._guarded(self._tell_login_start)

    def run(self, action: SystemAction) -> None:
        """Run it, in a thread of its own."""
        threading.Thread(target=self._guarded, args=(lambda: self._do(action),), name="errand", daemon=True).start()

    def _guarded(self, action: Callable[[], None]) -> None:
        """Tell the person what could not be done."""
        try:
            action()
        except OSError as error:
            log.warning("An errand failed: %s", error.strerror or type(error).__name__)
            reason = text("errand.failed", reason=error.strerror or str(error), place=str(error.filename or ""))
            self._say("errand", text("problem.title"), reason)

    def _do(self, action: SystemAction) -> None:
        match action:
            case UseLanguage(language=language):
                keep_language(self._folders, language)
                self._post(Tick(at=datetime.now(UTC)))  # the loop looks at the settings before each event
            case StartAtLogin(on=True):
                self._starter.enable()
                self._tell_login_start()
            case StartAtLogin():
                self._starter.disable()
                self._tell_login_start()
            case Examine():
                self._tell_what_is_wrong()

    def _tell_login_start(self) -> None:
        on = self._starter.status().state is AutostartState.ON
        self._post(LoginStartKnown(at=datetime.now(UTC), on=on))

    def _tell_what_is_wrong(self) -> None:
        checks = self._examine()
        wrong = [c for health in (Health.BAD, Health.ATTENTION) for c in checks if c.health is health]
        if not wrong:
            self._say("doctor", text("menu.doctor"), text("doctor.end.ok"))
            return
        title = text("doctor.found", topic=text(f"doctor.topic.{wrong[0].topic}"))
        self._say("doctor", title, text("doctor.finding", what=wrong[0].what, remedy=wrong[0].remedy or ""))

    def _say(self, topic: str, title: Text, body: Text) -> None:
        self._post(ProblemMet(at=datetime.now(UTC), topic=topic, title=title, body=body))
