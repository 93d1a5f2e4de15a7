"""A PKCS#11 module whose token and faults are files beside it.

They can change between two reads."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from support.native import compile_source

if TYPE_CHECKING:
    from collections.abc import Sequence

WHOLE = 0x40D  # RNG, LOGIN_REQUIRED, USER_PIN_INITIALIZED, TOKEN_INITIALIZED


@cache
def _library() -> bytes:
    return compile_source(Path(__file__).with_name("token_module.c").read_text(), "-w")


class TokenModule:
    """A library in a folder. `path` is the module for the settings."""

    def __init__(self, folder: Path, name: str = "token") -> None:
        self.path = folder / f"{name}.so"
        self.path.write_bytes(_library())
        self._files = Path(f"{self.path}.d")
        self._files.mkdir()
        self.show()

    def show(
        self,
        certificates: Sequence[bytes] = (),
        *,
        label: bytes = b"a key",
        serial: bytes = b"0001",
        flags: int = WHOLE,
        slot: bytes = b"Slot 0",
    ) -> None:
        """Put this token into the slot."""
        for file in self._files.glob("*.der"):
            file.unlink()
        translator = {"label": label, "serial": serial, "slot": slot, "flags": f"{flags:x}".encode()}
        ders = {f"{number}.der": der for number, der in enumerate(certificates)}
        for name, content in {**translator, **ders}.items():
            (self._files / name).write_bytes(content)

    def fail(self, how: str, where: str) -> None:
        """Fail at each call of this function from now on.

        `how` is crash, hang, exit, chatter, fork, report or error, or escape: leave a process in another session. It
        goes before crash and hang as well: "escape-crash".
        """
        (self._files / "fault").write_text(f"{how} {where}")

    def reported(self, name: str) -> str:
        """Return what it reported of its process.

        `name` is status, limits, environ, or pieces: how many of 256 MB it got.
        """
        return (self._files / name).read_text(errors="replace")

    def recover(self) -> None:
        """Stop failing."""
        (self._files / "fault").unlink(missing_ok=True)

    @property
    def forked(self) -> int:
        """The id of the process that it left running, 0 for none."""
        file = self._files / "forked"
        return int(file.read_text() or 0) if file.exists() else 0

    @property
    def calls(self) -> list[str]:
        """The functions called so far, in order."""
        file = self._files / "calls"
        return file.read_text().split() if file.exists() else []
