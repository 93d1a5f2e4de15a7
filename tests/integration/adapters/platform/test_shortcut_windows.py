"""Where Windows shortcuts lead, and what is no shortcut."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from daemon.adapters.platform.shortcut_windows import FLAGS_AT, HAS_ARGUMENTS, has_arguments, read_target
from support.shortcut import HAS_LINK_INFO, HEADER, make_shortcut

if TYPE_CHECKING:
    from collections.abc import Callable

TARGET = "C:\\Program Files\\Vendor\\tkm.exe"
JAPANESE = "C:\\鍵\\tkm.exe"


@pytest.mark.parametrize(
    ("target", "wide"),
    [pytest.param(TARGET, False, id="narrow"), pytest.param(JAPANESE, True, id="wide")],
)
def test_a_shortcut_names_its_target(tmp_path: Path, target: str, wide: bool) -> None:
    assert read_target(make_shortcut(tmp_path / "tool.lnk", target, wide=wide)) == Path(target)


@pytest.mark.parametrize(
    ("arguments", "given"), [(None, False), ("", False), ("\0", False), ("-jar C:\\tool.jar", True)]
)
def test_a_shortcut_tells_whether_it_gives_arguments(tmp_path: Path, arguments: str | None, given: bool) -> None:
    """Some programs write empty ones."""
    assert has_arguments(make_shortcut(tmp_path / "tool.lnk", TARGET, arguments=arguments)) is given


def test_a_shortcut_that_ends_before_its_arguments_is_broken(tmp_path: Path) -> None:
    link = make_shortcut(tmp_path / "tool.lnk", TARGET)
    content = bytearray(link.read_bytes())
    content[FLAGS_AT] |= HAS_ARGUMENTS
    link.write_bytes(content)
    with pytest.raises(ValueError, match="broken"):
        has_arguments(link)


def test_a_shortcut_of_another_kind_names_no_file(tmp_path: Path) -> None:
    link = tmp_path / "tool.lnk"
    link.write_bytes(HEADER.ljust(76, b"\0"))
    assert read_target(link) is None


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _link: b"", id="empty"),
        pytest.param(lambda _link: b"MZ" * 100, id="another format"),
        pytest.param(lambda link: link[:22], id="cut in the header"),
        pytest.param(lambda link: link[:80], id="cut in the list"),
        pytest.param(lambda link: link[:86], id="cut in the path's place"),
        pytest.param(lambda _link: HEADER + bytes([HAS_LINK_INFO]) + b"\xff" * 80, id="all ones"),
    ],
)
def test_a_broken_shortcut_is_refused(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    link = make_shortcut(tmp_path / "tool.lnk", TARGET)
    link.write_bytes(damage(link.read_bytes()))
    with pytest.raises(ValueError, match="shortcut"):
        read_target(link)
