"""Exercises the parts of vigicle that are loaded late."""

import gettext
import importlib
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from config.i18n.text import text
from config.i18n.translator import LANGUAGES, LOCALE, Translator
from config.modules import module_candidates
from config.schema.load_settings import catalogue_settings
from config.values import dataclass
from daemon.adapters.certificate_store.command import store_child
from daemon.adapters.clock import read_clock
from daemon.adapters.pcsc.watcher import read_snapshot
from daemon.adapters.pkcs11.messages import ENCODER, Finished, ReadRequest
from daemon.adapters.pkcs11.process import child_command
from daemon.adapters.store.sqlite import SqliteStore
from daemon.core.model import Memory

log = logging.getLogger(__name__)

CHILD_LIMIT_S = 60.0  # a first start on Windows, under a virus scanner
NO_MODULE = "/no/such/module"

NOTICE_LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "linux": ("desktop_notifier.backends.dbus", "dbus_fast.aio"),
    "win32": (
        *("desktop_notifier.backends.winrt", "winrt.windows.ui.notifications", "winrt.windows.data.xml.dom"),
        *("winrt.windows.foundation", "winrt.windows.foundation.collections"),
    ),
    "darwin": ("desktop_notifier.backends.macos", "rubicon.objc", "Foundation"),
}
PLAIN_NOTICE_LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "linux": ("plyer.platforms.linux.notification",),
    "win32": ("plyer.platforms.win.libs.balloontip",),
    "darwin": (),  # plyer's needs pyobjus there; osascript replaces it
}
OSASCRIPT = Path("/usr/bin/osascript")


class Part(StrEnum):
    """A part that is loaded late. The texts are `self_test.part.<value>`."""

    TEXTS = "texts"
    CATALOGUE = "catalogue"
    STORE = "store"
    SCHEDULE = "schedule"
    READERS = "readers"
    TOKENS = "tokens"
    CERTIFICATES = "certificates"
    NOTICES = "notices"
    PLAIN_NOTICES = "plain_notices"
    ICON = "icon"
    WINDOW = "window"
    TERMINAL = "terminal"
    CALENDAR = "calendar"
    COMPLETION = "completion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Whether a part works, with the reason where it does not.

    The reason is the error of the library, in English.
    """

    part: Part
    reason: str | None = None


class BrokenPartError(Exception):
    """A part does not do what it should. The message says what."""


Exercise = Callable[[], object]


def run_self_test(exercises: Mapping[Part, Exercise]) -> tuple[Outcome, ...]:
    """Exercise every part, in the order of `Part`."""
    return tuple(_outcome(part, exercises[part]) for part in Part if part in exercises)


def own_exercises(window: Sequence[str]) -> dict[Part, Exercise]:
    """Return the exercises of what is not the tray's own.

    `window` is the command line of the guide's window.
    """
    return {
        Part.TEXTS: _read_texts,
        Part.CATALOGUE: _read_catalogue,
        Part.STORE: _write_store,
        Part.SCHEDULE: _load_schedule,
        Part.READERS: read_snapshot,
        Part.TOKENS: _run_token_child,
        Part.CERTIFICATES: _read_new_certificate,
        Part.NOTICES: _load_notices,
        Part.PLAIN_NOTICES: _load_plain_notices,
        Part.WINDOW: lambda: _run_window(window),
    }


def _outcome(part: Part, exercise: Exercise) -> Outcome:
    try:
        exercise()
    except Exception as error:
        log.debug("The part %s failed", part, exc_info=True)
        return Outcome(part=part, reason=f"{type(error).__name__}: {error}")
    return Outcome(part=part)


def _read_texts() -> None:
    for language in LANGUAGES:
        if Translator(language).render(text("help.description")) == "help.description":
            raise BrokenPartError(f"no texts in the language {language}")
    gettext.translation("argparse", LOCALE, ["fr"])


def _read_catalogue() -> None:
    if not catalogue_settings().procedures or not any(module_candidates()):
        raise BrokenPartError("the catalogue is empty")


def _write_store() -> None:
    with tempfile.TemporaryDirectory(prefix="vigicle-self-test-", ignore_cleanup_errors=True) as folder:
        store = SqliteStore(Path(folder))
        try:
            store.load()
            store.save(Memory(), ())
        finally:
            store.close()
        if store.problems:
            raise BrokenPartError(Translator("en").render(store.problems[0]))


def _load_schedule() -> None:
    importlib.import_module("daemon.adapters.schedule.scheduler")
    importlib.import_module("daemon.adapters.schedule.resume")
    if sys.platform == "darwin":
        importlib.import_module("daemon.adapters.schedule.resume_macos")


def _run_token_child() -> None:
    """Ask both children for what does not exist."""
    for command in (child_command(), store_child()):
        request = ENCODER.encode(ReadRequest(module=NO_MODULE, readers=(), others=()))
        _run_child(command, request, expected=ENCODER.encode(Finished()))


def _read_new_certificate() -> None:
    """Make a certificate and read it by both libraries."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    from daemon.adapters.pkcs11.x509 import read_certificate

    key, now = ec.generate_private_key(ec.SECP256R1()), read_clock()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "self-test")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    valid = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    made = valid.sign(key, hashes.SHA256())
    read = read_certificate(made.public_bytes(serialization.Encoding.DER))
    if read.flaw:
        raise BrokenPartError(f"a good certificate has a flaw: {read.flaw}")
    importlib.import_module("asn1crypto.x509")


def _load_notices() -> None:
    _import_all(NOTICE_LIBRARIES[sys.platform])
    from desktop_notifier.common import DEFAULT_ICON

    if not DEFAULT_ICON.as_path().is_file():
        raise BrokenPartError("desktop-notifier has lost its resources")


def _load_plain_notices() -> None:
    _import_all(PLAIN_NOTICE_LIBRARIES[sys.platform])
    if sys.platform == "darwin" and not OSASCRIPT.exists():
        raise BrokenPartError(f"{OSASCRIPT} is missing")


def _run_window(command: Sequence[str]) -> None:
    """Start the window without a page.

    It ends at once, because its standard input does. Without a display Qt draws into memory.
    """
    importlib.import_module("PySide6.QtWidgets")  # the child would call a missing one "no display"
    environment = dict(os.environ)
    if sys.platform == "linux" and not any(map(environment.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    _run_child(command, b"", environment=environment)


def _run_child(
    command: Sequence[str], request: bytes, *, expected: bytes = b"", environment: Mapping[str, str] | None = None
) -> None:
    """Run a child of vigicle's own.

    Raises BrokenPartError unless it answers and ends with 0.
    """
    done = subprocess.run(  # noqa: S603  # our own program, no shell
        command,
        input=request,
        capture_output=True,
        env=environment,
        cwd=Path(sys.executable).parent,
        timeout=CHILD_LIMIT_S,
        check=False,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    if done.returncode != 0 or expected not in done.stdout:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise BrokenPartError(f"{command[-1]} ended with {done.returncode}: {''.join(last)}")


def _import_all(names: Sequence[str]) -> None:
    for name in names:
        importlib.import_module(name)
