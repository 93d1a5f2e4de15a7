"""The terminal that the commands print to, which may be narrow, or gone."""

from rich.console import Console

NARROWEST = 20  # below, words fall to pieces: let the terminal break the lines


class Terminal(Console):
    """rich's console; a reader that goes away is the caller's matter, and no terminal is too narrow."""

    def __init__(self, *, emoji: bool = True) -> None:
        super().__init__(highlight=False, emoji=emoji)
        self.width = max(self.width, NARROWEST)

    def on_broken_pipe(self) -> None:
        """Let it through: rich would leave with 1, which says that a certificate is due."""
        raise BrokenPipeError
