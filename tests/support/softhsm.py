"""SoftHSM tokens in every state that a real one can be in."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

from support.process import PATIENCE_S, require_file, require_tool

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SO_PIN, USER_PIN = "12345678", "1234"
MODULES = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
]


class SoftHsm:
    """A private SoftHSM with its tokens in `folder`.

    SoftHSM always shows one more token, not initialised, behind those that are.
    """

    def __init__(self, folder: Path) -> None:
        self.module = require_file(MODULES, "softhsm2")
        self._tool = require_tool("pkcs11-tool", "opensc")
        self._folder = folder
        tokens = folder / "tokens"
        tokens.mkdir(parents=True)
        configuration = folder / "softhsm2.conf"
        configuration.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
        self.environment = {"SOFTHSM2_CONF": str(configuration)}

    def uninitialised(self) -> str:
        """Return the id of the slot with the uninitialised token."""
        found = re.findall(r"\(0x([0-9a-f]+)\)[^\n]*\n\s+token state:\s+uninitialized", self._run("--list-slots"))
        return str(int(found[0], 16))

    def without_user_pin(self, label: str) -> None:
        """Add a token that is initialised and has no user PIN yet."""
        self._run("--slot", self.uninitialised(), "--init-token", "--label", label, "--so-pin", SO_PIN)

    def complete(self, label: str, certificate_ders: Sequence[bytes] = ()) -> None:
        """Add a token with a user PIN and public certificates."""
        self.without_user_pin(label)
        token = ("--token-label", label)
        self._run(*token, "--init-pin", "--login", "--login-type", "so", "--so-pin", SO_PIN, "--new-pin", USER_PIN)
        for number, der in enumerate(certificate_ders, 1):
            path = self._folder / "certificate.der"
            path.write_bytes(der)
            login = ("--login", "--pin", USER_PIN)
            written = ("--write-object", str(path), "--type", "cert", "--id", f"{number:02}")
            self._run(*token, *login, *written, "--label", f"certificate {number}")

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [self._tool, "--module", str(self.module), *arguments],
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"pkcs11-tool {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout
