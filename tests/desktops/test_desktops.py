"""The installed vigicle on the desktops of Debian 13, in French."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from commands import ROOT
from support.bare_system import BareSystem
from support.card import PivCard
from support.pki import make_certificate
from support.process import wait_until
from support.real_desktop import SHOWN_S, Kind, RealDesktop, build_package, desktop_layers, install_package
from tray.window.colours import DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.process import Process

GNOME_SHELL = "gnome-shell --headless --unsafe-mode --wayland --virtual-monitor 1280x800"
GNOME_PACKAGES = "gnome-shell gnome-shell-extension-appindicator adwaita-icon-theme"
EXTENSION = "ubuntu-appindicators@ubuntu.com"
GNOME_DARKENS = "gsettings set org.gnome.desktop.interface color-scheme prefer-dark"
PLASMA_PACKAGES = "kwin-x11 kwin-wayland plasma-workspace plasma-desktop breeze xwayland xdg-desktop-portal-kde"
PLASMA_DARKENS = "plasma-apply-colorscheme BreezeDark"
PLASMA = {"KDE_SESSION_VERSION": "6", "KDE_FULL_SESSION": "true"}
PLASMA_NOTICES = (1080, 470), (1080, 640)  # the welcome may lie below it
LARGER = 1.1  # beyond that GNOME enlarges a window to the whole screen
DELIVERED = "Notice delivered by the channel desktop"
MATE_NOTICES = "/usr/libexec/mate-notification-daemon/mate-notification-daemon"
KINDS = {
    "gnome": Kind(
        name="GNOME",
        packages=GNOME_PACKAGES,
        programs=(GNOME_SHELL,),
        wayland="wayland-0",
        has_tray=False,
        darken=GNOME_DARKENS,
    ),
    "gnome-with-icons": Kind(
        name="ubuntu:GNOME",
        packages=GNOME_PACKAGES,
        programs=(GNOME_SHELL,),
        wayland="wayland-0",
        darken=GNOME_DARKENS,
    ),
    "plasma": Kind(
        name="KDE",
        packages=PLASMA_PACKAGES,
        programs=("kwin_x11", "plasmashell"),
        environment=PLASMA,
        notice_at=PLASMA_NOTICES,
        darken=PLASMA_DARKENS,
    ),
    "plasma-wayland": Kind(
        name="KDE:Wayland",
        packages=PLASMA_PACKAGES,
        programs=(
            "kwin_wayland --x11-display {display} --socket wayland-5 --width 1280 --height 800 --no-lockscreen",
            "plasmashell",
        ),
        environment=PLASMA,
        wayland="wayland-5",
        notice_at=PLASMA_NOTICES,
        tells_front=False,
        darken=PLASMA_DARKENS,
    ),
    "sway": Kind(
        name="sway",
        packages="sway waybar mako-notifier",
        programs=("sway", "mako", "waybar"),
        environment={"WLR_BACKENDS": "x11", "WLR_RENDERER": "pixman"},
        wayland="wayland-1",
        notice_at=((860, 110),),
    ),
    "mate": Kind(
        name="MATE",
        packages="mate-panel marco mate-notification-daemon mate-settings-daemon-common mate-themes",
        programs=("marco", MATE_NOTICES, "mate-panel"),
        notice_at=((1040, 100),),
    ),
    "lxqt": Kind(
        name="LXQt",
        packages="lxqt-panel lxqt-notificationd lxqt-themes lxqt-qtplugin openbox",
        programs=("openbox", "lxqt-notificationd", "lxqt-panel"),
        environment={"XDG_CONFIG_DIRS": "/etc/xdg:/usr/share"},
        notice_at=((1080, 620),),
    ),
}


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where the pictures go."""
    folder = ROOT / "dist/desktops"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """A Debian 13 with all these desktops, and vigicle (VIGICLE_DEB, or built)."""
    settings = tmp_path_factory.mktemp("settings")
    below = desktop_layers(KINDS.values(), settings)
    package = tmp_path_factory.mktemp("dist") / "vigicle.deb"
    built = os.environ.get("VIGICLE_DEB")
    package.write_bytes(Path(built).read_bytes() if built else build_package(settings))
    with BareSystem(*below) as system:
        install_package(system, package)
        system.leave()
        yield [*below, system.layer]


