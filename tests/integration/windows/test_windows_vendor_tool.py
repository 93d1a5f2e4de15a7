"""The vendor's tool on Windows is found, and started once without elevation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.windows import ROOT, compile_program

if TYPE_CHECKING:
    from pathlib import Path

    from support.windows import Windows

pytestmark = pytest.mark.full

NAME = "Trusted Key Manager"
TOOL = """
#include <windows.h>
int WINAPI WinMain(HINSTANCE a, HINSTANCE b, LPSTR line, int show)
{
    (void)a, (void)b, (void)line, (void)show;
    HANDLE started = CreateSemaphoreA(NULL, 0, 100, "vigicle-test-tool");
    ReleaseSemaphore(started, 1, NULL);
    Sleep(600000);
    return 0;
}
"""
FIND = r"""
import logging, os, sys, winreg
from pathlib import Path
from daemon.adapters.launch.vendor_tool import find_tool
logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="log: %(message)s")
UNINSTALL = r"Software\Microsoft\Windows\CurrentVersion\Uninstall"
name, tool, link = "Trusted Key Manager", sys.argv[1], sys.argv[2]

def look(place):
    found = find_tool(name)
    print(place, found and found.path, found and found.personal)

def entry(root, view, values):
    with winreg.CreateKeyEx(root, UNINSTALL + r"\tkm", access=winreg.KEY_ALL_ACCESS | view) as key:
        for value, (kind, data) in values.items():
            winreg.SetValueEx(key, value, 0, kind, data)

def forget(root, view):
    winreg.DeleteKeyEx(root, UNINSTALL + r"\tkm", access=view)

look("nowhere:")
for place, root, view in (
    ("machine, 64:", winreg.HKEY_LOCAL_MACHINE, winreg.KEY_WOW64_64KEY),
    ("machine, 32:", winreg.HKEY_LOCAL_MACHINE, winreg.KEY_WOW64_32KEY),
    ("person:", winreg.HKEY_CURRENT_USER, winreg.KEY_WOW64_64KEY),
):
    entry(root, view, {"DisplayName": (winreg.REG_SZ, name + " 4.2"), "DisplayIcon": (winreg.REG_SZ, f'"{tool}",0')})
    look(place)
    forget(root, view)

user, all_ = winreg.HKEY_CURRENT_USER, winreg.KEY_WOW64_64KEY
entry(user, all_, {"DisplayName": (winreg.REG_BINARY, b"\xff\xfe"), "DisplayIcon": (winreg.REG_SZ, tool)})
look("no text:")
forget(user, all_)
os.environ["VENDOR"] = str(Path(tool).parent)
entry(user, all_, {"DisplayName": (winreg.REG_SZ, name), "InstallLocation": (winreg.REG_EXPAND_SZ, "%VENDOR%")})
look("by its folder:")
forget(user, all_)

menu = r"Microsoft\Windows\Start Menu\Programs\Vendor"
for place, folder in (
    ("person's menu:", Path(os.environ["APPDATA"]) / menu),
    ("common menu:", Path(os.environ["PROGRAMDATA"]) / menu),
    ("person's desktop:", Path(os.environ["USERPROFILE"]) / "Desktop"),
    ("common desktop:", Path(os.environ["PUBLIC"]) / "Desktop"),
):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.lnk").write_bytes(Path(link).read_bytes())
    (folder / f"{name} (2).lnk").write_bytes(b"damaged")
    look(place)
    for file in folder.glob(f"{name}*.lnk"):
        file.unlink()
"""
START = r"""
import sys
from pathlib import Path
from daemon.adapters.launch import openers
from daemon.adapters.launch.openers import start_tool
from daemon.adapters.platform.processes_windows import runs
import ctypes
hand_on = openers.hand_on_foreground
openers.hand_on_foreground = lambda: (hand_on(), print("handed on"))
program, link = map(Path, sys.argv[1:])
kernel = ctypes.WinDLL("kernel32")
started = kernel.CreateSemaphoreA(None, 0, 100, b"vigicle-test-tool")
print("before:", runs(program))
print("started:", start_tool(link), kernel.WaitForSingleObject(started, 60000) == 0)
print("after:", runs(program))
print("again:", start_tool(link), start_tool(program), kernel.WaitForSingleObject(started, 3000) == 0)
"""


@pytest.fixture(scope="module")
def tool(windows_of_session: Windows) -> Path:
    """The vendor's program, at home on the drive."""
    folder = windows_of_session.folder / "prefix/drive_c/Vendor"
    folder.mkdir()
    return compile_program(TOOL, folder / "tkm.exe", "-mwindows")


@pytest.fixture(scope="module")
def link(windows_of_session: Windows, tool: Path) -> Path:
    """A shortcut to it, as the shell writes it."""
    maker = windows_of_session.folder / "shortcut.exe"
    source = (ROOT / "installers/windows/shortcut.c").read_text(encoding="utf-8")  # the setup's own
    compile_program(source, maker, "-municode", "-lole32", "-luuid", "-lpropsys")
    file = windows_of_session.folder / "tool.lnk"
    paths = [windows_of_session.in_windows(path) for path in (file, tool)]
    windows_of_session.prefix.run(maker, *paths, "", "test.test")
    assert file.exists()
    return file


def test_it_is_found_in_registry_menu_and_desktop(windows: Windows, tool: Path, link: Path) -> None:
    program = windows.in_windows(tool)
    output = windows.python(FIND, program, windows.in_windows(link)).text.splitlines()
    found = dict(line.split(": ", 1) for line in output if not line.startswith("log: "))
    logged = [line for line in output if line.startswith("log: ")]
    assert found.pop("nowhere") == "None None"
    assert found.pop("no text") == "None None"
    for place in ("machine, 64", "machine, 32", "person", "by its folder"):
        assert found.pop(place) == f"{program} False"
    places = {"person's menu": True, "common menu": False, "person's desktop": True, "common desktop": False}
    assert set(found) == set(places)
    assert all(found[place].endswith(f"\\{NAME}.lnk {personal}") for place, personal in places.items())
    assert any("DisplayName" in line and "not a text" in line for line in logged)
    assert any("(2).lnk" in line and "not a shortcut" in line for line in logged)


def test_it_is_started_once(windows: Windows, tool: Path, link: Path) -> None:
    output = windows.python(START, windows.in_windows(tool), windows.in_windows(link)).text.splitlines()
    assert output == [
        *("before: False", "handed on", "started: True True", "after: True"),
        "again: True True False",
    ]
