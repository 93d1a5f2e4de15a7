"""`python -m tray.window`: draws the pages that come in on stdin.

Answers go out on stdout. Each is one JSON object a line.
"""

import argparse
import gc
import os
import sys
from collections.abc import Sequence

from config.i18n.text import text
from config.i18n.translator import Translator
from daemon.adapters.guide.messages import NO_DISPLAY
from tray.cli.app_id import register

SCHEMES = ("light", "dark", "contrast")


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the window until stdin ends or the user closes it.

    Returns the exit code: NO_DISPLAY where there is no display to show it on.
    """
    parser = argparse.ArgumentParser(prog="guide-window")
    parser.add_argument("--scheme", choices=SCHEMES, help="these colours, whatever the desktop says")
    parser.add_argument("--still", action="store_true", help="nothing moves, whatever the desktop says")
    options = parser.parse_args(arguments)
    register()
    if sys.platform == "linux" and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))):
        return report_no_display()
    gc.disable()  # it would look through what is being loaded, again and again
    try:
        from tray.window.program import run
    except ImportError:  # a library below Qt is missing: there is no desktop here
        return report_no_display()
    gc.freeze()  # what is loaded stays: `GarbageCollector` need not look through it at each page
    return run(scheme=options.scheme, still=options.still, no_display=leave)


def report_no_display() -> int:
    """Write that there is no display, and return the exit code."""
    if sys.stderr is not None:  # it is None in a Windows program without a console
        print(f"vigicle: {Translator().render(text('window.no_display'))}", file=sys.stderr, flush=True)
    return NO_DISPLAY


def leave() -> None:
    """End at once: Qt would abort, and leave a core file."""
    os._exit(report_no_display())


if __name__ == "__main__":
    sys.exit(main())
