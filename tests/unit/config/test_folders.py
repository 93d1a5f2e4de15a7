"""vigicle's folders are found where the platform says, and stay private."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.folders import FolderError, find_folders, private_folder
from config.i18n.text import text

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX rights")
linux = pytest.mark.skipif(sys.platform != "linux", reason="XDG runtime folders")


def test_the_xdg_variables_place_the_folders(tmp_path: Path) -> None:
    folders = find_folders({"XDG_CONFIG_HOME": str(tmp_path / "c"), "XDG_STATE_HOME": str(tmp_path / "s")})
    assert folders.config_file == tmp_path / "c" / "vigicle" / "config.toml"
    assert folders.state == tmp_path / "s" / "vigicle"
    assert not folders.config_named


def test_a_relative_xdg_variable_is_ignored() -> None:
    folders = find_folders({"XDG_CONFIG_HOME": "c", "XDG_STATE_HOME": "s"})
    assert folders.config_file.is_absolute()
    assert folders.state.is_absolute()


@pytest.mark.parametrize("folders", ["", "/etc/xdg/xdg-ubuntu:/etc/xdg", "/home/jeanne/.config/kdedefaults:/etc/xdg"])
def test_the_policy_is_machine_wide_whatever_the_session_says(folders: str) -> None:
    """The place is found at import, so each case starts Python."""
    code = "from config.folders import find_folders; print(find_folders().policy_file)"
    command, environment = [sys.executable, "-c", code], os.environ | {"XDG_CONFIG_DIRS": folders}
    policy = Path(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip())
    assert policy.name == "policy.toml"
    assert not policy.is_relative_to(Path.home())
    if sys.platform == "linux":
        assert policy == Path("/etc/xdg/vigicle/policy.toml")


def test_the_person_may_name_the_configuration_file(tmp_path: Path) -> None:
    folders = find_folders({"VIGICLE_CONFIG": str(tmp_path / "mine.toml")})
    assert folders.config_file == tmp_path / "mine.toml"
    assert folders.config_named


def test_an_empty_name_names_no_configuration_file() -> None:
    assert not find_folders({"VIGICLE_CONFIG": ""}).config_named


@linux
def test_the_runtime_folder_is_the_sessions(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert find_folders({"XDG_RUNTIME_DIR": str(tmp_path)}).runtime.parent == tmp_path


@linux
def test_two_state_folders_have_two_runtime_folders(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    runtimes = {
        find_folders({"XDG_RUNTIME_DIR": str(tmp_path), "XDG_STATE_HOME": state}).runtime for state in ("/a", "/b")
    }
    assert len(runtimes) == 2


@linux
@pytest.mark.parametrize("mode", [0o777, 0o770], ids=oct)
def test_a_runtime_folder_that_others_may_write_is_not_used(tmp_path: Path, mode: int) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(mode)
    folders = find_folders({"XDG_RUNTIME_DIR": str(shared), "XDG_STATE_HOME": str(tmp_path)})
    assert not folders.runtime.is_relative_to(shared)


@linux
def test_a_runtime_folder_that_is_not_there_is_not_used(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    folders = find_folders({"XDG_RUNTIME_DIR": str(missing), "XDG_STATE_HOME": str(tmp_path)})
    assert not folders.runtime.is_relative_to(missing)


@posix
def test_a_missing_folder_is_made_for_the_person_alone(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "a" / "b")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@posix
@pytest.mark.parametrize("mode", [0o755, 0o775, 0o500, 0o777], ids=oct)
def test_our_own_folder_is_tightened(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "ours"
    folder.mkdir()
    folder.chmod(mode)
    private_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def refused(folder: Path) -> FolderError:
    with pytest.raises(FolderError) as caught:
        private_folder(folder)
    assert str(folder) in str(caught.value)
    assert caught.value.path == folder
    return caught.value


@posix
def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert refused(tmp_path / "link").what.id == "folder.link"


@posix
def test_a_folder_into_which_anybody_could_write_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    (folder / "planted").touch()
    folder.chmod(0o777)
    assert refused(folder).what.id == "folder.open"


@posix
@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="gives a folder to a group")
@pytest.mark.parametrize("mode", [0o770, 0o775], ids=oct)
def test_a_folder_into_which_a_group_could_write_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    (folder / "planted").touch()
    os.chown(folder, 0, 12345)
    folder.chmod(mode)
    assert refused(folder).what.id == "folder.open"


@posix
def test_another_accounts_folder_is_refused(tmp_path: Path) -> None:
    if sys.platform != "win32":
        foreign = Path("/usr") if os.geteuid() else tmp_path / "foreign"
        if not os.geteuid():
            foreign.mkdir()
            os.chown(foreign, 12345, 12345)
        assert refused(foreign).what.id == "folder.foreign"


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        assert refused(folder).what == text("folder.no_folder", place=str(tmp_path / "file"))
