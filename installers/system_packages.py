"""The Linux packages that vigicle needs, and how to install them.

It uses the standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# Debian's name of each package, and a program or file that proves it on other systems (none: not looked for there).
RUN = {
    "ca-certificates": "/etc/ssl/certs",
    "python3-venv": "",
    "libpython3-dev": "",  # the headers alone
    "gcc": "gcc",
    "libc6-dev": "/usr/include/stdio.h",
    "libpcsclite-dev": "/usr/include/PCSC/winscard.h",
    "pcscd": "pcscd",
    "libccid": "",
    "opensc": "pkcs11-tool",
    "opensc-pkcs11": "",
    "libglib2.0-bin": "gio",
    "libnotify-bin": "notify-send",
    "xdg-utils": "xdg-open",
    "libegl1": "",  # these, to the end: the guide's window (Qt)
    "libfontconfig1": "",
    "libxkbcommon-x11-0": "",
    "libxcb-cursor0": "",
    "libxcb-icccm4": "",
    "libxcb-keysyms1": "",
    "libxcb-randr0": "",
    "libxcb-shape0": "",
    "libxcb-xinerama0": "",
    "libgl1": "",
    "libdbus-1-3": "",
}
TEST = {
    "softhsm2": "softhsm2-util",
    "dbus": "dbus-daemon",
    "dunst": "dunst",
    "xvfb": "Xvfb",
    "xfce4-panel": "xfce4-panel",
    "scrot": "scrot",
    "x11-utils": "xprop",
    "xdotool": "xdotool",
    "xauth": "xauth",
    "util-linux": "unshare",
    "strace": "strace",
    "desktop-file-utils": "desktop-file-validate",
    "dex": "dex",
    "fish": "fish",
    "zsh": "zsh",
    "at-spi2-core": "/usr/libexec/at-spi-bus-launcher",
    "gir1.2-atspi-2.0": "",  # with python3-gi: the accessibility tree of the window, as a screen reader sees it
    "python3-gi": "",
    "fonts-dejavu-core": "",
    "openbox": "openbox",
    "icu-devtools": "icupkg",  # leaves languages out of the Debian package
    "wine": "wine",  # these, to the end: vigicle's folder for Windows, made and run
    "wine64": "wineserver",
    "gcc-mingw-w64-x86-64": "x86_64-w64-mingw32-gcc",
    "openssl": "openssl",
    "osslsigncode": "osslsigncode",
    "libengine-pkcs11-openssl": "",  # osslsigncode loads a token's library through it
    "libp11-kit-dev": "/usr/include/p11-kit-1/p11-kit/pkcs11.h",
}
FULL = {  # the tests of the Debian package and of the monitoring, which take long
    "debootstrap": "debootstrap",
    "lintian": "lintian",
    "man-db": "man",
    "prometheus": "promtool",
    "prometheus-alertmanager": "amtool",
    "prometheus-node-exporter": "prometheus-node-exporter",
    "systemd": "systemd-analyze",
}
BUILD_DEB = {  # the Qt libraries are here for dpkg-shlibdeps, which names the packages that bring them
    **{name: proof for name, proof in RUN.items() if name.startswith(("ca-", "lib", "python3-", "gcc"))},
    "dpkg-dev": "dpkg-shlibdeps",
    "icu-devtools": "icupkg",
    "libwayland-cursor0": "",
}
BUILD_WINDOWS = {
    "ca-certificates": "/etc/ssl/certs",
    "python3-venv": "",
    "gcc-mingw-w64-x86-64": "x86_64-w64-mingw32-gcc",
    "nsis": "makensis",
    "osslsigncode": "osslsigncode",
}
BENCH = {  # the peers: opensc-notify; card_eventmgr and pkcs11_eventmgr
    "opensc": "opensc-notify",
    "libpam-pkcs11": "pkcs11_eventmgr",
}


def missing(packages: dict[str, str]) -> list[str]:
    """Return the names of the packages that are not installed."""
    if is_debian_like():
        return sorted(packages.keys() - debian_installed(packages))
    return sorted(name for name, proof in packages.items() if not found(proof))


def is_debian_like() -> bool:
    """Return whether this system has Debian's package tools."""
    return shutil.which("apt-get") is not None and shutil.which("dpkg-query") is not None


def apt_get() -> list[str] | None:
    """Return a call of apt-get as root without questions.

    Configuration files that the system's owner changed stay. Returns None when nothing gives root rights.
    """
    options = ["-q", "-o", "DPkg::Lock::Timeout=300", "-o", "DPkg::Options::=--force-confold"]
    call = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *options]
    if sys.platform != "win32" and os.geteuid() == 0:
        return call
    if shutil.which("sudo") is None:
        return None
    if not sys.stdin.isatty():
        return ["sudo", "--non-interactive", *call]
    return ["sudo", *call]


def debian_installed(packages: dict[str, str]) -> set[str]:
    """Return those of the packages that dpkg has installed completely."""
    query = ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\\n", *packages]
    answer = subprocess.run(query, check=False, capture_output=True, text=True).stdout  # code 1: a name unknown to dpkg
    return {line.split()[0] for line in answer.splitlines() if line.endswith(" installed")}


def found(proof: str) -> bool:
    """Return whether a file or program exists.

    A file is given by its absolute path. A program is searched for on the path and in the administrator's folders.
    """
    if proof.startswith("/"):
        return Path(proof).exists()
    return not proof or shutil.which(proof, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin") is not None
