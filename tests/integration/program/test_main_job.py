"""The main job of the installed command with pcscd and OpenSC."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from support.card import BankCard, PivCard, pin_commands
from support.pki import make_certificate
from support.process import wait_until
from support.workstation import start_daemon, status

if TYPE_CHECKING:
    from support.browser import RecordingBrowser, RecordingTool
    from support.bus import LoginManager
    from support.desktop import Notice, NotificationServer
    from support.program import Program
    from support.reader import ReaderService
    from support.shifted_clock import ShiftedClock

ORDER_URL = "https://order.example/keys?who=expert&lang=fr"
PLATFORM_URL = "https://platform.example/login"
OPENSC = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so"
THREE_YEARS = timedelta(days=3 * 365)
NOTICE = timedelta(days=90)  # the first one, before the end


def now() -> datetime:
    return datetime.now(UTC)


def ending(left: timedelta, **names: Any) -> bytes:
    """Make a certificate that ends after this span."""
    return make_certificate(not_before=now() + left - THREE_YEARS, not_after=now() + left, **names)


def fresh(**names: Any) -> bytes:
    """Make a certificate that began yesterday."""
    return make_certificate(not_before=now() - timedelta(days=1), **names)


def card(*certificates: bytes, number: int = 1) -> PivCard:
    """Make a key of the common model with this serial number."""
    return PivCard(dict(zip(("9A", "9C"), certificates, strict=False)), guid=bytes([number]) * 16)


@pytest.fixture
def workstation(workstation: Program, browser: RecordingBrowser, tool: RecordingTool) -> Program:
    """The program with reader service, desktop, browser and vendor's tool."""
    workstation.environment |= browser.environment
    workstation.configure(
        f'[procedures.opalexe]\norder_url = "{ORDER_URL}"\nplatform_url = "{PLATFORM_URL}"\ntool = "{tool.program}"\n'
    )
    return workstation


def button(notice: Notice) -> str:
    """Return the action key of the first labelled button."""
    return next(key for key in notice.actions if key != "default")


@pytest.mark.parametrize("body", [True, False], ids=["body", "button"])
def test_a_key_near_its_end_gives_a_notice_whose_click_opens_the_order_page(
    workstation: Program,
    reader_service: ReaderService,
    notification_server: NotificationServer,
    browser: RecordingBrowser,
    *,
    body: bool,
) -> None:
    start_daemon(workstation)
    reader_service.insert(card(ending(timedelta(days=20))))
    notice = notification_server.next_notice()
    assert "default" in notice.actions
    assert "Order…" in notice.actions.values()
    assert "Jeanne MARTIN" not in notice.body, "only one holder is known"
    assert "OPALEXE" in notice.summary
    notification_server.action_invoked(notice.id, "default" if body else button(notice))
    assert browser.wait(1) == [[ORDER_URL]]


def test_a_moment_that_comes_while_the_key_is_away_is_notified_once(
    clock: ShiftedClock,
    login: LoginManager,
    workstation: Program,
    reader_service: ReaderService,
    notification_server: NotificationServer,
) -> None:
    moment = (clock.now + timedelta(hours=1)).replace(microsecond=0)  # X.509 keeps whole seconds
    daemon = start_daemon(workstation)
    reader_service.insert(card(make_certificate(not_before=moment - timedelta(days=1000), not_after=moment + NOTICE)))
    wait_until(lambda: bool(status(workstation)["certificates"]), "the certificate is known")
    reader_service.remove()
    wait_until(lambda: not status(workstation)["certificates"][0]["present"], "the key is away")
    clock.sleep_until_before(moment, login)
    notification_server.next_notice()
    assert clock.now >= moment
    line = status(workstation)["certificates"][0]
    assert (line["present"], line["days_left"], line["stage"]) == (False, 89, "due")
    daemon.terminate()
    start_daemon(workstation)
    with pytest.raises(AssertionError):
        notification_server.next_notice(timeout_s=3)


@pytest.mark.parametrize("old_first", [True, False], ids=["old key first", "new key first"])
def test_two_keys_of_one_model_are_distinguished_and_the_click_starts_the_tool(
    workstation: Program,
    reader_service: ReaderService,
    notification_server: NotificationServer,
    tool: RecordingTool,
    *,
    old_first: bool,
) -> None:
    old, new = card(ending(timedelta(days=200)), number=1), card(fresh(), number=2)
    first, second = (old, new) if old_first else (new, old)
    start_daemon(workstation)
    reader_service.insert(first)
    wait_until(lambda: len(status(workstation)["certificates"]) == 1, "the first key is known")
    reader_service.swap(second)
    notice = notification_server.next_notice()
    assert notice.summary == "New OPALEXE key found"
    (path,) = status(workstation)["paths"]
    assert (path["kind"], path["then"]) == ("activate", "add_with_old")
    by_end = sorted(status(workstation)["certificates"], key=lambda line: line["not_after"])
    assert [path["old_fingerprint"], path["new_fingerprint"]] == [line["fingerprint_sha256"] for line in by_end]
    notification_server.action_invoked(notice.id, "default")
    assert tool.wait(1) == [[]]


