"""The terminal guide asks where to save a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from config.values import replace
from daemon.adapters.guide.messages import Page
from daemon.core.views.guide import ReaderStatus, SavedFile
from support.guide_actions import action_id, button
from tray.text_guide import file_question
from tray.text_guide.page import TextPage

if TYPE_CHECKING:
    from pathlib import Path

DER = b"0\x82certificate"
FILE = SavedFile(name="siv-1a2b3c4d.cer", content=DER)
PAGE = Page(
    number=1,
    language="en",
    headline="Save it",
    body="SIV asks for it.",
    reader=ReaderStatus.NEW,
    reader_words="Your new key is in.",
    openings=(replace(button("save:certificate", "Save the certificate…"), file=FILE),),
    likely=action_id("save:certificate"),
)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TextPage:
    """A page that has asked where to, with a folder Documents."""
    (tmp_path / "Documents").mkdir()
    monkeypatch.setattr(file_question, "user_documents_path", lambda: tmp_path / "Documents")
    monkeypatch.setenv("HOME", str(tmp_path))
    shown = TextPage(PAGE)
    assert shown.choose("1") is None, "the daemon has no part in it"
    (question,) = shown.answer("1")
    assert str(tmp_path / "Documents" / FILE.name) in question
    assert shown.asks_for_file
    return shown


# Each row: what is typed, and the file that then holds the certificate.
PLACES = [
    pytest.param("", f"Documents/{FILE.name}", id="Enter alone"),
    pytest.param("~/My Certificate.CER", "My Certificate.CER", id="a file, its case kept"),
    pytest.param("~/mine", "mine.cer", id="without a suffix"),
    pytest.param("~/Documents", f"Documents/{FILE.name}", id="a folder"),
]


@pytest.mark.parametrize(("typed", "file"), PLACES)
def test_it_is_saved_where_the_user_says_and_the_name_is_told(
    page: TextPage, tmp_path: Path, typed: str, file: str
) -> None:
    (told,) = page.name_file(typed)
    assert (tmp_path / file).read_bytes() == DER
    assert told == f"The file is saved: {tmp_path / file}"
    assert not page.asks_for_file


@pytest.mark.parametrize(("answer", "content"), [("no", b"before"), ("", b"before"), ("OUI", DER)])
def test_an_existing_file_is_replaced_only_after_a_yes(
    page: TextPage, tmp_path: Path, answer: str, content: bytes
) -> None:
    target = tmp_path / "Documents" / FILE.name
    target.write_bytes(b"before")
    (asked,) = page.name_file("")
    assert "Replace it" in asked
    page.name_file(answer)
    assert target.read_bytes() == content
    assert page.asks_for_file == (content != DER), "it then asks where to again"


@pytest.mark.parametrize("typed", ["~/missing/mine.cer", "~nobody-of-this-name/mine.cer"])
def test_a_place_that_cannot_be_written_is_told_and_asked_again(page: TextPage, tmp_path: Path, typed: str) -> None:
    told, again = page.name_file(typed)
    assert told.startswith("Nothing was written: the folder")
    assert "Where to?" in again
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["Documents"]


@pytest.mark.parametrize("typed", ["-", "q"])
def test_nothing_is_saved_where_the_user_does_not_want_it(page: TextPage, tmp_path: Path, typed: str) -> None:
    assert page.name_file(typed) == ["Nothing was saved."]
    assert not page.asks_for_file
    assert [*(tmp_path / "Documents").iterdir()] == []


def test_news_in_between_keeps_the_question_in_sight(page: TextPage) -> None:
    news = page.turn(replace(PAGE, reader_words="The reader is empty."))
    assert news[0] == "The reader is empty."
    assert news[-1].startswith("Where to?")


def test_without_a_folder_for_documents_the_home_folder_is_proposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_question, "user_documents_path", lambda: tmp_path / "none")
    monkeypatch.setenv("HOME", str(tmp_path))
    (question,) = TextPage(PAGE).answer("1")
    assert f"{tmp_path / FILE.name}." in question
    assert TextPage(PAGE).name_file("x") == [], "nobody asked"
