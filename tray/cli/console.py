"""The terminal that the commands print to."""

from rich.console import Console

NARROWEST = 20  # columns; below, rich cuts words, so let the terminal break the lines


class Terminal(Console):
    """rich's console for narrow terminals and closed pipes.

    Raises BrokenPipeError when its output pipe closes.
    """

    def __init__(self, *, emoji: bool = True) -> None:
        super().__init__(highlight=False, emoji=emoji)
        self.width = max(self.width, NARROWEST)

    def on_broken_pipe(self) -> None:
        """Pass the error on.

        rich would exit with 1, which means that a certificate is due.
        """
        raise BrokenPipeError
