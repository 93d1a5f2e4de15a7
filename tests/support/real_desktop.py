"""Real desktops of Debian 13, with the installed vigicle."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import time
from functools import partial
from typing import TYPE_CHECKING, Self

from dbus_fast import Message
from PIL import Image, ImageChops, ImageColor

from commands import ROOT
from config.values import dataclass, field
from support.bare_system import BareSystem, cached_layer, minimal_layer, settings_layer
from support.bus import Address, call
from support.desktop import Screen
from support.process import require_tool, wait_until
from support.reader import ReaderService
from support.tray import TrayItem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from support.process import Process

SUITE = "trixie"
USER, USER_ID, HOME = "jeanne", 1000, "/home/jeanne"
AS_USER = ("setpriv", f"--reuid={USER_ID}", f"--regid={USER_ID}", "--clear-groups", "--")
COMMON = (
    "dbus libglib2.0-bin procps pcscd opensc opensc-pkcs11 fonts-dejavu-core gsettings-desktop-schemas"
    " xdg-desktop-portal xdg-desktop-portal-gtk"
)
SOURCES = ("pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md", "docs", "installers", "config", "daemon", "tray")
PIP_NETWORK = ("PIP_CERT", "PIP_INDEX_URL")  # the host's own way to a package index
MAKE_LIMIT_S = 3600.0  # 2 GB of packages
SHOWN_S = 90.0  # software draws it, beside other work
SIZE = "1280x800"
STILL_S, STILL_TRIES, STILL_PIXELS = 0.5, 20, 2000  # a clock ticks, a bar runs
GNOME_NOTICES = "Main.messageTray.getSources().flatMap(s => s.notifications)"
WATCHER, WATCHER_PATH = "org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher"
BROWSER = {
    "browser.desktop": "[Desktop Entry]\nType=Application\nName=Browser\nExec=true %u\n",
    "mimeapps.list": "[Default Applications]\nx-scheme-handler/https=browser.desktop\n",
}
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>{kind}</type>
  <listen>unix:path={folder}/{file}</listen>
  <auth>EXTERNAL</auth>
  {services}
  <policy context="default">
    <allow user="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A desktop: what it is made of, and how it is started."""

    name: str
    """As XDG_CURRENT_DESKTOP says it."""
    packages: str
    """Debian's names of what it needs."""
    programs: tuple[str, ...]
    """The commands that are the desktop, in this order. The last one is the shell."""
    environment: dict[str, str] = field(default_factory=dict)
    """What it needs beside that of every desktop."""
    wayland: str | None = None
    """The name of its Wayland display, where it has one."""
    has_tray: bool = True
    """Whether it has a place for the icon."""
    notice_at: tuple[tuple[int, int], ...] = ()
    """Where a notice may be on the screen, in pixels. Empty where it is asked otherwise."""
    tells_front: bool = True
    """Whether it tells which window has the keyboard."""
    darken: str = ""
    """The command by which it becomes dark. Empty where it does not tell windows so."""


def desktop_layers(kinds: Iterable[Kind], settings: Path) -> list[Path]:
    """Return the layers of a Debian with all these desktops, without vigicle."""
    below = [minimal_layer(SUITE), settings_layer(settings, SUITE)]
    names = sorted({*COMMON.split(), *(name for kind in kinds for name in kind.packages.split())})
    made_of = hashlib.sha256(" ".join(names).encode()).hexdigest()[:8]
    return [*below, cached_layer(f"{SUITE}-desktops-{made_of}", below, partial(_install, names))]


def _install(names: Sequence[str], system: BareSystem) -> None:
    system.run("apt-get", "update")
    system.run("apt-get", "install", "--yes", "--no-install-recommends", *names, limit_s=MAKE_LIMIT_S)
    system.run("apt-get", "clean")


def build_package(settings: Path) -> bytes:
    """Return the Debian package for this Debian's Python."""
    with BareSystem(minimal_layer(SUITE), settings) as system:
        for name in SOURCES:
            _copy(ROOT / name, system.shared / "project" / name)
        system.run("apt-get", "update")
        system.run("apt-get", "install", "--yes", "python3", "git")
        build = str(system.shared / "project/installers/build.py")
        words = ("python3", "-B", build, "deb", "--output", str(system.shared / "dist"))
        network = {name: os.environ[name] for name in PIP_NETWORK if name in os.environ}
        system.run(*words, environment=network, limit_s=MAKE_LIMIT_S)
        (package,) = (system.shared / "dist").glob("*.deb")
        return package.read_bytes()


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.parent.mkdir(exist_ok=True)
        shutil.copy2(source, target)


