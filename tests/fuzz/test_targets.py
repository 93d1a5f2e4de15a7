"""What fuzzers begin with, or once found, does no harm."""

from __future__ import annotations

import pytest

from fuzz.targets import TARGETS, seeds_of


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "certificate"])
def test_no_recorded_seed_does_harm(name: str) -> None:
    seeds = seeds_of(name)
    assert seeds
    for seed, content in seeds.items():
        try:
            TARGETS[name](content)
        except Exception as error:
            raise AssertionError(seed) from error
