"""What the packages of all systems share.

Version, verified parts, bill of materials and checksums, with the standard library only. The module is not named
`packaging`, which is a library that others import.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import tomllib
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING

from commands import ROOT, SetupError, StepError, say
from dev import LOCKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from importlib.metadata import Distribution
    from importlib.metadata._meta import PackageMetadata

SOURCES = ("config", "daemon", "tray", "pyproject.toml", "README.md", "LICENSE")
SUMS = "SHA256SUMS"
PROGRESS_S = 10.0

Hashes = dict[str, str]
"""SHA-256 of each installed file, by the package's normal name."""


def version() -> str:
    """Return the version in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def source_date() -> datetime:
    """Return the date of the built files.

    It is SOURCE_DATE_EPOCH, or that of the last commit, or now.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch and shutil.which("git"):
        ask = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
        epoch = subprocess.run(ask, check=False, capture_output=True, text=True).stdout.strip()
    if not epoch.isdigit():
        return datetime.now(UTC)
    return datetime.fromtimestamp(int(epoch), UTC)


def need(program: str, package: str) -> str:
    """Return the program's path.

    Raises SetupError, with the package to install, when it is missing.
    """
    found = shutil.which(program)
    if found is None:
        raise SetupError(f"{program} is missing: install package {package}.")
    return found


def run(
    title: str,
    command: Sequence[str | Path],
    environment: Mapping[str, str] | None = None,
    *,
    tells_progress: bool = False,
) -> None:
    """Run one command and show its output. Raises StepError when it fails.

    `tells_progress` prints the time that a silent command takes.
    """
    say(f"==> {title}")
    try:
        with subprocess.Popen([str(part) for part in command], cwd=ROOT, env=environment) as process:
            code = _wait(process) if tells_progress else process.wait()
    except OSError as error:
        raise SetupError(f"{title}: {error}.") from error
    if code != 0:
        raise StepError(title, code)


@contextmanager
def written_beside(target: Path) -> Iterator[Path]:
    """Give a name beside the target, and rename it at the end.

    After an error nothing of it is left.
    """
    unfinished = target.with_name(f".unfinished-{target.name}")
    try:
        yield unfinished
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _wait(process: subprocess.Popen[bytes]) -> int:
    begun = time.monotonic()
    while True:
        try:
            return process.wait(PROGRESS_S)
        except subprocess.TimeoutExpired:
            say(f"    still at it after {time.monotonic() - begun:.0f} s")


def make_tools(python: str, folder: Path) -> Path:
    """Make an environment with the build lock alone. Return its interpreter."""
    run("make the build tools' environment", [python, "-m", "venv", folder])
    tools = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    run("install installers/locks/build.txt", [*_pip(tools), *_lock("build"), "--only-binary", ":all:"])
    return tools


def install_run_lock(tools: Path, *options: str | Path, lock: Path = LOCKS / "run.txt") -> Hashes:
    """Install a lock with the tools' pip, which checks each file's hash.

    `options` say where to install, and for which system.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [*_pip(tools), "--require-hashes", "--requirement", lock, "--report", report, *options]
        run(f"install {lock.name}", command, _path(tools))
        return installed_hashes(report.read_text(encoding="utf-8"))


def download_lock(tools: Path, folder: Path, lock: Path) -> None:
    """Download the files of a lock, and check their hashes."""
    command = [*_pip(tools, "download"), "--require-hashes", "--requirement", lock, "--dest", folder]
    run(f"download {lock.name}", command, _path(tools))


def make_wheel(tools: Path, folder: Path) -> Path:
    """Build vigicle's wheel into the folder, and return it.

    It is built from a copy of the sources, so that the checkout stays clean.
    """
    with tempfile.TemporaryDirectory() as copy:
        for name in SOURCES:
            source, target = ROOT / name, Path(copy) / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, target)
        command = [*_pip(tools, "wheel"), "--no-deps", "--wheel-dir", folder, copy]
        run("build vigicle's wheel", command, _path(tools))
    return next(folder.glob("vigicle-*.whl"))


def install_wheel(tools: Path, wheel: Path, *options: str | Path) -> None:
    """Install vigicle's wheel to where the options say, without dependencies."""
    run(f"install {wheel.name}", [*_pip(tools), "--no-deps", "--no-index", *options, wheel])


def installed_hashes(report: str) -> Hashes:
    """Read pip's installation report (pip.pypa.io, reference/installation-report)."""
    return {
        normal(part["metadata"]["name"]): part["download_info"]["archive_info"]["hashes"]["sha256"]
        for part in json.loads(report)["install"]
    }


def bill_of_materials(site_packages: Path, hashes: Hashes) -> str:
    """Return a CycloneDX 1.5 document of the installed packages.

    Raises SetupError for one that no lock has verified.
    """
    parts = sorted(distributions(path=[str(site_packages)]), key=lambda part: normal(part.name))
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": source_date().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {"type": "application", "name": "vigicle", "version": version(), "bom-ref": "vigicle"},
        },
        "components": [_component(part, hashes) for part in parts if normal(part.name) != "vigicle"],
    }
    return json.dumps(bill, indent=1, ensure_ascii=False) + "\n"


def licence_words(metadata: PackageMetadata) -> list[str]:
    """Return the licences that a package declares, or none.

    They are an SPDX expression, or a free text, or classifiers.
    """
    own = [words for words in metadata.get_all("License") or [] if words.strip() and "\n" not in words]  # no full text
    classified = [line.split(" :: ")[-1] for line in metadata.get_all("Classifier") or [] if line.startswith("License")]
    return metadata.get_all("License-Expression") or own or classified


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS for the files of the folder, as sha256sum(1) does."""
    files = sorted(file for file in folder.iterdir() if file.is_file() and file.name != SUMS)
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def normal(name: str) -> str:
    """Return a package name's normal form (packaging guide, name normalization)."""
    return re.sub(r"[-_.]+", "-", name).lower()


PIP_OPTIONS = (
    "--disable-pip-version-check",
    "--no-input",
    "--no-build-isolation",
)  # it would fetch unverified tools


def _pip(tools: Path, command: str = "install") -> list[str | Path]:
    return [tools, "-m", "pip", command, *PIP_OPTIONS]


def _lock(name: str) -> list[str | Path]:
    return ["--require-hashes", "--requirement", LOCKS / f"{name}.txt"]


def _path(tools: Path) -> dict[str, str]:
    """Return an environment with the tools' programs (swig) first on the path.

    What is compiled holds no debugging information, whose paths differ in each build.
    """
    path = f"{tools.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return os.environ | {"PATH": path, "CFLAGS": f"{os.environ.get('CFLAGS', '')} -g0".strip()}


def _component(part: Distribution, hashes: Hashes) -> dict[str, object]:
    name = normal(part.name)
    if name not in hashes:
        raise SetupError(f"{name} is in the package, but no lock has verified it.")
    purl = f"pkg:pypi/{name}@{part.version}"
    spdx = part.metadata.get_all("License-Expression")
    licenses: list[dict[str, object]] = [{"license": {"name": name}} for name in licence_words(part.metadata)]
    if spdx:
        licenses = [{"expression": spdx[0]}]
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": part.version,
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": hashes[name]}],
        "licenses": licenses,
    }
