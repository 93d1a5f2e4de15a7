"""The guide in a terminal.

It prints lines as things happen, reads what is typed by lines, and never overwrites a line. So it also serves a
screen reader, a Braille display, a pipe and a computer without display.
"""

import os
import queue
import shutil
import sys
import textwrap
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import Enum, auto

from config.i18n.text import CleanText, clean
from config.signals import hear_signals
from daemon.adapters.guide.messages import Guide, Page
from tray.text_guide.page import TextPage

LINE_LIMIT = 1000
PRINTED_LIMIT = 4000  # characters


class End(Enum):
    """What has ended."""

    PAGES = auto()
    TYPED = auto()
    SIGNAL = auto()
    """Ctrl-C or the end of the session has come: its handler runs as soon as the wait ends."""


Happened = Page | str | End


def run_text_guide(guide: Guide) -> None:
    """Show the guide in this terminal until its end.

    It ends when the user leaves, the input ends, or the pages end.
    """
    happened: queue.SimpleQueue[Happened] = queue.SimpleQueue()
    _in_thread(_read_pages, guide, happened.put)
    try:
        with hear_signals(lambda: happened.put(End.SIGNAL)):
            _converse(guide, happened)
    except KeyboardInterrupt:
        print()
    except BrokenPipeError:  # the reader of our output has gone: keep Python's last flush from failing
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        guide.close()


def _converse(guide: Guide, happened: "queue.SimpleQueue[Happened]") -> None:
    first = happened.get()
    if not isinstance(first, Page):
        return
    page = TextPage(first)
    _in_thread(_read_typed, happened.put)
    _show(page, page.whole())
    while _handle(guide, page, happened.get()):
        pass


def _handle(guide: Guide, page: TextPage, happened: Happened) -> bool:
    """Print what follows, and return whether the session goes on."""
    match happened:
        case Page() as newer:
            _show_news(page, page.turn(newer))
            return True
        case str(typed) if page.asks_for_file:
            _show(page, page.name_file(typed))
            return True
        case str(typed) if not page.quits(typed.casefold()):
            _answer(guide, page, typed.casefold())
            return True
        case End.PAGES:
            _print([page.render("textguide.over")])
            return False
        case _:
            return False


def _show_news(page: TextPage, lines: list[str]) -> None:
    if not lines:
        return
    if _is_interactive():
        lines = ["", *lines]  # to leave the line of the prompt
    _show(page, lines)


def _answer(guide: Guide, page: TextPage, typed: str) -> None:
    lines: list[str] = []
    if typed:
        lines = page.answer(typed)
    chosen = page.choose(typed)
    if chosen is not None:
        guide.answer(chosen)
    _show(page, lines)


def _show(page: TextPage, lines: Iterable[str]) -> None:
    """Print lines, then the prompt where one is of use."""
    _print(lines)
    if _is_interactive():
        print(page.render("textguide.prompt"), end=" ", flush=True)


def _is_interactive() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


def _in_thread(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()


def _read_pages(guide: Guide, put: Callable[[Happened], None]) -> None:
    while (page := guide.next()) is not None:
        put(page)
    put(End.PAGES)


def _read_typed(put: Callable[[Happened], None]) -> None:
    """Read the lines that are typed.

    This reads below Python's own buffer, since a thread that waits in that one delays the program's end.
    """
    typed = b""
    with suppress(OSError, ValueError, AttributeError):  # there may be no standard input
        while piece := os.read(sys.stdin.fileno(), LINE_LIMIT):
            *lines, typed = (typed + piece).split(b"\n")
            for line in lines:
                put(line.decode(errors="replace").strip())
            typed = typed[:LINE_LIMIT]
    put(End.TYPED)


def _print(lines: Iterable[str]) -> None:
    """Print lines, which may hold any text from a card."""
    for line in lines:
        for part in line.splitlines() or [""]:
            print(_wrap(clean(part, PRINTED_LIMIT)))
    sys.stdout.flush()


def _wrap(line: CleanText) -> str:
    """Return the line in the terminal's width, or unchanged elsewhere."""
    if not sys.stdout.isatty():
        return line
    width = shutil.get_terminal_size().columns
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
