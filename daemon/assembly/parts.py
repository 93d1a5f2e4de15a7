"""What several commands assemble."""

import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

from config.i18n.text import Render
from config.i18n.translator import Translator
from config.modules import catalogue_modules
from config.settings import Settings
from daemon.adapters.certificate_store.command import store_command
from daemon.adapters.clock import read_clock
from daemon.adapters.guard import Guard
from daemon.adapters.pcsc.clients import other_clients
from daemon.adapters.pcsc.obstacles import CardObstacles
from daemon.adapters.pkcs11.reader import ChildTokenReader
from daemon.core.events import CardFreed
from daemon.core.views.tray import TrayView
from daemon.ports import Post, TrayDisplay

log = logging.getLogger(__name__)


class MainThreadTray(TrayDisplay, Protocol):
    """A tray that owns the main thread."""

    def run(self) -> None:
        """Show the tray until `stop`.

        Returns at once without a desktop.
        """

    def stop(self) -> None:
        """Let `run` return. Any thread may call."""


MakeTray = Callable[[Render, Post], MainThreadTray]


def run_tray(tray: MainThreadTray, post: Post, wait: Callable[[float], object]) -> None:
    """Run the tray until its stop, again after each failure.

    `wait` waits some seconds, and returns at once after the stop.
    """
    Guard(post).repeat("The tray icon", tray.run, wait)


class HeadlessTray:
    """A tray without an icon, which logs what the icon would show.

    A holder's name is left out.
    """

    balloons = None

    def __init__(self, render: Render) -> None:
        self._render = render

    def show(self, view: TrayView) -> None:
        """Log the tooltip, or the state where the tooltip names a holder."""
        names_holder = "holder" in dict(view.tooltip.args)
        log.info("%s", view.icon_state if names_holder else self._render(view.tooltip))


def make_token_reader(settings: Settings, post: Post) -> ChildTokenReader:
    """Return the token reader over the user's modules and the catalogue's."""
    obstacles = CardObstacles(lambda reader: post(CardFreed(at=read_clock(), reader=reader)))
    return ChildTokenReader(
        post,
        modules=settings.modules,
        catalogue=catalogue_modules,
        obstacle_of=obstacles.obstacle_of,
        card_users=other_clients,
        store_command=store_command(),
    )


@lru_cache(maxsize=2)
def translator_for(language: str | None) -> Translator:
    """Return the translator of a language, None for the session's."""
    return Translator(language)
