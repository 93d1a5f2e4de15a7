"""The programs that may hold a card are named."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from daemon.adapters.pcsc.clients import other_clients
from support.process import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.reader import ReaderService

CLIENT = """
import os, sys
if os.fork():
    sys.exit()  # so that it is no child of the test
os.setsid()
from smartcard import scard
scard.SCardEstablishContext(0)
open(sys.argv[1], "w").write(str(os.getpid()))
sys.stdin.read()
"""


@pytest.fixture
def client(reader_service: ReaderService, tmp_path: Path) -> Iterator[str]:
    """A program of the user that is connected to the service."""
    program = tmp_path / "scdaemon"
    program.write_text(f"#!{sys.executable}\n{CLIENT}", encoding="utf-8")
    program.chmod(0o755)
    note = tmp_path / "pid"
    environment = os.environ | reader_service.environment
    with subprocess.Popen([program, note], stdin=subprocess.PIPE, env=environment) as running:
        running.wait(PATIENCE_S)  # from then on it is no descendant of the test
        wait_until(lambda: note.exists() and note.stat().st_size > 0, "it is connected")
        yield program.name
        assert running.stdin is not None
        running.stdin.close()


def test_a_program_of_the_user_is_named(client: str) -> None:
    assert client in other_clients()


def test_strange_names_do_no_harm_and_vigicle_is_not_named(tmp_path: Path) -> None:
    own = str(os.getpid())
    processes = [
        ("1001", "evil\x1b[2J\nname", "1"),
        ("1002", "gone", "1"),
        ("1003", "reader\udcff", "1001"),
        (own, "vigicle", "1"),
        ("1004", "its child", own),
        ("1006", "vigicle", "1"),  # a command, such as `check`
        ("1005", "its grandchild", "1004"),
    ]
    for number, name, parent in processes:
        process = tmp_path / number
        (process / "fd").mkdir(parents=True)
        (process / "comm").write_bytes(name.encode("utf-8", "surrogateescape") + b"\n")
        (process / "stat").write_text(f"{number} ({name[:4]!a}) S {parent} 1", encoding="utf-8")
        (process / "maps").write_text("7f00 r-xp /usr/lib/libpcsclite.so.1.0.0\n", encoding="utf-8")
        (process / "fd/3").symlink_to("socket:[42]")
    (tmp_path / "1002/maps").unlink()
    names = other_clients(tmp_path)
    assert names == ("evil[2J name", "reader\N{REPLACEMENT CHARACTER}")


def test_where_the_system_tells_nothing_nothing_is_named(tmp_path: Path) -> None:
    assert other_clients(tmp_path / "nothing") == ()
