"""How one step of the rules grows with what is remembered: a key and a certificate of each of many holders."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.rows import Row
from config.folders import find_folders
from config.loading import load_settings
from daemon.core.events import ReadersSeen, Tick
from daemon.core.model import Certificate, Key, Memory, Role, Seen
from daemon.core.state import State
from daemon.core.step import step

COUNTS, QUICK_COUNTS = (10, 1_000, 10_000), (10, 1_000)
STEPS = 5


def measure(*, quick: bool) -> list[Row]:
    """Time a step in which nothing happens: all that is known is judged and drawn afresh in it."""
    return [
        Row(
            what=f"one step with {count} certificates remembered, median of {STEPS}",
            unit="ms",
            budget=None,
            ours=_step_ms(count),
        )
        for count in (QUICK_COUNTS if quick else COUNTS)
    ]


def _step_ms(count: int) -> float:
    now = datetime.now(UTC)
    with TemporaryDirectory() as home:
        places = {f"XDG_{name}_HOME": str(Path(home, name)) for name in ("CONFIG", "STATE")}
        settings = load_settings(find_folders(places)).settings
    memory = _memory(count, settings.procedures[0].issuers[0].organization or "", now)
    state, _ = step(State(settings=settings, memory=memory), ReadersSeen(at=now, readers=()))
    figures = []
    for _ in range(STEPS):
        began = time.perf_counter()
        step(state, Tick(at=now))
        figures.append((time.perf_counter() - began) * 1000)
    return statistics.median(figures)


def _memory(count: int, issuer: str, now: datetime) -> Memory:
    seen = [_seen(number, issuer, now) for number in range(count)]
    fingerprints = [each.certificate.fingerprint for each in seen]
    return Memory(
        certificates=dict(zip(fingerprints, seen, strict=True)),
        keys={f: Key(id=f, fingerprints=(f,), first_seen=now, last_seen=now) for f in fingerprints},
    )


def _seen(number: int, issuer: str, now: datetime) -> Seen:
    certificate = Certificate(
        fingerprint=f"{number:064x}",
        subject_cn=f"Jeanne MARTIN{number}",
        given_name="Jeanne",
        surname=f"Martin{number}",
        issuer_o=issuer,
        not_before=now - timedelta(days=100),
        not_after=now + timedelta(days=600),
        role=Role.AUTHENTICATION,
    )
    return Seen(certificate=certificate, first_seen=now, last_seen=now)
