"""The text guide of the whole program with a real pcscd."""

from __future__ import annotations

import contextlib
import re
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.card import PivCard
from support.pki import make_certificate
from support.process import SupportTimeoutError, wait_until
from support.reader import ReaderService
from support.terminal import Terminal
from support.workstation import start_daemon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.browser import RecordingBrowser, RecordingTool
    from support.bus import LoginManager, SessionBus
    from support.desktop import NotificationServer
    from support.program import Program
    from support.shifted_clock import ShiftedClock

COMMAND = str(Path(sys.executable).with_name("vigicle"))
PLATFORM_URL = "https://platform.example/login"
BARE_LETTER = (  # no name: every account can read a process's arguments, and no portal is there
    "mailto:support@opalexe.fr?subject=New%20certificate%20to%20be%20linked%20to%20my%20account"
)
CHOSEN_IN_FRENCH = "Vous avez choisi\N{NO-BREAK SPACE}:"
OPALEXE = "OPALEXE (CertEurope key)"
THREE_YEARS = timedelta(days=3 * 365)


def card(end: datetime, number: int) -> PivCard:
    certificate = make_certificate(not_before=end - THREE_YEARS, not_after=end)
    return PivCard({"9A": certificate}, guid=bytes([number]) * 16)


def old_key(left: timedelta) -> PivCard:
    return card(datetime.now(UTC) + left, 1)


def new_key() -> PivCard:
    return card(datetime.now(UTC) + THREE_YEARS - timedelta(days=1), 2)


@pytest.fixture
def workstation(workstation: Program, browser: RecordingBrowser, tool: RecordingTool) -> Program:
    """The program with reader service, browser, mail program and vendor's tool."""
    workstation.environment |= browser.environment
    workstation.configure(
        f'[procedures.opalexe]\nplatform_url = "{PLATFORM_URL}"\ntool = "{tool.program}"\nmargin_hours = 0\n'
    )
    return workstation


def guide_of(workstation: Program) -> Terminal:
    return Terminal([COMMAND, "guide", "--text"], environment=workstation.environment)


@pytest.fixture
def guide(workstation: Program) -> Iterator[Terminal]:
    """The text guide of a running daemon."""
    start_daemon(workstation)
    with guide_of(workstation) as terminal:
        terminal.read("q Quit")
        yield terminal


def choose(guide: Terminal, label: str, shown: str = "You chose:") -> None:
    """Type what is before this label, once it is shown."""
    listed = re.compile(rf"^([1d-z]{{1,2}}) {re.escape(label)}$", re.MULTILINE)
    with contextlib.suppress(SupportTimeoutError):
        wait_until(lambda: listed.search(guide.text) is not None, f"{label!r} is offered")
    assert listed.search(guide.text), f"{label!r} is not offered:\n{guide.text}"
    guide.type(listed.findall(guide.text)[-1])
    guide.read(f"{shown} {label}")


def bring_both(guide: Terminal, reader_service: ReaderService, old: PivCard, new: PivCard) -> None:
    """Insert the old key, then the new one, and confirm its activation."""
    reader_service.insert(old)
    guide.read("Plugged in: your")
    reader_service.swap(new)
    guide.read("Plugged in: your new key")
    choose(guide, OPALEXE)
    guide.read("Step 2 of 5: Start Trusted Key Manager")
    choose(guide, "I have activated the new key")
    choose(guide, "Yes, I have chosen its PIN")
    guide.read("Your new key is activated. It has yet to be")  # a choice that crosses a change is dropped
    choose(guide, "Go on")


