"""Finds the vendor's tool on this computer by its name.

Vendors do not document where their tools are installed. A browser installs a page as an "app", under any name that the
page chooses: such an app is never the tool.
"""

import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path, PureWindowsPath

from config.files import is_file_there, is_there, read_small
from config.property_list import read_plist
from config.values import dataclass
from daemon.adapters.launch.vendor_tool_windows import installed_programs, shortcuts

# Shortcuts that carry the tool's name and take it away.
UNINSTALLER_WORDS = ("uninst", "désinst", "desinst")
ENTRY_LIMIT = 64_000  # bytes
MOST_WORDS = 100  # that are judged, one program behind the other
WEB_APP_OPTIONS = ("--app=", "--app-id=", "--application-mode", "--ssb")
FIELD_CODE = re.compile(r"%((%)|.)")
ESCAPE = re.compile(r"\\(.)")
ESCAPED = {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}  # Desktop Entry Specification 1.5, value types
IN_QUOTES = re.compile(r"\\([$`])|(\\.)")
QUOTED = re.compile(r"""'[^']*'|"(\\.|[^"\\])*"|\\.""")
INTERPRETER = re.compile(
    r"(env|nice|nohup|setsid|timeout|exec|pkexec|sudo|(ba|da|z|k)?sh"
    r"|(python|perl|ruby|node|java|mono|wine|php|tclsh|wish)w?[\d.]*(64)?|flatpak|snap|gio|xdg-open"
    r"|cmd|powershell|pwsh|[wc]script|rundll32|msiexec|explorer)(\.exe)?"
)
# Variables, numbers, and options that no path follows.
PASSED_OVER = re.compile(r".*=.*|\d+|-[XD].+|-[abd-lnoq-zA-HJ-Z]")
VARIABLE = re.compile(r"[A-Z_][A-Z_\d]*")


@dataclass(frozen=True, slots=True)
class FoundTool:
    """A program, and whether it lies in the user's own folders.

    Anything that runs as the user may have put it there, without an administrator.
    """

    path: Path
    personal: bool


def find_tool(name: str, environ: Mapping[str, str] = os.environ) -> FoundTool | None:
    """Find the .desktop, .lnk, .app or program with this name.

    Its name contains `name`, case-folded. One for all users goes before one of the user's own, then the shortest name
    wins.
    """
    if sys.platform == "win32":
        sources = [shortcuts(environ), installed_programs()]
    elif sys.platform == "darwin":
        sources = [bundles((Path("/Applications"), Path.home() / "Applications"))]
    else:
        sources = [desktop_entries(environ)]
    own = _own_folders(environ)
    found = [FoundTool(path, _lies_in(path, own)) for source in sources if (path := best_match(name, source, own))]
    return min(found, key=lambda tool: tool.personal, default=None)


def best_match(name: str, candidates: Iterable[tuple[str, Path]], own: Iterable[Path] = ()) -> Path | None:
    """Return the path with the shortest name that contains `name`.

    Those outside the user's `own` folders go first.
    """
    wanted = name.casefold()
    found = [
        (_lies_in(path, own), len(label), label, path)
        for label, path in ((label.casefold(), path) for label, path in candidates)
        if wanted in label and not any(remover in label for remover in UNINSTALLER_WORDS)
    ]
    if found:
        return min(found)[-1]
    return None


def _own_folders(environ: Mapping[str, str]) -> list[Path]:
    names = ("XDG_DATA_HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA")
    return [Path.home(), *(Path(environ[name]) for name in names if environ.get(name))]


