"""The workflows run on images that exist, and keep secrets apart."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
IMAGES = (Path(__file__).parent / "runner_images.txt").read_text(encoding="utf-8")
TODAY = datetime.now(UTC).date()


def image_ends(listing: str) -> dict[str, date]:
    """Return the first day without each image, by its label."""
    rows = (line.split() for line in listing.splitlines() if line and not line.startswith("#"))
    return {label: date.max if end == "-" else date.fromisoformat(end) for label, end, _source in rows}


def labels(workflow: str) -> set[str]:
    """Return the labels of the runners, also those of a matrix."""
    named = re.findall(r"^\s*(?:runs-on|system): *(.+)$", workflow, re.MULTILINE)
    return {label for names in named for label in re.findall(r"[a-z]+-[\w.-]+", names) if "${{" not in names}


def retired(workflow: str, listing: str, today: date) -> set[str]:
    """Return the labels that are gone or not listed."""
    ends = image_ends(listing)
    return {label for label in labels(workflow) if ends.get(label, date.min) <= today}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.name)
def test_every_runner_image_is_still_there(workflow: Path) -> None:
    written = workflow.read_text(encoding="utf-8")
    assert labels(written)
    assert retired(written, IMAGES, TODAY) == set()


LISTING = "# x\nmacos-14  2026-11-02  https://a\nmacos-15  -  https://a\n"


@pytest.mark.parametrize(
    ("workflow", "today", "found"),
    [
        pytest.param("runs-on: macos-14", date(2026, 11, 1), set(), id="day-before"),
        pytest.param("runs-on: macos-14", date(2026, 11, 2), {"macos-14"}, id="last-day-over"),
        pytest.param("system: [macos-15, macos-14]", date(2026, 11, 2), {"macos-14"}, id="matrix"),
        pytest.param("runs-on: macos-12", date(2026, 11, 1), {"macos-12"}, id="not-listed"),
        pytest.param("runs-on: ${{ matrix.system }}", date(2026, 11, 2), set(), id="expression"),
    ],
)
def test_a_retired_image_is_found(workflow: str, today: date, found: set[str]) -> None:
    assert retired(workflow, LISTING, today) == found


def jobs(workflow: str) -> dict[str, str]:
    """Return what each job says, by its id."""
    _, _, written = workflow.partition("\njobs:\n")
    parts = re.split(r"^  ([\w-]+):\n", written, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def exposing(workflow: str) -> set[str]:
    """Return the jobs that see a secret outside a reviewed release."""
    demanded = ("    environment: signing\n", "    if: github.ref_type == 'tag'\n")
    own = "${{ secrets.GITHUB_TOKEN }}"
    found = {id_: content for id_, content in jobs(workflow).items() if "secrets." in content.replace(own, "")}
    return {id_ for id_, content in found.items() if not all(line in content for line in demanded)}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.name)
def test_only_a_reviewed_job_of_a_tag_sees_a_secret(workflow: Path) -> None:
    written = workflow.read_text(encoding="utf-8")
    assert jobs(written)
    assert "secrets." not in written.partition("\njobs:\n")[0]
    assert exposing(written) == set()


@pytest.mark.parametrize(
    "lost", ["    environment: signing\n", "    if: github.ref_type == 'tag'\n"], ids=["review", "tag"]
)
def test_a_secret_in_another_job_is_found(lost: str) -> None:
    release = next(file for file in WORKFLOWS if file.name == "release.yml").read_text(encoding="utf-8")
    assert exposing(release.replace(lost, "")) == {"windows-signed", "macos-signed"}
