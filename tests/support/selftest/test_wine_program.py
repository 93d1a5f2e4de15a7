"""The output of a program under Wine, without Wine."""

from __future__ import annotations

import os
import signal

from support.wine_prefix import WineProgram

LINES = [str(number) for number in range(1, 100_001)]


def test_all_that_a_program_wrote_is_there_at_its_end_while_its_child_goes_on() -> None:
    program = WineProgram(["sh", "-c", f"sleep 1000 & echo $!; seq {len(LINES)}"], os.environ)
    ended = program.wait()
    child, *written = ended.text.splitlines()
    os.kill(int(child), signal.SIGKILL)
    program.close()
    assert (ended.code, written) == (0, LINES)


def test_words_are_waited_for_one_after_the_other() -> None:
    program = WineProgram(["printf", "one\\r\\ntwo one"], os.environ)
    program.wait_for("one\n")
    program.wait_for("two one")
    program.close()
    assert program.output == "one\ntwo one"
