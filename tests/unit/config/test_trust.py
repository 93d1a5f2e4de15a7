"""What another account could have written is found."""

import os
import struct
import sys
from pathlib import Path

import pytest

from config.trust import Writers, changeable_by_others

if sys.platform == "win32":
    pytest.skip("POSIX rights", allow_module_level=True)

OTHER = 12345
NO_ID = 0xFFFFFFFF
# Owner, one account, group, mask and others, as include/uapi/linux/posix_acl_xattr.h lays them out.
ENTRIES = ((0x01, 6, NO_ID), (0x02, 6, OTHER), (0x04, 4, NO_ID), (0x10, 6, NO_ID), (0x20, 4, NO_ID))
ANOTHER_MAY_WRITE = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in ENTRIES)
root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another account")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o755)
    (folder / "file").touch(mode=0o644)
    return folder / "file"


def test_a_file_of_the_users_own_is_trusted(file: Path) -> None:
    assert changeable_by_others(file, Writers.USER) is None


@root
def test_a_file_of_the_administrators_is_trusted(file: Path) -> None:
    assert changeable_by_others(file, Writers.ADMINISTRATORS) is None


@pytest.mark.parametrize("place", ["folder/file", "folder"])
def test_what_every_account_may_write_is_named(file: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / place).chmod(0o777)
    assert changeable_by_others(file, Writers.USER) == tmp_path / place


def test_others_change_nothing_in_a_sticky_folder(file: Path) -> None:
    file.parent.chmod(0o1777)
    assert changeable_by_others(file, Writers.USER) is None


@root
@pytest.mark.parametrize("place", ["folder/file", "folder"])
def test_what_another_account_owns_is_named(file: Path, tmp_path: Path, place: str) -> None:
    os.chown(tmp_path / place, OTHER, 0)
    assert changeable_by_others(file, Writers.USER) == tmp_path / place


@root
def test_a_foreign_file_in_a_sticky_folder_is_named(file: Path) -> None:
    file.parent.chmod(0o1777)
    os.chown(file, OTHER, 0)
    assert changeable_by_others(file, Writers.USER) == file


@root
@pytest.mark.parametrize(("group", "named"), [("root", False), ("members", True), ("unknown", True)])
def test_a_group_counts_where_it_has_another_member(file: Path, group: str, named: bool) -> None:
    groups = {"root": 0, "members": _group_with_others(), "unknown": OTHER}
    os.chown(file, 0, groups[group])
    file.chmod(0o664)
    assert (changeable_by_others(file, Writers.USER) == file) is named


def _group_with_others() -> int:
    import pwd

    return next(account.pw_gid for account in pwd.getpwall() if account.pw_uid != 0 and account.pw_gid != 0)


@pytest.mark.skipif(sys.platform != "linux", reason="access lists of Linux")
def test_an_access_list_counts_as_another_member(file: Path) -> None:
    if sys.platform == "linux":
        os.setxattr(file, "system.posix_acl_access", ANOTHER_MAY_WRITE)
        assert changeable_by_others(file, Writers.USER) == file


def test_where_a_link_leads_counts(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(file)
    file.parent.chmod(0o777)
    assert changeable_by_others(link, Writers.USER) == file.parent


@root
def test_a_link_of_another_account_is_named(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(file)
    os.chown(link, OTHER, OTHER, follow_symlinks=False)
    assert changeable_by_others(link, Writers.USER) == link


def test_what_cannot_be_examined_is_named(tmp_path: Path) -> None:
    assert changeable_by_others(tmp_path / "none", Writers.USER) == tmp_path / "none"
