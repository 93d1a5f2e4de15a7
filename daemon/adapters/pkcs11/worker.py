"""The child process that reads the tokens of one PKCS#11 module.

Vendor modules crash, hang and print: nothing of that may reach the daemon. It never logs in and never writes.
"""

import faulthandler
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pkcs11 import Attribute, CertificateType, ObjectClass, PKCS11Error, TokenFlag, lib
from pkcs11.exceptions import DeviceRemoved, TokenNotPresent, TokenNotRecognised

from config.i18n.text import clean
from daemon.adapters.pkcs11.helper_libraries import let_helpers_load
from daemon.adapters.pkcs11.limits import restrain
from daemon.adapters.pkcs11.messages import (
    CERTIFICATES_PER_TOKEN,
    ENCODER,
    REQUESTS,
    Finished,
    ReadRequest,
    TokenFound,
    TroubleMet,
    WorkerAnswer,
    reader_named,
)
from daemon.adapters.pkcs11.supervisor import supervise
from daemon.core.model import Certificate, TokenFlags, TokenReading
from daemon.core.troubles import Trouble

REQUEST_LIMIT = 1 << 20
CERTIFICATE_LIMIT = 64 << 10
LIFE_S = 15  # after the parent's own limit: no child outlives a parent that was killed

# python-pkcs11 0.10.1 raises these beside its own errors: values outside its enumerations, empty answers.
UNREADABLE = (PKCS11Error, ValueError, TypeError, KeyError, IndexError, OverflowError, MemoryError)


def main() -> None:
    """Answer one request on standard input, and end the process.

    Ends by `os._exit`: unloading a module through python-pkcs11 0.10.1 crashes.
    """
    supervise()
    code = 1
    answers, nowhere = _private_output()
    try:
        restrain()
        faulthandler.dump_traceback_later(LIFE_S, exit=True, file=nowhere)
        threading.Thread(target=_load_parser, daemon=True).start()
        with open(0, "rb", closefd=False) as questions:  # a descriptor has no path
            request = REQUESTS.decode(questions.read(REQUEST_LIMIT))
        for answer in answers_to(request):
            _send(answers, answer)
        code = 0
    except Exception as error:  # noqa: BLE001 - the child's main; the daemon is told
        _send(answers, TroubleMet(trouble=Trouble.MODULE_CRASHED, detail=_words(error)))
    finally:
        answers.close()
        os._exit(code)


def answers_to(request: ReadRequest) -> Iterator[WorkerAnswer]:
    """Load the module, and read its slots one after the other.

    A module need not be thread-safe.
    """
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


def _private_output() -> tuple[BinaryIO, int]:
    """Return standard output for the answers, and a file for the rest.

    What the module prints goes into the second one, and is lost.
    """
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return answers, nowhere


def _send(answers: BinaryIO, answer: WorkerAnswer) -> None:
    answers.write(ENCODER.encode(answer) + b"\n")
    answers.flush()


def _words(error: BaseException) -> str:
    return clean(f"{type(error).__name__} {error}")


if __name__ == "__main__":
    main()
