"""The vendor's tool is found by its name on each system."""

import os
import plistlib
from pathlib import Path
from typing import Any

import pytest

from daemon.adapters.launch import vendor_tool, vendor_tool_windows
from daemon.adapters.launch.vendor_tool import FoundTool, best_match, bundles, desktop_entries, find_tool
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
        ("Type=Application\nName=TRUSTED Key Manager 4\nExec=true", True),
        ("Type=Application\nName=TKM\nName[fr]=Trusted Key Manager\nExec=true", True),
        ("Type=Application\nName=Trusted Key Manager\nExec=true %u\nTryExec=true", True),
        ("Type=Application\nName=Trusted Key Manager\nDBusActivatable=true", True),
        ("Type=Application\nName=Trusted Key Manager\nExec=./true\nPath=/bin", True),
        ("Type=Application\nName=Trusted Key Manager\nExec=env -u LC_ALL -C / /bin/true", True),
        ('Type=Application\nName=Trusted Key Manager\nExec=sh -c "cd /bin && exec ./true"', True),
        ('Type=Application\nName=Trusted Key Manager\nExec=sh -c "cd /bin && true /nonexistent"', True),
        ("Type=Application\nName=Trusted Key Manager\nExec=/opt/removed/tkm %u", False),
        ("Type=Application\nName=Trusted Key Manager\nExec=removed-program", False),
        ("Type=Application\nName=Trusted Key Manager\nExec=/etc/passwd", False),
        ("Type=Application\nName=Trusted Key Manager\nExec=true\nTryExec=/opt/removed/tkm", False),
        ('Type=Application\nName=Trusted Key Manager\nExec="unclosed', False),
        ("Type=Application\nName=Trusted Key Manager", False),
        ("Type=Application\nName=Trusted Key\nExec=true", False),
        ("Type=Application\nName=Trusted Key Manager\nExec=true\nNoDisplay=true", False),
        ("Type=Application\nName=Trusted Key Manager\nExec=true\nHidden=true", False),
        ("Type=Link\nName=Trusted Key Manager\nExec=true", False),
        ("Type=Application\nName=Uninstall Trusted Key Manager\nExec=true", False),
        ("Type=Application\nName=Désinstaller Trusted Key Manager\nExec=true", False),
        ("Type=Application\nName=Other\n#Name=Trusted Key Manager\nExec=true", False),
    ],
)
def test_a_desktop_entry_is_known_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, found: bool
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "none"))  # the tool may be installed here
    entry(tmp_path, "vendor/tool.desktop", lines)
    assert (find_tool(TOOL) is not None) is found


def test_the_users_entry_hides_the_systems_one(tmp_path: Path) -> None:
    home, shared = tmp_path / "home", tmp_path / "shared"
    entry(home, "tool.desktop", f"Type=Application\nName={TOOL}\nExec=true\nHidden=true")
    entry(shared, "tool.desktop", f"Type=Application\nName={TOOL}\nExec=true")
    environ = {"PATH": os.environ["PATH"], "XDG_DATA_HOME": str(home), "XDG_DATA_DIRS": str(shared)}
    assert best_match(TOOL, desktop_entries(environ)) is None
    assert best_match(TOOL, desktop_entries({**environ, "XDG_DATA_HOME": str(tmp_path)})) is not None


def test_the_shortest_name_wins() -> None:
    offered = [(f"{TOOL} Help", Path("help")), (TOOL, Path("tool")), (f"{TOOL} 4 (64-bit)", Path("other"))]
    assert best_match(TOOL, offered) == Path("tool")


@pytest.mark.parametrize(
    ("file", "lines"),
    [
        (
            "chrome-abcdef-Default.desktop",
            "Exec=google-chrome --profile-directory=Default --app-id=ab",
        ),
        (
            "org.chromium.flextop.chrome-ab.desktop",
            "Exec=flatpak run org.chromium.Chromium --app-id=ab",
        ),
        ("webapp.desktop", "Exec=chromium --app=https://tkm.example"),
        ("epiphany.desktop", "Exec=epiphany --application-mode --profile=/home/j/x"),
        ("FFPWA-01.desktop", "Exec=/usr/bin/firefoxpwa site launch 01"),
        ("link.desktop", 'Exec=xdg-open "https://tkm.example/"'),
        ("WebApp-TKM.desktop", "Exec=firefox --class WebApp-TKM\nX-WebApp-Browser=Firefox"),
    ],
)
def test_a_page_that_a_browser_installed_is_not_the_tool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, lines: str
) -> None:
    monkeypatch.setattr(vendor_tool, "has_program", lambda *_given: True)  # no browser is installed here
    entry(tmp_path, file, f"Type=Application\nName={TOOL}\n{lines}")
    environ = {"PATH": os.environ["PATH"], "XDG_DATA_HOME": str(tmp_path), "XDG_DATA_DIRS": str(tmp_path / "none")}
    assert find_tool(TOOL, environ) is None


