"""Toasts that Windows takes and then does not show."""

from __future__ import annotations

from dataclasses import dataclass, field

from daemon.adapters.notify.toast_windows import collect_failures


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
