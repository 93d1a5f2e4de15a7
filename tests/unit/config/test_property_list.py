"""A property list holds named values, or is refused."""

import plistlib
from pathlib import Path

import pytest

from config.property_list import read_plist

DAMAGED = {
    "nothing": b"",
    "no format": b"a b c",
    "an array": plistlib.dumps([1]),
    "a text": plistlib.dumps("text"),
    "an empty list": b'<plist version="1.0"></plist>',
    "no date": b'<plist version="1.0"><dict><key>a</key><date>soon</date></dict></plist>',
    "no number": b'<plist version="1.0"><dict><key>a</key><integer>x</integer></dict></plist>',
    "a number of 5000 digits": b'<plist version="1.0"><dict><key>a</key><integer>%s</integer></dict></plist>'
    % (b"9" * 5000),
    "a value without a name": b'<plist version="1.0"><dict><string>a</string></dict></plist>',
    "never closed": b'<plist version="1.0">' + b"<array>" * 50_000,
    "binary, cut": b"bplist00",
    "binary, all ones": b"bplist00" + b"\xff" * 64,
    "too large": plistlib.dumps({"name": "x" * 1_000_000}),
}


def test_its_values_are_returned_by_name(tmp_path: Path) -> None:
    file = tmp_path / "a.plist"
    file.write_bytes(plistlib.dumps({"name": "value", "others": [1]}, fmt=plistlib.FMT_BINARY))
    assert read_plist(file) == {"name": "value", "others": [1]}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_anything_else_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.plist"
    file.write_bytes(content)
    with pytest.raises((OSError, ValueError)):
        read_plist(file)
