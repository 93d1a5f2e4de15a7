"""The installed command with readers of any name."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from support.process import wait_until
from support.reader import ReaderService
from support.workstation import key, start_daemon, status

if TYPE_CHECKING:
    from support.bus import SessionBus
    from support.desktop import NotificationServer
    from support.program import Program

PLAIN = "Plain Reader"

NAMES = [
    pytest.param("Lecteur à puce", "Lecteur à puce 00 00", id="an accent"),
    pytest.param("IDBridge K3000 ＠", "IDBridge K3000 ＠ 00 00", id="a full-width sign"),
    pytest.param("Считыватель карт", "Считыватель карт 00 00", id="Cyrillic", marks=pytest.mark.full),
    pytest.param("智能卡读卡器 🔑", "智能卡读卡器 🔑 00 00", id="Chinese, and a picture", marks=pytest.mark.full),
    pytest.param("قارئ البطاقة", "قارئ البطاقة 00 00", id="from right to left", marks=pytest.mark.full),
    pytest.param("Lecteur a\u0300 puce", "Lecteur a\u0300 puce 00 00", id="a combining accent", marks=pytest.mark.full),
    pytest.param("Lecteur \udce0 puce", "Lecteur à puce 00 00", id="Latin-1"),
    pytest.param("\udcff\udcfe\udcc3", "ÿþÃ 00 00", id="no encoding at all", marks=pytest.mark.full),
    pytest.param("Reader\x1b[31m \u202ered", "Reader[31m red 00 00", id="codes of a terminal", marks=pytest.mark.full),
    pytest.param("Plain  Reader", "Plain Reader 00 00", id="a blank more than the other", marks=pytest.mark.full),
    pytest.param("Plаin Reader", "Plаin Reader 00 00", id="the other's in other letters", marks=pytest.mark.full),
    pytest.param("%s%n {0} $(id) ../..", "%s%n {0} $(id) ../.. 00 00", id="signs of programs", marks=pytest.mark.full),
    pytest.param("é" * 35, "é" * 35 + " 00 00", id="cut after half a letter by OpenSC", marks=pytest.mark.full),
    pytest.param("x" + "à" * 35, "x" + "à" * 35 + " 00 00", id="cut within a letter by OpenSC", marks=pytest.mark.full),
    pytest.param("\udce0" * 70, "à" * 70 + " 00 00", id="Latin-1, and cut", marks=pytest.mark.full),
]


def test_keys_in_two_readers_that_opensc_names_alike_are_both_read(program: Program) -> None:
    with ReaderService(names=["Long " * 14 + "one", "Long " * 14 + "or another"], readers=2) as service:
        program.environment |= service.environment
        start_daemon(program)
        service.insert(key(timedelta(days=20), "Paul DURAND"), reader=1)
        wait_until(lambda: bool(status(program)["certificates"]), "the first key is read")
        service.insert(key(timedelta(days=20), "Jeanne MARTIN"), reader=0)
        wait_until(lambda: len(status(program)["certificates"]) == 2, "both keys are read")


@pytest.mark.parametrize(("friendly_name", "shown"), NAMES)
def test_a_key_in_a_reader_of_any_name_is_read_beside_one_in_a_plain_reader(
    program: Program,
    session_bus: SessionBus,
    notification_server: NotificationServer,
    friendly_name: str,
    shown: str,
) -> None:
    with ReaderService(readers=2, names=[friendly_name, PLAIN]) as service:
        program.environment |= service.environment | session_bus.environment | {"LANG": "C"}
        start_daemon(program)
        service.insert(key(timedelta(days=20), "Jeanne MARTIN"), reader=0)
        assert "OPALEXE" in notification_server.next_notice().summary
        service.insert(key(timedelta(days=200), "Paul DURAND"), reader=1)
        wait_until(lambda: len(status(program)["certificates"]) == 2, "both keys are read")
        for report in (status(program), status(program, "check")):
            assert [reader["name"] for reader in report["readers"]] == [shown, f"{PLAIN} 01 00"]
            assert [reader["trouble"] for reader in report["readers"]] == [None, None]
            places = {line["subject_cn"]: line["reader"] for line in report["certificates"]}
            assert places == {"Jeanne MARTIN": shown, "Paul DURAND": f"{PLAIN} 01 00"}
        assert shown[:40] in program.run("status").stdout
        checks = {check["topic"]: check for check in json.loads(program.run("doctor", "--json").stdout)["checks"]}
        assert checks["readers"]["state"] == "ok"
