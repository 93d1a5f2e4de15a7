"""Real keys of the registry are policy on Windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
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
