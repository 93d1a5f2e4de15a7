"""Policy on Windows: the registry, and no file that users may write."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from config.schema.load_settings import CATALOGUE
from support.windows import compile_program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.windows import Windows

pytestmark = pytest.mark.full

KEY = r"HKLM\Software\Policies\vigicle"
VALUES = [
    (KEY, "UrgentDays", "REG_DWORD", "9"),
    (KEY, "NoticeDays", "REG_SZ", "60, 30"),
    (KEY, "ProceduresOff", "REG_MULTI_SZ", r"siv\0ebarreau"),
    (KEY, "Autostart", "REG_SZ", "soon"),
    (KEY, "Colour", "REG_SZ", "blue"),
    (KEY, "Tools", "REG_MULTI_SZ", r"opalexe=C:\users\Public\tkm\tkm.exe"),
    (KEY, "ProceduresFolder", "REG_SZ", r"C:\users\Public"),
    (rf"{KEY}\Recommended", "QuietHours", "REG_SZ", "20:00-08:00"),
    (rf"{KEY}\Recommended", "Modules", "REG_MULTI_SZ", r"C:\m.dll"),
]
PLANTED = """
#include <stdio.h>
#include <windows.h>
BOOL WINAPI DllMain(HINSTANCE self, DWORD why, LPVOID reserved)
{
    FILE *trace = why == DLL_PROCESS_ATTACH ? fopen("C:/Planted/loaded.txt", "w") : NULL;
    (void)self, (void)reserved;
    return trace == NULL || fclose(trace) == 0;
}
"""


@pytest.fixture
def trace(windows: Windows) -> Iterator[Path]:
    """What a module leaves that a user of the computer has planted.

    Policy and procedure are that user's own: below ProgramData everybody may make folders.
    """
    drive = windows.folder / "prefix/drive_c"
    (drive / "Planted").mkdir()
    compile_program(PLANTED, drive / "Planted/planted.dll")
    folder = drive / "ProgramData/vigicle"
    (folder / "procedures").mkdir(parents=True)
    (folder / "policy.toml").write_text("pkcs11.modules = ['C:/Planted/planted.dll']\nnotices.urgent_days = 3\n")
    shutil.copy(CATALOGUE / "procedures/opalexe.toml", folder / "procedures/planted.toml")
    yield drive / "Planted/loaded.txt"
    shutil.rmtree(drive / "Planted")
    shutil.rmtree(folder)


def test_what_a_user_planted_below_program_data_is_refused(windows: Windows, key: bytes, trace: Path) -> None:
    (windows.data / "config.toml").write_text("language = 'en'\n")
    windows.plug_in(key)
    windows.answer("check")
    assert not trace.exists()
    answer = windows.answer("policy")
    place = "C:\\ProgramData\\vigicle"
    assert {each["source"] for each in answer["refused"]} == {
        f"{place}\\policy.toml",
        f"{place}\\procedures\\planted.toml",
    }
    assert [each for each in answer["settings"] if place in str(each["source"])] == []


def test_the_registry_is_read(windows: Windows) -> None:
    for key, name, kind, value in VALUES:
        added = windows.prefix.run("reg", "add", key, "/v", name, "/t", kind, "/d", value, "/f")
        assert added.code == 0, added.text
    windows.configure("notices.urgent_days = 8\n")
    try:
        answer = windows.answer("policy")
    finally:
        windows.prefix.run("reg", "delete", KEY, "/f")
    found = {each["key"]: each for each in answer["settings"]}
    place = r"HKEY_LOCAL_MACHINE\Software\Policies\vigicle"
    assert (found["UrgentDays"]["value"], found["UrgentDays"]["level"]) == (9, "mandatory")
    assert found["UrgentDays"]["source"] == place
    assert [each["value"] for each in found["UrgentDays"]["overrides"]] == [8, 30]
    assert found["NoticeDays"]["value"] == [60, 30]
    assert found["ProceduresOff"]["value"] == ["siv", "ebarreau"]
    assert (found["QuietHours"]["level"], found["QuietHours"]["source"]) == ("recommended", rf"{place}\Recommended")
    assert {each["key"] for each in answer["refused"]} == {
        "Autostart",
        "Colour",
        "Modules",
        "ProceduresFolder",
        "Tools",
    }
