"""Each test of the core begins with nothing cached."""

import pytest

from daemon.core.person_names import read_name
from daemon.core.registration_numbers import organization_number, person_number


@pytest.fixture(autouse=True)
def nothing_cached() -> None:
    """Forget what earlier tests have read.

    Each test then calls what it is about: `dev.py mutate` runs for a changed function the tests that called it.
    """
    for cached in (read_name, organization_number, person_number):
        cached.cache_clear()
