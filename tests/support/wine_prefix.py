"""A private Windows by Wine: programs, registry and the user's folders."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import select
import subprocess
import threading
from typing import TYPE_CHECKING, Self

from config.values import dataclass
from support.process import SupportTimeoutError, require_tool, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

LIMIT_S = 120.0
QUIET = {"WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml="}  # no .NET, no browser: nothing is fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The exit code and the output of a program."""

    code: int
    text: str


class WineProgram:
    """A running program, with a thread that reads its output.

    Its streams are a pipe: through a plain file Python finds an invalid handle. Its children hold them as well,
    so their end is waited for only in `close`. What the program itself has written lies in the pipe when it ends.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], stdin: int = subprocess.DEVNULL) -> None:
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self._text = ""
        self._heard = 0  # characters that were waited for
        self._taking = threading.Lock()  # from the pipe into the text
        self._is_over = False
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return self._text

    def wait(self, limit_s: float = LIMIT_S) -> Ended:
        """Return how it ended."""
        code = self._process.wait(limit_s)
        wait_until(self._has_taken_all, "its words are read")
        return Ended(code=code, text=self._text)

    def wait_for(self, text: str, limit_s: float = 60.0) -> None:
        """Return once the output holds the text, after that of earlier calls."""

        def holds_text() -> bool:
            over = not self._listener.is_alive()  # asked first: it may speak and end
            here = text in self._text[self._heard :]
            if over and not here:
                raise AssertionError(f"It ended without {text!r}. Output:\n{self._text}")
            return here

        try:
            wait_until(holds_text, repr(text), limit_s)
        except SupportTimeoutError as error:
            raise SupportTimeoutError(f"{error}. Output:\n{self._text}") from None
        self._heard = self._text.index(text, self._heard) + len(text)

    def close(self) -> None:
        """Wait for its end, once its Windows has ended."""
        self._process.wait(LIMIT_S)
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._listener.join(LIMIT_S)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")("replace"), translate=True)
        with self._process.stdout as pipe:
            while not self._is_over:
                select.select([pipe], [], [])
                with self._taking:
                    words = os.read(pipe.fileno(), 1 << 16)
                    self._text += decoder.decode(words, final=not words)
                    self._is_over = not words

    def _has_taken_all(self) -> bool:
        """Return whether all is read that lay in the pipe."""
        assert self._process.stdout is not None
        with self._taking:
            return self._is_over or not select.select([self._process.stdout], [], [], 0)[0]


class WinePrefix:
    """A Wine prefix in a folder, on an X display.

    One program stays in it. Without any, Wine ends its services, and the next program starts new ones: under Wine 8
    both then answered for a while, and what asked for a service (each `explorer.exe` does) waited 3 to 20 s.
    """

    def __init__(self, folder: Path, display: str, environment: Mapping[str, str] | None = None) -> None:
        self.wine = require_tool("wine", "wine wine64")
        self.folder = folder
        self._environment = {
            "HOME": str(folder),
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "DISPLAY": display,
            "WINEPREFIX": str(folder / "prefix"),
            **QUIET,
            **(environment or {}),
        }
        self._started: list[WineProgram] = []

    def __enter__(self) -> Self:
        staying = WineProgram([self.wine, "cmd"], self._environment, subprocess.PIPE)  # it waits for words
        self._started.append(staying)
        staying.wait_for("Microsoft Windows", LIMIT_S)  # it has made the prefix: a second program would do so as well
        self._set_up("reg", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f")
        browsers = r"HKCU\Software\Wine\WineBrowser"
        self._set_up("reg", "add", browsers, "/v", "Browsers", "/d", "true", "/f")  # opens nothing
        return self

    def __exit__(self, *_exception: object) -> None:
        server = [require_tool("wineserver", "wine64"), "--kill"]
        subprocess.run(server, check=False, env=self._environment)
        for program in self._started:
            program.close()

    def _set_up(self, *command: str) -> None:
        ended = self.run(*command)
        assert ended.code == 0, f"{command}: {ended}"

    @property
    def local_data(self) -> Path:
        """%LOCALAPPDATA%."""
        return next((self.folder / "prefix/drive_c/users").glob("*/AppData/Local"))

    @property
    def start_menu(self) -> Path:
        """The user's programs in the Start menu."""
        return self.local_data.parent / "Roaming/Microsoft/Windows/Start Menu/Programs"

    def run(self, *command: str | Path, limit_s: float = LIMIT_S) -> Ended:
        """Run a program to its end. Its children may continue."""
        return self.start(*command).wait(limit_s)

    def start(self, *command: str | Path) -> WineProgram:
        """Start a program, and leave it running."""
        program = WineProgram([self.wine, *map(str, command)], self._environment)
        self._started.append(program)
        return program

    def registry(self, key: str) -> dict[str, str]:
        """Return the values of a key below HKEY_CURRENT_USER, {} without one."""
        lines = self.run("reg", "query", f"HKCU\\{key}").text.splitlines()
        parts = (line.strip().split("    ", 2) for line in lines if line.startswith("    "))
        return {name: value for name, _type, value in parts}


@contextlib.contextmanager
def removing(folder: Path) -> Iterator[None]:
    """Wait afterwards until the folder is gone.

    An uninstaller continues after its first process has ended.
    """
    yield
    wait_until(lambda: not folder.exists(), f"{folder} removed", LIMIT_S)
