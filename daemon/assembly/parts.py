"""What the commands put together alike."""

import logging
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol

from config.i18n.text import Sentence
from config.i18n.translator import Translator
from config.modules import catalogue_modules
from config.settings import Settings
from daemon.adapters.guide.publisher import GuidePublisher
from daemon.adapters.pcsc.service import is_held
from daemon.adapters.pkcs11.reader import ChildTokenReader
from daemon.core.views.tray import TrayView
from daemon.ports import Post, TrayDisplay

log = logging.getLogger(__name__)

Render = Callable[[Sentence], str]


class MainThreadTray(TrayDisplay, Protocol):
    """A face that owns the main thread."""

    def run(self) -> None:
        """Show the face until `stop`; return at once where there is no desktop to show it on."""

    def stop(self) -> None:
        """Let `run` return; any thread may call."""


MakeTray = Callable[[Render, Post], MainThreadTray]


class HeadlessTray:
    """A face for nobody: the log says what the icon would, but for a holder's name."""

    balloons = None

    def __init__(self, language: str | None) -> None:
        self._words = words(language)

    def show(self, view: TrayView) -> None:
        """Say it."""
        named = dict(view.tooltip.args)
        log.info("%s", self._words.render(view.tooltip) if "holder" not in named else view.icon_state)


def token_reader(settings: Settings) -> ChildTokenReader:
    """Make the reader of tokens over the person's modules and the catalogue's."""
    return ChildTokenReader(modules=settings.modules, catalogue=catalogue_modules, is_held=is_held)


def make_publisher(window: Sequence[str] | None = None) -> GuidePublisher:
    """Make the desk that shows the guide; `window` is the command of its window, None for no window at all."""
    return GuidePublisher(words, window)


@lru_cache(maxsize=2)
def words(language: str | None) -> Translator:
    """Give the words of a language; None is the session's."""
    return Translator(language)
