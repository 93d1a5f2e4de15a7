"""On Windows a click lets its answer come to the front."""

from __future__ import annotations

import os
import queue
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from config.i18n.translator import Translator
from daemon.adapters.guide.publisher import GuidePublisher
from daemon.adapters.ipc.client import ask
from daemon.adapters.ipc.server import ControlServer
from daemon.core.commands import AnswerByWord, Command, GetStatus, RaiseGuide
from daemon.core.events import CommandReceived, Event
from daemon.core.model import AnswerWord
from daemon.core.views.report import Report
from support.posted_events import PostedEvents
from support.process import PATIENCE_S, wait_until
from support.user32 import played_user32

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WINDOW = """
import os, sys
open(sys.argv[1] + ".new", "w").write(str(os.getpid()))
os.replace(sys.argv[1] + ".new", sys.argv[1])
sys.stdin.read()
"""


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> Iterator[queue.SimpleQueue[int]]:
    """The processes that get the right."""
    monkeypatch.setenv("DISPLAY", ":99")
    with played_user32() as processes:
        yield processes


def ask_a_daemon(runtime: Path, command: Command) -> None:
    """Ask a daemon in this process."""
    asked: queue.SimpleQueue[Event] = queue.SimpleQueue()
    publisher = GuidePublisher(asked.put, Translator, ["/nowhere/window"])
    control = ControlServer(asked.put, runtime, publisher)
    control.start()
    asking = threading.Thread(target=ask, args=(runtime, command), kwargs={"timeout_s": PATIENCE_S})
    asking.start()
    event = asked.get(timeout=PATIENCE_S)
    assert isinstance(event, CommandReceived)
    assert event.request is not None
    control.reply(event.request, Report())
    asking.join(PATIENCE_S)
    publisher.stop()
    control.stop()


@pytest.mark.parametrize(
    "command",
    [RaiseGuide(), AnswerByWord(word=AnswerWord("0a" * 16))],
    ids=["a second start", "a click on a toast"],
)
def test_who_was_clicked_hands_the_right_to_the_daemon(
    handed: queue.SimpleQueue[int], tmp_path: Path, command: Command
) -> None:
    ask_a_daemon(tmp_path, command)
    assert handed.get(timeout=PATIENCE_S) == os.getpid()


def test_a_question_in_a_terminal_hands_no_right(handed: queue.SimpleQueue[int], tmp_path: Path) -> None:
    ask_a_daemon(tmp_path, GetStatus())
    assert handed.empty()


def test_the_daemon_hands_the_right_to_its_window_at_each_click(handed: queue.SimpleQueue[int], tmp_path: Path) -> None:
    file = tmp_path / "process"
    publisher = GuidePublisher(PostedEvents(), Translator, [sys.executable, "-c", WINDOW, str(file)])
    publisher.open()
    first = handed.get(timeout=PATIENCE_S)
    wait_until(file.exists, "the window")
    publisher.open()
    second = handed.get(timeout=PATIENCE_S)
    publisher.stop()
    assert first == second == int(file.read_text())
