"""A file of a memory is read back whole, or refused whole."""

import json
from hashlib import sha256

import pytest

from daemon.adapters.store.memory_file import MemoryFileError, decode_part, encode_part
from daemon.core.memory_transfer import part_of
from daemon.core.model import Assignment, HolderAnswer, pair_of
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


def test_a_moment_without_a_zone_is_refused() -> None:
    memory_json = json.loads(WRITTEN)["memory"]
    memory_json["keys"][0]["first_seen"] = "2026-01-01T00:00:00"
    assert refusal(_sealed(memory_json)) == "memory.damaged"


def _sealed(memory_json: object) -> bytes:
    """Return the file with the right checksum."""
    raw = json.dumps(memory_json).encode()
    head = {"format": "vigicle memory", "version": 1, "sha256": sha256(raw).hexdigest()}
    return json.dumps(head).encode()[:-1] + b', "memory": ' + raw + b"}"
