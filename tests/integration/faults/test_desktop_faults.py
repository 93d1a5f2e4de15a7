"""Without a bus, server or screen the daemon continues and notifies otherwise.

`adapters/notify` has each channel alone. `tray/icon` has trays that are absent, late or restarted.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from daemon.adapters.store.sqlite import SqliteStore
from support.core.factories import DAY, ending, memory, owned
from support.desktop import NotificationServer
from support.process import wait_until
from support.workstation import key, start_daemon, status

if TYPE_CHECKING:
    from support.bus import SessionBus
    from support.program import Program
    from support.reader import ReaderService

DUE = timedelta(days=20)


def at(program: Program, service: ReaderService, bus: SessionBus | None = None) -> Program:
    program.environment |= service.environment | (bus.environment if bus else {}) | {"LANG": "en_GB.UTF-8"}
    return program


def test_without_a_desktop_there_is_no_tray_and_the_log_has_the_notice(
    program: Program, reader_service: ReaderService
) -> None:
    daemon = at(program, reader_service).start("run")
    daemon.wait_for_log("vigicle is running")
    reader_service.insert(key(DUE))
    daemon.wait_for_log("OPALEXE key: only 19 days left")
    assert status(program)["certificates"]
    program.run("quit")
    assert daemon.wait() == 0
    assert "Traceback" not in daemon.text


def test_a_bus_that_dies_loses_no_notice(
    program: Program, reader_service: ReaderService, session_bus: SessionBus
) -> None:
    server = NotificationServer(session_bus)
    server.start()
    daemon = start_daemon(at(program, reader_service, session_bus))
    reader_service.insert(key(DUE, "Anne"))
    assert "OPALEXE" in server.next_notice().summary
    daemon.wait_for_log("Notice delivered")
    server.stop()
    session_bus.stop()
    reader_service.swap(key(DUE, "Bruno"))
    daemon.wait_for_log("Bruno")
    assert len(status(program)["certificates"]) == 2
    session_bus.start()
    server.start()
    assert "Bruno" in server.next_notice(timeout_s=60).body, "what only the log could take is said on the desktop"
    reader_service.swap(key(DUE, "Chloe"))
    assert "Chloe" in server.next_notice().body
    assert "Traceback" not in daemon.text
    server.stop()


def test_quitting_withdraws_the_notice_and_the_next_start_does_not_repeat_it(
    program: Program, reader_service: ReaderService, session_bus: SessionBus
) -> None:
    with NotificationServer(session_bus) as server:
        daemon = start_daemon(at(program, reader_service, session_bus))
        reader_service.insert(key(DUE, "Anne"))
        notice = server.next_notice()
        daemon.wait_for_log("Notice delivered")
        program.run("quit")
        assert daemon.wait() == 0
        wait_until(lambda: [closed.id for closed in server.closed] == [notice.id], "the bus has passed it on")
        again = start_daemon(program)
        wait_until(lambda: status(program)["certificates"][0]["present"], "the key is read again")
        reader_service.swap(key(DUE, "Bruno"))
        assert "Bruno" in server.next_notice().body
        assert "Traceback" not in daemon.text + again.text


def test_a_server_that_stops_answering_does_not_delay_quitting(
    program: Program, reader_service: ReaderService, session_bus: SessionBus
) -> None:
    with NotificationServer(session_bus) as server:
        daemon = start_daemon(at(program, reader_service, session_bus))
        reader_service.insert(key(DUE))
        server.next_notice()
        daemon.wait_for_log("Notice delivered")
        server.mute = True
        program.run("quit")
        assert daemon.wait() == 0
        assert "Traceback" not in daemon.text


@pytest.mark.full
def test_a_mute_server_blocks_nothing(program: Program, reader_service: ReaderService, session_bus: SessionBus) -> None:
    with NotificationServer(session_bus) as server:
        server.mute = True
        daemon = start_daemon(at(program, reader_service, session_bus))
        reader_service.insert(key(DUE))
        wait_until(lambda: bool(status(program)["certificates"]), "the key is known meanwhile")
        daemon.wait_for_log("OPALEXE key: only 19 days left", 60)
        program.run("quit")
        assert daemon.wait() == 0


def test_a_server_without_capabilities_gets_plain_text(
    program: Program, reader_service: ReaderService, session_bus: SessionBus
) -> None:
    with NotificationServer(session_bus, capabilities=("body",)) as server:
        start_daemon(at(program, reader_service, session_bus))
        reader_service.insert(key(DUE, "Claude"))
        server.next_notice()
        reader_service.swap(key(DUE, "<b>Anne & Bruno</b>"))
        notice = server.next_notice()
        assert "<b>Anne & Bruno</b>" in notice.body
        assert notice.actions.keys() <= {"default"}, "no button with words"


def test_a_server_that_renders_markup_gets_escaped_text(
    program: Program, reader_service: ReaderService, session_bus: SessionBus
) -> None:
    with NotificationServer(session_bus) as server:
        start_daemon(at(program, reader_service, session_bus))
        reader_service.insert(key(DUE, "Claude"))
        server.next_notice()
        reader_service.swap(key(DUE, "<b>Anne & Bruno</b>"))
        assert "&lt;b&gt;Anne &amp; Bruno&lt;/b&gt;" in server.next_notice().body


def test_a_thousand_due_keys_give_one_notice(
    program: Program, reader_service: ReaderService, session_bus: SessionBus
) -> None:
    now = datetime.now(UTC)
    end = {"not_before": now - 900 * DAY, "not_after": now + 50 * DAY}
    keys = [
        owned(ending(50 * DAY, f"{n}", subject_cn=f"Holder {n}", surname=f"Holder {n}", **end)) for n in range(1000)
    ]
    program.state_folder.mkdir(parents=True, mode=0o700)
    store = SqliteStore(program.state_folder)
    store.load()
    store.save(memory(*keys), ())
    store.close()
    with NotificationServer(session_bus) as server:
        start_daemon(at(program, reader_service, session_bus))
        assert "1000" in server.next_notice(timeout_s=60).summary.replace("\N{NO-BREAK SPACE}", "")
        status(program)
        assert len(server.notices) == 1
