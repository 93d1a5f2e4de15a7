"""Commands of the whole program: calendar, autostart, doctor, completion."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest
from icalendar import Calendar

from support.card import PivCard, pin_commands
from support.pki import make_certificate
from support.process import Process, require_tool, wait_until
from support.terminal import Terminal
from tray.cli.console import WIDEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support.bus import SessionBus
    from support.desktop import NotificationServer, Screen
    from support.program import Program
    from support.reader import ReaderService

assert sys.platform != "win32"  # the tests' services need Linux

VIGICLE = str(Path(sys.executable).with_name("vigicle"))
HEALTHS = {"ok", "attention", "bad"}
LIGHT = ("rich", "icalendar", "shtab")  # packages for one command each


def card(left: timedelta = timedelta(days=200)) -> PivCard:
    end = datetime.now(UTC) + left
    return PivCard({"9A": make_certificate(not_before=end - timedelta(days=1095), not_after=end)})


@pytest.fixture
def english(program: Program) -> Program:
    program.environment["LANG"] = "en_GB.UTF-8"
    return program


@pytest.fixture
def seen(english: Program, reader_service: ReaderService) -> Program:
    """The program, which has seen one key that has gone since."""
    english.environment |= reader_service.environment
    reader_service.insert(card())
    assert english.run("check").returncode == 0
    reader_service.remove()
    return english


# Output that cannot be written

WORDS = [
    ["status"],
    ["status", "--json"],
    ["check", "--json"],
    ["doctor"],
    ["completion", "bash"],
    ["metrics"],
    ["export", "--csv", "-"],
    ["quit"],
    ["--help"],
    ["--version"],
]


def printing_to(stream: IO[str], program: Program, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [VIGICLE, *arguments],
        env=program.environment,
        stdout=stream,
        stderr=subprocess.PIPE,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("arguments", WORDS, ids=" ".join)
def test_a_closed_output_pipe_is_neither_a_fault_nor_due(english: Program, arguments: list[str]) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    with os.fdopen(theirs, "w") as gone:
        left = printing_to(gone, english, *arguments)
    assert (left.returncode, left.stderr) == (141, "")


@pytest.mark.parametrize("arguments", WORDS, ids=" ".join)
def test_a_full_output_is_reported(english: Program, arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        left = printing_to(full, english, *arguments)
    assert left.returncode == 74
    assert left.stderr.startswith("vigicle: Nothing more can be written")
    assert left.stderr.count("\n") == 1


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [("status", 0), ("check --json", 0), ("export --ics -", 0), ("doctor", None), ("forget {}", 2), ("quit", 0)],
)
def test_closed_streams_are_no_error(seen: Program, arguments: str, code: int | None, closed: str) -> None:
    (known,) = json.loads(seen.run("status", "--json").stdout)["certificates"]
    command = f'exec "{VIGICLE}" {arguments.format(known["fingerprint_sha256"])} {closed}'
    left = subprocess.run(
        ["sh", "-c", command],
        env=seen.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert "Traceback" not in left.stderr
    assert code is None or left.returncode == code


@pytest.mark.parametrize("columns", ["0", "1", "20", "40", "63", "64", "80", "1000"])
def test_holder_end_and_stage_are_readable_at_any_width(seen: Program, columns: str) -> None:
    seen.environment["COLUMNS"] = columns
    shown = seen.run("status")
    assert shown.returncode == 0
    (known,) = json.loads(seen.run("status", "--json").stdout)["certificates"]
    end = datetime.fromisoformat(known["not_after"]).astimezone()
    words = [*known["subject_cn"].split(), str(end.day), f"{end:%B}", str(end.year), "valid", str(known["days_left"])]
    assert [word for word in words if word not in shown.stdout] == []


def test_a_width_beyond_any_terminal_is_borne(english: Program) -> None:
    done = english.run("doctor", environment={"COLUMNS": "9" * 20})
    assert done.stderr == ""
    assert max(map(len, done.stdout.splitlines())) <= WIDEST


# The calendar file


def uids(content: str) -> list[str]:
    return [str(event["uid"]) for event in Calendar.from_ical(content).walk("VEVENT")]


def test_the_dates_are_exported_without_a_daemon_and_again_with_one(seen: Program, tmp_path: Path) -> None:
    first = seen.run("export", "--ics", str(tmp_path / "keys.ics"))
    assert (first.returncode, first.stderr) == (0, "")
    seen.start("run", "--headless").wait_for_log("vigicle is running")
    second = seen.run("export", "--ics", "-")
    assert len(uids(second.stdout)) == 9
    assert uids(second.stdout) == uids((tmp_path / "keys.ics").read_text())


def test_a_file_that_exists_is_kept_unless_forced(seen: Program, tmp_path: Path) -> None:
    target = tmp_path / "keys.ics"
    target.write_text("mine")
    refused = seen.run("export", "--ics", str(target))
    assert (refused.returncode, target.read_text()) == (1, "mine")
    assert "--force" in refused.stderr
    assert seen.run("export", "--ics", str(target), "--force").returncode == 0
    assert uids(target.read_text())


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("no", 1)])
def test_on_a_terminal_the_user_is_asked(seen: Program, tmp_path: Path, answer: str, code: int) -> None:
    target = tmp_path / "keys.ics"
    target.write_text("mine")
    with Terminal([VIGICLE, "export", "--ics", str(target)], environment=seen.environment) as terminal:
        terminal.read("Replace it (yes or no)?")
        terminal.type(answer)
        assert terminal.wait() == code
    assert (target.read_text() == "mine") == (answer == "no")


def test_a_full_disk_leaves_nothing(seen: Program, tmp_path: Path) -> None:
    folder = tmp_path / "full"
    folder.mkdir()
    script = 'mount -t tmpfs -o size=4k none "$1" && "$2" export --ics "$1/keys.ics"; code=$?; ls -A "$1"; exit $code'
    done = subprocess.run(
        [require_tool("unshare", "util-linux"), "--mount", "sh", "-c", script, "sh", str(folder), VIGICLE],
        env=seen.environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "the disk" in done.stderr
    assert "is full" in done.stderr


def test_without_a_key_there_is_nothing_to_export(english: Program, tmp_path: Path) -> None:
    done = english.run("export", "--ics", str(tmp_path / "keys.ics"))
    assert (done.returncode, (tmp_path / "keys.ics").exists()) == (1, False)
    assert "Plug in your key" in done.stderr


# Start at login


def test_a_session_starter_starts_the_daemon(english: Program, tmp_path: Path) -> None:
    assert english.run("autostart", "status").stdout.startswith("vigicle does not start")
    assert english.run("autostart", "enable").returncode == 0
    command = [require_tool("dex", "dex"), "--autostart", "--environment", "X-Generic"]
    environment = english.environment | {"XDG_CONFIG_DIRS": str(tmp_path)}
    starter = Process(command, environment=environment, log=tmp_path / "dex.log")
    try:
        wait_until(lambda: "has stopped" in english.run("quit").stdout, "the daemon runs and is ended")
    finally:
        starter.close()


def test_a_switched_off_entry_is_reported_until_enable(english: Program) -> None:
    english.run("autostart", "enable")
    entry = english.home / ".config/autostart/vigicle.desktop"
    entry.write_text(entry.read_text() + "Hidden=true\n")
    assert "you switched it off" in english.run("autostart", "status").stdout
    assert english.run("autostart", "enable").stdout.startswith("vigicle starts when you log in")
    assert english.run("autostart", "disable").stdout.startswith("vigicle does not start")
    assert not entry.exists()


def test_a_start_for_all_accounts_ends_at_once_where_the_user_switched_it_off(english: Program) -> None:
    english.run("autostart", "enable")
    entry = english.home / ".config/autostart/vigicle.desktop"
    entry.write_text(entry.read_text(encoding="utf-8") + "Hidden=true\n", encoding="utf-8")
    ended = english.run("run", "--headless", "--at-login")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert "--at-login" not in english.run("run", "--help").stdout


def test_an_unwritable_autostart_folder_is_reported(english: Program) -> None:
    done = english.run("autostart", "enable", environment={"XDG_CONFIG_HOME": "/sys"})
    assert done.returncode == 1
    assert "Nothing was changed" in done.stderr
    assert "Traceback" not in done.stderr


# Doctor


def examined(program: Program, *more: str) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """The exit code, and the findings by topic."""
    done = program.run("doctor", "--json", *more)
    answer = json.loads(done.stdout)
    assert (answer["version"], answer["exit_code"]) == (1, done.returncode)
    found: dict[str, list[dict[str, Any]]] = {}
    for check in answer["checks"]:
        assert set(check) == {"topic", "state", "trouble", "what", "remedy"}
        assert check["state"] in HEALTHS
        found.setdefault(check["topic"], []).append(check)
    return done.returncode, found


def test_without_a_service_or_a_desktop_doctor_says_what_to_do(english: Program) -> None:
    code, found = examined(english)
    assert code == 2
    assert found["service"][0]["trouble"] == "service_absent"
    assert found["watch"][0]["remedy"] == "Start it: vigicle run"
    assert found["notices"][0]["state"] == "attention"
    assert found["tray"][0]["state"] == "attention"


@pytest.mark.parametrize("watched", [False, True], ids=["alone", "with a daemon"])
def test_doctor_finds_the_module_of_the_key_in_one_read(
    english: Program, reader_service: ReaderService, *, watched: bool
) -> None:
    english.environment |= reader_service.environment
    key = card()
    reader_service.insert(key)
    if watched:
        english.start("run", "--headless").wait_for_log("vigicle is running")
        wait_until(lambda: '"present": true' in english.run("status", "--json").stdout, "the key is read")
    before = len(reads(key))
    code, found = examined(english)
    assert code == 1
    assert "opensc-pkcs11.so reads the key (1 certificate)" in found["key"][0]["what"]
    assert found["watch"][0]["state"] == ("ok" if watched else "attention")
    assert len(reads(key)) - before == 1
    assert pin_commands(key.apdus) == []


def reads(key: PivCard) -> list[bytes]:
    """Return the reads of the certificate, except of its length (Le 08)."""
    return [apdu for apdu in key.apdus if apdu[1:2] == b"\xcb" and apdu.endswith(bytes.fromhex("5FC10500"))]


def test_a_test_notice_arrives_on_the_desktop(
    english: Program, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    english.environment |= session_bus.environment
    _, found = examined(english, "--notice")
    assert notification_server.next_notice().summary == "vigicle: this is a test"
    assert found["notices"][0]["what"] == "The test notice was delivered (by desktop)."
    assert notification_server.notices[1:] == []


def test_without_being_asked_doctor_sends_no_notice(
    english: Program, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    english.environment |= session_bus.environment
    _, found = examined(english)
    assert found["notices"][0]["state"] == "ok"
    assert notification_server.notices == []


def test_a_screen_without_a_tray_is_reported(english: Program, session_bus: SessionBus, screen: Screen) -> None:
    english.environment |= session_bus.environment | screen.environment
    _, found = examined(english)
    assert "gnome-shell-extension-appindicator" in found["tray"][0]["remedy"]


def test_refused_settings_are_a_finding_and_not_the_end(english: Program) -> None:
    english.configure("notice = 3\n")
    code, found = examined(english)
    assert code == 2
    assert "config.toml is refused" in found["settings"][-1]["what"]
    assert "notices" in found["settings"][-1]["remedy"]


def test_bad_settings_do_not_keep_the_daemon_from_quitting(english: Program) -> None:
    watch = english.start("run", "--headless")
    watch.wait_for_log("vigicle is running")
    english.configure("notices = 3")
    assert english.run("status").returncode == 3
    assert english.run("autostart", "status").returncode == 0
    assert english.run("quit").returncode == 0
    assert watch.wait() == 0


@pytest.mark.parametrize("zone", ["UTC-5", "CET-1CEST,M3.5.0,M10.5.0/3", "Bogus/Zone", ":/etc/passwd"])
def test_the_daemon_starts_in_any_time_zone(english: Program, zone: str) -> None:
    english.environment["TZ"] = zone
    english.configure('[notices]\nquiet_hours = "22:00-08:00"')
    watch = english.start("run", "--headless")
    watch.wait_for_log("vigicle is running")
    assert english.run("status").returncode in {0, 3}
    assert "Traceback" not in watch.text


def test_a_refused_procedure_is_reported(english: Program) -> None:
    (english.config_folder / "procedures").mkdir()
    (english.config_folder / "procedures/siv.toml").write_text("title = 3\n")
    _, found = examined(english)
    assert [check["state"] for check in found["procedures"]].count("attention") == 1


def test_the_command_line_itself_speaks_french(program: Program) -> None:
    program.environment["LANG"] = "fr_FR.UTF-8"
    shown = program.run("--help").stdout
    assert shown.startswith("usage\u00a0: vigicle")
    assert "affiche cette aide" in shown
    assert "choisissez parmi" in program.run("veille").stderr
    assert "il faut l’une de ces options" in program.run("export").stderr
    assert "ne va pas avec" in program.run("export", "--ics", "-", "--csv", "-").stderr


def test_doctor_leaves_no_trace(english: Program) -> None:
    before = sorted(english.home.rglob("*"))
    examined(english)
    assert sorted(english.home.rglob("*")) == before


def test_doctor_uses_the_language_of_the_session(program: Program) -> None:
    done = program.run("doctor", environment={"LANG": "fr_FR.UTF-8"})
    assert "✗ en panne · Service de carte à puce" in done.stdout
    assert "\nQuelque chose empêche vigicle de travailler." in done.stdout


@pytest.mark.parametrize("command", ["doctor", "status", "autostart status"])
def test_a_terminal_without_unicode_is_supported(program: Program, command: str) -> None:
    narrow = {"LANG": "fr_FR.UTF-8", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = program.run(*command.split(), environment=narrow)
    assert "Traceback" not in done.stderr
    assert done.stdout


# Procedure files

GOOD = Path(__file__).parents[2] / "unit" / "config" / "procedures" / "minimal.toml"


def test_a_good_procedure_file_is_told_so(english: Program) -> None:
    checked = english.run("procedure", "check", str(GOOD))
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "minimal, “A procedure of few words”" in checked.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param("schema_version = 9", ("schema_version = 9", "knows, 1, or none"), id="a newer file"),
        pytest.param(
            f"window_opens_days = 4000\n{GOOD.read_text(encoding='utf-8')}",
            ("window_opens_days = 4000", "1 to 3650"),
            id="too wide a window",
        ),
        pytest.param(None, ("a file that exists",), id="no file"),
    ],
)
def test_a_refused_procedure_file_is_told_with_what_is_accepted(
    english: Program, tmp_path: Path, content: str | None, words: tuple[str, ...]
) -> None:
    file = tmp_path / "mine.toml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    checked = english.run("procedure", "check", str(file))
    assert (checked.returncode, checked.stdout) == (3, "")
    assert all(each in checked.stderr for each in (str(file), *words))


# Completion


def bash_offers(script: str, words: Sequence[str]) -> list[str]:
    typed = f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}"
    line = f'{typed}; _shtab_vigicle; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", f"{script}\n{line}"], capture_output=True, text=True, check=True)
    return done.stdout.split()


OFFERS = [
    (["vigicle", "sta"], {"status"}),
    (["vigicle", "autostart", ""], {"enable", "disable", "status"}),
    (["vigicle", "completion", ""], {"bash", "zsh", "fish"}),
    (["vigicle", "doctor", "--no"], {"--notice"}),
]


@pytest.mark.parametrize(("words", "offered"), OFFERS, ids=[" ".join(case[0]) for case in OFFERS])
def test_bash_completes_commands_choices_and_options(english: Program, words: list[str], offered: set[str]) -> None:
    assert offered <= set(bash_offers(english.run("completion", "bash").stdout, words))


def test_fish_completes_commands(english: Program, tmp_path: Path) -> None:
    script = tmp_path / "vigicle.fish"
    script.write_text(english.run("completion", "fish").stdout)
    fish = require_tool("fish", "fish")
    offered = subprocess.run(
        [fish, "--no-config", "-c", f"source {script}; complete -C 'vigicle sta'"],
        env=english.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert offered.stdout.split("\t")[0] == "status"


def test_zsh_takes_the_script(english: Program) -> None:
    script = english.run("completion", "zsh").stdout
    subprocess.run([require_tool("zsh", "zsh"), "-n"], input=script, text=True, check=True)
    assert script.startswith("#compdef vigicle")


@pytest.mark.parametrize("language", ["en_GB.UTF-8", "fr_FR.UTF-8"])
@pytest.mark.parametrize("command", ["doctor", "autostart", "export", "procedure", "completion"])
def test_each_command_has_help_in_both_languages(program: Program, command: str, language: str) -> None:
    done = program.run(command, "--help", environment={"LANG": language})
    assert done.returncode == 0
    assert "help." not in done.stdout


def test_the_daemon_does_not_import_modules_of_single_commands(english: Program) -> None:
    code = f"import sys, tray.cli.main; print([name for name in {LIGHT} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], env=english.environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("given", ["\x1b]0;pwned\x07\x1b[2J\u202e", "\udcff\udcfe", "[bold]x", "9" * 5000])
@pytest.mark.parametrize("command", [["status"], ["name", "a" * 64], ["tell", "replaces"], ["procedure", "check"], []])
def test_no_argument_is_printed_as_it_came(workstation: Program, command: list[str], given: str) -> None:
    done = workstation.run(*command, given)
    assert done.returncode in {0, 1, 2, 3}
    assert "Traceback" not in done.stderr
    assert not set("\x1b\x07\u202e") & set(done.stdout + done.stderr)
