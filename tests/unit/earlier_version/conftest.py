"""A copy of the earlier version's folders that a test may change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from unit.earlier_version.snapshots import copy_home

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return copy_home(tmp_path / "home")