def test_step_2a_from_the_first_insertion_to_the_end(
    workstation: Program, reader_service: ReaderService, browser: RecordingBrowser, tool: RecordingTool
) -> None:
    old, new = old_key(timedelta(days=200)), new_key()
    daemon = start_daemon(workstation)
    with guide_of(workstation) as guide:
        guide.read("Plug in your key")
        reader_service.insert(old)
        guide.read("Plugged in: your key.")
        reader_service.swap(new)
        guide.read("What is this key for?")
        choose(guide, OPALEXE)
        choose(guide, "Start Trusted Key Manager")
        assert tool.wait() == [[]]
        guide.read("1 It is open and up to date")  # once the tool is open, this is the likely choice
        for done, step in (
            ("It is open and up to date", "Step 3 of 5"),
            ("I have clicked “Activer”", "Step 4 of 5"),
            ("The code is accepted", "Step 5 of 5"),
            ("The key is activated", "Add the new key to your account"),
        ):
            choose(guide, done)
            guide.read(step)
        choose(guide, "Go on")
        guide.read("Step 1 of 10: Plug in the old key")
        for _ in range(2):  # the wrong key, twice
            reader_service.remove()
            guide.read("No key is plugged in.")
            reader_service.insert(new)
            guide.read("Attention: Unplug your new key. Plug in your old key.")
        reader_service.swap(old)
        guide.read("Step 2 of 10: Log in with the old key")
        reader_service.remove()  # too early
        guide.read("Step 1 of 10: Plug in the old key")
        reader_service.insert(old)
        guide.read("Step 2 of 10")
        choose(guide, "Open OPALEXE")
        assert browser.wait() == [[PLATFORM_URL]]
        guide.read("1 I am logged in")  # once the page is open, this is the likely choice
        choose(guide, "I am logged in")
        guide.read("Step 3 of 10: Ask to add the certificate")
        choose(guide, "The mail was sent, I clicked OK")
        guide.read("Step 4 of 10: Close all browser windows")
        daemon.kill()
        guide.read("vigicle has ended, and the guide with it.")
        assert guide.wait() == 0
    start_daemon(workstation)
    with guide_of(workstation) as guide:
        guide.read("Step 4 of 10: Close all browser windows")
        choose(guide, "All windows are closed")
        guide.read("Step 5 of 10: Unplug the old key")
        reader_service.remove()
        guide.read("Step 6 of 10: Plug in the new key")
        reader_service.insert(new)
        guide.read("Step 7 of 10: Now click the link in the mail")
        for number, done in enumerate(("I have clicked the link", "The PIN is accepted", "I see my usual pages"), 8):
            choose(guide, done)
            guide.read(f"Step {number} of 10")
        choose(guide, "The new certificate is active")
        choose(guide, "Yes, it has")
        guide.read("Your new key is in use")
        choose(guide, "Close")
        guide.type("q")
        assert guide.wait() == 0


def test_step_2b_from_an_expired_key_to_the_end(
    guide: Terminal, reader_service: ReaderService, browser: RecordingBrowser
) -> None:
    bring_both(guide, reader_service, old_key(timedelta(days=-3)), new_key())
    guide.read("Step 2 of 6: Open OPALEXE with the new key")
    choose(guide, "Open OPALEXE")
    assert browser.wait() == [[PLATFORM_URL]]
    guide.read("1 I see “Nouveau certificat reconnu”")  # the list is printed anew once the page is open
    choose(guide, "I see “Nouveau certificat reconnu”")
    choose(guide, "I have followed the instructions")
    guide.read("Step 4 of 6: If OPALEXE asks you to, write to the support")
    choose(guide, "Write to the support")
    (address,) = browser.wait(2)[1]
    assert address == BARE_LETTER
    letter = guide.read("Kind regards")
    assert "Jeanne MARTIN" in letter
    guide.read("1 The message is sent, or not needed")  # the list is printed anew once the letter is open
    serial = copied(guide, "Copy the serial number")
    assert re.fullmatch("[0-9A-F]+", serial)
    assert serial in letter.upper()
    choose(guide, "The message is sent, or not needed")
    guide.read("Step 5 of 6: Wait for the answer")
    choose(guide, "OPALEXE has answered")
    guide.read("Step 6 of 6: Check that you find your cases")
    choose(guide, "I see my cases")
    choose(guide, "Yes, it has")
    guide.read("Your new key is in use")


