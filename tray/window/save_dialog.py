"""Asks where to save a file, and before one is replaced."""

import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from config.i18n.text import text
from config.i18n.translator import Translator
from config.saved_files import SaveError, save_file
from daemon.core.views.guide import SavedFile

CERTIFICATE, PDF = "cer", "pdf"
TITLES = {CERTIFICATE: "guide.save.certificate", PDF: "sheet.save"}
KINDS = {CERTIFICATE: "window.save.kind", PDF: "window.save.pdf"}
UNTRANSLATED = {  # Qt's own labels have other letters by now, which its French does not know
    QFileDialog.DialogLabel.LookIn: "Look in:",
    QFileDialog.DialogLabel.FileType: "Files of type:",
}


def save_as(over: QWidget, file: SavedFile, translator: Translator) -> str | None:
    """Save the file where the user says, and return how it went.

    None where the user did not want it. What failed is told in a dialog.
    """
    target = _ask_where(over, file, translator)
    if target is None:
        return None

    def may_replace(existing: Path) -> bool:
        nonlocal target
        if not _ask_to_replace(over, existing, translator):
            target = None
        return target is not None

    try:
        save_file(target, file.content, may_replace=may_replace)
    except SaveError as problem:
        if target is not None:
            QMessageBox.warning(over, "vigicle", translator.render(problem.text))
        return None
    return translator.render(text("guide.saved", file=str(target)))


def _ask_where(over: QWidget, file: SavedFile, translator: Translator) -> Path | None:
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    suffix = file.name.rpartition(".")[2]
    dialog = QFileDialog(over, translator.render(text(TITLES[suffix])), documents)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilter(f"{translator.render(text(KINDS[suffix]))} (*.{suffix})")
    dialog.setDefaultSuffix(suffix)
    dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # some ask before the suffix is added
    dialog.selectFile(file.name)
    for label, english in UNTRANSLATED.items():
        dialog.setLabelText(label, QCoreApplication.translate("QFileDialog", english))
    if not dialog.exec():
        return None
    return next((Path(chosen) for chosen in dialog.selectedFiles()), None)


def _ask_to_replace(over: QWidget, existing: Path, translator: Translator) -> bool:
    """Return whether an existing file may be replaced.

    The panel of macOS asks in any case (NSSavePanel).
    """
    question = translator.render(text("window.save.replace", file=str(existing)))
    answer = QMessageBox.StandardButton.Yes
    if sys.platform != "darwin":
        answer = QMessageBox.question(over, "vigicle", question)
    return answer == QMessageBox.StandardButton.Yes
