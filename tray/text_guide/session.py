"""The guide in a terminal: prints as things happen, takes what is typed line by line, and draws over nothing.

It serves a screen reader, a Braille line, a pipe and a computer without display alike.
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

from daemon.adapters.guide.messages import Guide, Page
from tray.text_guide.page import TextPage

LINE_LIMIT = 1000
TRY_S = 0.5 if sys.platform == "win32" else None  # there Ctrl-C does not end a wait without limit


class End(Enum):
    """What has come to its end."""

    PAGES = auto()
    TYPED = auto()


Happened = Page | str | End


def look(guide: Guide) -> None:
    """Show the guide in this terminal until the person leaves, no more can be typed, or no more pages come."""
    happened: queue.SimpleQueue[Happened] = queue.SimpleQueue()
    _in_thread(_hear_pages, guide, happened.put)
    try:
        _converse(guide, happened)
    except KeyboardInterrupt:
        print()
    except BrokenPipeError:  # whoever read us has gone; Python's own last flush shall not complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        guide.close()


def _converse(guide: Guide, happened: "queue.SimpleQueue[Happened]") -> None:
    asks = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    shown: TextPage | None = None
    while True:
        lines: list[str] = []
        match _next(happened):
            case Page() as page if shown is None:
                shown = TextPage(page)
                lines = shown.whole()
                _in_thread(_hear_typing, happened.put)
            case Page() as page if shown is not None:
                if not (lines := shown.turn(page)):
                    continue
                lines = ["", *lines] if asks else lines  # the prompt stands there
            case str(typed) if shown is not None:
                if shown.quits(typed):
                    return
                lines = shown.answer(typed) if typed else []
                if (chosen := shown.choose(typed)) is not None:
                    guide.answer(chosen)
            case End.PAGES if shown is not None:
                _print([shown.words("textguide.over")])
                return
            case _:
                return
        _print(lines)
        if asks and shown is not None:
            print(shown.words("textguide.prompt"), end=" ", flush=True)


def _next(happened: "queue.SimpleQueue[Happened]") -> Happened:
    while True:
        with suppress(queue.Empty):
            return happened.get(timeout=TRY_S)


def _in_thread(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()


def _hear_pages(guide: Guide, put: Callable[[Happened], None]) -> None:
    while (page := guide.next()) is not None:
        put(page)
    put(End.PAGES)


def _hear_typing(put: Callable[[Happened], None]) -> None:
    """Read below Python's own buffer: a thread that waits in that one would hinder the program's end."""
    typed = b""
    with suppress(OSError, ValueError, AttributeError):  # there may be no standard input
        while piece := os.read(sys.stdin.fileno(), LINE_LIMIT):
            *lines, typed = (typed + piece).split(b"\n")
            for line in lines:
                put(line.decode(errors="replace").strip().casefold())
            typed = typed[:LINE_LIMIT]
    put(End.TYPED)


def _print(lines: Iterable[str]) -> None:
    """Print in lines of the terminal's width; what is not a terminal gets them as they are."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for line in lines:
        for part in line.splitlines() or [""]:
            wrapped = textwrap.fill(part, width, break_long_words=False, break_on_hyphens=False) if width else part
            print(wrapped)
    sys.stdout.flush()
