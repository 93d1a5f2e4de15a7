"""What tests of more than one adapter's file share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daemon.adapters.notify import make_notifier
from daemon.adapters.notify.chain import ChainNotifier
from daemon.adapters.platform.async_thread import AsyncThread
from support.notifier_probe import Make, NotifierProbe, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from daemon.adapters.notify.channel import Channel
    from daemon.ports import Post
    from support.bus import PrivateBus


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Make a notifier, on a bus or without one."""
    thread = AsyncThread()
    made: list[NotifierProbe] = []

    def build(
        bus: PrivateBus | None = None, channels: Sequence[Channel] | None = None, forced: str = ""
    ) -> NotifierProbe:
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
        monkeypatch.setenv("XDG_RUNTIME_DIR", "/nonexistent")
        for name, value in (bus.environment if bus else {}).items():
            monkeypatch.setenv(name, value)

        def notifier(post: Post) -> ChainNotifier:
            if channels is None:
                return make_notifier(post, plain, thread, environ={"VIGICLE_NOTIFIER": forced})
            return ChainNotifier(post, channels, plain, thread)

        made.append(NotifierProbe(notifier))
        return made[-1]

    yield build
    for probe in made:
        probe.notifier.stop()
    thread.stop()