def test_step_2a_asks_for_the_old_key_and_opens_the_platform_when_it_comes(
    workstation: Program,
    reader_service: ReaderService,
    notification_server: NotificationServer,
    browser: RecordingBrowser,
) -> None:
    old, new = card(ending(timedelta(days=200)), number=1), card(fresh(), number=2)
    start_daemon(workstation)
    reader_service.insert(old)
    wait_until(lambda: bool(status(workstation)["certificates"]), "the old key is known")
    reader_service.swap(new)
    notification_server.next_notice()
    (new_fingerprint,) = (path["new_fingerprint"] for path in status(workstation)["paths"])
    assert workstation.run("tell", "activated", new_fingerprint).returncode == 0
    add = notification_server.next_notice()
    assert add.summary == "Add your new OPALEXE key"
    notification_server.action_invoked(add.id, "default")
    assert notification_server.next_notice().summary == "Plug in the old OPALEXE key"
    assert browser.starts == []
    reader_service.swap(old)
    assert browser.wait(1) == [[PLATFORM_URL]]


def test_a_key_is_noticed_after_the_service_was_killed_and_restarted(
    workstation: Program, reader_service: ReaderService, notification_server: NotificationServer
) -> None:
    daemon = start_daemon(workstation)
    reader_service.kill()
    daemon.wait_for_log("service")
    reader_service.start()
    reader_service.insert(card(ending(timedelta(days=20))))
    assert notification_server.next_notice().summary.startswith("OPALEXE key: ")


def test_no_pin_command_reaches_the_card_and_an_idle_card_is_left_alone(
    workstation: Program, reader_service: ReaderService, notification_server: NotificationServer
) -> None:
    key = card(ending(timedelta(days=20)), ending(timedelta(days=20), role="signature"))
    daemon = start_daemon(workstation)
    reader_service.insert(key)
    notification_server.next_notice()
    after_reading = len(key.apdus)
    status(workstation)
    assert len(key.apdus) == after_reading
    status(workstation, "check")
    assert len(key.apdus) > after_reading
    workstation.run("quit")
    assert daemon.wait() == 0
    assert key.apdus
    assert pin_commands(key.apdus) == []


def test_a_bank_card_in_the_second_reader_changes_nothing(workstation: Program, reader_service: ReaderService) -> None:
    reader_service.insert(card(ending(timedelta(days=400))))
    reader_service.insert(BankCard(), reader=1)
    done = workstation.run("check", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert [reader["trouble"] for reader in found["readers"]] == [None, "card_unread"]
    assert [line["present"] for line in found["certificates"]] == [True]


@pytest.mark.parametrize(
    ("left", "code", "stage"),
    [
        (timedelta(days=400), 0, "valid"),
        (timedelta(days=60), 1, "due"),
        (timedelta(days=20), 1, "urgent"),
        (timedelta(days=-2), 2, "expired"),
    ],
    ids=["valid", "due", "urgent", "expired"],
)
def test_check_reports_by_its_exit_code_and_status_remembers(
    workstation: Program, reader_service: ReaderService, left: timedelta, code: int, stage: str
) -> None:
    reader_service.insert(card(ending(left)))
    done = workstation.run("check", "--json")
    (line,) = json.loads(done.stdout)["certificates"]
    assert (done.returncode, line["stage"], line["role"], line["procedure"]) == (
        code,
        stage,
        "authentication",
        "opalexe",
    )
    reader_service.remove()
    done = workstation.run("status", "--json")
    assert (done.returncode, json.loads(done.stdout)["certificates"][0]["present"]) == (code, False)


def test_check_shows_no_notice_and_leaves_it_to_the_daemon(
    workstation: Program, reader_service: ReaderService, notification_server: NotificationServer
) -> None:
    reader_service.insert(card(ending(timedelta(days=20))))
    workstation.run("check")
    with pytest.raises(AssertionError):
        notification_server.next_notice(timeout_s=1)
    start_daemon(workstation)
    notification_server.next_notice()


def test_without_a_service_check_exits_with_nothing_read(program: Program) -> None:
    assert program.run("check", "--json").returncode == 3


def test_a_hanging_module_from_the_settings_does_not_hide_the_key(
    workstation: Program, reader_service: ReaderService, notification_server: NotificationServer
) -> None:
    from support.modules import make_module

    hanging = make_module(workstation.home, "hang on load")
    workstation.configure(f'[pkcs11]\nmodules = ["{hanging}"]\n')
    start_daemon(workstation)
    reader_service.insert(card(ending(timedelta(days=20))))
    notification_server.next_notice()


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[notices]\nday = [3]\n", ("notices.day", "notices.days")),
        ('[notices]\ndays = "soon"\n', ("notices.days", "soon")),
        ('[pkcs11]\nmodules = "/here.so"\n', ("pkcs11.modules", "/here.so")),
        ('[procedures.opalexe]\norder_url = "http://plain.example"\n', ("procedures.opalexe.order_url", "https")),
        ("[notices\n", ("line 1",)),
    ],
    ids=["unknown key", "wrong type", "module without a list", "impossible value", "bad TOML"],
)
def test_a_bad_configuration_is_refused_with_a_message(program: Program, toml: str, words: tuple[str, ...]) -> None:
    path = program.configure(toml)
    for command in ("status", "check", "run"):
        done = program.run(command)
        assert done.returncode == 3
        assert "Traceback" not in done.stderr
        assert all(word in done.stderr for word in (str(path), *words)), done.stderr


