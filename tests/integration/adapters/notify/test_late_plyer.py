"""A notice of plyer that comes after its time limit."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

import pytest

from daemon.adapters.notify import plyer
from daemon.adapters.notify.plyer import _notify

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("shown", [True, False], ids=["shown", "refused"])
def test_a_late_notice_disturbs_nobody_and_is_put_away(monkeypatch: pytest.MonkeyPatch, *, shown: bool) -> None:
    """On Windows its window would stay otherwise."""
    put_away: list[bool] = []

    def show(_title: str, _body: str) -> Callable[[], object]:
        if not shown:
            raise OSError("no place")
        return lambda: put_away.append(True)

    monkeypatch.setattr(plyer, "_show", show)
    monkeypatch.setattr(plyer, "SHOW_S", 0)
    late: Future[None] = Future()
    late.cancel()
    _notify("title", "body", late)
    assert put_away == [True] * shown
