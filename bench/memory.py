"""A large store of keys and certificates that give no notice."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from string import ascii_lowercase
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from config.folders import find_folders, private_folder
from config.instants import Instant, instant
from config.schema.load_settings import load_settings
from daemon.adapters.store.sqlite import SqliteStore
from daemon.core.model import Certificate, CertificateRecord, Fingerprint, Key, KeyId, Memory, Role
from support.core.factories import changed

if TYPE_CHECKING:
    from config.settings import Settings

COUNTS, QUICK_COUNTS = (10, 1_000, 10_000), (10, 1_000)


def settings() -> Settings:
    """Return the default settings."""
    with TemporaryDirectory() as home:
        places = {f"XDG_{name}_HOME": str(Path(home, name)) for name in ("CONFIG", "STATE")}
        return load_settings(find_folders(places)).settings


def memory_of(count: int, now: Instant) -> Memory:
    """Return a memory of `count` certificates of the first procedure's issuer."""
    issuer = settings().procedures[0].issuers[0].organization or ""
    seen = [_seen(number, issuer, now) for number in range(count)]
    fingerprints = [each.certificate.fingerprint for each in seen]
    return Memory(
        certificates=dict(zip(fingerprints, seen, strict=True)),
        keys={KeyId(f): Key(id=KeyId(f), fingerprints=(f,), first_seen=now, last_seen=now) for f in fingerprints},
    )


def fill(folder: Path, count: int) -> None:
    """Put such a memory into the store of this folder."""
    with closing(SqliteStore(private_folder(folder))) as store:
        store.load()
        store.save(memory_of(count, instant(datetime.now(UTC))), ())


def size_mb(folder: Path) -> float:
    """Return how much the store takes on disk, its log included."""
    return sum(file.stat().st_size for file in folder.iterdir()) / 2**20


def _seen(number: int, issuer: str, now: Instant) -> CertificateRecord:
    surname = "".join(Random(number).choices(ascii_lowercase, k=8)).capitalize()
    certificate = changed(
        Certificate(fingerprint=Fingerprint(f"{number:064x}")),
        subject_cn=f"Jeanne {surname.upper()}",
        given_name="Jeanne",
        surname=surname,
        issuer_o=issuer,
        not_before=now - timedelta(days=100),
        not_after=now + timedelta(days=600),
        role=Role.AUTHENTICATION,
    )
    return CertificateRecord(certificate=certificate, first_seen=now, last_seen=now)
