"""The control file, scripts, checksums and documents of the Debian package."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from bundle import licence_words, normal, source_date, version
from commands import ROOT, SetupError
from deb.desktop import put, put_compressed
from publisher import publisher

HERE = Path(__file__).parent
DOCUMENTS = "usr/share/doc/vigicle"
RUN = ("pcscd", "libglib2.0-bin")
RECOMMENDED = ("libccid", "opensc", "opensc-pkcs11", "libcups2", "libnotify-bin", "xdg-utils")
PRINTING = "libcupsprintersupport.so"  # without libcups2 Qt does not load it, and prints to a file alone
SUGGESTED = ("gnome-shell-extension-appindicator",)  # plain GNOME has no place for the icon
DESCRIPTION = """\
warns before the certificate on a smart card or crypto key expires
 vigicle starts at login and watches the card reader. It remembers every
 certificate that it has seen, and tells in time that one will expire, even
 while the key lies in a drawer. One click on the notice launches the right
 next step of the renewal.
 .
 It never asks for a PIN, reads public objects only, and makes no network
 connection.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The Python version and architecture of the package."""

    python: tuple[int, int]
    architecture: str


def put_files(stage: Path, packages: Path, bill: str, machine: Machine) -> None:
    """Write the documents and the DEBIAN folder.

    It runs last, because the folder has checksums of all other files.
    """
    put(stage / DOCUMENTS / "copyright", copyright_text(packages))
    put(stage / DOCUMENTS / "bom.cdx.json", bill)
    put_compressed(stage / DOCUMENTS / "NEWS.gz", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    put_compressed(stage / DOCUMENTS / "changelog.gz", changelog())
    debian = stage / "DEBIAN"
    debian.mkdir()
    depends = [*python_range(machine.python), *RUN, *library_packages(stage)]
    settle_modes(stage)
    put(debian / "control", control(machine, depends, installed_size(stage)))
    put(debian / "conffiles", "".join(f"/{file.relative_to(stage)}\n" for file in files(stage / "etc")))
    put(debian / "md5sums", "".join(f"{md5(file)}  {file.relative_to(stage)}\n" for file in files(stage / "usr")))
    for script in ("postinst", "prerm", "postrm"):
        put(debian / script, (HERE / "DEBIAN" / script).read_text(encoding="utf-8"))
        (debian / script).chmod(0o755)


def control(machine: Machine, depends: list[str], size_kib: int) -> str:
    """Return the control file (Debian Policy 5.3)."""
    fields = {
        "Package": "vigicle",
        "Version": version(),
        "Architecture": machine.architecture,
        "Maintainer": maintainer(),
        "Installed-Size": str(size_kib),
        "Depends": ", ".join(depends),
        "Recommends": ", ".join(RECOMMENDED),
        "Suggests": ", ".join(SUGGESTED),
        "Section": "utils",
        "Priority": "optional",
        "Homepage": publisher().home,
        "Description": DESCRIPTION,
    }
    return "".join(f"{name}: {value.rstrip()}\n" for name, value in fields.items())


def maintainer() -> str:
    """Return the maintainer's name and address (Debian Policy 5.6.2)."""
    known = publisher()
    return f"{known.name} <{known.email}>"


def python_range(python: tuple[int, int]) -> tuple[str, str]:
    """Return the dependencies on the Python version of the compiled modules."""
    major, minor = python
    return f"python3 (>= {major}.{minor})", f"python3 (<< {major}.{minor + 1})"


def library_packages(stage: Path) -> list[str]:
    """Return the packages of the system libraries that must be there.

    dpkg-shlibdeps needs the DEBIAN folder.
    """
    libraries = [str(file) for file in files(stage) if is_library(file) and file.name != PRINTING]
    with tempfile.TemporaryDirectory() as folder:
        put(Path(folder) / "debian/control", "Source: vigicle\n\nPackage: vigicle\nArchitecture: any\n")
        command = [
            "dpkg-shlibdeps",
            "-O",
            "--ignore-missing-info",
            f"-S{stage}",
            *libraries,
        ]
        done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise SetupError(f"The packages of the system's libraries cannot be found.\n{done.stderr}")
    return sorted(done.stdout.strip().removeprefix("shlibs:Depends=").split(", "))


def changelog() -> str:
    """Return the changelog in Debian's form (Debian Policy 4.4).

    It refers to NEWS for the changes.
    """
    day = f"{source_date():%a, %d %b %Y %H:%M:%S +0000}"
    return f"vigicle ({version()}) unstable; urgency=medium\n\n  * See NEWS.gz.\n\n -- {maintainer()}  {day}\n"


def copyright_text(packages: Path) -> str:
    """Return the copyright file, in the machine-readable format 1.0.

    It has vigicle's licence in full, and those of the bundled libraries by name.
    """
    _title, owners, mit = (ROOT / "LICENSE").read_text(encoding="utf-8").split("\n\n", 2)
    parts = sorted(distributions(path=[str(packages)]), key=lambda part: normal(part.name))
    others = [part for part in parts if part.name != "vigicle"]
    bundled = "\n".join(f"{part.name} {part.version}: {' or '.join(licence_words(part.metadata))}" for part in others)
    owner = owners.removeprefix("Copyright (c) ")
    return f"""\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: vigicle

Files: *
Copyright: {owner}
License: MIT
{indented(mit)}

Files: usr/lib/vigicle/lib/*
Copyright: the authors of the libraries below
License: bundled
 The libraries are bundled as their authors publish them on https://pypi.org,
 where their sources lie too. Their licences' texts lie beside them, in
 *.dist-info/licenses, and in /usr/share/common-licenses.
 .
{indented(bundled)}

Files: {" ".join(f"usr/lib/vigicle/lib/*/{name}/*" for name in ("config", "daemon", "tray"))}
Copyright: {owner}
License: MIT
"""


def indented(text: str) -> str:
    """Return a text as the lines after a field (Debian Policy 5.6.13)."""
    return "\n".join(f" {line or '.'}" for line in text.strip().splitlines())


def settle_modes(stage: Path) -> None:
    """Set the permissions of all folders and files (Debian Policy 10.9)."""
    for path in stage.rglob("*"):
        if path.is_symlink():
            continue
        executable = path.is_dir() or path.parent.name == "bin"
        path.chmod(0o755 if executable else 0o644)


def installed_size(stage: Path) -> int:
    """Return the size on disk, in KiB (Debian Policy 5.6.20)."""
    sizes = (1 if path.is_dir() or path.is_symlink() else path.stat().st_size for path in stage.rglob("*"))
    return sum(-(-size // 1024) for size in sizes)


def files(folder: Path) -> list[Path]:
    """Return the files in a folder and below, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def is_library(file: Path) -> bool:
    """Return whether a file is a shared object."""
    with file.open("rb") as stream:
        return stream.read(4) == b"\x7fELF"


def md5(file: Path) -> str:
    """Return the checksum that dpkg uses."""
    return hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
