"""vigicle's folder for Windows under Wine, with simulated reader and key.

What Wine 8 lacks is put beside the program's copy, never into what is shipped.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from daemon.core.troubles import Trouble
from support.process import SupportTimeoutError, require_file, require_tool, wait_until
from support.wine_prefix import LIMIT_S, QUIET, Ended, WinePrefix, WineProgram

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
SOURCES = Path(__file__).resolve().parent
INSTALLERS = ROOT / "installers"
READER = "Test Reader 0"
DESKTOP_SIZE = "1000x700"
DESKTOP = f"shell,{DESKTOP_SIZE}"
RANDOM = """
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) { return RtlGenRandom(data, (ULONG)size); }
"""
END = "\4"
PRINT_TO_FILE = """
import contextlib, io, traceback
with contextlib.redirect_stdout(io.StringIO()) as printed:
    try:
        exec({code!r})
    except BaseException:
        traceback.print_exc(file=printed)
with open({file!r}, "w", encoding="utf-8") as file:
    file.write(printed.getvalue() + {end!r})
"""


def windows_path(path: Path | str) -> str:
    """Return a path of this system as Wine shows it."""
    return "Z:" + str(path).replace("/", "\\")


class DesktopProgram:
    """A program on the desktop, with its log.

    Wine 8 hands it the pipe of its output; under Wine 10, as on Windows, it has none and writes into its log file.
    """

    def __init__(self, program: WineProgram, log: Path) -> None:
        self._program = program
        self._log = log
        self._heard = 0  # characters that were waited for

    def wait_for(self, text: str, limit_s: float = LIMIT_S) -> None:
        """Return once the log holds the text, after that of earlier calls."""

        def holds_text() -> bool:
            return text in self._read()[self._heard :]

        try:
            wait_until(holds_text, repr(text), limit_s)
        except SupportTimeoutError as error:
            raise SupportTimeoutError(f"{error}. Log:\n{self._read()}") from None
        self._heard = self._read().index(text, self._heard) + len(text)

    def _read(self) -> str:
        in_file = self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""
        return self._program.output + in_file


class Windows:
    """A Windows with vigicle, at first with the reader unplugged."""

    def __init__(self, folder: Path, display: str) -> None:
        self.folder = folder
        self.display = display
        self.program = folder / "vigicle"
        self._card, self._state = folder / "card.der", folder / "reader.txt"
        self._generation = self._counter = 0
        self._scripts = itertools.count()
        self._is_on_desktop = False
        self.module = folder / "prefix/drive_c/Middleware/played_key.dll"
        played = {
            "VIGICLE_TEST_WINSCARD": windows_path(self._state),
            "VIGICLE_TEST_TOKEN": windows_path(self._card),
            "VIGICLE_TEST_READER": READER,
            "WINEDLLOVERRIDES": f"{QUIET['WINEDLLOVERRIDES']};winscard=n;mscms=n,b",  # its own before Wine's
        }
        self.prefix = WinePrefix(folder, display, played)

    @property
    def data(self) -> Path:
        """The folder of configuration and state."""
        return self.prefix.local_data / "vigicle"

    # --- the reader ---

    def plug_in(self, card: bytes | None = None) -> None:
        """Plug in a USB key, which starts the service."""
        self._generation += 1
        self._counter = 0
        self._put(card)

    def insert(self, card: bytes) -> None:
        """Replace the card, too fast for the reader's states to show it."""
        self._put(card)

    def remove(self) -> None:
        """Take the card out."""
        self._put(None)

    def unplug(self) -> None:
        """Unplug the reader, which stops the service."""
        self._card.unlink(missing_ok=True)
        self._write("service 0\n")

    def _put(self, card: bytes | None) -> None:
        held = self._card.exists()
        self._counter += held + (card is not None)
        if card is None:
            self._card.unlink(missing_ok=True)
        else:
            fresh = self._card.with_suffix(".new")
            fresh.write_bytes(card)
            fresh.replace(self._card)
        self._write(f"service {self._generation}\nreader {self._counter} {int(card is not None)} {READER}\n")

    def _write(self, state: str) -> None:
        fresh = self._state.with_suffix(".new")
        fresh.write_text(state)
        fresh.replace(self._state)

    # --- the program ---

    def configure(self, toml: str = "") -> None:
        """Write config.toml, with the simulated key's module."""
        self.data.mkdir(parents=True, exist_ok=True)
        module = json.dumps(self.in_windows(self.module))
        (self.data / "config.toml").write_text(
            f"pkcs11.modules = [{module}]\nlanguage = 'en'\n{toml}", encoding="utf-8"
        )

    def run(self, *arguments: str) -> Ended:
        """Run a command of vigicle to its end."""
        return self.prefix.run(self.program / "vigicle.exe", *arguments)

    def start(self, *arguments: str) -> WineProgram:
        """Start vigicle, and leave it running."""
        return self.prefix.start(self.program / "vigicle.exe", *arguments)

    def start_windowless(self, *arguments: str) -> None:
        """Start vigicle as a double click does: it has no standard streams."""
        self.prefix.run("start", self.in_windows(self.program / "vigiclew.exe"), *arguments)

    def start_on_desktop(self, *arguments: str) -> DesktopProgram:
        """Start vigicle in a desktop with a taskbar.

        Wine 10 gives a program with a console a window there, and takes its output.
        """
        program = windows_path(self.program / "vigiclew.exe")
        self._is_on_desktop = True
        started = self.prefix.start("explorer.exe", f"/desktop={DESKTOP}", program, *arguments)
        return DesktopProgram(started, self.data / "vigicle.log")

    def end(self) -> None:
        """End vigicle, also one that comes up late."""
        if (self.data / "run/control.json").exists():
            self.run("quit")
            wait_until(lambda: not (self.data / "run/vigicle.lock").exists(), "its last file is gone", LIMIT_S)
        if self._is_on_desktop:
            self._is_on_desktop = False
            self.prefix.run("taskkill", "/F", "/IM", "vigiclew.exe")

    def python(self, code: str, *arguments: str) -> Ended:
        """Run Python code in that Windows, with vigicle importable."""
        return self.start_python(code, *arguments).wait()

    def start_python(self, code: str, *arguments: str) -> WineProgram:
        """Start Python code there."""
        return self.prefix.start(*self._python_command(code, *arguments))

    def python_on_desktop(self, code: str, *arguments: str) -> str:
        """Run Python code in the desktop, and return what it prints.

        Nothing waits for what explorer starts, and under Wine 10 its output goes into a window: a file takes it. Wine 8
        now and then refuses to rename a new file, as a virus scanner does.
        """

        def is_whole() -> bool:
            return output.exists() and output.read_bytes().endswith(END.encode())

        output = self.folder / f"output{next(self._scripts)}.txt"
        printing = PRINT_TO_FILE.format(file=self.in_windows(output), code=code, end=END)
        self.prefix.run("explorer.exe", f"/desktop={DESKTOP}", *self._python_command(printing, *arguments))
        wait_until(is_whole, "the end of a script on the desktop", LIMIT_S)
        return output.read_text(encoding="utf-8").removesuffix(END)

    def _python_command(self, code: str, *arguments: str) -> list[str]:
        script = self.folder / f"script{next(self._scripts)}.py"
        script.write_text(code, encoding="utf-8")
        return [self.in_windows(self.program / "python.exe"), self.in_windows(script), *arguments]

    def in_windows(self, path: Path) -> str:
        """Return a path of this system as that Windows names it."""
        inside = self.folder / "prefix/drive_c"
        if path.is_relative_to(inside):
            return "C:\\" + str(path.relative_to(inside)).replace("/", "\\")
        return windows_path(path)

    def answer(self, *arguments: str) -> Any:
        """Run a command, and return the JSON that it prints.

        Warnings may stand before it.
        """
        text = self.run(*arguments, "--json").text
        return json.loads(text[text.find("{") :])

    def answer_in_time(self, *arguments: str) -> Any:
        """Do so again where this computer was too busy to read keys."""

        def read() -> bool:
            answers.append(self.answer(*arguments))
            return Trouble.MODULE_HUNG not in json.dumps(answers[-1])

        answers: list[Any] = []
        wait_until(read, "an answer in time", LIMIT_S)
        return answers[-1]


