"""The settings in force, which change while the daemon runs."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from config.folders import Folders
from config.i18n.text import CleanText, Sentence, Text, text
from config.schema.load_settings import Loaded, SettingsError, Stamp, load_settings, stamp
from config.settings import Settings
from config.values import replace
from daemon.adapters.clock import read_clock
from daemon.adapters.schedule.local_zone import follow_zone
from daemon.assembly.parts import translator_for
from daemon.core.events import Event, ProblemMet, SettingsLoaded

log = logging.getLogger(__name__)


class LiveSettings:
    """The settings in force.

    Any thread may read them, one thread replaces them.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = _with_language(settings)

    def get(self) -> Settings:
        """Return the settings, whose language is never None."""
        return self._settings

    def use(self, settings: Settings) -> Settings:
        """Put other settings in force, and return them with their language."""
        self._settings = _with_language(settings)
        return self._settings

    def render(self, sentence: Sentence) -> CleanText:
        """Render a sentence in the language in force."""
        return translator_for(self._settings.language).render(sentence)


class SettingsWatcher:
    """Reads the settings again once they have changed on disk.

    Refused settings are reported once, and the last good ones stay in force.
    """

    def __init__(self, folders: Folders, live: LiveSettings, use_modules: Callable[[tuple[str, ...]], None]) -> None:
        """Watch `folders`, and pass new PKCS#11 modules to `use_modules`."""
        self._folders = folders
        self._live = live
        self._use_modules = use_modules
        self._stamp = self._stamped()

    def _stamped(self) -> Stamp:
        folder = self._live.get().office.procedures_folder
        if folder is None:
            return stamp(self._folders)
        return stamp(self._folders, (Path(folder),))

    def changes(self) -> Iterator[Event]:
        """Yield the events of settings that have changed since the last call."""
        follow_zone()
        seen = self._stamped()
        if seen == self._stamp:
            return
        self._stamp = seen
        try:
            loaded = load_settings(self._folders)
        except SettingsError as problem:
            log.warning("The settings are refused, the last good ones stay: %s", problem)
            yield problem_met("settings", problem.text)
            return
        log.info("The settings have been read again")
        self._use_modules(loaded.settings.modules)
        yield SettingsLoaded(at=read_clock(), settings=self._live.use(loaded.settings))
        yield from procedure_problems(loaded)


def procedure_problems(loaded: Loaded) -> Iterator[ProblemMet]:
    """Yield one problem for each refused file, and value of a policy."""
    for refused in loaded.problems:
        yield problem_met(f"procedure:{refused.file.stem}", refused.text)
    for refused in loaded.refused:
        yield problem_met(f"policy:{refused.key}", refused.text)


def problem_met(topic: str, body: Text) -> ProblemMet:
    """Return the event of a problem that the user has to solve."""
    return ProblemMet(at=read_clock(), topic=topic, title=text("problem.title"), body=body)


def _with_language(settings: Settings) -> Settings:
    """Replace a language of None by the session's."""
    return replace(settings, language=translator_for(settings.language).language)