def test_modules_that_cannot_be_used_are_named_and_skipped(workstation: Program, reader_service: ReaderService) -> None:
    from support.modules import make_module

    paths = [
        "here.so",
        "/nowhere/there.so",
        *(str(make_module(workstation.home, b)) for b in ("garbage", "other machine")),
    ]
    workstation.configure(f"[pkcs11]\nmodules = {json.dumps(paths)}\n")
    reader_service.insert(card(ending(timedelta(days=400))))
    done = workstation.run("check", "--json")
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["certificates"]) == 1
    assert all(path in done.stderr for path in paths), done.stderr


def test_a_refused_procedure_file_is_named_and_the_others_serve(
    workstation: Program, reader_service: ReaderService
) -> None:
    folder = workstation.config_folder / "procedures"
    folder.mkdir()
    (folder / "siv.toml").write_text("title = 3\n")
    reader_service.insert(card(ending(timedelta(days=400))))
    done = workstation.run("check", "--json")
    assert done.returncode == 0
    assert str(folder / "siv.toml") in done.stderr
    assert json.loads(done.stdout)["certificates"][0]["procedure"] == "opalexe"


def test_a_running_daemon_keeps_the_last_good_configuration(
    workstation: Program,
    reader_service: ReaderService,
    notification_server: NotificationServer,
    browser: RecordingBrowser,
) -> None:
    daemon = start_daemon(workstation)
    workstation.configure("[notices\n")
    reader_service.insert(card(ending(timedelta(days=20))))
    notices = iter(notification_server.next_notice, None)
    told = next(notice for notice in notices if "Order…" in notice.actions.values())
    notification_server.action_invoked(told.id, "default")
    assert browser.wait(1) == [[ORDER_URL]]
    assert daemon.returncode is None


def test_a_second_start_reports_that_the_first_one_runs(workstation: Program) -> None:
    start_daemon(workstation)
    done = workstation.run("run", "--headless")
    assert (done.returncode, "already" in done.stdout) == (0, True)


def test_a_damaged_store_is_set_aside_and_reported(
    workstation: Program, notification_server: NotificationServer
) -> None:
    workstation.state_folder.mkdir(parents=True, mode=0o700)
    (workstation.state_folder / "vigicle.sqlite3").write_bytes(b"garbage" * 1000)
    start_daemon(workstation)
    assert "damaged" in notification_server.next_notice().body
    (kept,) = workstation.state_folder.glob("vigicle.damaged-*.sqlite3")
    assert kept.read_bytes() == b"garbage" * 1000


def test_a_damaged_store_is_reported_by_every_command(program: Program, reader_service: ReaderService) -> None:
    program.environment |= reader_service.environment
    program.state_folder.mkdir(parents=True, mode=0o700)
    store = program.state_folder / "vigicle.sqlite3"
    store.write_bytes(b"garbage" * 1000)
    done = program.run("status", "--json")
    assert done.returncode == 3
    assert str(store) in done.stderr
    assert store.exists(), "status changes nothing"
    done = program.run("check")
    (kept,) = program.state_folder.glob("vigicle.damaged-*.sqlite3")
    assert str(kept) in done.stderr


def test_it_speaks_french_in_a_french_session(
    workstation: Program, reader_service: ReaderService, notification_server: NotificationServer
) -> None:
    workstation.environment["LANG"] = "fr_FR.UTF-8"
    start_daemon(workstation)
    reader_service.insert(card(ending(timedelta(days=20, hours=1))))
    notice = notification_server.next_notice()
    assert notice.summary == "Clé OPALEXE\N{NBSP}: plus que 20 jours"
    assert "Commander…" in notice.actions.values()
