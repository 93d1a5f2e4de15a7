"""Soak test of the daemon and the core.

Usage: `python tests/integration/faults/soak.py [--swaps 10000] [--idle-s 60] [--days 365]`.

Swaps cards in two readers of the real daemon, lets it idle, then simulates days with the core and the real store.
Fails when a card was missed, memory grew by 2 MB, anything was left behind, or the idle daemon woke too often.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from config.values import dataclass

sys.path[:0] = [str(Path(__file__).parents[2])]

from bench.cards import lasting_card  # noqa: E402 - after the path
from bench.proc import Work, anonymous_mb, work_of  # noqa: E402
from bench.programs import Vigicle  # noqa: E402
from bench.sandbox import Sandbox  # noqa: E402
from bench.swaps import Holding, Noticed, holding, noticed, warm_up  # noqa: E402
from daemon.adapters.store.sqlite import SqliteStore  # noqa: E402
from daemon.core.effects import SaveMemory  # noqa: E402
from daemon.core.events import Tick  # noqa: E402
from support.core.factories import DAY, ending  # noqa: E402
from support.core.simulator import Simulator, dedup_keys  # noqa: E402

GROWTH_MB = 2.0
PACE_S = 0.03  # faster than by hand
WAKEUPS_A_S = 0.02
HEARTBEATS_S = 900.0  # a shorter window gives no rate
REST_S, SETTLE_S = 7.0, 4.0  # pcscd tidies after 5
BEAT = timedelta(minutes=15)
MILESTONES = ["90", "60", "45", "30", "15", "7", "3", "1", "0"]


def print_line(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakResult:
    """Resources before the swaps, after them and after idling."""

    swaps: int
    noticed: Noticed
    before: Holding
    after: Holding
    rested: Holding
    idle_s: float
    idle: Work
    delivered: str


def soak_the_daemon(swaps: int, idle_s: float) -> list[str]:
    """Swap cards fast and return the faults found then and while idle."""
    with Sandbox() as sandbox:
        program = Vigicle(sandbox)
        time.sleep(SETTLE_S)
        warm_up(sandbox)
        pid = program.process.pid
        before, noticed_before = holding(pid), noticed(program)
        cards = lasting_card(1), lasting_card(2)
        began = time.monotonic()
        for number in range(swaps):
            sandbox.service.remove(number % 2)
            sandbox.service.insert(cards[number // 2 % 2], number % 2)
            time.sleep(PACE_S)
        taken_s = time.monotonic() - began
        time.sleep(SETTLE_S + REST_S)
        after, found, work = holding(pid), noticed(program).since(noticed_before), work_of(pid)
        print_line(
            f"{swaps} swaps in {taken_s:.0f} s: {swaps - found.cards} missed, {found.unread} out again before a look, "
            f"memory {after.anonymous_mb - before.anonymous_mb:+.2f} MB, {after.children} children"
        )
        time.sleep(idle_s)
        idle, rested = work_of(pid).since(work), holding(pid)
        print_line(
            f"idle for {idle_s:.0f} s: {idle.wakeups} wake-ups, {idle.wakeups / max(idle_s, 1):.4f} a second, "
            f"{idle.run_ns / 1e6:.1f} ms of work, memory {rested.anonymous_mb - after.anonymous_mb:+.2f} MB, "
            f"{rested.children} children"
        )
        result = SoakResult(
            swaps=swaps,
            noticed=found,
            before=before,
            after=after,
            rested=rested,
            idle_s=idle_s,
            idle=idle,
            delivered=program.process.text,
        )
    return judge(result)


def judge(result: SoakResult) -> list[str]:
    """Name the faults."""
    missed = result.swaps - result.noticed.cards
    wakeups_a_s = result.idle.wakeups / result.idle_s if result.idle_s >= HEARTBEATS_S else 0.0
    return [
        *([f"{missed} cards missed"] if missed > 0 else []),
        *([f"{-missed} cards made up"] if missed < 0 else []),
        *_judge_holding("over the swaps", result.before, result.after),
        *_judge_holding("while idle", result.after, result.rested),
        *([f"{wakeups_a_s:.3f} wake-ups a second while idle"] if wakeups_a_s > WAKEUPS_A_S else []),
        *(["a traceback"] if "Traceback" in result.delivered else []),
    ]


def _judge_holding(when: str, before: Holding, after: Holding) -> list[str]:
    grown = after.anonymous_mb - before.anonymous_mb
    return [
        *([f"memory grew by {grown:.1f} MB {when}"] if grown > GROWTH_MB else []),
        *([f"descriptors left open {when}"] if after.descriptors > before.descriptors else []),
        *([f"children left {when}"] if after.children else []),
    ]


def soak_the_rules(days: int) -> list[str]:
    """Simulate days with heartbeats and one insertion a day."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder))
        store.load()
        simulator = Simulator()
        key = ending((days - 5) * DAY)
        middle, delivered = 0.0, []
        for day in range(days):
            simulator.plug(key)
            simulator.remove()
            for _ in range(DAY // BEAT):
                simulator.wait(BEAT)
                simulator.post(Tick(at=simulator.now))
            for effect in simulator.effects:
                if isinstance(effect, SaveMemory):
                    store.save(effect.memory, effect.history)
            delivered += dedup_keys(simulator.delivered)
            simulator.effects, simulator.delivered = [], []
            if day == days // 4:
                middle = anonymous_mb(os.getpid())
        grown = anonymous_mb(os.getpid()) - middle
        store.close()
        kept = SqliteStore(Path(folder), read_only=True).load()
        size = (Path(folder) / "vigicle.sqlite3").stat().st_size // 1024
    told = [dedup_key.rsplit("|", 1)[1] for dedup_key in delivered]
    beats = days * (DAY // BEAT)
    print_line(f"{days} days, {beats} heartbeats: told {', '.join(told)}; memory {grown:+.2f} MB, store {size} kB")
    return [
        *([f"told {told}"] if told != MILESTONES else []),
        *([f"memory grew by {grown:.1f} MB"] if grown > GROWTH_MB else []),
        *(["the store differs"] if kept != simulator.state.memory else []),
    ]


def main() -> int:
    """Run both, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--swaps", type=int, default=10_000)
    parser.add_argument("--idle-s", type=float, default=60.0)
    parser.add_argument("--days", type=int, default=365)
    options = parser.parse_args()
    faults = soak_the_rules(options.days) if options.days else []
    faults += soak_the_daemon(options.swaps, options.idle_s) if options.swaps else []
    for fault in faults:
        print_line(f"FAULT: {fault}")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
