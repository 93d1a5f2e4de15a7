"""One Windows for this folder, reset before each test."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.desktop import Screen
from support.pki import make_certificate
from support.windows import DESKTOP_SIZE, make_windows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.windows import Windows


@pytest.fixture
def key() -> bytes:
    """A certificate that ends in 60 days, due but not urgent."""
    return make_certificate(not_after=datetime.now(UTC) + timedelta(days=60))


@pytest.fixture(scope="session")
def windows_of_session() -> Iterator[Windows]:
    with (
        tempfile.TemporaryDirectory(prefix="vigicle-windows-") as folder,
        Screen(f"{DESKTOP_SIZE}x24") as screen,  # as large as the desktop, which then lies nowhere else on it
        make_windows(Path(folder), screen.environment["DISPLAY"]) as windows,
    ):
        yield windows


@pytest.fixture
def windows(windows_of_session: Windows) -> Iterator[Windows]:
    windows_of_session.unplug()
    windows_of_session.configure()
    yield windows_of_session
    windows_of_session.end()
    shutil.rmtree(windows_of_session.data)
