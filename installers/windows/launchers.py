"""Compiles vigicle.exe, vigiclew.exe and helper programs with mingw."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bundle import need, run, version
from publisher import publisher

HERE = Path(__file__).parent
LAUNCHERS = {"vigicle.exe": ("-mconsole",), "vigiclew.exe": ("-mwindows", "-DWINDOWLESS")}
REPRODUCIBLE = "-Wl,--no-insert-timestamp"


def make_launchers(folder: Path) -> None:
    """Compile both programs into the folder, reproducibly."""
    windres = need("x86_64-w64-mingw32-windres", "binutils-mingw-w64-x86-64")
    numbers = ",".join([*version().split("."), "0"])
    with tempfile.TemporaryDirectory() as scratch:
        described = Path(scratch) / "launcher.o"
        company = f'#define COMPANY "{publisher().name}"\n'  # its shell would break the words apart
        (Path(scratch) / "publisher.h").write_text(company, encoding="ascii")
        for name, options in LAUNCHERS.items():
            words = [f'-DVERSION=\\"{version()}\\"', f"-DNUMBERS={numbers}", f'-DNAME=\\"{name}\\"']  # for its shell
            run(f"describe {name}", [windres, *words, "-I", HERE, "-I", scratch, HERE / "launcher.rc", described])
            compile_program("launcher.c", folder / name, *options, described)


def compile_program(source: str, program: Path, *more: str | Path) -> None:
    """Compile one of the C files of this folder.

    `more` are options, objects and libraries.
    """
    compiler = need("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64")
    options = ["-Wall", "-Wextra", "-Werror", "-O2", "-s", "-municode", REPRODUCIBLE]
    run(f"compile {program.name}", [compiler, *options, "-o", program, HERE / source, *more])
