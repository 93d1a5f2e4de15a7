"""The sheet of paper: one page of A4 about a renewal."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from PySide6.QtGui import QPagedPaintDevice, QTextDocument

from config.i18n.text import text, without_markup
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import Page
from daemon.core import labels
from daemon.core.views.guide import BarRole, CertificateCard, StepStatus
from daemon.core.views.report import Stage
from tray.window.key_picture import SPOKEN
from tray.window.paper import draw_document, html_document, pdf_of, set_letters

SIZES = (13.0, 12.0, 11.0, 10.0, 9.0, 8.0, 7.0)  # points: the largest that fits one page
BOXES = {StepStatus.DONE: "☑"}
TO_DO = "☐"
MOST_KEYS = 6
WHICH = {BarRole.OLD: SPOKEN["old"], BarRole.NEW: SPOKEN["new"]}
TOLD_BY_THE_DATE = {Stage.VALID, Stage.DUE, Stage.URGENT, Stage.EXPIRED}


def as_pdf(page: Page, translator: Translator) -> bytes:
    """Return the sheet as a PDF file."""
    return pdf_of(lambda writer: draw_sheet(writer, page, translator), translator.render(text("sheet.title")))


def draw_sheet(device: QPagedPaintDevice, page: Page, translator: Translator) -> bool:
    """Draw the sheet on a printer or a file.

    Returns whether that worked.
    """
    return draw_document(device, lambda: fitted(device, sheet_words(page, translator)))


def fitted(device: QPagedPaintDevice, html: str) -> QTextDocument:
    """Return a document of one page, in letters as large as fit."""
    document = html_document(device, html)
    for size in SIZES:
        set_letters(document, device, size)
        if document.pageCount() == 1:
            break
    return document


def sheet_words(page: Page, translator: Translator) -> str:
    """Return the sheet as HTML in which nothing from outside is markup."""
    title = page.workflow_title or page.headline
    parts = [
        f"<h2>{without_markup(title)}</h2>",
        _paragraph(_words(translator, "sheet.printed", now=datetime.now(UTC))),
        *_section(_words(translator, "window.keys"), (_key(c, translator) for c in _first_of_keys(page))),
        _paragraph(f"{_words(translator, 'sheet.place')} {40 * '.'}"),
        *_section(_words(translator, "sheet.steps"), _steps(page)),
        *_section("", filter(None, (page.deadline_words, *page.notes))),
        *_section(_words(translator, "sheet.addresses"), page.addresses),
        *_section(_words(translator, "window.contacts"), page.contacts),
        f"<p><b>{without_markup(_words(translator, 'sheet.no_pin'))}</b></p>",
    ]
    return f'<body style="color:#000000">{"".join(parts)}</body>'  # black on paper, whatever the scheme


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found and title:
        yield f"<h3>{without_markup(title)}</h3>"
    yield from map(_paragraph, found)


def _paragraph(words: str) -> str:
    return f'<p style="margin-top:2px; margin-bottom:4px">{without_markup(words)}</p>'


def _first_of_keys(page: Page) -> Iterator[CertificateCard[str]]:
    """Yield one certificate of each key, the first few."""
    firsts = {certificate.key: certificate for certificate in reversed(page.certificates)}
    yield from list(firsts.values())[::-1][:MOST_KEYS]


def _key(card: CertificateCard[str], translator: Translator) -> str:
    name = card.key_name or card.procedure or _words(translator, "window.key")
    kind = WHICH.get(card.bar.role) if card.bar is not None else None
    which = [_words(translator, kind)] if kind is not None else []
    stage = [] if card.stage in TOLD_BY_THE_DATE else [_words(translator, labels.STAGES[card.stage])]
    place = [] if card.present else [card.place]  # where it is plugged in now says nothing on paper
    return " – ".join((f"{name} ({card.holder})", *which, *stage, card.until, *place))


def _steps(page: Page) -> Iterator[str]:
    for number, step in enumerate(page.steps, 1):
        yield f"{BOXES.get(step.status, TO_DO)} {number}. {step.title}"


def _words(translator: Translator, id_: str, **arguments: datetime) -> str:
    return translator.render(text(id_, **arguments))
