"""Prints documents, or makes a PDF of them."""

from collections.abc import Callable

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QFont, QPagedPaintDevice, QPageLayout, QPageSize, QPainter, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QWidget

from config.i18n.text import text
from config.i18n.translator import Translator

MARGIN_MM = 18

Draw = Callable[[QPagedPaintDevice], bool]
"""Draws on a printer or a file, and returns whether that worked."""


def print_where_asked(over: QWidget, draw: Draw, translator: Translator) -> str | None:
    """Print where the user says, and return how it went.

    None where the user did not want it.
    """
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter  # most windows never print

    printer = QPrinter()
    if not QPrintDialog(printer, over).exec():
        return None
    done = draw(printer)
    failed = not done or printer.printerState() in {QPrinter.PrinterState.Error, QPrinter.PrinterState.Aborted}
    return translator.render(text("sheet.failed" if failed else "sheet.printing"))


def pdf_of(draw: Draw, title: str) -> bytes:
    """Return what is drawn as a PDF file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    draw(writer)
    return bytes(buffer.data().data())


def html_document(device: QPagedPaintDevice, html: str) -> QTextDocument:
    """Return a document for this paper, to be laid out by `set_letters`."""
    document = QTextDocument()
    document.documentLayout().setPaintDevice(device)
    document.setDocumentMargin(0)
    document.setHtml(html)
    return document


def set_letters(document: QTextDocument, device: QPagedPaintDevice, size_pt: float) -> None:
    """Lay a document out for this paper in letters of this size."""
    font = QFont("sans-serif")
    font.setPointSizeF(size_pt)
    document.setDefaultFont(font)
    document.setPageSize(QSizeF(device.width(), device.height()))


def draw_document(device: QPagedPaintDevice, lay_out: Callable[[], QTextDocument]) -> bool:
    """Draw the pages of a document.

    It is laid out once the paper is A4. Returns whether that worked.
    """
    device.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM)
    device.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    painter = QPainter()
    if not painter.begin(device):
        return False
    document = lay_out()
    size = document.pageSize()
    for number in range(document.pageCount()):
        if number:
            device.newPage()
        painter.save()
        painter.translate(0, -number * size.height())
        document.drawContents(painter, QRectF(0, number * size.height(), size.width(), size.height()))
        painter.restore()
    return painter.end()
