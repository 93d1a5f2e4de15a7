"""The vendor's tool is found by its name on each system."""

import plistlib
from pathlib import Path

import pytest

from daemon.adapters.launch.vendor_tool import best_match, bundles, desktop_entries, find_tool
from daemon.adapters.launch.vendor_tool_windows import program_of, shortcuts
from support.shortcut import make_shortcut

TOOL = "Trusted Key Manager"


def entry(folder: Path, file: str, lines: str) -> None:
    path = folder / "applications" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[Desktop Entry]\n{lines}\n[Desktop Action x]\nName=Other action\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("Type=Application\nName=TRUSTED Key Manager 4\nExec=x", True),
        ("Type=Application\nName=TKM\nName[fr]=Trusted Key Manager\nExec=x", True),
        ("Type=Application\nName=Trusted Key\nExec=x", False),
        ("Type=Application\nName=Trusted Key Manager\nNoDisplay=true", False),
        ("Type=Application\nName=Trusted Key Manager\nHidden=true", False),
        ("Type=Link\nName=Trusted Key Manager", False),
        ("Type=Application\nName=Uninstall Trusted Key Manager", False),
        ("Type=Application\nName=Désinstaller Trusted Key Manager", False),
        ("Type=Application\nName=Other\n#Name=Trusted Key Manager", False),
    ],
)
def test_a_desktop_entry_is_known_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, found: bool
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    entry(tmp_path, "vendor/tool.desktop", lines)
    assert (find_tool(TOOL) is not None) is found


def test_the_users_entry_hides_the_systems_one(tmp_path: Path) -> None:
    home, shared = tmp_path / "home", tmp_path / "shared"
    entry(home, "tool.desktop", f"Type=Application\nName={TOOL}\nHidden=true")
    entry(shared, "tool.desktop", f"Type=Application\nName={TOOL}")
    environ = {"XDG_DATA_HOME": str(home), "XDG_DATA_DIRS": str(shared)}
    assert best_match(TOOL, desktop_entries(environ)) is None
    assert best_match(TOOL, desktop_entries({**environ, "XDG_DATA_HOME": str(tmp_path)})) is not None


def test_the_shortest_name_wins() -> None:
    offered = [(f"{TOOL} Help", Path("help")), (TOOL, Path("tool")), (f"{TOOL} 4 (64-bit)", Path("other"))]
    assert best_match(TOOL, offered) == Path("tool")


def test_a_macos_application_is_known_by_its_property_list(tmp_path: Path) -> None:
    for name, facts in (("tkm.app", {"CFBundleName": TOOL}), ("Vendor/Trusted Key Manager 2.app", None)):
        folder = tmp_path / name / "Contents"
        folder.mkdir(parents=True)
        (folder / "Info.plist").write_bytes(plistlib.dumps(facts) if facts else b"damaged")
    assert best_match(TOOL, bundles((tmp_path,))) == tmp_path / "tkm.app"
    assert best_match(f"{TOOL} 2", bundles((tmp_path,))) == tmp_path / "Vendor/Trusted Key Manager 2.app"


def test_windows_shortcuts_are_found_in_menu_and_desktop(tmp_path: Path) -> None:
    menu, desktop = tmp_path / "Microsoft\\Windows\\Start Menu\\Programs", tmp_path / "Desktop"  # one name each, here
    for link in (menu / "Vendor" / f"{TOOL}.lnk", desktop / "Other.lnk", desktop / "My files" / "Kept.lnk"):
        make_shortcut(link, str(tmp_path))
    make_shortcut(menu / "Gone.lnk", str(tmp_path / "no such file"))
    (menu / "Damaged.lnk").write_bytes(b"no shortcut")
    environ = {"APPDATA": str(tmp_path), "PUBLIC": str(tmp_path)}
    assert sorted(name for name, _ in shortcuts(environ)) == ["Other", TOOL]


@pytest.mark.parametrize(
    ("files", "icon", "location", "program"),
    [
        (["tkm.exe"], '"{0}/tkm.exe",0', "", "tkm.exe"),
        (["tkm.exe", "other.exe"], "{0}/tkm.exe", "{0}", "tkm.exe"),
        (["tkm.exe", "unins000.exe"], "{0}/unins000.exe", "{0}", "tkm.exe"),
        (["tkm.exe", "tkm.ico"], "{0}/tkm.ico,0", '"{0}"', "tkm.exe"),
        (["tkm.exe", "other.exe"], "", "{0}", None),
        ([], "{0}/tkm.exe", "{0}", None),
        ([], "", "", None),
    ],
)
def test_the_uninstall_registry_names_a_program(
    tmp_path: Path, files: list[str], icon: str, location: str, program: str | None
) -> None:
    for file in files:
        (tmp_path / file).touch()
    found = program_of(icon.format(tmp_path), location.format(tmp_path))
    assert found == (tmp_path / program if program else None)
