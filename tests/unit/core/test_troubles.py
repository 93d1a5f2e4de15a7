"""Which troubles are shown to the user, when and how often."""

from datetime import timedelta

import pytest

from config.i18n.text import text
from config.values import replace
from config.workflows import Destination, WorkflowKind
from daemon.core.dedup_keys import known_tools
from daemon.core.events import Launched, ReadersSeen, ServiceLost, Tick
from daemon.core.model import TokenFlags
from daemon.core.state import State
from daemon.core.troubles import Trouble
from support.core.factories import (
    DAY,
    MICROSECOND,
    NOW,
    OPALEXE,
    SECOND,
    SETTINGS,
    certificate,
    ending,
    holding,
    notice_settings,
    token,
)
from support.core.simulator import Simulator

ONE = certificate("one")


def bodies(simulator: Simulator) -> list[str]:
    return [notice.body.id for _, notice in simulator.delivered]


def test_a_service_that_restarts_is_not_reported() -> None:
    simulator = Simulator()
    simulator.look()
    simulator.post(ServiceLost(at=NOW, trouble=Trouble.SERVICE_STOPPED))
    simulator.wait(60 * SECOND - MICROSECOND)
    simulator.look()
    simulator.wait(DAY)
    assert bodies(simulator) == []


@pytest.mark.slow
@pytest.mark.parametrize("trouble", [Trouble.SERVICE_ABSENT, Trouble.SERVICE_STOPPED])
def test_a_service_that_stays_away_is_reported_after_a_minute_and_once_a_day(trouble: Trouble) -> None:
    simulator = Simulator()
    for minutes in range(3 * 24 * 60):
        simulator.now = NOW + minutes * 60 * SECOND
        simulator.post(ServiceLost(at=simulator.now, trouble=trouble) if minutes % 60 == 0 else Tick(at=simulator.now))
    assert [at.day for at, _ in simulator.delivered] == [1, 2, 3, 4]
    assert simulator.delivered[0][0] == NOW + timedelta(minutes=1)
    assert set(bodies(simulator)) == {f"trouble.{trouble}"}


def test_a_certificate_whose_end_cannot_be_read_is_told_once() -> None:
    simulator = Simulator()
    for name in ("one", "another", "one"):
        simulator.plug(certificate(name, not_after=None, flaw="notAfter unreadable"), serial=name)
        simulator.wait(3 * DAY)
    assert bodies(simulator) == ["trouble.certificate_unreadable"] * 2


@pytest.mark.parametrize("trouble", [Trouble.CARD_BUSY, Trouble.MODULE_HUNG, Trouble.MODULE_CRASHED])
def test_an_unreadable_card_is_reported_when_all_tries_have_failed(trouble: Trouble) -> None:
    simulator = Simulator()
    simulator.insert(trouble=trouble)
    simulator.wait(17 * SECOND)
    assert bodies(simulator) == []
    simulator.wait(2 * SECOND)
    assert bodies(simulator) == [f"trouble.{trouble}"]
    simulator.remove()
    simulator.insert(trouble=trouble)
    simulator.wait(60 * SECOND)
    assert len(bodies(simulator)) == 1, "told today"


def test_a_card_that_nothing_reads_is_reported_once() -> None:
    simulator = Simulator()
    simulator.insert()
    for hours in range(1, 20 * 24):
        simulator.wait(3600 * SECOND)
        assert simulator.now == NOW + hours * 3600 * SECOND
        simulator.post(Tick(at=simulator.now))
    assert bodies(simulator) == ["trouble.card_unread"]


def test_a_mute_card_is_called_mute() -> None:
    simulator = Simulator()
    simulator.post(ReadersSeen(at=NOW, readers=(holding(trouble=Trouble.CARD_MUTE),)))
    simulator.wait(DAY)
    assert bodies(simulator) == ["trouble.card_mute"]
    report = simulator.check()
    assert report is not None
    assert [reader.trouble for reader in report.readers] == [Trouble.CARD_MUTE]


@pytest.mark.parametrize(
    ("flags", "certificates", "expected"),
    [
        pytest.param(TokenFlags(pin_locked=True), (ONE,), "trouble.pin_locked", id="locked"),
        pytest.param(TokenFlags(), (), "trouble.no_certificate", id="bare"),
    ],
)
def test_a_trouble_of_a_key_is_reported_at_once(flags: TokenFlags, certificates: tuple[()], expected: str) -> None:
    simulator = Simulator()
    simulator.insert(token(*certificates, serial="7", flags=flags))
    assert bodies(simulator) == [expected]


