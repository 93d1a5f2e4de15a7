"""The sheet of paper about a renewal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QPdfWriter, QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QLabel, QPushButton

from config.i18n.translator import Translator
from config.values import replace
from support.guide_pages import PAGES, Writer
from tray.window.guide_window import SHEET, GuideWindow
from tray.window.sheet import as_pdf, draw_sheet, fitted, sheet_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from daemon.adapters.guide.messages import Page
    from support.guide_setup import GuideSetup

PAGE = replace(
    PAGES["settings"](Writer("en")),
    contacts=("Your key: call CertEurope.",),
    addresses=("Your account: https://www.opalexe.fr",),
)
ENGLISH = Translator("en")


@pytest.fixture
def window(guide_setup: GuideSetup) -> Iterator[GuideWindow]:
    """The window at the page of the sheet."""
    window = guide_setup.window(PAGE)
    window.go_to(SHEET)
    window.guard.end()
    yield window
    guide_setup.close(window)


def document(page: Page) -> QTextDocument:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return fitted(QPdfWriter(buffer), sheet_words(page, ENGLISH))


@pytest.mark.usefixtures("guide_setup")
def test_it_names_keys_steps_and_helpers_and_has_no_place_for_a_pin() -> None:
    words = document(PAGE).toPlainText()
    boxes = [line for line in words.splitlines() if line[:1] in {"☐", "☑"}]
    assert len(boxes) == len(PAGE.steps)
    assert boxes[0].startswith("☑ 1. ")
    assert "Your key: call CertEurope." in words
    assert "Your account: https://www.opalexe.fr" in words
    assert words.count("....") == words.count("Where I keep my key: ....") * 10, "one place to write, for the key"
    assert "la bleue (Anne-Claire DE LA FONTAINE-BEAUSÉJOUR) – old key – valid until 4 December 2026 at 09:00" in words
    assert "– new key – not yet valid – valid until" in words, "two keys of one name are told apart"


@pytest.mark.usefixtures("guide_setup")
def test_it_is_one_page_however_many_keys_and_notes_there_are() -> None:
    many = tuple(replace(each, key=f"{n}") for n, each in enumerate(PAGE.certificates * 10))  # type: ignore[arg-type]  # ids
    assert document(replace(PAGE, certificates=many, notes=("A note of some words. " * 8,) * 6)).pageCount() == 1


@pytest.mark.usefixtures("guide_setup")
def test_words_from_outside_are_no_markup() -> None:
    hostile = replace(PAGE, workflow_title="<img src='file:///etc/passwd'><b>x</b>")
    assert document(hostile).toPlainText().startswith("<img src='file:///etc/passwd'><b>x</b>")


@pytest.mark.usefixtures("guide_setup")
def test_it_is_a_pdf() -> None:
    assert as_pdf(PAGE, ENGLISH).startswith(b"%PDF-")


@pytest.mark.usefixtures("guide_setup")
def test_a_printer_that_fails_is_told(tmp_path: Path) -> None:
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "missing" / "sheet.pdf"))
    assert not draw_sheet(printer, PAGE, ENGLISH)
    printer.setOutputFileName(str(tmp_path / "sheet.pdf"))
    assert draw_sheet(printer, PAGE, ENGLISH)


def test_a_printer_that_fails_leads_to_the_pdf(
    guide_setup: GuideSetup, window: GuideWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QPrintDialog, "exec", lambda _dialog: True)
    monkeypatch.setattr("tray.window.sheet_page.draw_sheet", lambda *_arguments: False)
    (button,) = window.findChildren(QPushButton, "sheet:print")
    button.click()
    window.guard.end()
    guide_setup.settle()
    told = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    assert "The printer did not take the sheet. Save it as PDF, and print it later." in told
    assert window.findChildren(QPushButton, "sheet:save")[0].isVisible()