def ending_card() -> PivCard:
    """Return a key that ends in twelve days."""
    now = datetime.now(UTC)
    der = make_certificate(not_before=now - timedelta(days=700), not_after=now + timedelta(days=12, hours=12))
    return PivCard({"9A": der}, guid=os.urandom(16))


def watch(desktop: RealDesktop) -> Process:
    """Start vigicle as the session does at login."""
    process = desktop.start("vigicle", "--verbose", "run")
    process.wait_for_log("vigicle is running")
    return process


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_key_that_ends_is_told_shown_and_led(kind: Kind, layers: list[Path], pictures: Path) -> None:
    """Icon, notice, click, window in front, and the shell lost and back."""
    with RealDesktop(kind, layers, pictures) as desktop:
        if kind.name == "ubuntu:GNOME":
            desktop.run("gnome-extensions", "enable", EXTENSION)
        vigicle = watch(desktop)
        if kind.has_tray:
            desktop.icon()
        wait_until(lambda: DELIVERED in vigicle.text, "the welcome is shown", SHOWN_S)
        if kind.name.endswith("GNOME"):
            wait_until(lambda: "vigicle" in desktop.banner(), "GNOME shows the welcome", SHOWN_S)
        desktop.picture("welcome")
        if kind.name.endswith("GNOME"):
            desktop.clear_notices()
        shown = vigicle.text.count(DELIVERED)
        desktop.readers.insert(ending_card())
        wait_until(lambda: vigicle.text.count(DELIVERED) > shown, "the key's notice is shown", SHOWN_S)
        if kind.name.endswith("GNOME"):
            wait_until(lambda: "12 jours" in desktop.banner(), "GNOME shows it")
        desktop.picture("notice")
        desktop.click_notice()
        vigicle.wait_for_log("Launch of order_page for opalexe: done", SHOWN_S)
        if kind.has_tray:
            assert "Ouvrir vigicle" in desktop.icon().labels()
            desktop.icon().click("Ouvrir vigicle")
        else:
            desktop.run("vigicle", "guide")
        if kind.tells_front:
            wait_until(lambda: "vigicle" in desktop.front(), "the window is in front", SHOWN_S)
        desktop.picture("window")
        if kind.darken:
            assert desktop.shows(LIGHT.ground, "window")
            desktop.run(*kind.darken.split())
            wait_until(lambda: desktop.shows(DARK.ground, "dark"), "the window is dark", SHOWN_S)
        if kind.has_tray:
            desktop.lose_shell()
            assert "Ouvrir vigicle" in desktop.icon().labels()
            desktop.picture("again")
        assert "Traceback" not in vigicle.text


def test_the_window_has_the_larger_letters_of_gnome(layers: list[Path], pictures: Path) -> None:
    with RealDesktop(KINDS["gnome"], layers, pictures) as desktop:
        watch(desktop)
        usual = window_width(desktop)
        desktop.run(*f"gsettings set org.gnome.desktop.interface text-scaling-factor {LARGER}".split())
        assert window_width(desktop) == pytest.approx(usual * LARGER, rel=0.02)
        desktop.picture("large")


def window_width(desktop: RealDesktop) -> int:
    """Open the window, and return its width in pixels."""
    desktop.ask_gnome("global.display.focus_window?.delete(global.get_current_time())")
    wait_until(lambda: "vigicle" not in desktop.front(), "the window before is closed", SHOWN_S)
    desktop.run("vigicle", "guide")
    wait_until(lambda: "vigicle" in desktop.front(), "the window is in front", SHOWN_S)
    return int(desktop.ask_gnome("global.display.focus_window.get_frame_rect().width"))
