"""The terminal that the commands print to."""

from rich.console import Console
from rich.text import Text as Styled

from config.i18n.text import CleanText

NARROWEST = 20  # columns; below, rich cuts words, so let the terminal break the lines
WIDEST = 1000  # columns; rich pads lines to the width, whatever COLUMNS says


class Terminal(Console):
    """rich's console for narrow terminals and closed pipes.

    It takes no text for markup or the name of an emoji. Raises BrokenPipeError when its output pipe closes.
    """

    def __init__(self) -> None:
        super().__init__(highlight=False, emoji=False, markup=False)
        self.width = min(max(self.width, NARROWEST), WIDEST)

    def on_broken_pipe(self) -> None:
        """Pass the error on.

        rich would exit with 1, which means that a certificate is due.
        """
        raise BrokenPipeError


def styled(words: CleanText, style: str = "", *, before: str = "") -> Styled:
    """Return words for `Terminal.print`.

    `style` is one of rich's. `before` is a symbol to put before the words.
    """
    return Styled(f"{before}{words}", style)
