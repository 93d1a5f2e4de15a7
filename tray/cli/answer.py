"""The command `answer`, which Windows starts when a notice is clicked."""

import argparse
import re
from collections.abc import Callable, Sequence

from config.folders import Folders
from config.i18n.translator import Translator
from config.schema.load_settings import Loaded
from daemon.assembly import oneshot
from daemon.core.model import AnswerWord

Start = Callable[[Folders, AnswerWord], int]

ADDRESS = re.compile(r"vigicle:answer/([0-9a-f]{32})")


def answer(
    start: Start, options: argparse.Namespace, folders: Folders, _loaded: Loaded, _translator: Translator
) -> int:
    """Answer the notice that an address names.

    A web page may give any address: what names no notice does nothing. `start` runs the daemon, which then answers.
    """
    word = word_of(options.address)
    if word is not None and not oneshot.answer(folders, word) and word in oneshot.remembered(folders).answer_words:
        return start(folders, word)
    return 0


def word_of(arguments: Sequence[str]) -> AnswerWord | None:
    """Return the word of the address.

    None where the arguments are not one address of this program.
    """
    found = ADDRESS.fullmatch(arguments[0]) if len(arguments) == 1 else None
    return AnswerWord(found[1]) if found else None