@contextlib.contextmanager
def make_windows(folder: Path, display: str) -> Iterator[Windows]:
    """Set one up, and end all that runs in it."""
    windows = Windows(folder, display)
    _copy_program(_payload(), windows.program)
    _compile(SOURCES / "winscard.c", windows.program / "winscard.dll", "-s")
    random = folder / "random.c"
    random.write_text(RANDOM)
    _compile(random, windows.program / "bcryptprimitives.dll", "-s")
    windows.unplug()
    with windows.prefix:
        compile_module(windows.module)
        yield windows


def compile_module(target: Path, *flags: str) -> None:
    """Compile the simulated key's module into a folder of its own."""
    target.parent.mkdir(mode=0o700)
    _compile(SOURCES / "played_key.c", target, "-s", "-idirafter", str(pkcs11_headers()), *flags)


def _compile(source: Path, target: Path, *flags: str) -> None:
    gcc = require_tool("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64")
    shared = [] if target.suffix == ".exe" else ["-shared"]
    subprocess.run([gcc, "-O1", "-Wall", "-Wextra", *shared, "-o", str(target), str(source), *flags], check=True)


def compile_program(source: str, target: Path, *flags: str) -> Path:
    """Compile a program or library for Windows."""
    file = target.with_suffix(".c")
    file.write_text(source)
    _compile(file, target, "-s", *flags)
    return target


