"""Reasons of the system are in the language of the user."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from config.files import read_small
from config.i18n.text import text
from config.system_errors import REASONS, reason_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("number", "id_"), REASONS.items())
def test_a_known_number_has_its_own_words(number: int, id_: str) -> None:
    assert reason_of(OSError(number, os.strerror(number))) == text(id_)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.EPIPE, "Broken pipe"), "Broken pipe"),
        (OSError("no number"), "no number"),
        (OSError(errno.EPIPE, "two\nlines\x1b[31m"), "two lines[31m"),
        (NotImplementedError("not here"), "not here"),
    ],
)
def test_any_other_keeps_the_words_of_the_system(error: Exception, reason: str) -> None:
    assert reason_of(error) == reason


def test_what_is_no_file_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no small") as caught:
        read_small(tmp_path, 10)
    assert reason_of(caught.value) == text("reason.no_small_file")
