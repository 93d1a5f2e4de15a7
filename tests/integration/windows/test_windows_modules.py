"""Modules on Windows whose helper libraries lie beside them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from support.windows import compile_module, compile_program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.windows import Windows

pytestmark = pytest.mark.full

HELPER = """
#include <stdio.h>
#include <windows.h>
__declspec(dllexport) int vendor_helper = 1;
BOOL WINAPI DllMain(HINSTANCE self, DWORD why, LPVOID reserved)
{
    const char *what = why == DLL_PROCESS_ATTACH ? "loaded" : why == DLL_PROCESS_DETACH ? "unloaded" : NULL;
    char path[64];
    FILE *trace;
    (void)self, (void)reserved;
    if (what == NULL)
        return TRUE;
    snprintf(path, sizeof path, "C:\\\\Helped\\\\%s.txt", what);
    trace = fopen(path, "w");
    return trace == NULL || fclose(trace) == 0;
}
"""


@pytest.fixture
def trace(windows: Windows, key: bytes) -> Iterator[Path]:
    """The trace of a helper library that the key's module needs."""
    folder = windows.folder / "prefix/drive_c/Helped"
    folder.mkdir(mode=0o700)
    helper = compile_program(HELPER, folder / "helper.dll")
    shutil.rmtree(windows.module.parent)
    compile_module(windows.module, str(helper), "-Wl,-u,vendor_helper")
    helper.rename(windows.module.with_name("helper.dll"))
    windows.plug_in(key)
    yield folder / "loaded.txt"
    shutil.rmtree(folder)
    shutil.rmtree(windows.module.parent)
    compile_module(windows.module)


def test_a_module_with_a_library_beside_it_reads_the_key(windows: Windows, trace: Path) -> None:
    assert len(windows.answer_in_time("check")["certificates"]) == 1
    assert trace.exists()
    assert not trace.with_name("unloaded.txt").exists(), "what it does at its end may take for ever"


@pytest.mark.parametrize(
    "open_place",
    [".", "helper.dll", "other.OCX", "played_key.dll"],
    ids=["folder", "helper", "another library", "module"],
)
def test_what_another_account_may_plant_is_not_loaded(windows: Windows, trace: Path, open_place: str) -> None:
    place = windows.module.parent / open_place
    place.touch()
    place.chmod(0o777)
    assert windows.answer_in_time("check")["certificates"] == []
    assert not trace.exists()
    checks = windows.answer_in_time("doctor")["checks"]
    assert "module_unsafe" in {check["trouble"] for check in checks if check["topic"] == "modules"}
