"""The right of a click goes to what the click starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daemon.adapters.ipc.messages import decode_request, encode_request
from daemon.adapters.launch.openers import run
from daemon.adapters.platform.activation import activation_of, with_activation
from daemon.adapters.platform.decode_errors import DECODE_ERRORS
from daemon.core.commands import AnswerByWord, RaiseGuide
from daemon.core.model import ActivationToken, AnswerWord

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = ActivationToken("old"), ActivationToken("new")
BOTH = {"XDG_ACTIVATION_TOKEN": NEW, "DESKTOP_STARTUP_ID": NEW}


@pytest.mark.parametrize(
    ("before", "activation", "after"),
    [
        ({"A": "b"}, NEW, {"A": "b", **BOTH}),
        ({"A": "b", "XDG_ACTIVATION_TOKEN": OLD}, NEW, {"A": "b", **BOTH}),
        ({"A": "b", "XDG_ACTIVATION_TOKEN": OLD, "DESKTOP_STARTUP_ID": OLD}, None, {"A": "b"}),
    ],
    ids=["new", "in place of an old one", "an old one is used up"],
)
def test_the_environment_of_a_child(
    before: dict[str, str], activation: ActivationToken | None, after: dict[str, str]
) -> None:
    assert with_activation(before, activation) == after


@pytest.mark.parametrize(
    ("environ", "activation"),
    [
        ({}, None),
        ({"XDG_ACTIVATION_TOKEN": ""}, None),
        ({"XDG_ACTIVATION_TOKEN": "w", "DESKTOP_STARTUP_ID": "x"}, "w"),
        ({"DESKTOP_STARTUP_ID": "x"}, "x"),
    ],
    ids=["none", "empty", "Wayland first", "X11"],
)
def test_the_right_of_a_second_start(environ: dict[str, str], activation: str | None) -> None:
    assert activation_of(environ) == activation


def test_a_launched_program_gets_it(tmp_path: Path) -> None:
    file = tmp_path / "right"
    assert run(["/bin/sh", "-c", f'printf "$XDG_ACTIVATION_TOKEN $DESKTOP_STARTUP_ID" > {file}'], 10.0, NEW)
    assert file.read_text() == "new new"


@pytest.mark.parametrize(
    "request_",
    [RaiseGuide(), RaiseGuide(activation=NEW), AnswerByWord(word=AnswerWord("0a" * 16))],
    ids=["none", "right", "word"],
)
def test_it_crosses_the_control_channel(request_: RaiseGuide | AnswerByWord) -> None:
    assert decode_request(encode_request(request_)) == request_


@pytest.mark.parametrize(
    "request_",
    [RaiseGuide(activation=ActivationToken("x" * 201)), *(AnswerByWord(word=AnswerWord(w)) for w in ("", "0A" * 16))],
    ids=["too long", "no word", "a word of another kind"],
)
def test_junk_does_not(request_: RaiseGuide | AnswerByWord) -> None:
    with pytest.raises(DECODE_ERRORS):
        decode_request(encode_request(request_))


def test_a_word_is_needed() -> None:
    with pytest.raises(DECODE_ERRORS):
        decode_request(b'{"version": 1, "verb": "answer"}')
