"""The commands that make a package of vigicle.app, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from macos.facts import IDENTIFIER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAGIC = (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")  # one processor of 64 bits; several
APPLICATION, INSTALLER, NOTARY = "VIGICLE_SIGN_APPLICATION", "VIGICLE_SIGN_INSTALLER", "VIGICLE_NOTARY_PROFILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Names in the builder's keychain. "" means that there is none."""

    application: str = ""
    """The identity that signs the app."""
    installer: str = ""
    """The identity that signs the package."""
    notary: str = ""
    """The stored profile of notarytool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command, and what it does."""

    title: str
    command: list[str]


def keys(environ: Mapping[str, str]) -> Keys:
    """Return the names of the builder's keys. They are not secret."""
    return Keys(
        application=environ.get(APPLICATION, ""), installer=environ.get(INSTALLER, ""), notary=environ.get(NOTARY, "")
    )


def freeze(python: Path, here: Path, work: Path) -> Step:
    """Return the command that makes the app with PyInstaller.

    PyInstaller signs each part ad hoc.
    """
    folders = ["--distpath", str(work / "dist"), "--workpath", str(work / "build")]
    return Step(
        title="freeze vigicle.app",
        command=[str(python), "-m", "PyInstaller", "--noconfirm", *folders, str(here / "vigicle.spec")],
    )


def sign(work: Path, known: Keys) -> list[Step]:
    """Return the commands that sign every Mach-O file, and the app last.

    What contains others is signed after them (Apple, "Creating distribution-signed code for macOS"). None without an
    identity: PyInstaller's ad hoc signatures stay.
    """
    if not known.application:
        return []
    app = work / "root" / "vigicle.app"
    command = ["codesign", "--force", "--timestamp", "--options", "runtime", "--sign", known.application]
    files = sorted(mach_o_files(app), key=lambda file: -len(file.parts))
    main = app / "Contents/MacOS/vigicle"
    parts = [Step(title=f"sign {file.name}", command=[*command, str(file)]) for file in files if file != main]
    whole = [*command, "--entitlements", str(work / "entitlements.plist"), str(app)]
    return [*parts, Step(title="sign vigicle.app", command=whole)]


def mach_o_files(folder: Path) -> list[Path]:
    """Return each Mach-O file, whatever its name (mach-o/loader.h, mach-o/fat.h)."""
    return [file for file in sorted(folder.rglob("*")) if _is_mach_o(file)]


def _is_mach_o(file: Path) -> bool:
    if file.is_symlink() or not file.is_file():
        return False
    with file.open("rb") as stream:
        return stream.read(4) in MAGIC


def package(here: Path, work: Path, target: Path, version: str, known: Keys) -> list[Step]:
    """Return the commands that verify the app and pack it.

    The package is signed and notarized when there are keys.
    """
    app, component = work / "root" / "vigicle.app", work / "vigicle-component.pkg"
    wrap = ["pkgbuild", "--root", str(app.parent), "--install-location", "/Applications"]
    wrap += ["--component-plist", str(work / "component.plist"), "--scripts", str(here / "scripts")]
    wrap += ["--identifier", IDENTIFIER, "--version", version, str(component)]
    pack = ["productbuild", "--distribution", str(work / "distribution.xml"), "--package-path", str(work)]
    if known.installer:
        pack += ["--sign", known.installer]
    steps = [
        Step(title="verify the signature", command=["codesign", "--verify", "--deep", "--strict", str(app)]),
        Step(title="wrap the app", command=wrap),
        Step(title=f"pack {target.name}", command=[*pack, str(target)]),
    ]
    if known.application and known.installer and known.notary:
        steps += _notarize(target, known.notary)
    return steps


def unsigned(known: Keys) -> list[str]:
    """Return a line for each missing key, with its consequence."""
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