def test_an_old_key_that_expires_meanwhile_switches_to_step_2b(
    clock: ShiftedClock, login: LoginManager, guide: Terminal, reader_service: ReaderService
) -> None:
    end = (clock.now + timedelta(hours=1)).replace(microsecond=0)  # X.509 keeps whole seconds
    old = card(end, 1)
    bring_both(guide, reader_service, old, new_key())
    guide.read("Step 1 of 10: Plug in the old key")
    reader_service.swap(old)
    guide.read("Step 2 of 10: Log in with the old key")
    choose(guide, "I am logged in")
    guide.read("Step 3 of 10")
    clock.sleep_until_before(end, login)
    told = guide.read("Step 1 of 6: Plug in the new key")
    assert clock.now >= end
    assert "Have the new key linked to your account" in told
    assert "The old key expired on" in told
    reader_service.remove()
    guide.read("Attention: The steps have changed: your old key expired on")


def test_the_help_of_a_known_problem_leads_back_to_its_step(guide: Terminal, reader_service: ReaderService) -> None:
    old = old_key(timedelta(days=200))
    bring_both(guide, reader_service, old, new_key())
    reader_service.swap(old)
    for done in ("I am logged in", "The mail was sent, I clicked OK", "All windows are closed"):
        choose(guide, done)
    guide.read("Step 5 of 10: Unplug the old key")
    guide.type("h")  # a single known problem is told at once
    told = guide.read("b1 Go back to the right step")
    assert "The link is too old\nThe link is valid for 24 hours. Log in with your old key again." in told
    assert "suspended" not in told, "it is a problem of other steps"
    guide.type("b1")
    guide.read("Step 2 of 10: Log in with the old key")
    guide.type("h")
    guide.read("h1 I chose the wrong certificate\nh2 The account is suspended\n")
    guide.type("h2")
    guide.read("The account is suspended\nNo key opens a suspended account.")
    guide.type("l")
    guide.read(
        "Step 1 of 10, done: Plug in the old key\nStep 2 of 10, now: Log in with the old key\nStep 3 of 10, to come"
    )
    guide.type("c")
    guide.read("Certificate 2 of 2: Jeanne MARTIN")


def test_an_unknown_choice_is_reported(guide: Terminal) -> None:
    guide.type("9")
    guide.read("That choice is not offered now.\nPlug in your key")


def test_without_a_daemon_the_guide_runs_one_until_it_is_left(
    workstation: Program, reader_service: ReaderService
) -> None:
    with guide_of(workstation) as guide:
        guide.read("q Quit")
        assert "already" in workstation.run("run", "--headless").stdout
        reader_service.insert(old_key(timedelta(days=20)))
        guide.read("What is this key for?")
        assert "Jeanne MARTIN" in workstation.run("status").stdout
        guide.type("q")
        assert guide.wait() == 0
        assert "Traceback" not in guide.text
    assert workstation.run("quit").stdout.startswith("vigicle was not")


