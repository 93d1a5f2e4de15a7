"""Asks in the terminal where to save a file, line by line."""

from collections.abc import Callable
from pathlib import Path

from platformdirs import user_documents_path

from config.i18n.text import Sentence, text
from config.saved_files import SaveError, save_file
from daemon.core.views.guide import SavedFile

NO_FILE = "-"
SUFFIX = ".cer"
Render = Callable[[Sentence], str]


class FileQuestion:
    """One file to save, until it is saved or not wanted.

    A file that exists is replaced only after a second question.
    """

    def __init__(self, file: SavedFile) -> None:
        self._file = file
        self._existing: Path | None = None
        self.is_over = False

    def ask(self, render: Render) -> list[str]:
        """Return the question of the moment."""
        if self._existing is not None:
            return [render(text("export.ask", file=str(self._existing)))]
        return [render(text("textguide.save.where", file=str(self._proposed())))]

    def answer(self, typed: str, render: Render) -> list[str]:
        """Return the outcome of what was typed, or a question."""
        if typed == NO_FILE:
            self.is_over = True
            return [render(text("textguide.save.none"))]
        if self._existing is not None:
            return self._replace(typed.casefold(), self._existing, render)
        return self._save(self._target(typed), render)

    def _replace(self, typed: str, file: Path, render: Render) -> list[str]:
        self._existing = None
        if typed not in {"yes", "y", "oui", "o"}:
            return self.ask(render)
        return self._save(file, render, may_replace=True)

    def _save(self, target: Path, render: Render, *, may_replace: bool = False) -> list[str]:
        if target.is_file() and not may_replace:
            self._existing = target
            return self.ask(render)
        try:
            save_file(target, self._file.content, may_replace=lambda _file: may_replace)
        except SaveError as problem:
            return [render(problem.text), *self.ask(render)]
        self.is_over = True
        return [render(text("guide.saved", file=str(target)))]

    def _target(self, typed: str) -> Path:
        """Return the file that was typed.

        A folder holds it under the proposed name.
        """
        if not typed:
            return self._proposed()
        try:
            target = Path(typed).expanduser()
        except RuntimeError:  # no such user
            target = Path(typed)
        if target.is_dir():
            return target / self._file.name
        return target if target.suffix else target.with_name(f"{target.name}{SUFFIX}")

    def _proposed(self) -> Path:
        folder = user_documents_path()
        return (folder if folder.is_dir() else Path.home()) / self._file.name