def test_a_tool_for_all_users_goes_before_one_of_the_users_own(tmp_path: Path) -> None:
    own, shared = tmp_path / "own", tmp_path / "shared"
    entry(own, "a.desktop", f"Type=Application\nName={TOOL}\nExec=true")
    environ = {"PATH": os.environ["PATH"], "XDG_DATA_HOME": str(own), "XDG_DATA_DIRS": str(shared)}
    assert find_tool(TOOL, environ) == FoundTool(own / "applications/a.desktop", personal=True)
    entry(shared, "b.desktop", f"Type=Application\nName={TOOL} 4.2 of CertEurope\nExec=true")
    assert find_tool(TOOL, environ) == FoundTool(shared / "applications/b.desktop", personal=False)


def test_special_and_large_files_are_skipped(tmp_path: Path) -> None:
    folder = tmp_path / "applications"
    folder.mkdir()
    os.mkfifo(folder / "x.desktop")
    (folder / "zero.desktop").symlink_to("/dev/zero")
    (folder / "large.desktop").write_text(f"[Desktop Entry]\nType=Application\nName={TOOL}\nExec=true\n" + "#" * 64_000)
    environ = {"PATH": os.environ["PATH"], "XDG_DATA_HOME": str(tmp_path), "XDG_DATA_DIRS": str(tmp_path / "none")}
    assert find_tool(TOOL, environ) is None


@pytest.mark.parametrize(
    "facts",
    [{"CrAppModeShortcutID": "ab"}, {"CFBundleIdentifier": "com.apple.Safari.WebApp.1234"}],
    ids=["Chromium", "Safari"],
)
def test_a_page_as_a_macos_application_is_not_the_tool(tmp_path: Path, facts: dict[str, str]) -> None:
    folder = tmp_path / f"{TOOL}.app" / "Contents"
    folder.mkdir(parents=True)
    (folder / "Info.plist").write_bytes(plistlib.dumps({"CFBundleName": TOOL, **facts}))
    assert best_match(TOOL, bundles((tmp_path,))) is None


@pytest.mark.parametrize("facts", [[TOOL], {"CFBundleName": {"a": 1}}, TOOL], ids=["a list", "no name", "a text"])
def test_a_macos_application_with_hostile_facts_ends_no_search(tmp_path: Path, facts: Any) -> None:
    for name in ("evil.app", f"{TOOL}.app"):
        folder = tmp_path / name / "Contents"
        folder.mkdir(parents=True)
        (folder / "Info.plist").write_bytes(plistlib.dumps(facts))
    assert best_match(TOOL, bundles((tmp_path,))) == tmp_path / f"{TOOL}.app"


@pytest.mark.parametrize("browser", ["chrome_proxy.exe", "msedge_proxy.exe", "Brave_Proxy.exe", "firefox.exe"])
def test_a_shortcut_to_a_browser_is_not_the_tool(tmp_path: Path, browser: str) -> None:
    target = tmp_path / browser
    target.touch()
    make_shortcut(tmp_path / "Microsoft\\Windows\\Start Menu\\Programs" / f"{TOOL}.lnk", str(target))
    assert list(shortcuts({"APPDATA": str(tmp_path)})) == []
    assert program_of(str(target), str(tmp_path)) is None


@pytest.mark.parametrize(
    "target", ["\\\\server\\share\\tkm.exe", "\\\\.\\pipe\\tkm", "\\\\?\\UNC\\server\\share\\tkm.exe"]
)
def test_a_shortcut_to_another_computer_is_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(vendor_tool_windows, "is_there", asked.append)
    make_shortcut(tmp_path / "Microsoft\\Windows\\Start Menu\\Programs" / f"{TOOL}.lnk", target)
    assert list(shortcuts({"APPDATA": str(tmp_path)})) == []
    assert asked == []


def test_a_program_on_another_computer_is_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look would open a connection, with the user's name."""
    looked: list[Path] = []

    def look(place: Path, *_pattern: str) -> list[Path]:
        looked.append(place)
        return []

    monkeypatch.setattr(Path, "glob", look)
    monkeypatch.setattr(vendor_tool_windows, "is_file_there", look)
    place = "//server/share/tkm"  # which is absolute here as well
    assert program_of(f"{place}/tkm.exe,0", place) is None
    assert looked == []


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