def pkcs11_headers() -> Path:
    """Return the host's folder of p11-kit's headers, to be searched last."""
    return require_file(["/usr/include/p11-kit-1/p11-kit/pkcs11.h"], "libp11-kit-dev").parents[1]


def _copy_program(payload: Path, target: Path) -> None:
    """Link the program's files, and take vigicle's own from the checkout."""
    own = ("config", "daemon", "tray")
    shutil.copytree(payload, target, copy_function=os.link, ignore=shutil.ignore_patterns(*own))
    for name in own:
        shutil.copytree(ROOT / name, target / "lib" / name, ignore=shutil.ignore_patterns("__pycache__"))
    (target / "_wmi.pyd").unlink()  # asks for the system's version, and waits long under Wine


@cache
def _payload() -> Path:
    """Build the folder, once for the same parts."""
    name = f"vigicle-windows-{os.geteuid()}-"
    place = Path(tempfile.gettempdir()) / f"{name}{_digest()}"
    if not place.exists():
        for former in set(place.parent.glob(f"{name}*")) - {place}:  # which another worker may just have made
            shutil.rmtree(former, ignore_errors=True)  # who runs it holds links; another run may be removing it
        fresh = Path(tempfile.mkdtemp(prefix="vigicle-windows-new-"))
        code = "import sys, pathlib; from windows.payload import make_payload; make_payload(pathlib.Path(sys.argv[1]))"
        subprocess.run([sys.executable, "-c", code, str(fresh)], cwd=INSTALLERS, check=True, stdout=subprocess.DEVNULL)
        with contextlib.suppress(OSError):  # another run has been faster
            fresh.rename(place)
        shutil.rmtree(fresh, ignore_errors=True)
    facts = place.lstat()
    assert facts.st_uid == os.geteuid(), f"{place} is another account's"
    return place


def _digest() -> str:
    parts: Sequence[Path] = [
        *sorted((INSTALLERS / "locks").glob("*.txt")),
        *sorted(file for file in (INSTALLERS / "windows").iterdir() if file.is_file()),
        INSTALLERS / "bundle.py",
        ROOT / "pyproject.toml",
    ]
    return hashlib.sha256(b"".join(file.read_bytes() for file in parts)).hexdigest()[:16]
