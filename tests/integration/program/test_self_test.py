"""`vigicle self-test`: every late part works, and a broken one is named."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from config.i18n.translator import Translator
from daemon.assembly.self_test import BrokenPartError, Outcome, Part, own_exercises, run_self_test
from tray.cli.self_test import PARTS, TRAY_EXERCISES, as_json, as_text, exit_code

if TYPE_CHECKING:
    from support.program import Program

BROKEN = (Outcome(part=Part.TEXTS), Outcome(part=Part.ICON, reason="ImportError: No module named 'pystray'"))


def test_every_part_works_here(program: Program) -> None:
    answer = program.run("self-test", "--json")
    outcome = json.loads(answer.stdout)
    assert {part["part"]: part["reason"] for part in outcome["parts"] if part["reason"]} == {}
    assert [part["part"] for part in outcome["parts"]] == [part.value for part in Part]
    assert answer.returncode == 0


def test_invalid_settings_do_not_keep_it_from_running(program: Program) -> None:
    program.configure("unknown = 1")
    program.environment["LANG"] = "fr_FR.UTF-8"
    answer = program.run("self-test")
    assert answer.stdout.splitlines()[-1] == "Toutes les parties du programme fonctionnent."
    assert answer.returncode == 0


def test_every_part_has_an_exercise_and_a_name() -> None:
    assert own_exercises([]).keys() | TRAY_EXERCISES.keys() == PARTS.keys() == set(Part)


def test_a_part_that_raises_is_named_with_its_error_and_the_others_go_on() -> None:
    def fail() -> None:
        raise BrokenPartError("nothing there")

    outcomes = run_self_test({Part.ICON: fail, Part.TEXTS: lambda: None})
    assert outcomes == (Outcome(part=Part.TEXTS), Outcome(part=Part.ICON, reason="BrokenPartError: nothing there"))


@pytest.mark.parametrize(
    ("child", "reason"),
    [
        pytest.param("import no_such_module", "No module named 'no_such_module'", id="import"),
        pytest.param("import os; os._exit(7)", "ended with 7", id="silent"),
    ],
)
def test_a_window_that_cannot_start_is_found(child: str, reason: str) -> None:
    exercises = {Part.WINDOW: own_exercises([sys.executable, "-c", child])[Part.WINDOW]}
    (outcome,) = run_self_test(exercises)
    assert outcome.reason is not None
    assert reason in outcome.reason


def test_a_broken_part_is_printed_with_its_reason() -> None:
    lines = as_text(BROKEN, Translator("en").render).splitlines()
    assert lines[0] == "✓ Sentences in French and English"
    assert lines[1:3] == ["✗ Icon (pystray, Pillow)", "  ImportError: No module named 'pystray'"]
    assert lines[-1] == "Parts that do not work: 1. Install vigicle again."


def test_a_broken_part_makes_the_exit_code_1() -> None:
    assert exit_code(BROKEN) == 1
    assert exit_code(BROKEN[:1]) == 0
    assert json.loads(as_json(BROKEN))["exit_code"] == 1
