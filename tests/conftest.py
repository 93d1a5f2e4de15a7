"""Fixtures for private services, each ended after its test."""

from __future__ import annotations

import gc
import os
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from support.browser import RecordingBrowser, RecordingTool
from support.bus import LoginManager, SessionBus, SystemBus
from support.card import PINS_SEEN
from support.desktop import Dunst, NotificationServer, Screen
from support.program import Program
from support.reader import ReaderService
from support.shifted_clock import ShiftedClock
from support.softhsm import SoftHsm

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The language and the time zone of who runs the tests reach none of them.
for name in [each for each in os.environ if each == "LANGUAGE" or each.startswith("LC_")]:
    del os.environ[name]
os.environ |= {"LANG": "C.UTF-8", "TZ": "Etc/UTC"}
time.tzset()

# No deadline: a busy machine fails no test. `dev.py test` takes the thorough profile, pytest alone the fast one.
UNTIMED = settings(deadline=None, stateful_step_count=40, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", UNTIMED)
settings.register_profile("fast", UNTIMED, max_examples=12, stateful_step_count=20)
settings.load_profile("fast")


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what every test needs."""
    gc.freeze()


def pytest_runtest_teardown() -> None:
    """Fail when a command with a PIN reached any card."""
    seen, PINS_SEEN[:] = [*PINS_SEEN], []
    assert seen == [], "a command that carries a PIN reached a card"


@pytest.fixture
def reader_service() -> Iterator[ReaderService]:
    """A private pcscd with two empty readers."""
    with ReaderService(readers=2) as service:
        yield service


@pytest.fixture
def session_bus() -> Iterator[SessionBus]:
    """A private session bus without clients."""
    with SessionBus() as bus:
        yield bus


@pytest.fixture
def system_bus() -> Iterator[SystemBus]:
    """A private system bus without clients."""
    with SystemBus() as bus:
        yield bus


@pytest.fixture
def notification_server(session_bus: SessionBus) -> Iterator[NotificationServer]:
    """A recording notification server on the test's session bus."""
    with NotificationServer(session_bus) as server:
        yield server


@pytest.fixture
def login_manager(system_bus: SystemBus) -> Iterator[LoginManager]:
    """A login manager on the test's system bus, which signals sleep."""
    with LoginManager(system_bus) as manager:
        yield manager


@pytest.fixture
def screen() -> Iterator[Screen]:
    """A virtual X display."""
    with Screen() as display:
        yield display


@pytest.fixture
def dunst(session_bus: SessionBus, screen: Screen) -> Iterator[Dunst]:
    """The real dunst on the test's session bus."""
    with Dunst(session_bus, screen) as daemon:
        yield daemon


@pytest.fixture
def browser(tmp_path: Path) -> RecordingBrowser:
    """The default browser of the test's desktop."""
    return RecordingBrowser(tmp_path / "browser")


@pytest.fixture
def tool(tmp_path: Path) -> RecordingTool:
    """A stand-in for the vendor's tool."""
    return RecordingTool(tmp_path / "tool")


@pytest.fixture
def softhsm(tmp_path: Path) -> SoftHsm:
    """A private SoftHSM without tokens."""
    return SoftHsm(tmp_path / "softhsm")


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """`vigicle` in a private home, without bus, reader service or display."""
    with Program(tmp_path / "home") as vigicle:
        yield vigicle


@pytest.fixture
def clock(program: Program, tmp_path: Path) -> ShiftedClock:
    """The program's clock, which can be set.

    It comes before what starts the program.
    """
    return ShiftedClock(program, tmp_path)


@pytest.fixture
def workstation(
    program: Program,
    reader_service: ReaderService,
    session_bus: SessionBus,
    notification_server: NotificationServer,  # noqa: ARG001 - it answers on the bus
) -> Program:
    """The program with a reader service and a desktop that shows notices."""
    program.environment |= reader_service.environment | session_bus.environment | {"LANG": "en_GB.UTF-8"}
    return program
