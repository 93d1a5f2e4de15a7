"""A file is written whole, and no link is followed unasked."""

import os
from pathlib import Path

import pytest

from config.files import is_file_there, is_there, read_small, write_whole


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize("exists", [True, False], ids=["to a file", "to nothing"])
@pytest.mark.parametrize("follow", [True, False], ids=["followed", "replaced"])
def test_a_link_is_followed_or_replaced(tmp_path: Path, *, exists: bool, follow: bool) -> None:
    other, link = tmp_path / "other", tmp_path / "link"
    link.symlink_to(other)
    if exists:
        other.write_bytes(b"theirs")
    write_whole(link, b"ours", follow_link=follow)
    assert link.read_bytes() == b"ours"
    assert link.is_symlink() == follow
    kept = b"ours" if follow else b"theirs"
    assert (other.read_bytes() if other.exists() else None) == (kept if exists or follow else None)
    assert sorted(each.name for each in tmp_path.iterdir()) == (["link", "other"] if exists or follow else ["link"])


def test_an_existing_file_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    file.chmod(0o640)
    before = file.stat().st_mode
    write_whole(file, b"new")
    assert (file.read_bytes(), file.stat().st_mode) == (b"new", before)


def test_what_cannot_be_looked_at_is_not_there(tmp_path: Path) -> None:
    too_long = tmp_path / ("x" * 300)
    with pytest.raises(OSError, match="too long"):
        too_long.exists()
    assert not is_there(too_long)
    assert not is_file_there(too_long)
    assert is_there(tmp_path)
    assert not is_file_there(tmp_path)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux has such files")
def test_a_file_whose_size_is_not_told_is_read_whole() -> None:
    limits = Path("/proc/self/limits")
    assert limits.stat().st_size == 0
    assert read_small(limits, 1 << 20).startswith(b"Limit ")
    assert len(read_small(limits, 20)) == 20
