from __future__ import annotations

import os
import queue
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.settings import Settings
from daemon.adapters.pcsc.obstacles import CardObstacles
from daemon.adapters.pcsc.watcher import PcscWatcher
from daemon.adapters.pkcs11.messages import LINE_LIMIT, ReadRequest, reader_named
from daemon.adapters.pkcs11.modules import distinct, fault_of
from daemon.adapters.pkcs11.process import ProcessOutcome, TokenProcess
from daemon.adapters.pkcs11.reader import ChildTokenReader
from daemon.assembly.parts import make_token_reader
from daemon.core.effects import ReadTokens
from daemon.core.events import Event, ReadFinished, TokensRead
from daemon.core.model import ReaderName, Ticket, TokenFlags, TokenReading
from daemon.core.state import State
from daemon.core.step import step
from daemon.core.troubles import Trouble
from support.card import BankCard, PivCard, pin_commands
from support.in_process import use_service
from support.modules import SLOW_S, make_module
from support.pki import make_certificate
from support.posted_events import PostedEvents
from support.process import PATIENCE_S, PROMPT_S, require_file, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.reader import ReaderService
    from support.softhsm import SoftHsm

    Start = Callable[..., ChildTokenReader]

OPENSC = str(
    require_file(
        ["/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so", "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so"],
        "opensc-pkcs11",
    )
)


@pytest.fixture
def posted() -> PostedEvents:
    return PostedEvents()


@pytest.fixture
def start(posted: PostedEvents) -> Iterator[Start]:
    """Start token readers that post to `posted`, and stop them."""
    started: list[ChildTokenReader] = []

    def start(*modules: str | Path, catalogue: tuple[str, ...] = (), **knobs: object) -> ChildTokenReader:
        own = tuple(str(module) for module in modules)
        reader = ChildTokenReader(posted, modules=own, catalogue=lambda: catalogue, **knobs)  # type: ignore[arg-type]
        reader.start()
        started.append(reader)
        return reader

    yield start
    for reader in started:
        reader.stop()


@pytest.fixture
def service(reader_service: ReaderService) -> ReaderService:
    use_service(reader_service)
    return reader_service


def order(service: ReaderService, reader: int = 0, ticket: int = 1) -> ReadTokens:
    """Ask for one reader, and leave the others alone."""
    names = service.reader_names
    others = tuple(ReaderName(name) for name in names if name != names[reader])
    return ReadTokens(ticket=Ticket(ticket), readers=(ReaderName(names[reader]),), others=others)


EVERYTHING = ReadTokens(ticket=Ticket(1), readers=())


def tokens(events: list[Event]) -> list[TokenReading]:
    return [token for event in events if isinstance(event, TokensRead) for token in event.tokens]


def troubles(events: list[Event]) -> dict[str, Trouble]:
    """Return the trouble of each module, by file name."""
    read = [event for event in events if isinstance(event, TokensRead) and event.trouble]
    return {Path(event.module).name: event.trouble for event in read if event.trouble}


# --- what is read -------------------------------------------------------------------------------


def test_a_card_is_read_through_opensc(service: ReaderService, start: Start, posted: PostedEvents) -> None:
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=20)
    card = PivCard({"9A": make_certificate(not_after=end), "9C": make_certificate(role="signature")})
    service.insert(card)
    start(catalogue=(OPENSC,)).read(order(service, ticket=7))
    events = posted.until(ReadFinished)
    (token,) = tokens(events)
    assert token.slot_description == service.reader_names[0]
    assert token.flags == TokenFlags()
    assert {certificate.role for certificate in token.certificates} == {"authentication", "signature"}
    assert end in {certificate.not_after for certificate in token.certificates}
    assert {event.ticket for event in events if isinstance(event, TokensRead | ReadFinished)} == {7}
    assert pin_commands(card.apdus) == []


