"""The borders that a fuzzer feeds with bytes.

A target takes the bytes as its border does, and shows all that their values lead to. It raises where that does harm: an
exception that the border does not promise, a rule that cannot bear the value, or a line that no terminal or menu
should get.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from config.folders import Folders
from config.schema.load_settings import SettingsError, load_procedure, load_settings
from config.trust import Writers
from config.values import replace
from daemon.adapters.guide.messages import ANSWERS, Page
from daemon.adapters.guide.publisher import command_of
from daemon.adapters.guide.render import render_page
from daemon.adapters.ipc.messages import FollowGuide, decode_request
from daemon.adapters.pkcs11.messages import TokenFound, decode_answer
from daemon.adapters.platform.decode_errors import DECODE_ERRORS
from daemon.adapters.store.database_file import MIGRATIONS
from daemon.adapters.store.sqlite import STORE_NAME, SqliteStore, StoreError
from daemon.core.state import State
from integration.faults.surfaces import SETTINGS, TEXTS, faults_of, harm_in, shown_by
from support.core.factories import DAY, NOW, ending
from support.core.simulator import Simulator

if TYPE_CHECKING:
    from daemon.core.model import Memory, TokenReading

Target = Callable[[bytes], None]

TESTS = Path(__file__).resolve().parents[1]
SEEDS = {
    "procedure": (TESTS.parent / "config/catalogue/procedures", TESTS / "unit/config/procedures"),
    "settings": (TESTS / "unit/earlier_version/home/config",),
    "store": (TESTS / "unit/earlier_version/home/state",),
}
"""Folders with seeds of a target, besides its own."""
TABLES = {
    b"certificates",
    b"keys",
    b"said",
    b"assignments",
    b"answered",
    b"snoozes",
    b"progress",
    b"holder_answers",
    b"answer_words",
}
_MEMORY_FOLDER = Path("/dev/shm")


def fuzz_certificate(content: bytes) -> None:
    """A certificate in DER, as a token gives it."""
    faults = faults_of(content)
    assert not faults, faults


def fuzz_answer(content: bytes) -> None:
    """A line that a module's child writes."""
    with contextlib.suppress(*DECODE_ERRORS, ValueError):
        answer = decode_answer(content)
        if isinstance(answer, TokenFound):
            _show_token(answer.token)


def fuzz_request(content: bytes) -> None:
    """A client's request on the control channel."""
    try:
        request = decode_request(content)
    except DECODE_ERRORS:
        return
    if not isinstance(request, FollowGuide):
        simulator = _with_a_key()
        simulator.command(request, request=2)
        _judge(simulator)


def fuzz_store(content: bytes) -> None:
    """A store: one row, or else the whole file.

    A row is its table, its id and its body, a line each.
    """
    table, _, rest = content.partition(b"\n")
    id_, _, body = rest.partition(b"\n")
    with tempfile.TemporaryDirectory(dir=_MEMORY_FOLDER) as folder:
        file = Path(folder) / STORE_NAME
        if table in TABLES:
            shutil.copyfile(_fresh_store(), file)
            with closing(sqlite3.connect(file)) as connection, connection:
                insert = f"INSERT INTO {table.decode()} VALUES (CAST(? AS TEXT), CAST(? AS TEXT))"
                connection.execute(insert, (id_, body))
        else:
            file.write_bytes(content)
        for store in (SqliteStore(Path(folder), read_only=True), SqliteStore(Path(folder))):
            with contextlib.suppress(StoreError), closing(store):
                _show_memory(store.load())


def fuzz_settings(content: bytes) -> None:
    """The user's settings file."""
    with tempfile.TemporaryDirectory(dir=_MEMORY_FOLDER) as folder:
        file = Path(folder) / "config.toml"
        file.write_bytes(content)
        nowhere = Path(folder) / "absent"
        folders = Folders(
            config_file=file,
            policy_file=nowhere / "policy.toml",
            state=nowhere,
            runtime=nowhere,
            policy_writers=Writers.USER,
        )
        try:
            loaded = load_settings(folders)
        except SettingsError as error:
            _judge_refusal(error)
        else:
            simulator = Simulator(state=State(settings=loaded.settings))
            simulator.plug(ending(20 * DAY, issuer_o="CertEurope"))
            _judge(simulator)


def fuzz_procedure(content: bytes) -> None:
    """A procedure file."""
    try:
        procedure = load_procedure(Path("opalexe.toml"), content)
    except SettingsError as error:
        _judge_refusal(error)
    else:
        simulator = Simulator(state=State(settings=replace(SETTINGS, procedures=(procedure,))))
        simulator.plug(ending(20 * DAY, issuer_o="CertEurope"))
        _judge(simulator)


def fuzz_window(content: bytes) -> None:
    """An answer of the guide's window."""
    try:
        answer = ANSWERS.decode(content)
    except DECODE_ERRORS:
        return
    simulator = _with_a_key()
    command = command_of(answer, _page(simulator))
    if command is not None:
        simulator.command(command)
        _judge(simulator)


TARGETS: dict[str, Target] = {
    "certificate": fuzz_certificate,
    "answer": fuzz_answer,
    "request": fuzz_request,
    "store": fuzz_store,
    "settings": fuzz_settings,
    "procedure": fuzz_procedure,
    "window": fuzz_window,
}


def seeds_of(name: str) -> dict[str, bytes]:
    """Return the recorded bytes that a target begins with, by name."""
    if name == "certificate":
        with zipfile.ZipFile(TESTS / "integration/faults/certificates.zip") as archive:
            return {member: archive.read(member) for member in archive.namelist()}
    folders = (Path(__file__).with_name("seeds") / name, *SEEDS.get(name, ()))
    return {file.name: file.read_bytes() for folder in folders for file in sorted(folder.glob("*.*")) if file.is_file()}


def _with_a_key() -> Simulator:
    """Return a user whose key ends in 20 days."""
    simulator = Simulator()
    simulator.look()
    simulator.plug(ending(20 * DAY))
    return simulator


def _page(simulator: Simulator) -> Page:
    return render_page(simulator.page, TEXTS[0], number=1)


def _show_token(token: TokenReading) -> None:
    simulator = Simulator()
    simulator.look()
    simulator.insert(token)
    _judge(simulator)


def _show_memory(memory: Memory) -> None:
    simulator = Simulator(state=State(settings=SETTINGS, memory=memory), now=NOW)
    simulator.look()
    simulator.plug(ending(20 * DAY))
    _judge(simulator)


def _judge(simulator: Simulator) -> None:
    for place, line in shown_by(simulator):
        harm = harm_in(line)
        assert not harm, f"{place}: {line[:80]!r} {harm}"


def _judge_refusal(error: SettingsError) -> None:
    for translator in TEXTS:
        for line in translator.render(error.text).split("\n"):
            harm = harm_in(line)
            assert not harm, f"{line[:80]!r} {harm}"


@cache
def _fresh_store() -> Path:
    """Return a store without rows, kept for the life of this process."""
    folder = Path(tempfile.mkdtemp(dir=_MEMORY_FOLDER, prefix=f"vigicle-fuzz-{len(MIGRATIONS)}-"))
    store = SqliteStore(folder)
    store.load()
    store.close()
    return folder / STORE_NAME
