"""winget and Homebrew take the manifests that the build writes."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import fastjsonschema
import pytest

import manifests
from bundle import version
from commands import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SCHEMAS = ROOT / "tests/packaging/schemas"
CONTENT = b"a setup"
# The order and the names of a cask's stanzas: docs.brew.sh/Cask-Cookbook, "Stanza order".
STANZAS = ["arch", "version", "sha256", "url", "name", "desc", "homepage", "depends_on", "pkg", "uninstall", "zap"]


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """A folder with a package for each system that has a manager."""
    for end in ("setup.exe", "arm64.pkg", "x86_64.pkg"):
        (tmp_path / f"vigicle-{version()}-{end}").write_bytes(CONTENT + end.encode())
    return tmp_path


def read_yaml(text: str) -> dict[str, Any]:
    """Read what `to_yaml` writes: one level of lists, texts as in JSON."""
    found: dict[str, Any] = {}
    for line in text.splitlines()[1:]:
        at, name, value = re.fullmatch(r"(- |  )?(?:(\w+): ?)?(.*)", line).groups()  # type: ignore[union-attr]
        if at is None:
            found[name] = json.loads(value) if value else []
            key = name
        elif name is None:
            found[key].append(json.loads(value))
        elif at == "- ":
            found[key].append({name: json.loads(value)})
        else:
            found[key][-1][name] = json.loads(value)
    return found


@pytest.mark.parametrize(
    ("end", "kind"), [("", "version"), (".installer", "installer"), (".locale.en-US", "defaultLocale")]
)
def test_winget_takes_each_manifest(packages: Path, end: str, kind: str) -> None:
    manifests.write_manifests(packages)
    manifest = read_yaml((packages / f"vigicle.vigicle{end}.yaml").read_text(encoding="utf-8"))
    check = fastjsonschema.compile(json.loads((SCHEMAS / f"winget.{kind}.1.10.0.json").read_text(encoding="utf-8")))
    check(manifest)
    with pytest.raises(fastjsonschema.JsonSchemaValueException):
        check({**manifest, "PackageVersion": "1/2"})


def test_winget_gets_the_setups_own_hash(packages: Path) -> None:
    setup = packages / f"vigicle-{version()}-setup.exe"
    (installer,) = manifests.winget(setup)[".installer"]["Installers"]
    assert installer["InstallerSha256"].lower() == hashlib.sha256(setup.read_bytes()).hexdigest()
    assert installer["InstallerUrl"].endswith(f"/download/v{version()}/{setup.name}")


def test_the_cask_has_homebrews_stanzas_in_order(packages: Path) -> None:
    manifests.write_manifests(packages)
    text = (packages / "vigicle.rb").read_text(encoding="utf-8")
    assert re.findall(r"^  (\w+)", text, re.MULTILINE) == STANZAS
    for end in ("arm64", "x86_64"):
        package = packages / f"vigicle-{version()}-{end}.pkg"
        assert hashlib.sha256(package.read_bytes()).hexdigest() in text
    assert "/download/v#{version}/vigicle-#{version}-#{arch}.pkg" in text


def test_one_macos_package_alone_makes_no_cask(packages: Path) -> None:
    (packages / f"vigicle-{version()}-arm64.pkg").unlink()
    assert "vigicle.rb" not in {file.name for file in manifests.write_manifests(packages)}
