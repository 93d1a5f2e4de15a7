"""A message in the user's mail program, which only the user sends."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.launch import mail_program
from daemon.adapters.launch.mail_program import open_message
from support.browser import RecordingBrowser

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

RENDER = Translator("fr").render
SUBJECT, BODY = text("menu.doctor"), text("key.old_named", name="a & b")


def on_desktop(monkeypatch: pytest.MonkeyPatch, folder: Path, *kinds: str) -> RecordingBrowser:
    program = RecordingBrowser(folder / "programs", kinds)
    for name, value in program.environment.items():
        monkeypatch.setenv(name, value)
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(folder / "nothing"))
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    return program


def test_the_mail_program_gets_subject_and_body_and_no_recipient(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = on_desktop(monkeypatch, tmp_path, "x-scheme-handler/mailto")
    assert open_message(RENDER, SUBJECT, BODY) is None
    ((address,),) = program.wait()
    parts = urlsplit(address)
    assert (parts.scheme, parts.path) == ("mailto", "")
    assert parse_qs(parts.query) == {"subject": [RENDER(SUBJECT)], "body": [RENDER(BODY)]}


def test_a_missing_mail_program_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    on_desktop(monkeypatch, tmp_path, "x-scheme-handler/none")
    assert open_message(RENDER, SUBJECT, BODY) == text("message.no_program")


def test_an_administrator_opens_no_mail_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_program, "is_elevated", lambda: True)
    assert open_message(RENDER, SUBJECT, BODY) == text("trouble.elevated")
