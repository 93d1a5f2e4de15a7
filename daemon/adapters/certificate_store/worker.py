"""The child process that asks the operating system for its keys.

Windows and macOS read many cards without a PKCS#11 module. What a card's driver does there stays in this process. It
shows no dialog, asks for no PIN and writes nothing.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator

from config.i18n.text import clean
from daemon.adapters.certificate_store.stored import StoredCertificate
from daemon.adapters.pkcs11.child import answer_one_request
from daemon.adapters.pkcs11.messages import (
    CERTIFICATES_PER_TOKEN,
    CopiesFound,
    Finished,
    ReadRequest,
    TokenFound,
    TroubleMet,
    WorkerAnswer,
)
from daemon.core.model import Certificate, TokenReading
from daemon.core.troubles import Trouble


def main() -> None:
    """Answer one request on standard input, and end the process."""
    answer_one_request(answers_to)


def answers_to(request: ReadRequest) -> Iterator[WorkerAnswer]:
    """Read what the system shows of the cards in these readers.

    Without readers only the copies that it keeps are listed, and no card is used.
    """
    try:
        yield from answers_of(_stored(request), request)
    except OSError as error:
        yield TroubleMet(trouble=Trouble.CARD_UNREAD, detail=str(error))
    yield Finished()


def answers_of(stored: Iterable[StoredCertificate], request: ReadRequest) -> Iterator[WorkerAnswer]:
    """Sort certificates into cards that are in, and copies of others."""
    pool = tuple(stored)
    if not pool:  # nothing to parse
        yield CopiesFound(certificates=())
        return
    from daemon.adapters.pkcs11.x509 import read_certificate, with_authorities

    cards: dict[tuple[str, str], dict[str, tuple[bytes, Certificate]]] = defaultdict(dict)
    copies: list[Certificate] = []
    for found in pool:
        certificate = read_certificate(found.der)
        if found.place is None:
            copies.append(certificate)
        elif found.place not in request.others:
            cards[found.place, found.card].setdefault(certificate.fingerprint, (found.der, certificate))
    for (place, card), on_card in cards.items():
        certificates = with_authorities(tuple(on_card.values())[:CERTIFICATES_PER_TOKEN])
        yield TokenFound(
            token=TokenReading(slot_description=clean(place), model=clean(card), certificates=certificates)
        )
    yield CopiesFound(certificates=tuple(copies[-CERTIFICATES_PER_TOKEN:]))


if sys.platform == "win32":
    from daemon.adapters.certificate_store.windows import WindowsStore

    def _stored(request: ReadRequest) -> Iterable[StoredCertificate]:
        return WindowsStore().certificates(request.readers)

elif sys.platform == "darwin":
    from daemon.adapters.certificate_store.macos import Keychain

    def _stored(request: ReadRequest) -> Iterable[StoredCertificate]:
        return Keychain().certificates() if request.readers else ()

else:

    def _stored(_request: ReadRequest) -> Iterable[StoredCertificate]:
        return ()


if __name__ == "__main__":
    main()