def _lies_in(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def desktop_entries(environ: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """Yield the names and files of the desktop's programs.

    Desktop Entry Specification 1.5.

    An entry of the same id in an earlier folder hides the later ones, also when it is hidden itself.
    """
    seen: set[str] = set()
    for folder in _entry_folders(environ):
        for file in sorted(folder.rglob("*.desktop")):
            id_ = "-".join(file.relative_to(folder).parts)
            if id_ not in seen:
                seen.add(id_)
                entry = read_entry(file)
                if (names := _names(entry)) and has_program(entry, environ):
                    yield from ((name, file) for name in names)


def find_entry(id_: str, environ: Mapping[str, str]) -> Path | None:
    """Return the desktop entry with this id, None for none.

    It is looked for in no subfolder.
    """
    places = (folder / id_ for folder in _entry_folders(environ))
    return next((place for place in places if id_.endswith(".desktop") and is_file_there(place)), None)


def _entry_folders(environ: Mapping[str, str]) -> list[Path]:
    home = environ.get("XDG_DATA_HOME") or str(Path.home() / ".local/share")
    shared = environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    return [Path(each) / "applications" for each in (home, *shared.split(":")) if each]


def read_entry(file: Path) -> dict[str, str]:
    """Return the group [Desktop Entry], {} where it cannot be read.

    A special file, or one of more than 64 kB, is not read. Of a key that comes twice the last counts, as in GLib.
    """
    try:
        lines = read_small(file, ENTRY_LIMIT).decode(errors="replace").split("\n")
    except OSError:
        return {}
    entry: dict[str, str] = {}
    group = ""
    for line in lines:
        if line.startswith("["):
            group = line.strip()
        elif group == "[Desktop Entry]" and "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            entry[key.strip()] = ESCAPE.sub(lambda escape: ESCAPED.get(escape[1], escape[0]), value.strip())
    return entry


def has_program(entry: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether the programs that a desktop entry names are installed.

    An entry stays behind where its program was removed. Desktop Entry Specification 1.5: TryExec is the test of an
    installation, a relative name is looked up in PATH, and Exec may be missing where the bus activates the program.
    GLib also looks for a name like ./tool in the folder that Path names (2.84 does, 2.74 does not).
    """
    command = command_of(entry)
    if (not command and entry.get("DBusActivatable") != "true") or _lacks_script(command[:MOST_WORDS]):
        return False
    named = [_within(entry.get("Path", ""), program) for program in command[:1]]
    if entry.get("TryExec"):
        named.append(entry["TryExec"])
    return all(shutil.which(program, path=environ.get("PATH")) is not None for program in named)


def _within(folder: str, word: str) -> str:
    """Return a word, made a path where it begins with ./"""
    return f"{folder}/{word}" if folder.startswith("/") and word.startswith("./") else word


def _lacks_script(command: Sequence[str]) -> bool:
    """Return whether an interpreter is to run a file that is gone.

    Only the plain forms are judged: `env -u A B=1 /opt/tool`, `sh /opt/tool`, `bash -lc "/opt/tool %u"`, `sh -c "cd
    /opt && ./tool"`, `java -Xmx1g -jar /opt/tool.jar`, and one behind the other.
    """
    if not command or not is_interpreter(command[0]):
        return False
    words = [word for before, word in pairwise(command) if not (before == "-u" and VARIABLE.fullmatch(word))]
    match [word for word in words if not PASSED_OVER.fullmatch(word)]:
        case ["-jar", script, *_] | [script, *_] if script.startswith("/"):
            return not is_there(Path(script))
        case ["-c" | "-lc", line, *_]:
            return _lacks_script(["sh", *_words(line)])
        case ["cd", folder, "&&", *inner] if folder.startswith("/"):
            return not is_there(Path(folder)) or _lacks_script(["sh", *(_within(folder, word) for word in inner)])
        case inner:
            return _lacks_script(inner)


def is_interpreter(program: str) -> bool:
    """Return whether a program runs others: its own name says nothing."""
    name = PureWindowsPath(program).name if "\\" in program else Path(program).name
    return INTERPRETER.fullmatch(name.casefold()) is not None


def is_installed(tool: Path) -> bool:
    """Return whether a tool is there, with its entry's program."""
    return is_there(tool) and (tool.suffix != ".desktop" or has_program(read_entry(tool)))


def is_web_app(entry: Mapping[str, str]) -> bool:
    """Return whether a desktop entry opens a page in a browser.

    Chromium and its kin write --app-id= or --app=, Epiphany --application-mode, PWAsForFirefox its own program, and
    Linux Mint's manager X-WebApp keys. Others name the address.
    """
    words = command_of(entry)
    opens_page = any(word.startswith(WEB_APP_OPTIONS) or "://" in word or "firefoxpwa" in word for word in words)
    return opens_page or any(key.startswith("X-WebApp") for key in entry)


def command_of(entry: Mapping[str, str]) -> list[str]:
    """Return the command of a desktop entry without its field codes.

    It is empty where it cannot be parsed. %% is written for %.
    """
    words = [word for word in _words(entry.get("Exec", "")) if word == "%%" or not FIELD_CODE.fullmatch(word)]
    return [FIELD_CODE.sub(r"\2", word) for word in words]


def _words(line: str) -> list[str]:
    """Return the words of a command, [] where it cannot be parsed.

    In double quotes shlex would keep the backslash before $ and `.
    """
    try:
        return shlex.split(QUOTED.sub(_without_needless, line))
    except ValueError:
        return []


def _without_needless(quoted: re.Match[str]) -> str:
    if not quoted[0].startswith('"'):
        return quoted[0]
    return IN_QUOTES.sub(r"\1\2", quoted[0])


def _names(entry: Mapping[str, str]) -> list[str]:
    hidden = "true" in {entry.get("NoDisplay"), entry.get("Hidden")}
    if hidden or entry.get("Type") != "Application" or is_web_app(entry):
        return []
    return [value for key, value in entry.items() if key == "Name" or key.startswith("Name[")]


def bundles(folders: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    """Yield the names and folders of macOS applications.

    Applications one folder below are included.
    """
    for folder in folders:
        for bundle in sorted([*folder.glob("*.app"), *folder.glob("*/*.app")]):
            try:
                facts = read_plist(bundle / "Contents/Info.plist")
            except (OSError, ValueError):
                facts = {}
            if _is_web_bundle(facts):
                continue
            names = {str(facts[key]) for key in ("CFBundleName", "CFBundleDisplayName") if key in facts}
            yield from ((name, bundle) for name in names | {bundle.stem})


def _is_web_bundle(facts: Mapping[str, object]) -> bool:
    """Return whether Chromium, its kin or Safari made this bundle."""
    identifier = str(facts.get("CFBundleIdentifier", ""))
    return "com.apple.Safari.WebApp" in identifier or any(key.startswith("CrAppMode") for key in facts)
