"""The address and key of the control channel, and its authentication.

Both are in a file that only the user can read.
"""

import contextlib
import hmac
import os
import secrets
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Protocol

import msgspec

from config.files import read_small, write_whole
from daemon.adapters.platform.decode_errors import DECODE_ERRORS

ENDPOINT_FILE = "control.json"
ENDPOINT_LIMIT = 64 << 10  # bytes
SOCKET_NAME = "control.sock"
KEY_SIZE = 32  # bytes, as the nonces are
SHORT_FOLDER = "/tmp"  # noqa: S108 - for a folder of a random name
FOLDER_PREFIX = "vigicle-"
SOCKET_PATH_LIMIT = 103  # bytes: sun_path of macOS, the shorter one, less its final zero


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The address and key of the control channel, new at each start."""

    address: Annotated[str, msgspec.Meta(pattern=r"^[^\0]+\Z", max_length=4096)]
    key: Annotated[bytes, msgspec.Meta(min_length=KEY_SIZE, max_length=KEY_SIZE)]
    process_id: Annotated[int, msgspec.Meta(ge=0, lt=1 << 32)] = 0
    """The daemon's, 0 where an earlier version wrote the file."""


class MessageChannel(Protocol):
    """A connection that carries whole messages, over a socket or a pipe."""

    def send_bytes(self, buf: bytes, /) -> None:
        """Send one message."""

    def recv_bytes(self, maxlength: int, /) -> bytes:
        """Receive one message. Raises OSError when it is too long."""


class AuthenticationError(Exception):
    """The other side does not hold the key."""


def create_endpoint(runtime: Path) -> Endpoint:
    """Create a key and an address to listen on.

    The runtime folder must exist and be private. What a killed daemon left is removed. Raises OSError.
    """
    former = read_endpoint(runtime)
    if former is not None:
        remove_endpoint(runtime, former)
    return Endpoint(address=_address(runtime), key=secrets.token_bytes(KEY_SIZE), process_id=os.getpid())


def publish_endpoint(runtime: Path, key: Endpoint) -> None:
    """Write the endpoint's file, once its address is listened at.

    Who finds it may connect. Raises OSError.
    """
    target = runtime / ENDPOINT_FILE
    _make_way(target)
    write_whole(target, msgspec.json.encode(key))


def _make_way(place: Path) -> None:
    """Remove what has the name of a file.

    A folder may hold something: it gets another name.
    """
    try:
        place.unlink(missing_ok=True)
    except OSError:
        if not place.is_dir():
            raise
        place.rename(place.with_name(f"{place.name}-{secrets.token_hex(4)}"))


def read_endpoint(runtime: Path) -> Endpoint | None:
    """Return the current endpoint, or None."""
    try:
        return msgspec.json.decode(read_small(runtime / ENDPOINT_FILE, ENDPOINT_LIMIT), type=Endpoint)
    except (OSError, *DECODE_ERRORS):
        return None


def remove_endpoint(runtime: Path, key: Endpoint) -> None:
    """Remove the endpoint's file and its socket.

    The file may be wrong: nothing but a socket is removed, and no folder but one made for it.
    """
    _make_way(runtime / ENDPOINT_FILE)
    if sys.platform != "win32":
        socket = Path(key.address)
        with contextlib.suppress(OSError):  # where others may create things, it may be another's by now
            if socket.is_socket():
                socket.unlink()
            if socket.parent.match(f"{SHORT_FOLDER}/{FOLDER_PREFIX}*"):
                socket.parent.rmdir()


def authenticate_client(connection: MessageChannel, key: bytes) -> None:
    """Check that the client knows the key, then prove it.

    Not multiprocessing's authentication: it depends on the Python version, and 3.11 uses HMAC-MD5.
    Raises AuthenticationError.
    """
    ours = secrets.token_bytes(KEY_SIZE)
    connection.send_bytes(ours)
    received = connection.recv_bytes(2 * KEY_SIZE)
    theirs, proof = received[:KEY_SIZE], received[KEY_SIZE:]
    if len(received) != 2 * KEY_SIZE or not hmac.compare_digest(proof, _proof(key, b"client", ours, theirs)):
        raise AuthenticationError
    connection.send_bytes(_proof(key, b"server", ours, theirs))


def authenticate_server(connection: MessageChannel, key: bytes) -> None:
    """Prove the key to the server, then check the server's proof.

    Raises AuthenticationError.
    """
    theirs = connection.recv_bytes(KEY_SIZE)
    ours = secrets.token_bytes(KEY_SIZE)
    connection.send_bytes(ours + _proof(key, b"client", theirs, ours))
    if not hmac.compare_digest(connection.recv_bytes(KEY_SIZE), _proof(key, b"server", theirs, ours)):
        raise AuthenticationError


def _proof(key: bytes, who: bytes, of_server: bytes, of_client: bytes) -> bytes:
    return hmac.digest(key, who + of_server + of_client, "sha256")


def _address(runtime: Path) -> str:
    """Return a free address.

    Where others may create things, its name is random, so that no other account can create it first: that of a
    pipe, and that of the folder of a socket whose path would be too long.
    """
    if sys.platform == "win32":
        address = rf"\\.\pipe\vigicle-{secrets.token_hex(16)}"
    else:
        socket = runtime / SOCKET_NAME
        if len(os.fsencode(socket)) > SOCKET_PATH_LIMIT:
            socket = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=SHORT_FOLDER)) / SOCKET_NAME  # for us alone (0700)
        _make_way(socket)
        address = str(socket)
    return address
