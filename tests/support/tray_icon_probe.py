"""The tray icon, running in this process."""

from __future__ import annotations

import threading
from typing import Self

from config.i18n.translator import Translator
from daemon.assembly.parts import run_tray
from support.posted_events import PostedEvents
from support.process import PROMPT_S
from tray.icon.tray_icon import TrayIcon


class RunningTrayIcon:
    """A TrayIcon with `run` in its own thread. A context manager."""

    def __init__(self, translator: Translator | None = None, *, session_patience_s: float = 60.0) -> None:
        self.posted = PostedEvents()
        render = (translator or Translator("en")).render
        self.tray = TrayIcon(render, self.posted, session_patience_s=session_patience_s)
        self.show = self.tray.show
        self._ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        run_tray(self.tray, self.posted, self._ended.wait)

    def stop(self) -> None:
        """Stop it, and see that it ends in time."""
        self._ended.set()
        self.tray.stop()
        self.thread.join(PROMPT_S)
        assert not self.thread.is_alive(), f"the tray runs on {PROMPT_S:g} s after its stop"

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()
