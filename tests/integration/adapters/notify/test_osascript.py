"""Notices by osascript: texts are arguments, and failures are reported.

A recorder replaces osascript.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import pytest

from config.i18n.text import CleanText
from daemon.adapters.notify.channel import Message
from daemon.adapters.notify.osascript import OSASCRIPT, SCRIPT, OsascriptChannel
from daemon.core.notice import NoticeId, NoticeKind

if TYPE_CHECKING:
    from pathlib import Path

    from daemon.core.model import ActivationToken
    from daemon.core.notice import NoticeChoice


def told(channel: OsascriptChannel, title: str = "Soon", body: str = "Your key expires.") -> bool:
    message = Message(notice_id=NoticeId(NoticeKind.KEY, "1"), title=CleanText(title), body=CleanText(body))

    def unheard(choice: NoticeChoice, _activation: ActivationToken | None = None) -> None:
        raise AssertionError(choice)

    return asyncio.run(channel.show(message, unheard))


def recorder(file: Path, code: int = 0) -> list[str]:
    program = f"import sys; open({str(file)!r}, 'w').write('\\n'.join(sys.argv[1:])); sys.exit({code})"
    return [sys.executable, "-c", program]


def test_the_words_are_arguments_and_no_part_of_the_script(tmp_path: Path) -> None:
    hostile = 'x" & (do shell script "id") & "'
    assert told(OsascriptChannel(recorder(tmp_path / "said")), hostile, "body")
    assert (tmp_path / "said").read_text().splitlines() == [hostile, "body"]
    assert OSASCRIPT == ("/usr/bin/osascript", "-e", SCRIPT)
    assert "argv" in SCRIPT


def test_no_word_is_taken_for_an_option(tmp_path: Path) -> None:
    assert told(OsascriptChannel(recorder(tmp_path / "said")), "-e", "--help")
    assert (tmp_path / "said").read_text().split("\n") == [" -e", " --help"]


def test_a_refusal_is_a_failure(tmp_path: Path) -> None:
    assert not told(OsascriptChannel(recorder(tmp_path / "said", code=1)))


def test_a_missing_program_is_a_failure(tmp_path: Path) -> None:
    assert not told(OsascriptChannel([str(tmp_path / "none")]))


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_program_that_hangs_is_a_failure_within_the_limit() -> None:
    hanging = [sys.executable, "-c", "import threading; threading.Event().wait()"]
    assert not told(OsascriptChannel(hanging, limit_s=0.2))
