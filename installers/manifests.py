"""Writes what winget and Homebrew know vigicle by.

    python3 installers/manifests.py FOLDER

Sources: learn.microsoft.com/windows/package-manager/package/manifest and docs.brew.sh/Cask-Cookbook.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from bundle import version
from macos.facts import IDENTIFIER, OLDEST_MACOS
from publisher import publisher

WINGET_ID, WINGET_VERSION = "vigicle.vigicle", "1.10.0"
SUMMARY = "Watches certificates on smart cards and leads through their renewal"
MACOS_NAMES = {14: "sonoma", 15: "sequoia", 26: "tahoe"}  # docs.brew.sh/Cask-Cookbook, "depends_on macos:"
PROCESSORS = {"arm": "arm64", "intel": "x86_64"}  # Homebrew's words, and those in our files' names


def write_manifests(folder: Path) -> list[Path]:
    """Write the manifests for the packages of a folder.

    winget's need the Windows setup, Homebrew's the macOS packages of both processors.
    """
    written: list[Path] = []
    setup = folder / f"vigicle-{version()}-setup.exe"
    if setup.exists():
        for kind, manifest in winget(setup).items():
            file = folder / f"{WINGET_ID}{kind}.yaml"
            file.write_text(to_yaml(manifest), encoding="utf-8")
            written.append(file)
    packages = {word: folder / f"vigicle-{version()}-{machine}.pkg" for word, machine in PROCESSORS.items()}
    if all(package.exists() for package in packages.values()):
        file = folder / "vigicle.rb"
        file.write_text(cask(packages), encoding="utf-8")
        written.append(file)
    return written


def winget(setup: Path) -> dict[str, dict[str, Any]]:
    """Return winget's three manifests, by the end of their files' names."""
    known = publisher()
    common = {"PackageIdentifier": WINGET_ID, "PackageVersion": version()}
    return {
        "": {**common, "DefaultLocale": "en-US", **_kind("version")},
        ".installer": {
            **common,
            "Platform": ["Windows.Desktop"],
            "MinimumOSVersion": "10.0.0.0",
            "InstallerType": "nullsoft",
            "Scope": "user",
            "UpgradeBehavior": "install",
            "Commands": ["vigicle"],
            "Protocols": ["vigicle"],
            "ProductCode": "vigicle",
            "Installers": [
                {"Architecture": "x64", "InstallerUrl": _address(setup), "InstallerSha256": _digest(setup).upper()}
            ],
            **_kind("installer"),
        },
        ".locale.en-US": {
            **common,
            "PackageLocale": "en-US",
            "Publisher": known.name,
            "PublisherUrl": known.home,
            "PublisherSupportUrl": known.support,
            "PackageName": "vigicle",
            "PackageUrl": known.home,
            "License": "MIT",
            "ShortDescription": SUMMARY,
            "Moniker": "vigicle",
            "Tags": ["certificate", "pkcs11", "smart-card", "x509"],
            **_kind("defaultLocale"),
        },
    }


def _kind(name: str) -> dict[str, str]:
    return {"ManifestType": name, "ManifestVersion": WINGET_VERSION}


def to_yaml(manifest: dict[str, Any]) -> str:
    """Return a manifest in YAML, whose quoted texts are those of JSON."""
    schema = f"https://aka.ms/winget-manifest.{manifest['ManifestType']}.{WINGET_VERSION}.schema.json"
    lines = [f"# yaml-language-server: $schema={schema}"]
    for key, value in manifest.items():
        if not isinstance(value, list):
            lines.append(f"{key}: {json.dumps(value)}")
            continue
        lines.append(f"{key}:")
        for item in value:
            pairs = item.items() if isinstance(item, dict) else ()
            texts = [f"{name}: {json.dumps(text)}" for name, text in pairs] or [json.dumps(item)]
            lines += [("- " if number == 0 else "  ") + text for number, text in enumerate(texts)]
    return "\n".join(lines) + "\n"


def cask(packages: dict[str, Path]) -> str:
    """Return Homebrew's cask, from the packages by processor."""
    known = publisher()
    address = _address(packages["arm"]).replace("arm64", "#{arch}").replace(version(), "#{version}")
    oldest = MACOS_NAMES[int(OLDEST_MACOS.split(".")[0])]
    return f"""\
cask "vigicle" do
  arch arm: "{PROCESSORS["arm"]}", intel: "{PROCESSORS["intel"]}"

  version "{version()}"
  sha256 arm:   "{_digest(packages["arm"])}",
         intel: "{_digest(packages["intel"])}"

  url "{address}"
  name "vigicle"
  desc "{SUMMARY}"
  homepage "{known.home}"

  depends_on macos: ">= :{oldest}"

  pkg "vigicle-#{{version}}-#{{arch}}.pkg"

  uninstall quit:    "{IDENTIFIER}",
            pkgutil: "{IDENTIFIER}"

  zap trash: [
    "~/Library/Application Support/vigicle",
    "~/Library/LaunchAgents/fr.vigicle.vigicle.plist",
    "~/Library/LaunchAgents/vigicle.plist",
    "~/Library/Logs/vigicle",
  ]
end
"""


def _address(package: Path) -> str:
    return f"{publisher().releases}/download/v{version()}/{package.name}"


def _digest(package: Path) -> str:
    return hashlib.sha256(package.read_bytes()).hexdigest()


if __name__ == "__main__":
    write_manifests(Path(sys.argv[1]))
