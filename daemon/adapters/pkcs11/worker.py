"""The child process that reads the tokens of one PKCS#11 module.

Vendor modules crash, hang and print: nothing of that may reach the daemon. It never logs in and never writes.
"""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.i18n.text import clean
from config.light_imports import replaced, stand_in
from daemon.adapters.pkcs11.child import answer_one_request
from daemon.adapters.pkcs11.helper_libraries import let_helpers_load
from daemon.adapters.pkcs11.messages import (
    CERTIFICATES_PER_TOKEN,
    Finished,
    ReadRequest,
    TokenFound,
    TroubleMet,
    WorkerAnswer,
    reader_named,
)
from daemon.adapters.pkcs11.opensc_configuration import adapt_opensc
from daemon.core.model import Certificate, TokenFlags, TokenReading
from daemon.core.troubles import Trouble

with replaced({f"pkcs11.util.{name}": stand_in(name) for name in ("dh", "dsa", "ec", "rsa", "x509")}):
    from pkcs11 import Attribute, CertificateType, ObjectClass, PKCS11Error, TokenFlag, lib
    from pkcs11.exceptions import DeviceRemoved, TokenNotPresent, TokenNotRecognised

CERTIFICATE_LIMIT = 64 << 10

# python-pkcs11 0.10.1 raises these beside its own errors: values outside its enumerations, empty answers.
UNREADABLE = (PKCS11Error, ValueError, TypeError, KeyError, IndexError, OverflowError, MemoryError)


def main() -> None:
    """Answer one request on standard input, and end the process.

    Unloading a module through python-pkcs11 0.10.1 crashes, so nothing is unloaded.
    """
    answer_one_request(answers_to)


def answers_to(request: ReadRequest) -> Iterator[WorkerAnswer]:
    """Read a module's tokens, and import their parser meanwhile."""
    parser = threading.Thread(target=_load_parser, daemon=True)
    parser.start()
    yield from _module_answers(request)
    if sys.platform == "win32":  # Wine 10 may hang where a process ends while a thread opens files
        parser.join()


def _module_answers(request: ReadRequest) -> Iterator[WorkerAnswer]:
    """Load the module, and read its slots one after the other.

    A module need not be thread-safe.
    """
    adapt_opensc()
    try:
        let_helpers_load(Path(request.module))
    except OSError as error:
        yield TroubleMet(trouble=Trouble.MODULE_UNSAFE, detail=clean(str(error)))
        yield Finished()
        return
    try:
        module = lib(request.module)
    except (PKCS11Error, RuntimeError, OSError) as error:
        yield TroubleMet(trouble=Trouble.MODULE_UNUSABLE, detail=_words(error))
        yield Finished()
        return
    try:
        slots = module.get_slots(token_present=True)
    except UNREADABLE as error:
        slots = []
        yield TroubleMet(trouble=Trouble.CARD_UNREAD, detail=_words(error))
    for slot in slots:
        if reader_named(slot.slot_description, request.readers + request.others) not in request.others:
            yield from _slot_answers(slot)
    yield Finished()


def _slot_answers(slot: Any) -> Iterator[WorkerAnswer]:
    certificates: tuple[Certificate, ...] = ()
    try:
        token = slot.get_token()
    except UNREADABLE as error:
        yield from _slot_trouble(error)
        return
    flags = _token_flags(token.flags)
    try:
        certificates = _certificates(token)
    except UNREADABLE as error:
        if flags.initialised:  # opening one that is not is refused, rightly
            yield from _slot_trouble(error)
    yield TokenFound(
        token=TokenReading(
            slot_description=clean(slot.slot_description),
            label=clean(token.label),
            manufacturer=clean(token.manufacturer_id),
            model=clean(token.model),
            serial=clean(token.serial.decode("utf-8", errors="replace")),
            flags=flags,
            certificates=certificates,
        )
    )


def _slot_trouble(error: BaseException) -> Iterator[WorkerAnswer]:
    """Report nothing of a card that has gone or is unknown here.

    Another module may know it.
    """
    if not isinstance(error, TokenNotPresent | TokenNotRecognised | DeviceRemoved):
        yield TroubleMet(trouble=Trouble.CARD_UNREAD, detail=_words(error))


def _token_flags(flags: TokenFlag) -> TokenFlags:
    return TokenFlags(
        initialised=TokenFlag.TOKEN_INITIALIZED in flags,
        user_pin_set=TokenFlag.USER_PIN_INITIALIZED in flags,
        pin_to_be_changed=TokenFlag.USER_PIN_TO_BE_CHANGED in flags,
        pin_locked=TokenFlag.USER_PIN_LOCKED in flags,
    )


def _certificates(token: Any) -> tuple[Certificate, ...]:
    """Return the public X.509 certificates, each once.

    Some tokens show one under several names.
    """
    from daemon.adapters.pkcs11.x509 import with_authorities

    found: dict[str, tuple[bytes, Certificate]] = {}
    session = token.open()
    for number, item in enumerate(session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})):
        if number == CERTIFICATES_PER_TOKEN:
            break
        if _is_x509(item):
            der, certificate = _certificate(item)
            found.setdefault(certificate.fingerprint, (der, certificate))
    session.close()
    return with_authorities(tuple(found.values()))


def _is_x509(item: Any) -> bool:
    try:
        return bool(item[Attribute.CERTIFICATE_TYPE] == CertificateType.X_509)
    except UNREADABLE:
        return True  # the type is not given: the content decides


def _certificate(item: Any) -> tuple[bytes, Certificate]:
    """Return a certificate with its DER, b"" where that is not given."""
    from daemon.adapters.pkcs11.x509 import read_certificate, unreadable_certificate

    try:
        value = item[Attribute.VALUE]
    except UNREADABLE as error:
        return b"", unreadable_certificate(b"", f"the token does not give it: {_words(error)}")
    if not isinstance(value, bytes):
        return b"", unreadable_certificate(b"", f"the token gives {type(value).__name__} for it")
    if len(value) > CERTIFICATE_LIMIT:
        return value, unreadable_certificate(value, f"{len(value)} bytes long")
    return value, read_certificate(value)


def _load_parser() -> None:
    """Import the parser while the module waits for the card."""
    import daemon.adapters.pkcs11.x509  # noqa: F401 -- for later


def _words(error: BaseException) -> str:
    return clean(f"{type(error).__name__} {error}")


if __name__ == "__main__":
    main()
