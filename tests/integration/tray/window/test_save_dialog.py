"""The window saves a certificate where the user says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QMessageBox, QPushButton

from config.values import replace
from daemon.core.views.guide import SavedFile
from support.guide_pages import PAGES, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from daemon.adapters.guide.messages import Page
    from support.guide_setup import GuideSetup
    from tray.window.guide_window import GuideWindow

DER = b"0\x82certificate"
YES, NO = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No


def page_to_save(language: str) -> Page:
    writer = Writer(language)
    action = replace(writer.action("save:certificate", "Save…", ""), file=SavedFile(name="siv-1a.cer", content=DER))
    return replace(PAGES["step"](writer), openings=(action,), likely=action.id)


@pytest.fixture
def window(guide_setup: GuideSetup) -> Iterator[GuideWindow]:
    """A window on a page that offers to save a certificate."""
    guide_setup.answers.clear()
    shown = guide_setup.window(page_to_save("en"))
    shown.guard.end()
    yield shown
    guide_setup.close(shown)


def answer(*answers: Callable[[], None]) -> None:
    """Answer each dialog once it is there."""
    left = list(answers)

    def look() -> None:
        if QApplication.activeModalWidget() is not None:
            left.pop(0)()
        if left:
            QTimer.singleShot(20, look)

    QTimer.singleShot(20, look)


def name(file: Path) -> Callable[[], None]:
    def do() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        (name_field,) = dialog.findChildren(QLineEdit, "fileNameEdit")
        name_field.setText(str(file))  # `selectFile` does nothing where the field has the keyboard
        dialog.accept()

    return do


def click(button: QMessageBox.StandardButton) -> Callable[[], None]:
    def do() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QMessageBox)
        dialog.button(button).click()

    return do


def save_button(window: GuideWindow) -> QPushButton:
    (button,) = window.findChildren(QPushButton, "action:save:certificate")
    return button


def press_save(window: GuideWindow) -> None:
    save_button(window).click()
    window.guard.end()
    QApplication.processEvents()


def words(window: GuideWindow) -> str:
    return "\n".join(label.text() for label in window.findChildren(QLabel))


def test_the_certificate_is_saved_where_the_user_says(
    guide_setup: GuideSetup, window: GuideWindow, tmp_path: Path
) -> None:
    answer(name(tmp_path / "mine"))
    press_save(window)
    assert (tmp_path / "mine.cer").read_bytes() == DER
    assert "The file is saved: " in words(window)
    assert guide_setup.answers == [], "the daemon has no part in it"


@pytest.mark.parametrize(("button", "content"), [(NO, b"before"), (YES, DER)], ids=["no", "yes"])
def test_an_existing_file_is_replaced_only_after_a_yes(
    window: GuideWindow, tmp_path: Path, button: QMessageBox.StandardButton, content: bytes
) -> None:
    (tmp_path / "mine.cer").write_bytes(b"before")
    answer(name(tmp_path / "mine"), click(button))
    press_save(window)
    assert (tmp_path / "mine.cer").read_bytes() == content
    assert ("The file is saved" in words(window)) == (content == DER)


def test_what_cannot_be_written_is_told(window: GuideWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: object, _content: bytes, *, follow_link: bool) -> None:
        assert follow_link
        raise OSError(28, "No space left on device")

    told: list[str] = []

    def note() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QMessageBox)
        told.append(dialog.text())
        dialog.accept()

    monkeypatch.setattr("config.saved_files.write_whole", full)
    answer(name(tmp_path / "mine.cer"), note)
    press_save(window)
    assert told == [f"Nothing was written: the disk of {tmp_path} is full. Make room, or choose another folder."]
    assert "The file is saved" not in words(window)


def test_the_dialog_of_qt_speaks_french(guide_setup: GuideSetup) -> None:
    asked: list[str] = []

    def read() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        asked.extend(
            label.text().replace("\N{NO-BREAK SPACE}", " ").replace("&", "") for label in dialog.findChildren(QLabel)
        )
        dialog.reject()

    window = guide_setup.window(page_to_save("fr"))
    window.guard.end()
    answer(read)
    press_save(window)
    guide_setup.close(window)
    assert {"Voir dans :", "Nom de fichier :", "Fichiers de type :"} <= set(asked)


def test_a_double_click_asks_once_and_comes_into_no_dialog(
    guide_setup: GuideSetup, window: GuideWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[QFileDialog] = []

    def refuse(dialog: QFileDialog) -> bool:
        asked.append(dialog)
        return False

    monkeypatch.setattr(QFileDialog, "exec", refuse)
    QTest.mouseClick(save_button(window), Qt.MouseButton.LeftButton)
    QTest.mouseDClick(save_button(window), Qt.MouseButton.LeftButton)
    guide_setup.settle()
    assert asked == [], "while the second click may still come"
    window.guard.end()
    guide_setup.settle()
    assert len(asked) == 1


def test_nothing_is_saved_where_the_dialog_is_closed(window: GuideWindow, tmp_path: Path) -> None:
    def close() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        dialog.reject()

    answer(close)
    press_save(window)
    assert [*tmp_path.iterdir()] == []
