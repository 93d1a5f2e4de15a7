"""macOS asks the user once, and no notice goes another way meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from daemon.adapters.notify.channel import NoticesOffError
from daemon.adapters.notify.permission import Permission

LIMIT_S = 0.05


@dataclass
class System:
    """requestAuthorization: it returns when the user has answered (developer.apple.com)."""

    answer: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    asked: int = 0

    async def request_authorisation(self) -> bool:
        self.asked += 1
        return await self.answer


def test_an_open_question_is_asked_once_and_counts_when_it_is_answered() -> None:
    async def run() -> int:
        system, permission = System(), Permission()
        for _ in range(3):
            with pytest.raises(NoticesOffError, match="not answered yet"):
                await permission.demand(system, LIMIT_S)
        system.answer.set_result(True)
        await permission.demand(system, LIMIT_S)
        return system.asked

    assert asyncio.run(run()) == 1


def test_a_refusal_is_told_and_the_settings_can_change_it() -> None:
    async def run() -> None:
        system, permission = System(), Permission()
        system.answer.set_result(False)
        with pytest.raises(NoticesOffError, match="does not permit"):
            await permission.demand(system, LIMIT_S)
        system.answer = asyncio.get_running_loop().create_future()
        system.answer.set_result(True)
        await permission.demand(system, LIMIT_S)

    asyncio.run(run())


def test_an_error_is_a_refusal() -> None:
    async def run() -> None:
        system, permission = System(), Permission()
        system.answer.set_exception(RuntimeError("UNErrorDomain 1"))
        with pytest.raises(NoticesOffError, match="does not permit"):
            await permission.demand(system, LIMIT_S)

    asyncio.run(run())
