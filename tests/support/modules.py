"""PKCS#11 modules that misbehave, compiled for the test that asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from support.native import compile_source

if TYPE_CHECKING:
    from pathlib import Path

Behaviour = Literal[
    "crash on load",
    "hang on load",
    "crash in C_GetSlotList",
    "hang in C_GetSlotList",
    "fail in C_GetSlotList",
    "slow in C_GetSlotList",
    "exit in C_Initialize",
    "endless output",
    "no PKCS#11",
    "garbage",
    "empty file",
    "other machine",
]
BEHAVIOURS: tuple[Behaviour, ...] = Behaviour.__args__  # type: ignore[attr-defined]

SLOW_S = 5
ON_LOAD = {
    "crash on load": "raise(SIGSEGV);",
    "hang on load": "for (;;) pause();",
    "endless output": 'for (;;) { puts("endless"); fflush(stdout); }',
}
IN_SLOT_LIST = {
    "crash in C_GetSlotList": "raise(SIGSEGV);",
    "hang in C_GetSlotList": "for (;;) pause();",
    "fail in C_GetSlotList": "return 0x30;",  # CKR_DEVICE_ERROR
    "slow in C_GetSlotList": f"sleep({SLOW_S});",
}
IN_INITIALIZE = {"exit in C_Initialize": "_exit(0);"}

HARMLESS = "int harmless;"

# The function list has a version and 68 functions; here most are one that returns "not supported".
SOURCE = """
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
typedef unsigned long (*function)(void *, void *, unsigned long *);
static unsigned long unsupported(void *a, void *b, unsigned long *c) {{ return 0x54; }}
static unsigned long initialize(void *a, void *b, unsigned long *c) {{ {initialize} return 0; }}
static unsigned long finalize(void *a, void *b, unsigned long *c) {{ return 0; }}
static unsigned long slot_list(void *a, void *b, unsigned long *count) {{ {slot_list} *count = 0; return 0; }}
static struct info {{
    unsigned char version[2], maker[32]; unsigned long flags; unsigned char text[32], number[2];
}} ours = {{ {{2, 40}} }};
static unsigned long info(void *a, void *b, unsigned long *c)
{{
    memset(ours.maker, ' ', 32), memset(ours.text, ' ', 32);
    *(struct info *)a = ours;
    return 0;
}}
static struct {{ unsigned char version[2]; function functions[68]; }} list = {{ {{2, 40}} }};
unsigned long C_GetFunctionList(void **out)
{{
    for (int i = 0; i < 68; i++)
        list.functions[i] = unsupported;
    list.functions[0] = initialize, list.functions[1] = finalize, list.functions[2] = info;
    list.functions[3] = (function)C_GetFunctionList, list.functions[4] = slot_list;
    *out = &list;
    return 0;
}}
__attribute__((constructor)) static void loaded(void) {{ {on_load} }}
"""


def make_module(folder: Path, behaviour: Behaviour) -> Path:
    """Return the path of a module in `folder` that behaves like this."""
    path = folder / f"{behaviour.replace(' ', '-').replace('#', '')}.so"
    match behaviour:
        case "garbage":
            path.write_bytes(b"\x7fELF" + bytes(range(256)) * 16)
        case "empty file":
            path.touch()
        case "no PKCS#11":
            path.write_bytes(compile_source(HARMLESS))
        case "other machine":
            library = compile_source(HARMLESS)
            path.write_bytes(library[:18] + b"\x08\x00" + library[20:])  # e_machine is EM_MIPS
        case _:
            parts = {"initialize": IN_INITIALIZE, "slot_list": IN_SLOT_LIST, "on_load": ON_LOAD}
            code = {place: lines.get(behaviour, "") for place, lines in parts.items()}
            path.write_bytes(compile_source(SOURCE.format(**code), "-w"))
    return path


# Loaded by the child, it finds the pipe of the answers, writes there what the file holds, and ends the child well.
SPEAKING_SOURCE = """
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
static void speak(int pipe)
{{
    char bytes[65536];
    int file = open("{file}", O_RDONLY);
    ssize_t count;
    while ((count = read(file, bytes, sizeof bytes)) > 0)
        write(pipe, bytes, count);
}}
__attribute__((constructor)) static void loaded(void)
{{
    struct stat found;
    for (int fd = 3; fd < 256; fd++)
        if (fstat(fd, &found) == 0 && S_ISFIFO(found.st_mode) && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY) {{
            speak(fd);
            _exit(0);
        }}
}}
"""


class SpeakingModule:
    """A hostile module that writes its own answers to the daemon.

    `path` is the module for the settings.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "speaking.so"
        self._answers = folder / "answers"
        self.path.write_bytes(compile_source(SPEAKING_SOURCE.format(file=self._answers), "-w"))

    def say(self, *lines: bytes) -> None:
        """Answer with these lines from now on."""
        self._answers.write_bytes(b"".join(line + b"\n" for line in lines))
