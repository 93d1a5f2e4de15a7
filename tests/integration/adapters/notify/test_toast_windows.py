"""Toasts that fail late, and those that are clicked late."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from daemon.adapters.notify.toast_windows import collect_failures, hear_late_clicks
from support.winrt import played_windows


@dataclass
class Toast:
    tag: str


@dataclass
class Backend:
    """The part of desktop-notifier's WinRT backend that hears of failures."""

    heard: list[Toast | None] = field(default_factory=list)

    def _on_failed(self, toast: Toast | None, _error: object) -> None:
        self.heard.append(toast)


def test_a_toast_that_failed_is_known_by_its_identifier() -> None:
    backend = Backend()
    failed = collect_failures(backend)
    assert not failed
    for toast in (Toast("a"), None):
        backend._on_failed(toast, None)
    assert failed == {"a"}
    assert backend.heard == [Toast("a"), None]


@pytest.mark.parametrize("where", ["on the banner", "in the notification centre"])
@pytest.mark.parametrize(("label", "choice"), [(None, "open"), ("Order", "order")])
def test_the_first_toast_ever_is_heard(where: str, label: str | None, choice: str) -> None:
    async def show_and_click() -> list[str]:
        from desktop_notifier import Button, Notification
        from desktop_notifier.backends.winrt import WinRTDesktopNotifier

        heard: list[str] = []
        order = Button(title="Order", on_pressed=lambda: heard.append("order"))
        backend = WinRTDesktopNotifier("vigicle")
        hear_late_clicks(backend)
        assert await backend.get_current_notifications() == []
        await backend.send(Notification("title", "", buttons=(order,), on_clicked=lambda: heard.append("open")))
        if where != "on the banner":
            platform.time_out()
            await asyncio.sleep(0)  # the handlers run in the loop, in order
        platform.click(label)
        await asyncio.sleep(0)
        return heard

    with played_windows() as platform:
        assert asyncio.run(show_and_click()) == [choice]
