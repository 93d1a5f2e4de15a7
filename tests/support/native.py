"""Compiles the small C programs of the tests into libraries."""

from __future__ import annotations

import subprocess
import tempfile
from functools import cache
from pathlib import Path

from support.process import require_file, require_tool


@cache
def compile_file(name: str) -> bytes:
    """Compile a C file of this folder into a library."""
    headers = require_file(["/usr/include/PCSC/ifdhandler.h"], "libpcsclite-dev").parent
    return compile_source(Path(__file__).with_name(name).read_text(), "-Wall", f"-I{headers}")


def compile_source(source: str, *flags: str) -> bytes:
    """Return the library made from C source."""
    gcc = require_tool("gcc", "gcc libc6-dev")
    with tempfile.TemporaryDirectory(prefix="vigicle-native-") as folder:
        library = Path(folder) / "library.so"
        command = [gcc, "-O1", "-shared", "-fPIC", *flags, "-x", "c", "-", "-o", str(library)]
        subprocess.run(command, input=source, text=True, check=True, timeout=60)
        return library.read_bytes()
