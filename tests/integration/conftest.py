"""What all tests with real parts keep to."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from support.process import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN = {"asyncio", "pcsc", "pcsc-ask", "pcsc-held", "schedule", "token-child", "token-reader"}


@pytest.fixture(autouse=True)
def no_own_thread_outlives_its_test() -> Iterator[None]:
    """Wait until the program's threads have ended.

    One that goes on would write into the log of the next test, and call what that one has replaced.
    """
    yield
    wait_until(lambda: OWN.isdisjoint(each.name for each in threading.enumerate()), "the program's threads have ended")
