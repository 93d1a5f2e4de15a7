"""Searches with atheris for bytes that do harm at a border."""

from __future__ import annotations

import argparse
import os
import subprocess

from commands import PROGRAMS, ROOT, SetupError, say

SEARCH = ROOT / "tests/fuzz/search.py"
WORK = ROOT / ".fuzz_cache"
CORPUS = WORK / "corpus"  # what has reached new code, for the next search
FINDS = WORK / "finds"
TARGETS = ("certificate", "answer", "request", "store", "settings", "procedure", "window")


def fuzz(arguments: list[str]) -> int:
    """Search each target for its time, one after the other.

    Returns the exit code: 1 when a target found harm. Raises `SetupError`.
    """
    wanted = parse(arguments)
    harmed = [target for target in wanted.targets or TARGETS if not search(target, wanted.minutes)]
    if not harmed:
        say("No harm was found.")
        return 0
    say(f"Harm was found by {', '.join(harmed)}: see {FINDS}. Keep each find as a seed in tests/fuzz/seeds.")
    return 1


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the minutes for each target, and the targets. Raises `SetupError`."""
    parser = argparse.ArgumentParser(prog="dev.py fuzz", exit_on_error=False, add_help=False)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    try:
        wanted, unknown = parser.parse_known_args(arguments)
    except argparse.ArgumentError as error:
        raise SetupError(str(error)) from error
    unknown += [target for target in wanted.targets if target not in TARGETS]
    if unknown or not wanted.minutes > 0:
        raise SetupError(f"fuzz takes --minutes N and any of {', '.join(TARGETS)}.")
    return wanted


def search(target: str, minutes: float) -> bool:
    """Search one target, and return whether nothing was found."""
    corpus = CORPUS / target
    for folder in (corpus, FINDS):
        folder.mkdir(parents=True, exist_ok=True)
    say(f"==> fuzz {target} for {minutes:g} minutes")
    limits = [f"-max_total_time={max(1, round(60 * minutes))}", "-max_len=16384", "-timeout=60", "-print_final_stats=1"]
    limits += [f"-artifact_prefix={FINDS}/{target}-"]
    command = [PROGRAMS / "python", "-W", "ignore", SEARCH, target, *limits, corpus]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    return subprocess.run([str(part) for part in command], check=False, cwd=ROOT, env=environment).returncode == 0
