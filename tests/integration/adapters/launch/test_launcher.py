"""A launch opens what procedures name, and reports failures."""

import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.i18n.wording import Wording
from config.settings import Procedure, Settings, VendorTool
from config.workflows import Destination, Letter
from daemon.adapters.launch import mail_dbus, openers
from daemon.adapters.launch.launcher import DesktopLauncher, is_safe
from daemon.adapters.launch.openers import childs_environment, is_running, run, start_tool
from daemon.core.effects import Launch
from daemon.core.events import Event, Launched
from daemon.core.troubles import Trouble
from support.browser import Recorder, RecordingBrowser, RecordingTool
from support.bus import SessionBus
from support.mail import EmailPortal, MailProgram, PagePortal
from support.process import PATIENCE_S, require_tool, wait_until
from support.shortcut import make_shortcut

MAIL = "x-scheme-handler/mailto"
TOOL = "Trusted Key Manager"
ORDER, PLATFORM, DOWNLOAD = "https://order.example/", "https://platform.example/", "https://download.example/tool"


@pytest.fixture(autouse=True)
def desktop(browser: RecordingBrowser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A desktop whose only browser records.

    Returns its folder for the user's own entries.
    """
    for name, value in browser.environment.items():
        monkeypatch.setenv(name, value)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    data = tmp_path / "data"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(data))
    configuration = tmp_path / "config"
    configuration.mkdir()  # the xdg-mime of Debian 13 does not make it, and then keeps no default
    monkeypatch.setenv("XDG_CONFIG_HOME", str(configuration))
    return data


@pytest.fixture
def machine(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for entries of all users."""
    folder = tmp_path_factory.mktemp("machine")
    others = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    monkeypatch.setenv("XDG_DATA_DIRS", f"{folder}:{others}")
    return folder


LETTER = Letter(subject=Wording(en="S {holder}", fr="O {holder}"), body=Wording(en="No. {serial}", fr="N° {serial}"))


def settings(path: Path | None = None, *, order_url: str = ORDER) -> Settings:
    procedure = Procedure(
        id="opalexe",
        title=Wording(en="Opalexe", fr="Opalexe"),
        issuers=(),
        platform_url=PLATFORM,
        order_url=order_url,
        tool=VendorTool(name=TOOL.casefold(), download_url=DOWNLOAD, path=str(path) if path else None),
        support_email="support@platform.example",
        letter=LETTER,
    )
    return Settings(procedures=(procedure,), language="fr")


def launched(
    given: Settings,
    destination: Destination,
    procedure: str = "opalexe",
    *,
    serial_hex: str = "",
    elevated: bool | None = None,
) -> Trouble | None:
    """Launch, and return the trouble that the launcher posted."""
    holder = "Élise d’Arc" if serial_hex else ""
    order = Launch(procedure=procedure, destination=destination, holder=holder, serial_hex=serial_hex)
    return outcome(given, order, elevated=elevated).trouble


def outcome(given: Settings, order: Launch, *, elevated: bool | None = None) -> Launched:
    """Launch, and return what the launcher posted."""
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    launcher = DesktopLauncher(events.put, lambda: given, None if elevated is None else lambda: elevated)
    launcher.launch(order)
    event = events.get(timeout=PATIENCE_S)
    assert isinstance(event, Launched)
    assert event.procedure == order.procedure
    return event


@pytest.mark.parametrize(
    ("destination", "url"),
    [(Destination.ORDER_PAGE, ORDER), (Destination.PLATFORM, PLATFORM)],
    ids=["order", "platform"],
)
def test_a_page_opens_in_the_browser(browser: RecordingBrowser, destination: Destination, url: str) -> None:
    assert launched(settings(), destination) is None
    assert browser.wait() == [[url]]


BARE = "mailto:support@platform.example?subject=O"
MAILTO = f"{BARE}%20%C3%89lise%20d%E2%80%99Arc&body=N%C2%B0%200a1b"  # every letter as sent


@pytest.fixture
def mail_program(tmp_path: Path, desktop: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """The user's mail program, which only records.

    It is not the browser.
    """
    monkeypatch.setenv("DISPLAY", ":0")  # without one, xdg-open asks for no program; none is reached
    require_tool("xdg-mime", "xdg-utils")
    program = Recorder(tmp_path / "recording-mail")
    file = desktop / "applications/recording-mail.desktop"
    file.parent.mkdir(parents=True)
    file.write_text(f"[Desktop Entry]\nType=Application\nName=Mail\nExec={program.program} %u\nMimeType={MAIL};\n")
    subprocess.run(["xdg-mime", "default", "recording-mail.desktop", MAIL], check=True)
    return program


def test_without_a_bus_the_letter_opens_with_nothing_personal(
    mail_program: Recorder, browser: RecordingBrowser
) -> None:
    """Every account can read the arguments of a process."""
    assert launched(settings(), Destination.SUPPORT_MAIL, serial_hex="0a1b") is None
    assert mail_program.wait() == [[BARE]]
    assert browser.starts == []


@pytest.fixture
def on_bus(mail_program: Recorder, session_bus: SessionBus, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """The mail program of a desktop with a session bus."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", session_bus.address)
    return mail_program


def test_the_portal_takes_the_whole_letter(on_bus: Recorder, session_bus: SessionBus) -> None:
    with EmailPortal(session_bus) as portal:
        assert launched(settings(), Destination.SUPPORT_MAIL, serial_hex="0a1b") is None
        draft = portal.drafts.get(timeout=PATIENCE_S)
    assert (draft["address"], draft["subject"], draft["body"]) == (
        "support@platform.example",
        "O Élise d’Arc",
        "N° 0a1b",
    )
    assert on_bus.starts == []


def test_where_the_portal_fails_the_mail_program_opens(on_bus: Recorder, session_bus: SessionBus) -> None:
    with EmailPortal(session_bus, response=2):
        assert launched(settings(), Destination.SUPPORT_MAIL, serial_hex="0a1b") is None
    assert on_bus.wait() == [[BARE]]


def test_a_mail_program_that_the_bus_activates_takes_the_whole_letter(
    on_bus: Recorder, session_bus: SessionBus, desktop: Path
) -> None:
    entry = "[Desktop Entry]\nType=Application\nName=Mail\nDBusActivatable=true\n"
    (desktop / "applications/org.example.Mail.desktop").write_text(f"{entry}MimeType={MAIL};\n")
    subprocess.run(["xdg-mime", "default", "org.example.Mail.desktop", MAIL], check=True)
    with MailProgram(session_bus) as program:
        assert launched(settings(), Destination.SUPPORT_MAIL, serial_hex="0a1b") is None
        assert program.opened.get(timeout=PATIENCE_S) == MAILTO
    assert on_bus.starts == []


@pytest.mark.parametrize("entry", ["my mail.desktop", "mail.desktop", "a..b.desktop", "org.example.Gone.desktop"])
def test_a_mail_program_that_no_bus_can_activate_is_started(on_bus: Recorder, desktop: Path, entry: str) -> None:
    """Its name may be none on a bus (D-Bus Specification)."""
    lines = ("[Desktop Entry]", "Type=Application", "Name=Mail", f"Exec={on_bus.program} %u", "DBusActivatable=true")
    (desktop / "applications" / entry).write_text("\n".join([*lines, f"MimeType={MAIL};", ""]))
    subprocess.run(["xdg-mime", "default", entry, MAIL], check=True)
    assert launched(settings(), Destination.SUPPORT_MAIL, serial_hex="0a1b") is None
    assert on_bus.wait() == [[BARE]]


def test_a_desktop_that_never_says_its_mail_program_is_asked_otherwise(
    on_bus: Recorder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mute = tmp_path / "programs/xdg-mime"
    mute.parent.mkdir()
    mute.write_text("#!/bin/sh\nexec sleep 60\n")
    mute.chmod(0o755)
    monkeypatch.setenv("PATH", f"{mute.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(mail_dbus, "CALL_LIMIT_S", 0.3)
    assert launched(settings(), Destination.SUPPORT_MAIL, serial_hex="0a1b") is None
    assert on_bus.wait() == [[BARE]]


@pytest.mark.parametrize("opener", [["gio", "open"], ["xdg-open"]], ids=" ".join)
def test_each_opener_takes_a_letter_and_changes_nothing_in_it(mail_program: Recorder, opener: list[str]) -> None:
    assert run([*opener, MAILTO], PATIENCE_S)
    assert mail_program.wait() == [[MAILTO]]


def test_a_letter_that_cannot_be_written_opens_nothing(mail_program: Recorder, browser: RecordingBrowser) -> None:
    assert launched(settings(), Destination.SUPPORT_MAIL, serial_hex="0a1b&cc=x") is Trouble.LAUNCH_FAILED
    assert launched(settings(), Destination.SUPPORT_MAIL) is Trouble.LAUNCH_FAILED
    assert mail_program.starts == browser.starts == []


def test_without_any_opener_the_launch_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("BROWSER")
    assert launched(settings(), Destination.ORDER_PAGE) is Trouble.LAUNCH_FAILED


def test_openers_that_fail_are_no_success_though_there_is_a_display(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without a browser `gio` ends with 2, `xdg-open` with 4."""
    for opener, code in (("gio", 2), ("xdg-open", 4), ("firefox", 127)):
        (tmp_path / opener).write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
        (tmp_path / opener).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":7")
    assert launched(settings(), Destination.ORDER_PAGE) is Trouble.LAUNCH_FAILED


def test_where_gio_knows_no_browser_xdg_open_is_asked(
    browser: RecordingBrowser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("XDG_DATA_DIRS", "XDG_CONFIG_DIRS"):
        monkeypatch.setenv(name, str(tmp_path / "nothing"))
    assert launched(settings(), Destination.ORDER_PAGE) is None
    assert browser.wait() == [[ORDER]]


def test_where_no_program_opens_the_page_the_portal_does(
    session_bus: SessionBus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", session_bus.address)
    with PagePortal(session_bus) as portal:
        assert launched(settings(), Destination.ORDER_PAGE) is None
        assert portal.pages.get(timeout=PATIENCE_S) == ORDER


@pytest.mark.parametrize(("answer", "trouble"), [(0, None), (1, Trouble.LAUNCH_FAILED), (2, Trouble.LAUNCH_FAILED)])
def test_where_the_portal_asks_for_a_program_the_users_answer_is_awaited(
    session_bus: SessionBus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: int, trouble: Trouble | None
) -> None:
    """It closes its question when the asker leaves the bus."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", session_bus.address)
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    launcher = DesktopLauncher(events.put, settings, None)
    with PagePortal(session_bus, PagePortal.NONE) as portal:
        launcher.launch(Launch(procedure="opalexe", destination=Destination.ORDER_PAGE))
        portal.pages.get(timeout=PATIENCE_S)
        with pytest.raises(queue.Empty):
            events.get(timeout=3.5)
        portal.answer(answer)
        event = events.get(timeout=PATIENCE_S)
        assert isinstance(event, Launched)
        assert event.trouble is trouble


def test_a_portal_that_never_says_what_became_of_a_page_has_not_opened_it(
    session_bus: SessionBus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", session_bus.address)
    monkeypatch.setattr(mail_dbus, "CHOICE_LIMIT_S", 0.3)
    with PagePortal(session_bus, PagePortal.NONE):
        assert launched(settings(), Destination.ORDER_PAGE) is Trouble.LAUNCH_FAILED


def test_a_portal_that_goes_while_the_user_chooses_has_not_opened_the_page(
    session_bus: SessionBus, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", session_bus.address)
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    with PagePortal(session_bus, PagePortal.NONE) as portal:
        launch = Launch(procedure="opalexe", destination=Destination.ORDER_PAGE)
        DesktopLauncher(events.put, settings, None).launch(launch)
        portal.pages.get(timeout=PATIENCE_S)
        portal.leave()
        event = events.get(timeout=PATIENCE_S)  # the wait for the user's choice has a limit of two minutes
        assert isinstance(event, Launched)
        assert event.trouble is Trouble.LAUNCH_FAILED


def test_in_a_sandbox_the_portal_opens_the_page(
    browser: RecordingBrowser, session_bus: SessionBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNAP", "/snap/vigicle/1")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", session_bus.address)
    with PagePortal(session_bus) as portal:
        assert launched(settings(), Destination.ORDER_PAGE) is None
        assert portal.pages.get(timeout=PATIENCE_S) == ORDER
    assert browser.starts == []


@pytest.mark.parametrize("destination", [Destination.ORDER_PAGE, Destination.SUPPORT_MAIL])
def test_a_bus_that_never_speaks_is_a_failure_that_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, destination: Destination
) -> None:
    monkeypatch.setattr(mail_dbus, "CALL_LIMIT_S", 0.3)
    monkeypatch.setenv("PATH", "/nonexistent")
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(tmp_path / "bus"))
        mute.listen()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/bus")
        assert launched(settings(), destination, serial_hex="0a1b") is Trouble.LAUNCH_FAILED


@pytest.mark.parametrize("destination", [Destination.ORDER_PAGE, Destination.SUPPORT_MAIL])
def test_a_portal_that_never_answers_is_followed_by_a_program(
    on_bus: Recorder,
    browser: RecordingBrowser,
    session_bus: SessionBus,
    monkeypatch: pytest.MonkeyPatch,
    destination: Destination,
) -> None:
    monkeypatch.setenv("SNAP", "/snap/vigicle/1")
    monkeypatch.setattr(mail_dbus, "CALL_LIMIT_S", 0.3)
    with PagePortal(session_bus) as portal:
        portal.mute = True
        assert launched(settings(), destination, serial_hex="0a1b") is None
    recorder = browser if destination is Destination.ORDER_PAGE else on_bus
    assert len(recorder.wait()) == 1


@pytest.mark.parametrize("url", ["http://order.example/", "file:///etc/passwd", "https://"])
def test_anything_but_https_is_not_opened(browser: RecordingBrowser, url: str) -> None:
    assert launched(settings(order_url=url), Destination.ORDER_PAGE) is Trouble.LAUNCH_FAILED
    assert browser.starts == []


@pytest.mark.parametrize("destination", Destination)
def test_with_an_administrators_rights_nothing_is_opened(
    destination: Destination, browser: RecordingBrowser, tool: RecordingTool, mail_program: Recorder
) -> None:
    with_tool = settings(tool.program)
    assert launched(with_tool, destination, serial_hex="0a1b", elevated=True) is Trouble.ELEVATED
    assert browser.starts == tool.starts == mail_program.starts == []


AS_MAC = """
import os, sys
from daemon.adapters.launch.launcher import is_elevated
found = [is_elevated()]
sys.platform = "darwin"
found.append(is_elevated())
os.seteuid(65534)
found.append(is_elevated())
print(found)
"""


def test_only_root_is_an_administrator_on_macos() -> None:
    """On Windows itself it is asked for by `windows/test_tray.py`."""
    done = subprocess.run([sys.executable, "-c", AS_MAC], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[False, True, False]", "root on Linux, root on macOS, a person on macOS"


def test_an_unknown_procedure_opens_nothing(browser: RecordingBrowser) -> None:
    assert launched(settings(), Destination.PLATFORM, procedure="nobody") is Trouble.LAUNCH_FAILED
    assert browser.starts == []


def test_the_configured_tool_is_started(tool: RecordingTool) -> None:
    assert launched(settings(tool.program), Destination.TOOL) is None
    assert tool.wait() == [[]]


def test_a_configured_desktop_entry_is_started(tool: RecordingTool, tmp_path: Path) -> None:
    assert launched(settings(tool.add_desktop_entry(tmp_path / "elsewhere")), Destination.TOOL) is None
    assert tool.wait() == [[]]


def test_the_tool_is_found_by_its_name(tool: RecordingTool, machine: Path) -> None:
    tool.add_desktop_entry(machine)
    assert launched(settings(), Destination.TOOL) is None
    assert tool.wait() == [[]]


def test_a_tool_of_the_users_own_is_named_before_its_first_start(tool: RecordingTool, desktop: Path) -> None:
    entry = tool.add_desktop_entry(desktop)
    held = outcome(settings(), Launch(procedure="opalexe", destination=Destination.TOOL))
    assert (held.trouble, held.place) == (Trouble.TOOL_UNKNOWN, str(entry))
    known = Launch(procedure="opalexe", destination=Destination.TOOL, known_tools=frozenset({str(entry)}))
    assert outcome(settings(), known).trouble is None
    assert tool.wait() == [[]]


def test_a_tool_whose_file_has_no_utf8_name_is_named_so_that_it_can_be_stored(
    tool: RecordingTool, desktop: Path
) -> None:
    entry = tool.add_desktop_entry(desktop)
    entry.rename(entry.with_name(os.fsdecode(b"\xff.desktop")))
    held = outcome(settings(), Launch(procedure="opalexe", destination=Destination.TOOL))
    assert held.place == str(entry.with_name("\\udcff.desktop"))
    known = Launch(procedure="opalexe", destination=Destination.TOOL, known_tools=frozenset({held.place}))
    assert outcome(settings(), known).trouble is None
    assert tool.wait() == [[]]


@pytest.mark.parametrize("name", ["nothing", "x" * 300], ids=["missing", "a name that no file can have"])
def test_a_configured_tool_that_is_not_there_is_searched(
    tool: RecordingTool, tmp_path: Path, machine: Path, name: str
) -> None:
    tool.add_desktop_entry(machine)
    assert launched(settings(tmp_path / name), Destination.TOOL) is None
    assert tool.wait() == [[]]


def test_without_a_tool_its_download_page_opens(browser: RecordingBrowser) -> None:
    assert launched(settings(), Destination.TOOL) is Trouble.TOOL_MISSING
    assert browser.wait() == [[DOWNLOAD]]


@pytest.mark.parametrize("configured", [True, False], ids=["configured", "found"])
def test_an_entry_whose_program_was_removed_is_no_tool(
    browser: RecordingBrowser, tool: RecordingTool, machine: Path, configured: bool
) -> None:
    entry = tool.add_desktop_entry(machine)
    tool.program.unlink()
    assert launched(settings(entry if configured else None), Destination.TOOL) is Trouble.TOOL_MISSING
    assert browser.wait() == [[DOWNLOAD]]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param("Exec=true\nTryExec=/nonexistent/tool", id="what-is-tried-first-is-gone"),
        pytest.param("Exec=env A=1 /nonexistent/tool", id="behind-env"),
        pytest.param("Exec=env -u WAYLAND_DISPLAY /nonexistent/tool", id="behind-a-variable-that-env-takes-away"),
        pytest.param("Exec=sh /nonexistent/tool", id="script-gone"),
        pytest.param("Exec=env -jar /nonexistent/tool.jar", id="archive-gone"),
        pytest.param('Exec=sh -c "/nonexistent/tool %u"', id="in-a-line-of-the-shell"),
        pytest.param("Exec=sh -c \"'/nonexistent/the tool' %u\"", id="quoted-in-a-line-of-the-shell"),
        pytest.param("Exec=nice -n 5 /nonexistent/tool", id="behind-a-number"),
        pytest.param("Exec=sh -e /nonexistent/tool", id="behind-an-option"),
        pytest.param("Exec=env -Xmx512m -jar /nonexistent/tool.jar", id="archive-gone-behind-an-option"),
        pytest.param('Exec=bash -lc "exec /nonexistent/tool"', id="in-a-line-of-a-login-shell"),
        pytest.param('Exec=sh -c "cd /nonexistent && ./tool"', id="in-a-folder-that-is-gone"),
        pytest.param('Exec=sh -c "cd / && ./nonexistent-tool %u"', id="gone-from-its-folder"),
        pytest.param('Exec=sh -c "cd / && exec java -jar ./nonexistent.jar"', id="archive-gone-from-its-folder"),
        pytest.param("Exec=./nonexistent-tool\nPath=/", id="gone-from-the-folder-to-run-in"),
        pytest.param("Exec=timeout 9 /nonexistent/tool", id="behind-a-limit"),
        pytest.param("Exec=pkexec env A=1 sh /nonexistent/tool", id="behind-a-right-and-env"),
        pytest.param("Exec=true\nPath=/nonexistent", id="folder-to-run-in-gone"),
        pytest.param("Exec=/usr", id="folder"),
        pytest.param("Exec=cd /", id="word-of-the-shell"),
        pytest.param("DBusActivatable=true", id="nothing-to-run"),
        pytest.param('Exec="/nonexistent/tool', id="quote-left-open"),
    ],
)
def test_an_entry_that_names_no_program_is_never_called_started(
    browser: RecordingBrowser, tmp_path: Path, lines: str
) -> None:
    entry = write_entry(tmp_path / "tool.desktop", lines)
    entry.chmod(0o755)
    trouble = launched(settings(entry), Destination.TOOL)
    assert trouble in {Trouble.TOOL_MISSING, Trouble.LAUNCH_FAILED}
    if trouble is Trouble.TOOL_MISSING:
        assert browser.wait() == [[DOWNLOAD]]


def write_entry(file: Path, lines: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"[Desktop Entry]\nType=Application\nName={TOOL}\n{lines}\n")
    return file


@pytest.mark.parametrize(
    "command",
    [
        pytest.param("env A=1 nonexistent-tool %u", id="behind-env"),
        pytest.param("nohup nonexistent-tool", id="behind-nohup"),
        pytest.param("timeout 9 nonexistent-tool", id="behind-a-limit"),
        pytest.param('sh -c "nonexistent-tool %u"', id="in-a-line-of-the-shell"),
        pytest.param('sh -c "A=1 /nonexistent/tool"', id="behind-a-variable-of-the-shell"),
        pytest.param('sh -c "cd /; /nonexistent/tool"', id="second-in-a-line"),
        pytest.param('sh -c "\\\\$HOME/nonexistent"', id="in-a-folder-that-the-shell-knows"),
        pytest.param("env A=1 /usr", id="a-folder-behind-env"),
        pytest.param("env A=1 /etc/passwd", id="no-program-behind-env"),
        pytest.param(f"{sys.executable} nonexistent.py", id="a-script-in-the-folder-to-run-in"),
        pytest.param("false", id="program-that-ends-badly"),
        pytest.param("true \0", id="null-character"),
        pytest.param(f"{'env ' * 2000} false", id="two-thousand-programs"),
    ],
)
def test_an_entry_whose_program_ends_badly_at_once_is_not_called_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(openers, "VERDICT_S", PATIENCE_S)  # at once on a busy machine, too
    entry = write_entry(tmp_path / "tool.desktop", f"Exec={command}")
    assert launched(settings(entry), Destination.TOOL) is Trouble.LAUNCH_FAILED


@pytest.mark.parametrize(
    ("folder", "command"),
    [
        pytest.param("a tool", '"{}/a tool/tkm" %u', id="space"),
        pytest.param("a tool", r'"{}/a\stool/tkm" %u', id="space-escaped"),
        pytest.param("a$b", r'"{}/a\\$b/tkm"', id="dollar"),
        pytest.param("a`b", r'"{}/a\\`b/tkm"', id="backtick"),
        pytest.param('a"b', r'"{}/a\\"b/tkm"', id="quote"),
        pytest.param("a\\b", r'"{}/a\\\\b/tkm"', id="backslash"),
        pytest.param("l'outil", '"{}/l\'outil/tkm"', id="apostrophe"),
        pytest.param("100%", "{}/100%%/tkm", id="percent"),
        pytest.param("a", r"{}/a/tkm\s%u", id="space-escaped-before-an-argument"),
        pytest.param("a", "/nonexistent/tkm\nExec={}/a/tkm", id="key-given-twice"),
        pytest.param("a", "{}/a/tkm\nComment=a\u2028Exec=/nonexistent", id="line-separator-in-a-text"),
        pytest.param("a", "./tkm\nPath={}/a", id="in-its-folder"),
        pytest.param("a b", "./tkm\nPath={}/a\\sb", id="in-its-folder-with-a-space"),
    ],
)
def test_an_entry_is_read_as_the_standard_writes_it_and_needs_no_gio(
    tmp_path: Path, machine: Path, monkeypatch: pytest.MonkeyPatch, folder: str, command: str
) -> None:
    """Desktop Entry Specification 1.5, "Possible value types" and "The Exec key"."""
    tool = Recorder(tmp_path / folder / "tkm")
    write_entry(machine / "applications/tkm.desktop", f"Exec={command.replace('{}', str(tmp_path))}")
    monkeypatch.setenv("PATH", "/nonexistent")
    assert launched(settings(), Destination.TOOL) is None
    assert tool.wait() == [[]]


def test_a_tool_that_cannot_run_is_a_failure(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/nonexistent/interpreter\n")
    broken.chmod(0o755)
    assert launched(settings(broken), Destination.TOOL) is Trouble.LAUNCH_FAILED


def test_a_tool_that_ends_badly_at_once_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openers, "VERDICT_S", PATIENCE_S)  # at once on a busy machine, too
    assert launched(settings(Path("/bin/false")), Destination.TOOL) is Trouble.LAUNCH_FAILED


SLEEPER = """#!{python} -IS
import os, signal
with open({pids!r}, "a") as file:
    file.write(f"{{os.getpid()}} {{os.getsid(0)}}\\n")
signal.pause()
"""


class Sleeper:
    """A tool that records process and session of each start.

    It runs until it is ended.
    """

    def __init__(self, folder: Path) -> None:
        self.program = folder / "sleeper"
        self._pids = folder / "pids"
        self.program.write_text(SLEEPER.format(python=sys.executable, pids=str(self._pids)))
        self.program.chmod(0o755)

    @property
    def starts(self) -> list[list[str]]:
        return [line.split() for line in self._pids.read_text().splitlines()] if self._pids.exists() else []


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Sleeper]:
    one = Sleeper(tmp_path)
    yield one
    for pid, _ in one.starts:
        os.kill(int(pid), signal.SIGTERM)
        wait_until(lambda pid=pid: not Path(f"/proc/{pid}").exists(), "it has ended and was reaped")  # type: ignore[misc]


def test_a_tool_that_runs_is_not_started_again_and_leaves_no_zombie(sleeper: Sleeper) -> None:
    assert start_tool(sleeper.program)
    wait_until(lambda: len(sleeper.starts) == 1, "it runs")
    assert is_running([str(sleeper.program)])
    assert start_tool(sleeper.program)
    assert len(sleeper.starts) == 1


def test_a_tool_lives_in_a_session_of_its_own(sleeper: Sleeper) -> None:
    assert start_tool(sleeper.program)
    wait_until(lambda: len(sleeper.starts) == 1, "it runs")
    ((process, session),) = sleeper.starts
    assert session == process


def test_a_program_that_does_not_run_is_not_running(tmp_path: Path) -> None:
    assert not is_running([str(tmp_path / "nothing")])
    assert not is_running([str(shutil.copy("/bin/false", tmp_path))])  # that of the system may run in another test
    assert not is_running([])


def test_a_program_under_an_interpreter_runs_when_its_whole_command_does(sleeper: Sleeper) -> None:
    assert start_tool(sleeper.program)
    wait_until(lambda: len(sleeper.starts) == 1, "it runs")
    assert is_running([sys.executable, "-IS", str(sleeper.program)])
    assert not is_running([sys.executable, "-IS", "/other/script"])
    assert not is_running([sys.executable, "-IS", str(sleeper.program), "argument"])


@pytest.mark.parametrize("interpreter", ["sh", "bash", "python3", "perl", "java", "env", "flatpak"])
def test_an_interpreter_alone_is_never_the_tool(interpreter: str) -> None:
    sleeping = subprocess.Popen(["/bin/sh", "-c", "read line"], stdin=subprocess.PIPE)
    try:
        assert not is_running([interpreter])
        assert not is_running([f"/usr/bin/{interpreter}"])
    finally:
        sleeping.communicate(b"\n")


def test_an_entry_under_an_interpreter_starts_beside_another_program_of_it(tmp_path: Path, desktop: Path) -> None:
    other = subprocess.Popen(["/usr/bin/env", "sh", "-c", "read line"], stdin=subprocess.PIPE)
    started = tmp_path / "started"
    script = tmp_path / "tkm.sh"
    script.write_text(f"touch {started}\n")
    entry = desktop / "applications/tkm.desktop"
    entry.parent.mkdir(parents=True)
    entry.write_text(f"[Desktop Entry]\nType=Application\nName=TKM\nExec=sh {script} %u\n")
    try:
        assert start_tool(entry)
        wait_until(started.exists, "the script ran")
    finally:
        other.communicate(b"\n")


@pytest.mark.parametrize("arguments", ["-jar C:\\tool.jar", ""], ids=["with arguments", "without"])
def test_a_windows_shortcut_with_arguments_is_never_taken_for_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: str
) -> None:
    """Its program may be an interpreter of any name."""
    link = make_shortcut(tmp_path / "tool.lnk", "C:\\Java\\launcher.exe", wide=True, arguments=arguments)
    started: list[str] = []
    monkeypatch.setattr(openers, "runs", lambda _program: True)
    monkeypatch.setattr(openers, "_start_by_shell", started.append)
    monkeypatch.setattr(sys, "platform", "win32")
    start_tool(link)
    assert started == ([str(link)] if arguments else [])


def test_a_command_inherits_neither_files_nor_our_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGICLE_CONFIG", "x")
    monkeypatch.setenv("PYTHONPATH", "x")
    told = tmp_path / "told"
    with told.open("w") as file:
        os.set_inheritable(file.fileno(), True)  # as a careless library does
        number = file.fileno()
        script = f"env > {told}; test -e /proc/self/fd/{number} && echo INHERITED >> {told}; true"
        assert run(["/bin/sh", "-c", script], PATIENCE_S)
    content = told.read_text()
    assert "PATH=" in content
    assert not any(word in content for word in ("VIGICLE_", "PYTHONPATH", "INHERITED"))


def test_a_frozen_programs_library_path_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    given = {"LD_LIBRARY_PATH": "/bundle", "LD_LIBRARY_PATH_ORIG": "/own", "DYLD_LIBRARY_PATH": "/bundle", "HOME": "/h"}
    assert childs_environment(given) == {"LD_LIBRARY_PATH": "/own", "HOME": "/h"}


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://www.example.fr/clé?a=b#c", True),
        ("https://www.example.fr:8443", True),
        ("HTTPS://www.example.fr", False),
        ("http://www.example.fr", False),
        ("https://user@www.example.fr", False),
        ("https://user:word@www.example.fr", False),
        ("https:///path", False),
        ("https://www.example.fr/a b", False),
        ("https://www.example.fr/\n", False),
        ("https://www.example.fr/\u202e", False),
        ("https://[", False),
        ("javascript:alert(1)", False),
        ("--help", False),
        ("", False),
    ],
)
def test_only_a_plain_https_address_is_safe(url: str, safe: bool) -> None:
    assert is_safe(url) is safe
