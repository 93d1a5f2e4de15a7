"""Names accounts in metrics by random ids, which say nothing of people."""

import re
import secrets
from pathlib import Path

import msgspec

from config.files import read_small, write_whole
from config.folders import private_folder

FILE = "metrics-account"
IDS_FILE = "accounts.json"
IDS_LIMIT = 1 << 20  # bytes
_ID = re.compile(r"[0-9a-f]{12}")


def account_id(state: Path) -> str:
    """Return the id in the state folder, made where it is missing.

    Raises FolderError and OSError.
    """
    file = private_folder(state) / FILE
    try:
        kept = read_small(file, IDS_LIMIT).decode("ascii", "replace").strip()
    except FileNotFoundError:
        kept = ""
    if _ID.fullmatch(kept):
        return kept
    fresh = _new_id()
    write_whole(file, f"{fresh}\n".encode())
    return fresh


class AccountIds:
    """The collector's own ids of accounts, by user number or SID."""

    def __init__(self, folder: Path) -> None:
        self._file = private_folder(folder) / IDS_FILE
        self._ids = self._read()
        self._changed = False

    def id_of(self, user: int | str) -> str:
        """Return the id of an account, made for a new one."""
        name = str(user)
        if name not in self._ids:
            self._ids[name] = _new_id()
            self._changed = True
        return self._ids[name]

    def save(self) -> None:
        """Write the ids where some are new. Raises OSError."""
        if self._changed:
            write_whole(self._file, msgspec.json.encode(self._ids))
            self._changed = False

    def _read(self) -> dict[str, str]:
        try:
            return msgspec.json.decode(read_small(self._file, IDS_LIMIT), type=dict[str, str])
        except (OSError, msgspec.DecodeError):
            return {}


def _new_id() -> str:
    return secrets.token_hex(6)
