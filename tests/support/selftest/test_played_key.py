"""The simulated key of the Windows tests, compiled for this system."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from support.native import compile_source
from support.pki import make_certificate
from support.process import PATIENCE_S, require_tool
from support.windows import READER, SOURCES, pkcs11_headers

if TYPE_CHECKING:
    from pathlib import Path


def test_the_key_is_there_while_its_file_is(tmp_path: Path) -> None:
    module, card = tmp_path / "played_key.so", tmp_path / "card.der"
    module.write_bytes(compile_source((SOURCES / "played_key.c").read_text(), "-Wall", f"-I{pkcs11_headers()}"))
    played = os.environ | {"VIGICLE_TEST_TOKEN": str(card), "VIGICLE_TEST_READER": READER}

    def ask(*options: str) -> str:
        command = [require_tool("pkcs11-tool", "opensc"), "--module", str(module), *options]
        return subprocess.run(
            command, env=played, capture_output=True, text=True, check=False, timeout=PATIENCE_S
        ).stdout

    assert "empty" in ask("--list-slots")
    card.write_bytes(make_certificate())
    assert READER in ask("--list-slots")
    assert ask("--list-objects").startswith("Certificate Object; type = X.509 cert")
