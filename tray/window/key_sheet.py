"""The list of many keys on paper."""

from collections.abc import Iterable
from datetime import UTC, datetime

from PySide6.QtGui import QPagedPaintDevice, QTextDocument

from config.i18n.text import text, without_markup
from config.i18n.translator import Translator
from tray.window.key_table import TITLES, KeyLine
from tray.window.paper import draw_document, html_document, set_letters

LETTERS_PT = 9.0


def draw_key_list(device: QPagedPaintDevice, lines: Iterable[KeyLine], translator: Translator) -> bool:
    """Draw the lines on as many pages as they need.

    Returns whether that worked.
    """
    return draw_document(device, lambda: key_document(device, key_list_words(lines, translator)))


def key_document(device: QPagedPaintDevice, html: str) -> QTextDocument:
    """Return the pages for this paper."""
    document = html_document(device, html)
    set_letters(document, device, LETTERS_PT)
    return document


def key_list_words(lines: Iterable[KeyLine], translator: Translator) -> str:
    """Return the list as HTML in which nothing from outside is markup.

    The titles of the columns come again on each page.
    """
    titles = [*(translator.render(text(id_)) for id_ in TITLES.values()), translator.render(text("table.state"))]
    rows = ((*line.words, line.stage_words) for line in lines)
    body = "".join(f"<tr>{_cells('td', row)}</tr>" for row in rows)
    printed = translator.render(text("sheet.printed", now=datetime.now(UTC)))
    return (
        f'<body style="color:#000000"><h2>{without_markup(translator.render(text("window.keys")))}</h2>'
        f"<p>{without_markup(printed)}</p>"
        '<table width="100%" border="1" cellspacing="0" cellpadding="4">'
        f"<thead><tr>{_cells('th', titles)}</tr></thead><tbody>{body}</tbody></table></body>"
    )


def _cells(tag: str, words: Iterable[str]) -> str:
    return "".join(f'<{tag} align="left">{without_markup(each)}</{tag}>' for each in words)