def install_package(system: BareSystem, package: Path) -> None:
    """Install vigicle beside a browser that shows nothing, and make the user."""
    for name, text in BROWSER.items():
        (system.shared / name).write_text(text)
        system.run("install", "-D", "--mode=644", str(system.shared / name), f"/usr/share/applications/{name}")
    system.run("useradd", "--create-home", f"--uid={USER_ID}", USER)
    system.run("apt-get", "update")
    system.run("apt-get", "install", "--yes", "--no-install-recommends", system.take(package))


class RealDesktop:
    """One desktop, with a reader and the watch. A context manager."""

    def __init__(self, kind: Kind, layers: Sequence[Path], pictures: Path) -> None:
        self.kind = kind
        self._pictures = pictures
        self._layers = layers
        self._stack = contextlib.ExitStack()
        self._programs: dict[str, Process] = {}

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            self.system = stack.enter_context(BareSystem(*self._layers))
            place = self.system.shared
            self.readers = stack.enter_context(ReaderService(readers=1, enter=self.system.enter, place=place))
            self.screen = stack.enter_context(Screen(f"{SIZE}x24")) if "headless" not in self._shell else None
            self._start_buses()
            for program in self.kind.programs:
                self._start_program(program)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        with self._stack:
            if any(exception):
                self.picture("failed")
            ended = {name: process.text for name, process in self._programs.items() if process.returncode is not None}
            assert not ended, ended

    @property
    def environment(self) -> dict[str, str]:
        """The session's environment."""
        return {
            "HOME": HOME,
            "USER": USER,
            "LANGUAGE": "fr",
            "XDG_RUNTIME_DIR": str(self._runtime),
            "DBUS_SESSION_BUS_ADDRESS": self._bus.address,
            "XDG_CURRENT_DESKTOP": self.kind.name,
            "XDG_SESSION_TYPE": "wayland" if self.kind.wayland else "x11",
            "XDG_DATA_DIRS": "/usr/local/share:/usr/share",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "QT_QUICK_BACKEND": "software",
            **(self.screen.environment if self.screen else {}),
            **({"WAYLAND_DISPLAY": self.kind.wayland} if self.kind.wayland else {}),
            **self.kind.environment,
        }

    def start(self, *command: str) -> Process:
        """Start a program of the user."""
        return self.system.start(*AS_USER, *command, environment=self.environment)

    def run(self, *command: str, check: bool = True) -> str:
        """Run a command of the user, and return its output."""
        return self.system.run(*AS_USER, *command, environment=self.environment, check=check).stdout

    def icon(self) -> TrayItem:
        """Return vigicle's icon once the desktop has it."""
        wait_until(lambda: bool(self._icons()), "the desktop has the icon", SHOWN_S)
        return self._icons()[-1]

    def lose_shell(self) -> None:
        """Kill the shell, and start it again."""
        self.system.run("pkill", "--signal=KILL", "--full", f"^{self._shell}")
        self._programs[self._shell].wait()
        self._start_program(self._shell)

    def click_notice(self) -> None:
        """Click the body of the notice that is shown."""
        if not self.kind.notice_at:
            self.ask_gnome(f"{GNOME_NOTICES}.find(n => n.title.includes('OPALEXE')).activate()")
        for across, down in self.kind.notice_at:
            self._xdotool("mousemove", str(across), str(down), "sleep", "0.5", "click", "1")

    def clear_notices(self) -> None:
        """Remove the notices that GNOME holds."""
        self.ask_gnome(f"({GNOME_NOTICES}.forEach(n => n.destroy()), true)")

    def banner(self) -> str:
        """Return the title of the notice that GNOME shows over all windows."""
        return self.ask_gnome("Main.messageTray._notification?.title ?? ''")

    def front(self) -> str:
        """Return the title of the window that has the keyboard."""
        if self.kind.name.endswith("GNOME"):
            return self.ask_gnome("global.display.focus_window?.title ?? ''")
        if self.kind.name == "sway":
            tree = self.run("sh", "-c", 'swaymsg --socket "$XDG_RUNTIME_DIR"/sway-ipc.* --type get_tree')
            focused = re.search(r'"focused": true.*?"name": "([^"]*)"', tree, re.DOTALL)
            return focused[1] if focused else ""
        return self._xdotool("getactivewindow", "getwindowname", check=False)

    def ask_gnome(self, script: str) -> str:
        """Return what a script says that runs within GNOME's shell."""
        ask = "gdbus call --session --dest org.gnome.Shell --object-path /org/gnome/Shell --method"
        answer = self.run(*ask.split(), "org.gnome.Shell.Eval", script)
        found = re.fullmatch(r"""\((true|false), (['"])(.*)\2\)\n?""", answer, re.DOTALL)
        assert found is not None, answer
        assert found[1] == "true", answer
        return found[3].strip('"')

    def shows(self, colour: str, name: str) -> bool:
        """Return whether a tenth of the screen has a colour (#rrggbb)."""
        picture = Image.open(self.picture(name)).convert("RGB")
        return [*picture.get_flattened_data()].count(ImageColor.getrgb(colour)) > picture.width * picture.height / 10

    def picture(self, name: str) -> Path:
        """Keep a picture of the whole screen, once nothing moves."""
        file = self._pictures / f"{self.kind.name.replace(':', '-').lower()}-{name}.png"
        self._photograph(file)
        for _ in range(STILL_TRIES):
            before = Image.open(file).convert("L")
            time.sleep(STILL_S)
            self._photograph(file)
            moved = ImageChops.difference(before, Image.open(file).convert("L")).point(bool)
            if sum(moved.histogram()[1:]) < STILL_PIXELS:
                break
        return file

    def _photograph(self, file: Path) -> None:
        if self.screen:
            subprocess.run(
                [require_tool("scrot", "scrot"), "--overwrite", str(file)],
                env=os.environ | self.screen.environment,
                check=True,
            )
        else:
            inside = self._runtime / file.name
            ask = "gdbus call --session --dest org.gnome.Shell.Screenshot --object-path /org/gnome/Shell/Screenshot"
            self.run(*ask.split(), "--method", "org.gnome.Shell.Screenshot.Screenshot", "false", "false", str(inside))
            shutil.copy2(inside, file)

    @property
    def _shell(self) -> str:
        return self.kind.programs[-1]

    def _start_buses(self) -> None:
        folder = self.system.shared
        self._runtime = folder / "run"
        self._runtime.mkdir(mode=0o700)
        os.chown(self._runtime, USER_ID, USER_ID)
        self._bus = Address(f"unix:path={self._runtime}/bus")
        # Nothing of the system can be activated: there is no systemd to start it.
        system = BUS.format(kind="system", folder="/run/dbus", file="system_bus_socket", services="")
        services = "<standard_session_servicedirs/>"
        session = BUS.format(kind="session", folder=self._runtime, file="bus", services=services)
        (folder / "system.conf").write_text(system)
        (folder / "session.conf").write_text(session)
        self.system.run("install", "--directory", "--mode=1777", "/tmp", "/tmp/.X11-unix")
        self.system.run("mkdir", "--parents", "/run/dbus")
        self.system.start("dbus-daemon", f"--config-file={folder}/system.conf", "--nofork")
        self.start("dbus-daemon", f"--config-file={folder}/session.conf", "--nofork")
        wait_until((self._runtime / "bus").exists, "the session's bus listens")

    def _start_program(self, program: str) -> None:
        display = self.screen.environment["DISPLAY"] if self.screen else ""
        self._programs[program] = self.start(*program.format(display=display).split())
        if self.kind.wayland and program == self.kind.programs[0]:
            wait_until((self._runtime / self.kind.wayland).exists, f"{program} has its display", SHOWN_S)
        if program.startswith("gnome-shell"):
            wait_until(self._leaves_overview, "GNOME shows its desktop", SHOWN_S)
            self.clear_notices()  # it says that no display manager can lock the screen

    def _leaves_overview(self) -> bool:
        """Hide the overview of the start, and return whether it is gone."""
        still = "Main.layoutManager._startingUp || (Main.overview.visible && (Main.overview.hide(), true))"
        try:
            return self.ask_gnome(still) == "false"
        except AssertionError:  # it does not answer yet
            return False

    def _icons(self) -> list[TrayItem]:
        """Return vigicle's icons among those of the desktop's own programs."""
        icons = [TrayItem(self._bus, item.partition("/")[0]) for item in self._items()]
        return [icon for icon in icons if is_ours(icon)]

    def _items(self) -> list[str]:
        ask = Message(
            destination=WATCHER,
            path=WATCHER_PATH,
            interface="org.freedesktop.DBus.Properties",
            member="Get",
            signature="ss",
            body=[WATCHER, "RegisteredStatusNotifierItems"],
        )
        try:
            (value,) = call(self._bus, ask)
        except RuntimeError:  # no watcher of icons so far
            return []
        return list(value.value)

    def _xdotool(self, *words: str, check: bool = True) -> str:
        assert self.screen is not None
        command = [require_tool("xdotool", "xdotool"), *words]
        environment = os.environ | self.screen.environment
        return subprocess.run(command, env=environment, check=check, capture_output=True, text=True).stdout.strip()


def is_ours(icon: TrayItem) -> bool:
    """Return whether an icon is vigicle's."""
    try:
        return bool(icon.property("Id") == "vigicle")
    except RuntimeError:  # another program's, at another place, or gone
        return False
