"""The certificates of a key are those that are known."""

from config.values import replace
from daemon.core.guide.context import key_certificates
from daemon.core.model import Fingerprint, KeyId
from support.core.factories import certificate, memory, owned

ONE = certificate("one")
KNOWN = memory(owned(ONE))
(KEY,) = KNOWN.keys.values()


def test_a_known_key_has_its_certificates() -> None:
    assert list(key_certificates(KNOWN, KEY.id)) == [ONE]


def test_an_unknown_key_has_none() -> None:
    assert list(key_certificates(KNOWN, KeyId("another"))) == []


def test_a_certificate_that_was_forgotten_is_left_out() -> None:
    forgotten = replace(KEY, fingerprints=(Fingerprint("f" * 64), *KEY.fingerprints))
    assert list(key_certificates(replace(KNOWN, keys={KEY.id: forgotten}), KEY.id)) == [ONE]
