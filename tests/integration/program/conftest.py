"""A desktop with the guide's window, for those who sit before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.accessibility import Accessibility
from support.desktop import Screen, WindowManager
from support.sitting import PLATFORM_URL, Sitting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.browser import RecordingBrowser, RecordingTool
    from support.bus import LoginManager, SessionBus, SystemBus
    from support.desktop import NotificationServer
    from support.program import Program
    from support.reader import ReaderService


@pytest.fixture
def login(program: Program, system_bus: SystemBus, login_manager: LoginManager) -> LoginManager:
    """The program's login manager, which tells of sleep.

    It comes before what starts the program.
    """
    program.environment |= system_bus.environment
    return login_manager


@pytest.fixture
def large_screen() -> Iterator[Screen]:
    """A screen that the whole window fits on."""
    with Screen("1000x860x24") as display:
        yield display


@pytest.fixture
def sitting_language() -> str:
    """The language of the sitting."""
    return "en_GB.UTF-8"


@pytest.fixture
def sitting(
    program: Program,
    reader_service: ReaderService,
    session_bus: SessionBus,
    notification_server: NotificationServer,  # noqa: ARG001 - it answers on the bus
    browser: RecordingBrowser,
    tool: RecordingTool,
    large_screen: Screen,
    sitting_language: str,
    tmp_path: Path,
) -> Iterator[Sitting]:
    """A desktop with window manager, browser, mail program and vendor's tool."""
    program.environment |= reader_service.environment | session_bus.environment | browser.environment
    program.environment |= dict(large_screen.environment) | {"LANG": sitting_language}
    program.configure(
        f'[procedures.opalexe]\nplatform_url = "{PLATFORM_URL}"\ntool = "{tool.program}"\nmargin_hours = 0\n'
    )
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    with WindowManager(large_screen), Accessibility(session_bus) as tree:
        program.environment |= tree.environment
        yield Sitting(program, reader_service, tree, pictures)
