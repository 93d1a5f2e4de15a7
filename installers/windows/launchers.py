"""Compiles vigicle.exe and vigiclew.exe."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bundle import need, run, version

HERE = Path(__file__).parent
COMPILER = "gcc-mingw-w64-x86-64"
LAUNCHERS = {"vigicle.exe": ("-mconsole",), "vigiclew.exe": ("-mwindows", "-DWINDOWLESS")}


def make_launchers(folder: Path) -> None:
    """Compile both into the folder; the same source gives the same bytes."""
    compiler = need("x86_64-w64-mingw32-gcc", COMPILER)
    windres = need("x86_64-w64-mingw32-windres", "binutils-mingw-w64-x86-64")
    numbers = ",".join([*version().split("."), "0"])
    with tempfile.TemporaryDirectory() as scratch:
        resource = Path(scratch) / "launcher.o"
        for name, options in LAUNCHERS.items():
            words = [f'-DVERSION="{version()}"', f"-DNUMBERS={numbers}", f'-DNAME="{name}"']
            run(f"describe {name}", [windres, *_quoted(words), "-I", HERE, HERE / "launcher.rc", resource])
            warnings = ["-Wall", "-Wextra", "-Werror"]
            small = ["-O2", "-s", "-municode", "-Wl,--no-insert-timestamp"]
            run(
                f"compile {name}",
                [compiler, *warnings, *small, *options, "-o", folder / name, HERE / "launcher.c", resource],
            )


def _quoted(words: list[str]) -> list[str]:
    """windres hands its definitions to a shell."""
    return [word.replace('"', '\\"') for word in words]
