"""The commands that make a package of vigicle.app, as values: what calls what, with which keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from macos.facts import IDENTIFIER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

APPLICATION, INSTALLER, NOTARY = "VIGICLE_SIGN_APPLICATION", "VIGICLE_SIGN_INSTALLER", "VIGICLE_NOTARY_PROFILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Names in the builder's keychain, "" where there is none: two identities, and notarytool's stored profile."""

    application: str = ""
    installer: str = ""
    notary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command, and what it does."""

    title: str
    command: list[str]


def keys(environ: Mapping[str, str]) -> Keys:
    """Read which keys the builder names; no secret is among them."""
    return Keys(
        application=environ.get(APPLICATION, ""), installer=environ.get(INSTALLER, ""), notary=environ.get(NOTARY, "")
    )


def freeze(python: Path, here: Path, work: Path) -> Step:
    """Have PyInstaller make the app; it signs each part itself, ad hoc where no identity is given."""
    folders = ["--distpath", str(work / "dist"), "--workpath", str(work / "build")]
    return Step(
        title="freeze vigicle.app",
        command=[str(python), "-m", "PyInstaller", "--noconfirm", *folders, str(here / "vigicle.spec")],
    )


def package(here: Path, work: Path, target: Path, version: str, known: Keys) -> list[Step]:
    """Prove the app's signature, and put the app into a package, signed and notarized as far as there are keys."""
    app, component = work / "root" / "vigicle.app", work / "vigicle-component.pkg"
    wrap = ["pkgbuild", "--root", str(app.parent), "--install-location", "/Applications"]
    wrap += ["--component-plist", str(work / "component.plist"), "--scripts", str(here / "scripts")]
    wrap += ["--identifier", IDENTIFIER, "--version", version, str(component)]
    pack = ["productbuild", "--distribution", str(work / "distribution.xml"), "--package-path", str(work)]
    pack += ["--sign", known.installer] if known.installer else []
    steps = [
        Step(title="prove the signature", command=["codesign", "--verify", "--deep", "--strict", str(app)]),
        Step(title="wrap the app", command=wrap),
        Step(title=f"pack {target.name}", command=[*pack, str(target)]),
    ]
    notarized = known.application and known.installer and known.notary
    return [*steps, *_notarize(target, known.notary)] if notarized else steps


def unsigned(known: Keys) -> list[str]:
    """Say what is left out for want of a key."""
    words = {
        APPLICATION: (known.application, "the app is signed ad hoc: it runs on this Mac only"),
        INSTALLER: (known.installer, "the package is not signed"),
        NOTARY: (known.notary, "the package is not notarized"),
    }
    return [f"{name} is not set: {lack}." for name, (value, lack) in words.items() if not value]


def _notarize(target: Path, profile: str) -> list[Step]:
    submit = ["xcrun", "notarytool", "submit", str(target), "--keychain-profile", profile, "--wait"]
    return [
        Step(title="have Apple notarize it", command=submit),
        Step(title="staple the ticket", command=["xcrun", "stapler", "staple", str(target)]),
    ]
