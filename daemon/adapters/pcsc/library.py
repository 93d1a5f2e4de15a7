"""The calls of the PC/SC service, through pyscard where it can.

pyscard carries the names of readers in ASCII alone. So the calls that list, wait for and connect other readers go to
the system's own library. On Windows all calls do, since pyscard knows only its functions in a code page. Types as in
winscard.h of Windows, pcsc-lite and macOS.
"""

import contextlib
import ctypes
import os
import socket
import sys
from collections.abc import Mapping
from functools import cache

if sys.platform != "win32":
    from smartcard import scard

NAMES_LIMIT = 1 << 14  # units of all names together; pcsc-lite has 16 readers of 128 bytes at most
SHARED, ANY_PROTOCOL, LEAVE = 2, 3, 0  # SCARD_SHARE_SHARED, SCARD_PROTOCOL_ANY, SCARD_LEAVE_CARD
SOCKET, CONNECT_LIMIT_S = "/run/pcscd/pcscd.comm", 1.0
CODE = 0xFFFFFFFF  # return codes are 32 bits, signed or not

if sys.platform == "win32":
    PATH, SUFFIX, ATR_SIZE = "winscard", "W", 36
    Context, Dword = ctypes.c_size_t, ctypes.c_ulong
    Name = ctypes.c_wchar_p
elif sys.platform == "darwin":
    PATH, SUFFIX, ATR_SIZE = "/System/Library/Frameworks/PCSC.framework/PCSC", "", 33
    Context, Dword = ctypes.c_int32, ctypes.c_uint32
    Name = ctypes.c_char_p
else:
    PATH, SUFFIX, ATR_SIZE = "libpcsclite.so.1", "", 33
    Context, Dword = ctypes.c_long, ctypes.c_ulong
    Name = ctypes.c_char_p


class _State(ctypes.Structure):
    """SCARD_READERSTATE."""

    if sys.platform == "darwin":
        _pack_ = 1
    _fields_ = (
        ("reader", Name),
        ("user_data", ctypes.c_void_p),
        ("current", Dword),
        ("event", Dword),
        ("atr_length", Dword),
        ("atr", ctypes.c_ubyte * ATR_SIZE),
    )


def is_there() -> bool:
    """Return whether the service of pcsc-lite listens.

    One whose socket this user may not open is there, too. Its own library names the same variable (sys_unix.c,
    winscard_msg.c). Other systems have no such place.
    """
    listens = False
    if sys.platform == "linux":
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as trial:
            trial.settimeout(CONNECT_LIMIT_S)
            with contextlib.suppress(PermissionError):
                trial.connect(os.environ.get("PCSCLITE_CSOCK_NAME") or SOCKET)
            listens = True
    return listens


def list_readers(context: int) -> tuple[int, tuple[str, ...]]:
    """Return the code and the names.

    Bytes that are no UTF-8 are in them as lone surrogates (PEP 383), so that the name can be given back.
    """
    names, length = _make_buffer(NAMES_LIMIT), Dword(NAMES_LIMIT)
    code = _call("SCardListReaders" + SUFFIX, Context(context), None, names, ctypes.byref(length))
    if code:
        return code, ()
    return code, tuple(filter(None, _text_in(names, length.value).split("\0")))


def get_status_change(context: int, limit_ms: int, known: Mapping[str, int]) -> tuple[int, dict[str, int]]:
    """Return the code and all states, once one differs.

    Without a difference, wait `limit_ms` at most.
    """
    if sys.platform != "win32" and all(name.isascii() for name in known):
        code, answers = scard.SCardGetStatusChange(context, limit_ms, list(known.items()))
        return code & CODE, {name: state for name, state, _atr in answers}
    states = (_State * len(known))(*(_State(_encoded(name), None, state) for name, state in known.items()))
    code = _call("SCardGetStatusChange" + SUFFIX, Context(context), Dword(limit_ms), states, Dword(len(known)))
    return code, {name: state.event for name, state in zip(known, states, strict=True)}


def card_atr(reader: str) -> bytes:
    """Return a card's answer to reset, b"" without a card."""
    code, context = establish_context()
    if code:
        return b""
    state = _State(_encoded(reader), None, 0)
    code = _call("SCardGetStatusChange" + SUFFIX, Context(context), Dword(0), ctypes.byref(state), Dword(1))
    release_context(context)
    return b"" if code else bytes(state.atr[: state.atr_length])


def connect(context: int, reader: str) -> tuple[int, int]:
    """Return the code and a connection that others can share.

    pcsc-lite waits as long as another program has a transaction.
    """
    card, protocol = Context(), Dword()
    code = _call(
        *("SCardConnect" + SUFFIX, Context(context), Name(_encoded(reader)), Dword(SHARED), Dword(ANY_PROTOCOL)),
        *(ctypes.byref(card), ctypes.byref(protocol)),
    )
    return code, card.value


def disconnect(card: int) -> int:
    """Leave the card as it is, and return the code."""
    return _call("SCardDisconnect", Context(card), Dword(LEAVE))


def _call(name: str, *arguments: object) -> int:
    """Call a function, and return its code.

    Raises OSError and AttributeError without the library.
    """
    code: int = getattr(_library(), name)(*arguments)
    return code & CODE


if sys.platform == "win32":

    def establish_context() -> tuple[int, int]:
        """Return the code and the new context."""
        context = Context()
        return _call("SCardEstablishContext", Dword(0), None, None, ctypes.byref(context)), context.value

    def release_context(context: int) -> int:
        """Return the code."""
        return _call("SCardReleaseContext", Context(context))

    def cancel(context: int) -> int:
        """End a wait in another thread, and return the code."""
        return _call("SCardCancel", Context(context))

    _make_buffer = ctypes.create_unicode_buffer

    @cache
    def _library() -> ctypes.CDLL:
        return ctypes.WinDLL(PATH)

    def _encoded(name: str) -> str:
        return name

    def _text_in(names: ctypes.Array[ctypes.c_wchar], length: int) -> str:
        return "".join(names[:length])

else:

    def establish_context() -> tuple[int, int]:
        """Return the code and the new context."""
        code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
        return code & CODE, context

    def release_context(context: int) -> int:
        """Return the code."""
        return int(scard.SCardReleaseContext(context)) & CODE

    def cancel(context: int) -> int:
        """End a wait in another thread, and return the code."""
        return int(scard.SCardCancel(context)) & CODE

    _make_buffer = ctypes.create_string_buffer

    @cache
    def _library() -> ctypes.CDLL:
        return ctypes.CDLL(PATH)

    def _encoded(name: str) -> bytes:
        return name.encode("utf-8", "surrogateescape")

    def _text_in(names: ctypes.Array[ctypes.c_char], length: int) -> str:
        return names.raw[:length].decode("utf-8", "surrogateescape")
