"""Prints what the collector takes for many accounts.

`python -m bench.collector [ACCOUNTS]`: each account has three keys. All are this user's, each in a home of its own.
"""

import os
import resource
import shutil
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.instants import Instant, instant
from daemon.adapters.metrics.collector import STATE, Account, collect
from daemon.adapters.store.sqlite import STORE_NAME, SqliteStore
from daemon.core.model import Certificate, CertificateRecord, Fingerprint, Key, KeyId, Memory, Role
from support.core.factories import changed

ACCOUNTS = 1000
KEYS = 3


def _memory(now: Instant) -> Memory:
    """Return three keys of three people."""
    plain = changed(Certificate(fingerprint=Fingerprint("")), issuer_o="CertEurope", role=Role.AUTHENTICATION)
    certificates = [
        changed(
            plain,
            fingerprint=Fingerprint(f"{number:08x}{0:056x}"),
            subject_cn=f"Titulaire {number}",
            not_before=now - timedelta(days=500),
            not_after=now + timedelta(days=20 * number + 5),
        )
        for number in range(1, KEYS + 1)
    ]
    seen = [CertificateRecord(certificate=each, first_seen=now, last_seen=now) for each in certificates]
    keys = [
        Key(id=KeyId(f"{number:016x}"), fingerprints=(each.fingerprint,), first_seen=now, last_seen=now)
        for number, each in enumerate(certificates)
    ]
    return Memory(
        certificates={each.certificate.fingerprint: each for each in seen},
        keys={key.id: key for key in keys},
    )


def main() -> None:
    """Make the homes, gather, and print time and memory."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ACCOUNTS
    vigicle = str(Path(sys.executable).with_name("vigicle"))
    with tempfile.TemporaryDirectory(prefix="vigicle-bench-") as folder:
        first = Path(folder) / "0" / STATE
        first.mkdir(parents=True, mode=0o700)
        with closing(SqliteStore(first)) as store:
            store.load()
            store.save(_memory(instant(datetime.now(UTC))), ())
        for number in range(1, count):
            home = Path(folder) / str(number) / STATE
            home.mkdir(parents=True, mode=0o700)
            shutil.copy(first / STORE_NAME, home)
        accounts = [
            Account(user=os.geteuid(), group=os.getegid(), home=f"{folder}/{number}") for number in range(count)
        ]
        numbers = iter(range(count))
        begun = time.monotonic()
        text = collect(accounts, lambda _user: f"{next(numbers):012x}", [vigicle, "metrics"], with_names=False)
        seconds = time.monotonic() - begun
    series = sum(not line.startswith("#") for line in text.splitlines())
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    sys.stdout.write(f"{count} accounts, {series} series, {len(text) // 1024} KiB: {seconds:.1f} s, ")
    sys.stdout.write(f"{seconds / count * 1000:.0f} ms each; {own} MiB, and {child} MiB for the largest account\n")


if __name__ == "__main__":
    main()
