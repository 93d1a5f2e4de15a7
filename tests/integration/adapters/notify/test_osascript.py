"""Notices by osascript: words stay words, and failures are reported.

A recorder replaces osascript.
"""

from __future__ import annotations

import asyncio
import gc
import json
import re
import sys
from typing import TYPE_CHECKING

import pytest

from config.i18n.text import CleanText
from daemon.adapters.notify.channel import Message
from daemon.adapters.notify.osascript import OSASCRIPT, SCRIPT, OsascriptChannel, script_for
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
    record = "open(sys.argv[1], 'w').write(sys.stdin.read() + repr(sys.argv[2:]))"
    return [sys.executable, "-c", f"import sys; {record}; sys.exit({code})", str(file)]


def test_the_words_are_no_argument_which_every_account_could_read(tmp_path: Path) -> None:
    assert told(OsascriptChannel(recorder(tmp_path / "said")), "Bientôt", "Anne « DURAND »")
    script = script_for("Bientôt", "Anne « DURAND »").decode()
    assert (tmp_path / "said").read_text() == f"{script}[]"
    assert OSASCRIPT == ("/usr/bin/osascript", "-l", "JavaScript", "-")


@pytest.mark.parametrize("hostile", ['x", app.doShellScript("id"), "', "\\", "*/ \u2028 `${id}`", "--help", "é\ud83d"])
def test_no_word_ends_its_string_in_the_script(hostile: str) -> None:
    script = script_for(hostile, "body").decode("ascii")
    (literal,) = re.findall(r"var words = (.*)\n", script)
    assert json.loads(literal) == [hostile, "body"]
    assert script.count("\n") == SCRIPT.count("\n")


def test_a_refusal_is_a_failure(tmp_path: Path) -> None:
    assert not told(OsascriptChannel(recorder(tmp_path / "said", code=1)))


def test_a_missing_program_is_a_failure(tmp_path: Path) -> None:
    assert not told(OsascriptChannel([str(tmp_path / "none")]))


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_program_that_hangs_is_a_failure_within_the_limit() -> None:
    hanging = [sys.executable, "-c", "import threading; threading.Event().wait()"]
    assert not told(OsascriptChannel(hanging, limit_s=0.2))
    gc.collect()  # its pipes are told here, and not in another test