@pytest.mark.parametrize("key", [b"\x03", b"\x04"], ids=["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize("with_daemon", [True, False], ids=["with a daemon", "alone"])
def test_it_ends_cleanly(workstation: Program, key: bytes, *, with_daemon: bool) -> None:
    if with_daemon:
        start_daemon(workstation)
    with guide_of(workstation) as guide:
        guide.read("Your choice:")
        guide.press(key)
        assert guide.wait() == 0
        assert "Traceback" not in guide.text


def test_in_a_pipe_it_prints_the_page_and_exits_after_the_last_line(workstation: Program) -> None:
    start_daemon(workstation)
    done = workstation.run("guide", "--text", stdin="l\n")
    assert done.returncode == 0
    assert done.stderr == ""
    assert "Your choice" not in done.stdout
    assert done.stdout.endswith("q Quit\nThere is nothing to show here.\n")


def test_lines_are_wrapped_to_the_terminal_and_nothing_is_overwritten(workstation: Program) -> None:
    start_daemon(workstation)
    with Terminal([COMMAND, "guide", "--text"], environment=workstation.environment, columns=40) as guide:
        shown = guide.read("q Quit")
    assert max(map(len, shown.splitlines())) in range(30, 41)
    assert "\x1b" not in shown


def test_it_speaks_french(workstation: Program) -> None:
    workstation.environment["LANG"] = "fr_FR.UTF-8"
    start_daemon(workstation)
    done = workstation.run("guide", "--text")
    assert "Branchez votre clé" in done.stdout
    assert "a Ça ne marche pas" in done.stdout


def test_a_follower_that_does_not_read_is_disconnected(workstation: Program, reader_service: ReaderService) -> None:
    daemon = start_daemon(workstation)
    with guide_of(workstation) as guide:
        guide.read("q Quit")
        guide.signal(signal.SIGSTOP)
        reader_service.insert(old_key(timedelta(days=20)))
        wait_until(lambda: "Jeanne MARTIN" in workstation.run("status").stdout, "the key is known")
        guide.signal(signal.SIGCONT)
        guide.read("What is this key for?")
    assert daemon.returncode is None


@pytest.mark.parametrize("with_daemon", [True, False], ids=["with a daemon", "alone"])
def test_without_a_display_the_window_is_refused_with_a_message(workstation: Program, *, with_daemon: bool) -> None:
    if with_daemon:
        workstation.start("run").wait_for_log("vigicle is running")
    done = workstation.run("guide")
    assert (done.returncode, done.stdout) == (1, "")
    assert "vigicle guide --text" in done.stderr
    assert "Traceback" not in done.stderr


def copied(guide: Terminal, label: str) -> str:
    """Choose to copy, and return what is printed."""
    *_, number = re.findall(rf"^([1d-z]{{1,2}}) {re.escape(label)}$", guide.text, re.MULTILINE)
    guide.read("Your choice: ")
    guide.type(number)
    guide.read(f"{number}\n")
    return guide.read("\n").strip()


@pytest.mark.full
def test_step_2a_with_cards_speaks_of_cards(
    program: Program, session_bus: SessionBus, notification_server: NotificationServer
) -> None:
    old, new = old_key(timedelta(days=200)), new_key()
    program.configure(f'[procedures.opalexe]\nplatform_url = "{PLATFORM_URL}"\n')
    with ReaderService(readers=1, names=["Gemalto PC Twin Reader"]) as readers:
        program.environment |= readers.environment | session_bus.environment | {"LANG": "fr_FR.UTF-8"}
        start_daemon(program)
        with guide_of(program) as guide:
            guide.read("Insérez votre carte")
            readers.insert(old)
            guide.read("Carte insérée\N{NO-BREAK SPACE}: votre carte.")
            readers.swap(new)
            wait_until(lambda: "Nouvelle carte OPALEXE détectée" in titles(notification_server), "the notice comes")
            choose(guide, "OPALEXE (carte CertEurope)", CHOSEN_IN_FRENCH)
            guide.read("Étape 2 sur 5\N{NO-BREAK SPACE}: Lancez Trusted Key Manager")
            for done in ("J’ai activé la nouvelle carte", "Oui, j’ai choisi son code PIN", "Continuer"):
                choose(guide, done, CHOSEN_IN_FRENCH)
            guide.read("Étape 1 sur 10\N{NO-BREAK SPACE}: Insérez l’ancienne carte")
            readers.swap(old)
            guide.read("Étape 2 sur 10\N{NO-BREAK SPACE}: Connectez-vous avec l’ancienne carte")
            for done in ("La connexion est faite", "Le courriel est parti, j’ai cliqué sur OK"):
                choose(guide, done, CHOSEN_IN_FRENCH)
            choose(guide, "Toutes les fenêtres sont fermées", CHOSEN_IN_FRENCH)
            guide.read("Étape 5 sur 10\N{NO-BREAK SPACE}: Retirez l’ancienne carte")
            readers.swap(new)
            for done in ("J’ai cliqué sur le lien", "Le code PIN est accepté", "Je vois mon environnement"):
                choose(guide, done, CHOSEN_IN_FRENCH)
            choose(guide, "Le nouveau certificat est actif", CHOSEN_IN_FRENCH)
            choose(guide, "Oui, elle l’a ouvert", CHOSEN_IN_FRENCH)
            guide.read("Votre nouvelle carte est en service")
            shown = guide.text.replace("\N{NO-BREAK SPACE}", " ")
    assert re.findall(r".*\bclés?\b.*|.*\b[Bb]ranch.*", shown) == []


def titles(server: NotificationServer) -> list[str]:
    """Return the titles of all notices so far."""
    return [notice.summary.replace("\N{NO-BREAK SPACE}", " ") for notice in server.notices]
