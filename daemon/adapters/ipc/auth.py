"""The control channel's address and key, in a file for this person alone, and the challenge that proves the key."""

import contextlib
import hashlib
import hmac
import os
import secrets
import sys
from pathlib import Path
from typing import Protocol

import msgspec

from config.folders import private_folder
from daemon.adapters.platform.decode_errors import DECODE_ERRORS

ENDPOINT_FILE = "control.json"
SOCKET_NAME = "control.sock"
KEY_SIZE = 32  # bytes, as the nonces are
SOCKET_PATH_LIMIT = 103  # bytes: sun_path of macOS, the shorter one, less its final zero


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where the door is, and what opens it. It changes at each start."""

    address: str
    key: bytes


class AnyConnection(Protocol):
    """What a connection of either kind, socket or pipe, can do."""

    def send_bytes(self, buf: bytes, /) -> None:
        """Send one message."""

    def recv_bytes(self, maxlength: int, /) -> bytes:
        """Receive one message; raises OSError when it is longer."""


class AuthenticationError(Exception):
    """The other side does not hold the key."""


def create_endpoint(runtime: Path) -> Endpoint:
    """Make a new key, and an address where one can listen, in the runtime folder (there, and private)."""
    key = Endpoint(address=_address(runtime), key=secrets.token_bytes(KEY_SIZE))
    target, fresh = runtime / ENDPOINT_FILE, runtime / f"{ENDPOINT_FILE}.new"
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(key))
    fresh.replace(target)
    return key


def read_endpoint(runtime: Path) -> Endpoint | None:
    """Read the present key; None where there is none."""
    try:
        return msgspec.json.decode((runtime / ENDPOINT_FILE).read_bytes(), type=Endpoint)
    except (OSError, *DECODE_ERRORS):
        return None


def remove_endpoint(runtime: Path, key: Endpoint) -> None:
    """Remove the key's file, and what the address left behind."""
    (runtime / ENDPOINT_FILE).unlink(missing_ok=True)
    if sys.platform != "win32":
        socket = Path(key.address)
        socket.unlink(missing_ok=True)
        if socket.parent != runtime:
            with contextlib.suppress(OSError):
                socket.parent.rmdir()


def authenticate_client(connection: AnyConnection, key: bytes) -> None:
    """Let the client prove the key, then prove it to the client. Raises AuthenticationError.

    Our own, not multiprocessing's: that one depends on the version of Python, and 3.11's is HMAC-MD5.
    """
    ours = secrets.token_bytes(KEY_SIZE)
    connection.send_bytes(ours)
    said = connection.recv_bytes(2 * KEY_SIZE)
    theirs, proof = said[:KEY_SIZE], said[KEY_SIZE:]
    if len(said) != 2 * KEY_SIZE or not hmac.compare_digest(proof, _proof(key, b"client", ours, theirs)):
        raise AuthenticationError
    connection.send_bytes(_proof(key, b"server", ours, theirs))


def authenticate_server(connection: AnyConnection, key: bytes) -> None:
    """Prove the key to the server, then let it prove it. Raises AuthenticationError."""
    theirs = connection.recv_bytes(KEY_SIZE)
    ours = secrets.token_bytes(KEY_SIZE)
    connection.send_bytes(ours + _proof(key, b"client", theirs, ours))
    if not hmac.compare_digest(connection.recv_bytes(KEY_SIZE), _proof(key, b"server", theirs, ours)):
        raise AuthenticationError


def _proof(key: bytes, who: bytes, of_server: bytes, of_client: bytes) -> bytes:
    return hmac.digest(key, who + of_server + of_client, "sha256")


def _address(runtime: Path) -> str:
    """A pipe's name is new each time, so that nobody can take it first; a socket of a dead process makes way."""
    if sys.platform == "win32":
        address = rf"\\.\pipe\vigicle-{secrets.token_hex(16)}"
    else:
        socket = runtime / SOCKET_NAME
        if len(os.fsencode(socket)) > SOCKET_PATH_LIMIT:
            digest = hashlib.sha256(os.fsencode(runtime)).hexdigest()[:16]
            socket = private_folder(Path(f"/tmp/vigicle-{os.geteuid()}-{digest}")) / SOCKET_NAME  # noqa: S108 - checked
        socket.unlink(missing_ok=True)
        address = str(socket)
    return address
