"""Fixtures of the fault campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.bus import SessionBus
    from support.desktop import NotificationServer
    from support.program import Program
    from support.reader import ReaderService


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