def test_a_reader_that_needs_no_reading_is_left_alone(
    service: ReaderService, start: Start, posted: PostedEvents
) -> None:
    service.insert(PivCard({"9A": make_certificate(cn="one")}), reader=0)
    service.insert(PivCard({"9A": make_certificate(cn="two")}), reader=1)
    start(catalogue=(OPENSC,)).read(order(service, reader=1))
    (token,) = tokens(posted.until(ReadFinished))
    assert token.slot_description == service.reader_names[1]


def test_a_card_whose_answer_fails_once_is_not_taken_for_blank(
    service: ReaderService, start: Start, posted: PostedEvents
) -> None:
    service.insert(PivCard({"9A": make_certificate(cn="one")}, failures=["9A"]))
    start(catalogue=(OPENSC,)).read(order(service))
    found = tokens(posted.until(ReadFinished))
    assert [[certificate.subject_cn for certificate in token.certificates] for token in found] == [[], ["one"]]


def test_a_card_without_certificates_is_asked_twice_and_no_more(
    service: ReaderService, start: Start, posted: PostedEvents
) -> None:
    service.insert(PivCard())
    start(catalogue=(OPENSC,)).read(order(service))
    assert [token.certificates for token in tokens(posted.until(ReadFinished))] == [(), ()]


def test_a_card_that_no_module_knows_only_finishes(
    service: ReaderService, start: Start, posted: PostedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.adapters.pcsc.obstacles.CONNECT_LIMIT_S", PATIENCE_S)  # it is free, however slow
    service.insert(BankCard())
    start(catalogue=(OPENSC,), obstacle_of=CardObstacles().obstacle_of).read(order(service))
    posted.next(ReadFinished)


def test_a_card_that_another_program_holds_is_reported_busy(
    service: ReaderService, start: Start, posted: PostedEvents
) -> None:
    from smartcard import scard

    service.insert(PivCard({"9A": make_certificate()}))
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    scard.SCardConnect(context, service.reader_names[0], scard.SCARD_SHARE_EXCLUSIVE, 3)
    start(catalogue=(OPENSC,), obstacle_of=CardObstacles().obstacle_of).read(order(service))
    assert posted.next(TokensRead).trouble is Trouble.CARD_BUSY
    posted.next(ReadFinished)
    scard.SCardReleaseContext(context)


def test_a_card_in_another_programs_transaction_is_busy_until_its_end(
    service: ReaderService, start: Start, posted: PostedEvents
) -> None:
    """pcsc-lite lets every other connection wait, so the module hangs."""
    from smartcard import scard

    service.insert(PivCard({"9A": make_certificate(cn="one")}))
    began = time.monotonic()
    start(catalogue=(OPENSC,)).read(order(service))
    posted.until(ReadFinished)
    limit_s = 1 + 3 * (time.monotonic() - began)  # enough for a card that is free, on a slow machine too
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _, card, _ = scard.SCardConnect(context, service.reader_names[0], scard.SCARD_SHARE_SHARED, 3)
    scard.SCardBeginTransaction(card)
    reader = start(catalogue=(OPENSC,), obstacle_of=CardObstacles().obstacle_of, child_limit_s=limit_s)
    reader.read(order(service))
    troubles = [event.trouble for event in posted.until(ReadFinished) if isinstance(event, TokensRead)]
    assert Trouble.CARD_BUSY in troubles
    reader.read(order(service))  # no module is asked
    troubles = [event.trouble for event in posted.until(ReadFinished) if isinstance(event, TokensRead)]
    assert troubles == [Trouble.CARD_BUSY]
    scard.SCardEndTransaction(card, scard.SCARD_LEAVE_CARD)
    scard.SCardReleaseContext(context)

    def is_read() -> bool:
        reader.read(order(service))
        return bool(tokens(posted.until(ReadFinished)))

    wait_until(is_read, "it is read")  # a connection that waited for the end may still be there


@pytest.mark.parametrize("folder", ["", 'file_cache_dir = "{}";'], ids=["its own folder", "a configured folder"])
def test_a_certificate_renewed_on_its_card_is_seen_where_opensc_keeps_files(
    service: ReaderService,
    start: Start,
    posted: PostedEvents,
    folder: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cache, configuration = tmp_path / "cache", tmp_path / "opensc.conf"
    configuration.write_text(
        f"app default {{ {folder.format(cache)} framework pkcs15 {{ use_file_caching = public; }} }}", encoding="utf-8"
    )
    monkeypatch.setenv("OPENSC_CONF", str(configuration))
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    reader = start(catalogue=(OPENSC,))
    seen = []
    for name in ("old", "new"):
        service.remove()
        service.insert(PivCard({"9A": make_certificate(cn=name)}))
        reader.read(order(service))
        (token,) = tokens(posted.until(ReadFinished))
        seen += [certificate.subject_cn for certificate in token.certificates]
    assert seen == ["old", "new"]


@pytest.mark.parametrize("sharing", ["a transaction", "an exclusive connection"])
def test_a_card_held_for_long_is_read_when_it_is_free_without_being_asked(service: ReaderService, sharing: str) -> None:
    """Nothing looks at the card meanwhile: an event tells its end."""
    from smartcard import scard

    inbox: queue.SimpleQueue[Event] = queue.SimpleQueue()
    settings = Settings(procedures=(), modules=(OPENSC,))
    service.insert(PivCard({"9A": make_certificate(cn="one")}))
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    mode = scard.SCARD_SHARE_SHARED if sharing == "a transaction" else scard.SCARD_SHARE_EXCLUSIVE
    _, card, _ = scard.SCardConnect(context, service.reader_names[0], mode, 3)
    scard.SCardBeginTransaction(card)
    tokens = make_token_reader(settings, inbox.put)
    watcher = PcscWatcher(inbox.put)
    state = State(settings=settings, notifies=False)
    tokens.start()
    watcher.start()
    freed_at: float | None = None
    while not state.memory.certificates:
        event = inbox.get(timeout=PATIENCE_S)
        state, effects = step(state, event)
        for effect in effects:
            if isinstance(effect, ReadTokens):
                tokens.read(effect)
        is_found = any(content.trouble is Trouble.CARD_BUSY for content in state.contents.values())
        is_reported = any(reader.trouble is Trouble.CARD_BUSY for reader in state.held)
        if freed_at is None and is_found and is_reported == (sharing == "an exclusive connection"):
            freed_at = time.monotonic()
            scard.SCardEndTransaction(card, scard.SCARD_LEAVE_CARD)
            scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
    watcher.stop()
    tokens.stop()
    scard.SCardReleaseContext(context)
    assert freed_at is not None
    assert time.monotonic() - freed_at < PATIENCE_S, "no tick came: the events alone have had it read"


def test_no_error_in_a_read_ends_the_reading(service: ReaderService, start: Start, posted: PostedEvents) -> None:
    def obstacle_of(_reader: ReaderName) -> None:
        if failures:
            raise failures.pop()

    failures = [KeyError("reader")]
    service.insert(BankCard())
    reader = start(catalogue=(OPENSC,), obstacle_of=obstacle_of)
    reader.read(order(service))
    posted.until(ReadFinished)
    service.remove()
    service.insert(PivCard({"9A": make_certificate(cn="one")}))
    reader.read(order(service))
    assert tokens(posted.until(ReadFinished))


def test_soft_tokens_show_their_flags(
    softhsm: SoftHsm, monkeypatch: pytest.MonkeyPatch, start: Start, posted: PostedEvents
) -> None:
    softhsm.complete("complete", [make_certificate(), make_certificate(role="signature")])
    softhsm.without_user_pin("no user pin")
    for name, value in softhsm.environment.items():
        monkeypatch.setenv(name, value)
    start(softhsm.module).read(EVERYTHING)
    read: dict[str, TokenReading] = {token.label: token for token in tokens(posted.until(ReadFinished))}
    assert read["complete"].flags == TokenFlags()
    assert len(read["complete"].certificates) == 2
    assert read["no user pin"].flags == TokenFlags(user_pin_set=False)
    assert read[""].flags == TokenFlags(initialised=False, user_pin_set=False)


def test_a_soft_token_that_names_no_reader_stops_nothing(
    softhsm: SoftHsm,
    service: ReaderService,
    monkeypatch: pytest.MonkeyPatch,
    start: Start,
    posted: PostedEvents,
) -> None:
    softhsm.complete("soft", [make_certificate()])
    for name, value in softhsm.environment.items():
        monkeypatch.setenv(name, value)
    service.insert(PivCard({"9A": make_certificate(cn="hard")}))
    start(softhsm.module, catalogue=(OPENSC,)).read(order(service))
    assert "hard" in {token.label for token in tokens(posted.until(ReadFinished))}


def test_a_broken_certificate_does_not_hide_the_good_one(
    service: ReaderService, start: Start, posted: PostedEvents
) -> None:
    good = make_certificate()
    broken = good.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07")
    service.insert(PivCard({"9A": broken, "9C": good}))
    start(catalogue=(OPENSC,)).read(order(service))
    (token,) = tokens(posted.until(ReadFinished))
    assert sorted(bool(certificate.flaw) for certificate in token.certificates) == [False, True]


# --- modules that misbehave ---------------------------------------------------------------------


def test_neither_a_hanging_nor_a_crashing_module_hides_another_ones_result(
    service: ReaderService, tmp_path: Path, start: Start, posted: PostedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.insert(PivCard({"9A": make_certificate()}))
    bad = [make_module(tmp_path, "hang on load"), make_module(tmp_path, "crash in C_GetSlotList")]
    reader = start(*bad, catalogue=(OPENSC,), child_limit_s=3600.0)
    reader.read(order(service))
    events = posted.until(ReadFinished)  # the hanging one is left behind once OpenSC has answered
    assert len(tokens(events)) == 1
    assert troubles(events) == {
        "hang-on-load.so": Trouble.MODULE_HUNG,
        "crash-in-C_GetSlotList.so": Trouble.MODULE_CRASHED,
    }
    monkeypatch.setattr("daemon.adapters.pkcs11.reader.PATIENCE_S", 3600.0)  # OpenSC may be slow on a busy machine
    reader.read(order(service, ticket=2))
    again = posted.until(ReadFinished)
    assert [type(event) for event in again] == [TokensRead, ReadFinished], "bad modules go last, and OpenSC answers"


@pytest.mark.parametrize(
    ("behaviour", "trouble"),
    [
        ("crash on load", Trouble.MODULE_CRASHED),
        ("exit in C_Initialize", Trouble.MODULE_CRASHED),
        ("hang in C_GetSlotList", Trouble.MODULE_HUNG),
        ("endless output", Trouble.MODULE_HUNG),
        ("no PKCS#11", Trouble.MODULE_UNUSABLE),
        ("garbage", Trouble.MODULE_UNUSABLE),
        ("empty file", Trouble.MODULE_UNUSABLE),
        ("other machine", Trouble.MODULE_UNUSABLE),
        ("fail in C_GetSlotList", None),
    ],
)
def test_each_misbehaviour_has_its_trouble(
    behaviour: str, trouble: Trouble | None, tmp_path: Path, start: Start, posted: PostedEvents
) -> None:
    module = make_module(tmp_path, behaviour)  # type: ignore[arg-type]  # parametrize loses the literal
    start(module, child_limit_s=1.0 if trouble is Trouble.MODULE_HUNG else 60.0).read(EVERYTHING)
    expected = {} if trouble is None else {module.name: trouble}
    assert troubles(posted.until(ReadFinished)) == expected


@pytest.mark.parametrize(
    ("others", "found"),
    [((), {Trouble.MODULE_HUNG}), (("Reader 01", "Reader 02", "Reader 03"), set())],
    ids=["one card", "four cards"],
)
def test_a_module_has_its_time_for_each_card_that_is_in(
    others: tuple[str, ...], found: set[Trouble], tmp_path: Path, start: Start, posted: PostedEvents
) -> None:
    module = make_module(tmp_path, "slow in C_GetSlotList")
    start(module, child_limit_s=0.6 * SLOW_S).read(
        ReadTokens(ticket=Ticket(1), readers=(ReaderName("Reader 00"),), others=tuple(map(ReaderName, others)))
    )
    assert set(troubles(posted.until(ReadFinished)).values()) == found


def test_an_unusable_module_is_reported_once_for_each_configuration(
    start: Start, posted: PostedEvents, caplog: pytest.LogCaptureFixture
) -> None:
    reader = start("relative.so", "/no/such/module.so")
    reader.read(EVERYTHING)
    assert set(troubles(posted.until(ReadFinished)).values()) == {Trouble.MODULE_UNUSABLE}
    assert "/no/such/module.so is of no use: no such file" in caplog.text
    assert "relative.so is of no use: not an absolute path" in caplog.text
    reader.read(EVERYTHING)
    assert troubles(posted.until(ReadFinished)) == {}
    reader.use_modules(("/no/such/module.so",))
    reader.read(EVERYTHING)
    assert troubles(posted.until(ReadFinished)) == {"module.so": Trouble.MODULE_UNUSABLE}


def test_a_catalogue_module_that_cannot_be_loaded_is_no_trouble_of_the_user(start: Start, posted: PostedEvents) -> None:
    start(catalogue=("/no/such/module.so",)).read(EVERYTHING)
    posted.next(ReadFinished)


TALKERS = {
    "an endless line": "while True: print('x' * 65536, end='')",
    "endless lines": """while True: print('{"type":"trouble","trouble":"card_unread","detail":"x"}')""",
    "a line just too long": f"print('\"' + 'x' * {LINE_LIMIT} + '\"')",
    "gibberish": "print('hello')",
    "another type": """print('{"type":"token","token":{"slot_description":7}}')""",
    "nothing": "",
}


@pytest.mark.parametrize("talk", TALKERS.values(), ids=TALKERS)
def test_a_child_whose_answers_are_invalid_or_endless_is_killed(talk: str, start: Start, posted: PostedEvents) -> None:
    start(OPENSC, command=[sys.executable, "-I", "-c", talk]).read(EVERYTHING)
    events = posted.until(ReadFinished)
    assert troubles(events) == {Path(OPENSC).name: Trouble.MODULE_CRASHED}
    assert tokens(events) == []


def test_a_killed_child_leaves_no_thread(start: Start, posted: PostedEvents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daemon.adapters.pkcs11.process.GRACE_S", 10 * PATIENCE_S)
    start(OPENSC, command=[sys.executable, "-I", "-c", TALKERS["gibberish"]]).read(EVERYTHING)
    posted.until(ReadFinished)
    timers = [each for each in threading.enumerate() if isinstance(each, threading.Timer)]
    wait_until(lambda: not any(each.is_alive() for each in timers), "nobody waits to kill it once more")


def test_a_child_may_be_killed_by_several_threads_at_one_time() -> None:
    request = ReadRequest(module=OPENSC, readers=(), others=())
    ended = queue.SimpleQueue[object]()
    for _ in range(20):
        command = [sys.executable, "-I", "-c", "import time; time.sleep(600)"]
        child = TokenProcess(command, request, lambda _child, what: ended.put(what))
        killers = [threading.Thread(target=child.kill) for _ in range(8)]
        for killer in killers:
            killer.start()
        assert ended.get(timeout=PATIENCE_S) is ProcessOutcome.CRASHED
        for killer in killers:
            killer.join()


def test_a_child_that_cannot_be_started_is_a_trouble(start: Start, posted: PostedEvents) -> None:
    start(OPENSC, command=["/no/such/program"]).read(EVERYTHING)
    assert troubles(posted.until(ReadFinished)) == {Path(OPENSC).name: Trouble.MODULE_CRASHED}


# --- orders -------------------------------------------------------------------------------------


def test_orders_for_two_readers_run_side_by_side_each_with_its_ticket(
    service: ReaderService, start: Start, posted: PostedEvents
) -> None:
    service.insert(PivCard({"9A": make_certificate(cn="one")}), reader=0)
    service.insert(PivCard({"9A": make_certificate(cn="two")}), reader=1)
    reader = start(catalogue=(OPENSC,))
    reader.read(order(service, reader=0, ticket=1))
    reader.read(order(service, reader=1, ticket=2))
    events = posted.until(ReadFinished) + posted.until(ReadFinished)
    read = {event.ticket: event.tokens[0].label for event in events if isinstance(event, TokensRead)}
    assert read == {1: "one", 2: "two"}


def test_a_new_order_for_the_same_reader_ends_the_old_one(
    service: ReaderService, start: Start, posted: PostedEvents
) -> None:
    card = PivCard({"9A": make_certificate()})
    card.delay_s = 0.2
    service.insert(card)
    reader = start(catalogue=(OPENSC,))
    reader.read(order(service, ticket=1))
    reader.read(order(service, ticket=2))
    assert posted.next(ReadFinished).ticket == 1
    card.delay_s = 0.0
    assert posted.next(TokensRead).ticket == 2
    assert posted.next(ReadFinished).ticket == 2


def test_stopping_kills_the_children_and_finishes_every_order(
    tmp_path: Path, start: Start, posted: PostedEvents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.adapters.pkcs11.reader.STOP_LIMIT_S", PATIENCE_S)  # a busy machine is not left behind
    marker = tmp_path / "pid"
    talk = f"import os,time; open({str(marker)!r},'w').write(str(os.getpid())+'.'); time.sleep(600)"
    reader = start(OPENSC, command=[sys.executable, "-I", "-c", talk])
    reader.read(EVERYTHING)
    wait_until(lambda: marker.exists() and marker.read_text().endswith("."), "the child runs")
    began = time.monotonic()
    reader.stop()
    assert time.monotonic() - began < PROMPT_S
    assert [event.ticket for event in posted.rest() if isinstance(event, ReadFinished)] == [1]
    assert not Path(f"/proc/{marker.read_text()[:-1]}").exists()
    reader.read(ReadTokens(ticket=Ticket(2), readers=()))
    assert posted.next(ReadFinished).ticket == 2


def test_without_any_module_an_order_finishes_at_once(start: Start, posted: PostedEvents) -> None:
    start().read(EVERYTHING)
    posted.next(ReadFinished)


# --- rules of values ----------------------------------------------------------------------------

LONG = "Gemalto Prox-DU Contactless_00000000 with a name that is far too long 00 00"


@pytest.mark.parametrize(
    ("description", "reader"),
    [
        pytest.param("Reader A 00 00", "Reader A 00 00", id="the name"),
        pytest.param("Reader A 00 00 (PIN2)", "Reader A 00 00", id="the name and more"),
        pytest.param("Reader  A 00\x01 00\x00", "Reader A 00 00", id="blanks and controls"),
        pytest.param("Reader A 00 001", "Reader A 00 001", id="the longest of two names"),
        pytest.param(LONG[:64], LONG, id="cut at 64 bytes"),
        pytest.param("Reader", None, id="only the beginning"),
        pytest.param("SoftHSM slot ID 0x0", None, id="something else"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_slot_names_a_reader(description: str, reader: str | None) -> None:
    assert reader_named(description, tuple(map(ReaderName, ("Reader A 00 00", "Reader A 00 001", LONG)))) == reader


def test_a_cut_name_is_of_the_first_reader_that_it_fits() -> None:
    one, other = (ReaderName("L" * 70 + number) for number in (" 1", " 2 of two"))
    assert reader_named("L" * 61 + "...", (one, other)) == one
    assert reader_named("L" * 61 + "...", (other, one)) == other


def test_our_own_libraries_are_loadable() -> None:
    assert fault_of(OPENSC) == ""


def test_a_library_by_two_paths_is_asked_once(tmp_path: Path) -> None:
    link = tmp_path / "link.so"
    link.symlink_to(OPENSC)
    assert distinct((str(link), OPENSC)) == (str(link),)


@pytest.mark.parametrize("place", ["/etc/hostname", "/usr/lib", "/dev/null"])
def test_what_is_no_library_is_refused(place: str) -> None:
    assert fault_of(place)


def test_a_pipe_as_a_library_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "module.so")
    assert fault_of(str(tmp_path / "module.so")) == "cannot be read (ValueError)"
