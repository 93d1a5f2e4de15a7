"""The system's own store is asked last, for what is left."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from daemon.adapters.pkcs11.reader import ChildTokenReader
from daemon.core.effects import ReadTokens
from daemon.core.events import ReadFinished, TokensRead
from daemon.core.model import SYSTEM_STORE, ReaderName, Ticket
from daemon.core.troubles import Trouble
from support.posted_events import PostedEvents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Ask = Callable[..., list[TokensRead]]

READERS = (ReaderName("Reader 00"), ReaderName("Reader 01"))
OTHER = ReaderName("Reader 02")
CERTIFICATE = {"fingerprint": 64 * "a", "role": "authentication"}
# A child that shows a token in the first asked reader, and one copy. It writes down what it was asked.
SHOWS = """
import json, sys
asked = json.loads(sys.stdin.read())
json.dump(asked, open(sys.argv[1], "w"))
certificate = json.loads(sys.argv[2])
for reader in asked["readers"][:1]:
    print(json.dumps({"type": "token", "token": {"slot_description": reader, "certificates": [certificate]}}))
print(json.dumps({"type": "copies", "certificates": [{**certificate, "fingerprint": 64 * "b"}]}))
print(json.dumps({"type": "finished"}))
"""
TAKES_TOO_MUCH = "import json; print(json.dumps({'type': 'copies', 'certificates': [{'fingerprint': 'short'}]}))"


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Return a function that orders one read, and returns the answers."""
    posted, started = PostedEvents(), list[ChildTokenReader]()

    def ask(
        store: list[str], *, readers: tuple[ReaderName, ...] = READERS, module: list[str] | None = None, **more: object
    ) -> list[TokensRead]:
        modules = (sys.executable,) if module else ()  # any library of this system
        reader = ChildTokenReader(posted, modules=modules, command=module, store_command=store, **more)  # type: ignore[arg-type]
        started.append(reader)
        reader.start()
        reader.read(ReadTokens(ticket=Ticket(1), readers=readers, others=(OTHER,)))
        return [event for event in posted.until(ReadFinished) if isinstance(event, TokensRead)]

    yield ask
    for reader in started:
        reader.stop()


@pytest.fixture
def shows(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Callable[[], dict[str, list[str]]]]:
    """The command of the child, and what it was asked."""
    note = tmp_path_factory.mktemp("store") / "asked.json"

    def asked() -> dict[str, list[str]]:
        read: dict[str, list[str]] = json.loads(note.read_text())
        return read

    return [sys.executable, "-c", SHOWS, str(note), json.dumps(CERTIFICATE)], asked


Shows = tuple[list[str], "Callable[[], dict[str, list[str]]]"]


def test_without_a_module_the_store_shows_the_keys(ask: Ask, shows: Shows) -> None:
    store, asked = shows
    token, copies = ask(store)
    assert (token.module, token.tokens[0].slot_description) == (SYSTEM_STORE, "Reader 00")
    assert [copy.fingerprint for copy in copies.copies] == [64 * "b"]
    assert (asked()["readers"], asked()["others"]) == (["Reader 00", "Reader 01"], ["Reader 02"])


def test_a_card_that_a_module_has_read_is_left_alone(ask: Ask, shows: Shows) -> None:
    """The module, played by the same child, reads the first reader."""
    store, asked = shows
    module = [*store[:3], "/dev/null", json.dumps(CERTIFICATE)]
    answers = ask(store, module=module)
    assert [answer.module for answer in answers if answer.tokens] == [sys.executable, SYSTEM_STORE]
    assert asked()["readers"] == ["Reader 01"]
    ask(store, readers=READERS[:1], module=module)
    assert asked()["readers"] == []


def test_a_slow_store_is_waited_for_when_a_module_has_read_every_card(
    ask: Ask, shows: Shows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows may take seconds to examine a program first."""
    monkeypatch.setattr("daemon.adapters.pkcs11.reader.PATIENCE_S", 0.0)
    store, _ = shows
    module = [*store[:3], "/dev/null", json.dumps(CERTIFICATE)]
    answers = ask(store, readers=READERS[:1], module=module)
    assert [answer.trouble for answer in answers if answer.trouble] == []
    assert [answer.module for answer in answers if answer.copies] == [sys.executable, SYSTEM_STORE]


def test_a_card_that_another_program_holds_is_left_alone(ask: Ask, shows: Shows) -> None:
    store, asked = shows
    ask(store, obstacle_of=lambda reader: Trouble.CARD_BUSY if reader == "Reader 00" else None)
    assert asked()["readers"] == ["Reader 01"]


def test_without_a_card_the_store_is_not_asked(ask: Ask, shows: Shows) -> None:
    assert ask(shows[0], readers=()) == []


@pytest.mark.parametrize("code", ["raise SystemExit(3)", TAKES_TOO_MUCH], ids=["it crashes", "its answer is damaged"])
def test_a_store_that_fails_is_a_trouble(ask: Ask, code: str) -> None:
    (answer,) = ask([sys.executable, "-c", code])
    assert (answer.module, answer.trouble) == (SYSTEM_STORE, Trouble.MODULE_CRASHED)


def test_a_store_whose_child_cannot_start_is_a_trouble(ask: Ask) -> None:
    (answer,) = ask(["/no/such/program"])
    assert (answer.module, answer.trouble) == (SYSTEM_STORE, Trouble.MODULE_CRASHED)
