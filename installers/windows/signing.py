#!/usr/bin/env python3
"""Signs programs for Windows when the builder has a key.

It is called as `signing.py FILE`, or through `sign` in the build. The environment names the key: VIGICLE_SIGN_PKCS12
(a file), VIGICLE_SIGN_PASSWORD_FILE (a file), and VIGICLE_SIGN_TIMESTAMP_URL for a time stamp. No secret is on a
command line.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

KEY, PASSWORD, TIMESTAMP = "VIGICLE_SIGN_PKCS12", "VIGICLE_SIGN_PASSWORD_FILE", "VIGICLE_SIGN_TIMESTAMP_URL"


def has_key() -> bool:
    """Return whether the builder has named a key."""
    return bool(os.environ.get(KEY))


def signing_command(source: Path, target: Path, environ: dict[str, str]) -> list[str]:
    """Return the call of osslsigncode."""
    command = ["osslsigncode", "sign", "-pkcs12", environ[KEY], "-readpass", environ[PASSWORD]]
    command += ["-h", "sha256", "-n", "vigicle"]
    if environ.get(TIMESTAMP):
        command += ["-ts", environ[TIMESTAMP]]
    return [*command, "-in", str(source), "-out", str(target)]


def sign(program: Path) -> None:
    """Sign the program in place.

    Raises CalledProcessError, and KeyError when no password file is named.
    """
    signed = program.with_name(program.name + ".signed")
    subprocess.run(signing_command(program, signed, dict(os.environ)), check=True)
    shutil.move(signed, program)


if __name__ == "__main__":
    sign(Path(sys.argv[1]))