def test_a_blank_key_that_may_be_the_replacement_is_no_trouble() -> None:
    simulator = Simulator()
    simulator.plug(ending(20 * DAY))
    simulator.plug(serial="7")
    assert bodies(simulator) == ["notice.order.soon", "notice.activate.add_with_old"]


EMPTY = {"serial": "7", "model": "PIV"}


@pytest.mark.parametrize(
    ("first", "changes"),
    [
        pytest.param(True, {}, id="it was there before"),
        pytest.param(True, {"flags": TokenFlags(user_pin_set=False)}, id="there before, and not activated"),
        pytest.param(False, {"manufacturer": "Yubico"}, id="complete and of another make"),
    ],
)
def test_an_empty_token_of_another_use_changes_no_path_and_is_reported_once(
    first: bool, changes: dict[str, object]
) -> None:
    simulator = Simulator()
    empty, login = token(**EMPTY, **changes), token(ending(20 * DAY), reader="Reader 01", serial="1")  # type: ignore[arg-type]  # real fields
    both = [(empty, "Reader 00"), (login, "Reader 01")]
    for each, reader in both if first else reversed(both):
        simulator.insert(each, reader=reader)
    for _ in range(10):
        simulator.wait(DAY)
        simulator.look()
        simulator.restart()
    report = simulator.check()
    assert report is not None
    assert [path.kind for path in report.paths] == [WorkflowKind.ORDER]
    assert bodies(simulator).count("trouble.no_certificate") == 1
    assert not any(body.startswith("notice.activate") for body in bodies(simulator))


def test_a_locked_pin_keeps_the_path() -> None:
    simulator = Simulator()
    simulator.plug(ending(20 * DAY), flags=TokenFlags(pin_locked=True))
    assert sorted(bodies(simulator)) == ["notice.order.soon", "trouble.pin_locked"]


@pytest.mark.parametrize("trouble", [Trouble.TOOL_MISSING, Trouble.ELEVATED])
def test_a_failed_launch_is_reported(trouble: Trouble) -> None:
    simulator = Simulator()
    simulator.look()
    simulator.post(Launched(at=NOW, procedure="opalexe", destination=Destination.PLATFORM))
    simulator.post(Launched(at=NOW, procedure="opalexe", destination=Destination.PLATFORM, trouble=trouble))
    assert bodies(simulator) == [f"trouble.{trouble}"]


@pytest.mark.parametrize(
    ("destination", "address"),
    [
        (Destination.ORDER_PAGE, "https://order.example/"),
        (Destination.PLATFORM, "https://platform.example/"),
        (Destination.SUPPORT_MAIL, "help@example.org"),
        (Destination.TOOL, None),
    ],
)
def test_what_no_program_opened_can_be_copied(destination: Destination, address: str | None) -> None:
    procedure = replace(
        OPALEXE,
        order_url="https://order.example/",
        platform_url="https://platform.example/",
        support_email="help@example.org",
    )
    simulator = Simulator(state=State(settings=replace(SETTINGS, procedures=(procedure,))))
    simulator.look()
    simulator.post(Launched(at=NOW, procedure="opalexe", destination=destination, trouble=Trouble.LAUNCH_FAILED))
    ((_, notice),) = simulator.delivered
    if address is None:
        assert notice.body == text("trouble.launch_failed", reader="")
    else:
        assert notice.body == text("trouble.launch_failed.address", address=address)


def test_a_tool_of_the_users_own_is_named_once_and_then_started() -> None:
    simulator = Simulator()
    simulator.look()
    place = "/home/jeanne/.local/share/applications/tkm.desktop"
    held = Launched(
        at=NOW, procedure="opalexe", destination=Destination.TOOL, trouble=Trouble.TOOL_UNKNOWN, place=place
    )
    simulator.post(held)
    ((_, notice),) = simulator.delivered
    assert notice.body == text("trouble.tool_unknown", reader=place)
    assert known_tools(simulator.state.memory.delivered) == {place}


def test_an_alarm_is_forgotten_in_time_and_a_milestone_never() -> None:
    simulator = Simulator(state=State(settings=notice_settings(days=())))
    simulator.plug(ending(-DAY))
    simulator.insert(token(serial="7", flags=TokenFlags(pin_locked=True)))
    simulator.remove()
    assert any(key.startswith("trouble|") for key in simulator.state.memory.delivered)
    simulator.now += 61 * DAY
    simulator.plug(ending(-DAY, "anne", given_name="Anne", subject_cn="Anne"))
    assert not any(key.startswith("trouble|") for key in simulator.state.memory.delivered)
    assert sum(key.startswith("expiry|") for key in simulator.state.memory.delivered) == 2
