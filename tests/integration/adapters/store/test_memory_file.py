"""A file of a memory is read back whole, or refused whole."""

import json
from hashlib import sha256

import pytest

from config.i18n.text import clean
from config.values import replace
from daemon.adapters.ipc.messages import REQUEST_LIMIT, encode_request
from daemon.adapters.store.memory_file import MemoryFileError, decode_part, encode_part
from daemon.core.commands import MergeMemory
from daemon.core.memory_transfer import PART_LIMIT, part_of
from daemon.core.model import Assignment, Fingerprint, HolderAnswer, MemoryPart, pair_of
from support.core.factories import certificate, memory, owned

ONE, OTHER = certificate("one", subject_cn="Hélène MARTIN"), certificate("other")
PART = part_of(
    memory(
        owned(ONE, name="la bleue", note="coffre"),
        owned(OTHER),
        assignments={ONE.fingerprint: Assignment(procedure="siv")},
        holder_answers={pair_of(ONE.fingerprint, OTHER.fingerprint): HolderAnswer.ANOTHER},
    )
)
WRITTEN = encode_part(PART)


def refusal(raw: bytes) -> str:
    with pytest.raises(MemoryFileError) as caught:
        decode_part(raw, "f")
    return caught.value.text.id


def test_the_file_is_read_back() -> None:
    assert decode_part(WRITTEN, "f") == PART


@pytest.mark.parametrize("length", range(0, len(WRITTEN) - 1, 97))
def test_a_cut_file_is_refused(length: int) -> None:
    assert refusal(WRITTEN[:length]) in {"memory.damaged", "memory.no_file"}


@pytest.mark.parametrize("place", range(150, len(WRITTEN) - 3, 61))
def test_a_changed_byte_is_refused(place: int) -> None:
    changed = WRITTEN[:place] + bytes([WRITTEN[place] ^ 1]) + WRITTEN[place + 1 :]
    assert refusal(changed) in {"memory.damaged", "memory.no_file"}


def test_a_newer_version_is_named_whatever_else_it_holds() -> None:
    newer = {"format": "vigicle memory", "version": 2, "sha512": "x", "memory": [3]}
    assert refusal(json.dumps(newer).encode()) == "memory.newer"


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"[]", b'{"format": "x", "version": 1}', b'{"version": 1}'])
def test_another_programs_file_is_refused(raw: bytes) -> None:
    assert refusal(raw) == "memory.no_file"


@pytest.mark.parametrize("changed", ["keys", "certificates", "compared"])
def test_names_of_another_form_are_refused(changed: str) -> None:
    memory_json = json.loads(WRITTEN)["memory"]
    match changed:
        case "keys":
            memory_json["keys"][0]["id"] = "../x"
        case "certificates":
            for each in memory_json["certificates"]:
                each["certificate"]["fingerprint"] = each["certificate"]["fingerprint"][:63]
            memory_json |= {"keys": [], "assignments": {}}
        case _:
            memory_json["compared"][0]["one"] = "x"
    assert refusal(_sealed(memory_json)) == "memory.damaged"


def test_a_certificate_under_anothers_fingerprint_is_refused() -> None:
    forged = replace(PART.certificates[0], certificate=replace(PART.certificates[0].certificate, der=b"another's"))
    assert refusal(encode_part(replace(PART, certificates=(forged, *PART.certificates[1:])))) == "memory.damaged"


def test_a_thousand_holders_are_handed_on_and_twice_as_many_are_not() -> None:
    der = bytes(2000)
    named = Fingerprint(sha256(der).hexdigest())
    record = replace(PART.certificates[0], certificate=replace(ONE, fingerprint=named, der=der))
    key = replace(
        PART.keys[0],
        note=clean("dans le tiroir du bureau, à gauche"),
        keeper=clean("Secrétariat"),
        label=clean("x" * 32),
    )
    thousand = MemoryPart(certificates=(record,) * 4000, keys=(key,) * 2000)
    assert PART_LIMIT / 2 < len(encode_part(thousand)) < len(encode_request(MergeMemory(part=thousand))) + 200
    assert len(encode_request(MergeMemory(part=thousand))) <= REQUEST_LIMIT
    with pytest.raises(MemoryFileError) as caught:
        encode_part(replace(thousand, certificates=(record,) * 8000))
    assert caught.value.text.id == "memory.too_large"


def test_a_short_file_that_becomes_a_long_part_is_refused() -> None:
    seen = "2026-01-01T00:00:00Z"
    lean = f'{{"certificate": {{"fingerprint": "%064x"}}, "first_seen": "{seen}", "last_seen": "{seen}"}}'
    certificates = ",".join(lean % number for number in range(PART_LIMIT // 300))
    raw = f'{{"certificates": [{certificates}]}}'.encode()
    assert len(raw) < PART_LIMIT
    assert refusal(_sealed_bytes(raw)) == "memory.too_large"


def test_a_moment_without_a_zone_is_refused() -> None:
    memory_json = json.loads(WRITTEN)["memory"]
    memory_json["keys"][0]["first_seen"] = "2026-01-01T00:00:00"
    assert refusal(_sealed(memory_json)) == "memory.damaged"


def _sealed(memory_json: object) -> bytes:
    """Return the file with the right checksum."""
    return _sealed_bytes(json.dumps(memory_json).encode())


def _sealed_bytes(raw: bytes) -> bytes:
    head = {"format": "vigicle memory", "version": 1, "sha256": sha256(raw).hexdigest()}
    return json.dumps(head).encode()[:-1] + b', "memory": ' + raw + b"}"
