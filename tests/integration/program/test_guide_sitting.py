"""Both paths with two keys and the guide's window, through AT-SPI.

A picture of the screen is kept at every step, in the folder that pytest gives the test.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from support.process import wait_until
from support.sitting import NEW_END, PLATFORM_URL, Sitting, key_card, new_key

if TYPE_CHECKING:
    from support.browser import RecordingBrowser, RecordingTool
    from support.bus import LoginManager
    from support.card import PivCard
    from support.desktop import NotificationServer
    from support.shifted_clock import ShiftedClock


def day(moment: datetime) -> str:
    """Return a day as the window writes it."""
    local = moment.astimezone()
    return f"{local:%A} {local.day} {local:%B %Y}"


def bring_both(sitting: Sitting, old: PivCard) -> PivCard:
    """Open the guide, present both keys and return the activated new one."""
    new = new_key()
    assert sitting.program.run("guide").returncode == 0
    sitting.wait_for("Plug in your key")
    sitting.reader.insert(old)
    sitting.wait_for("Plugged in: your")
    sitting.reader.swap(new)
    sitting.wait_for("Plugged in: your new key")
    sitting.wait_for("What is this key for?")
    sitting.press("OPALEXE (CertEurope key)")
    activate(sitting)
    return new


def activate(sitting: Sitting) -> None:
    """Confirm each step in the vendor's tool."""
    for done in (
        "It is open and up to date",
        "I have clicked “Activer”",
        "The code is accepted",
        "The key is activated",
    ):
        sitting.wait_for(done)
        sitting.press(done)


def test_step_2a_from_the_notice_to_the_active_certificate(
    sitting: Sitting, notification_server: NotificationServer, browser: RecordingBrowser, tool: RecordingTool
) -> None:
    old_end = datetime.now(UTC) + timedelta(days=200)
    old, new = key_card(old_end, 1), new_key()
    sitting.reader.insert(old)
    wait_until(lambda: "MARTIN" in sitting.program.run("status").stdout, "the old key is known")
    sitting.reader.swap(new)
    notice = notification_server.next_notice()
    while notice.summary != "New OPALEXE key found":
        notice = notification_server.next_notice()
    notification_server.action_invoked(notice.id, "default")
    assert tool.wait() == [[]]
    activate(sitting)
    sitting.press("Go on")
    sitting.wait_for_step("This is not the right key yet")
    for _ in range(2):  # the wrong key, twice
        sitting.reader.remove()
        sitting.wait_for_step("Plug in the old key")
        sitting.wait_for("No key is plugged in.")
        sitting.reader.insert(new)
        sitting.wait_for_step("This is not the right key yet")
        sitting.wait_for("Unplug your new key.")
        assert not sitting.has("Open OPALEXE")
    sitting.reader.swap(old)
    sitting.wait_for_step("Log in with the old key")
    sitting.wait_for(f"Choose the certificate that ends on {day(old_end)}.")
    sitting.reader.remove()  # too early
    sitting.wait_for("No key is plugged in.")
    assert not sitting.has("Open OPALEXE")
    sitting.reader.insert(old)
    sitting.press("Open OPALEXE")
    assert browser.wait() == [[PLATFORM_URL]]
    sitting.press("I am logged in")
    sitting.wait_for_step("Ask to add the certificate")
    sitting.press("The mail was sent, I clicked OK")
    sitting.wait_for_step("Close all browser windows")
    assert sitting.program.run("quit").returncode == 0
    assert sitting.daemon.wait() == 0
    sitting.start_daemon()
    assert sitting.program.run("run").returncode == 0  # a second start shows the guide of the first
    sitting.wait_for_step("Close all browser windows")
    sitting.press("All windows are closed")
    sitting.wait_for_step("Unplug the old key")
    sitting.reader.remove()
    sitting.wait_for("No key is plugged in.")
    sitting.wait_for_step("Plug in the new key")
    sitting.reader.insert(new)
    sitting.wait_for(f"Choose the certificate that ends on {day(NEW_END)}.")
    last_steps = (
        "I have clicked the link",
        "The PIN is accepted",
        "I see my usual pages",
        "The new certificate is active",
    )
    for done in last_steps:
        sitting.wait_for(done)
        sitting.press(done)
    sitting.wait_for("Has your new key opened your account?")
    sitting.press("Yes, it has")
    sitting.wait_for("Your new key is in use")
    assert sitting.program.run("status", "--json").returncode == 0


def test_step_2b_from_an_expired_key_to_the_letter(sitting: Sitting, browser: RecordingBrowser) -> None:
    bring_both(sitting, key_card(datetime.now(UTC) - timedelta(days=3), 1))
    sitting.press("Go on")
    sitting.wait_for_step("Open OPALEXE with the new key")
    sitting.press("Open OPALEXE")
    assert browser.wait() == [[PLATFORM_URL]]
    sitting.press("I see “Nouveau certificat reconnu”")
    sitting.wait_for_step("Answer that you have an account")
    sitting.press("I have followed the instructions")
    sitting.wait_for_step("If OPALEXE asks you to, write to the support")
    sitting.press("Write to the support")
    (letter,) = browser.wait(2)[1]
    assert letter.startswith("mailto:support@opalexe.fr?subject=")
    assert "MARTIN" not in letter, "every account can read a process's arguments, and no portal is there"
    sitting.press("The message is sent, or not needed")
    sitting.wait_for_step("Wait for the answer")
    sitting.press("OPALEXE has answered")
    sitting.wait_for_step("Check that you find your cases")
    sitting.press("I see my cases")
    sitting.wait_for("Has your new key opened your account?")
    sitting.press("Yes, it has")
    sitting.wait_for("Your new key is in use")


def test_an_old_key_that_expires_meanwhile_switches_to_step_2b(
    clock: ShiftedClock, login: LoginManager, sitting: Sitting
) -> None:
    end = (clock.now + timedelta(hours=1)).replace(microsecond=0)
    old = key_card(end, 1)
    new = bring_both(sitting, old)
    sitting.press("Go on")
    sitting.wait_for_step("This is not the right key yet")
    sitting.wait_for("Plug in your old key.")
    sitting.reader.swap(old)
    sitting.wait_for_step("Log in with the old key")
    sitting.press("I am logged in")
    sitting.wait_for_step("Ask to add the certificate")
    clock.sleep_until_before(end, login)
    sitting.wait_for_step("This is not the right key yet")
    assert clock.now >= end
    sitting.wait_for("Plug in your new key.")
    sitting.reader.remove()
    sitting.wait_for_step("Plug in the new key")
    sitting.wait_for(f"The steps have changed: your old key expired on {day(end)} at ")
    sitting.reader.insert(new)
    sitting.wait_for_step("Open OPALEXE with the new key")
