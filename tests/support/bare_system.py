"""A minimal Debian in a folder, with its own processes and mounts."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Self

from support.process import Process, require_tool, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SUITE = "bookworm"
HOST_SETTINGS = ("etc/apt", "etc/resolv.conf", "etc/ssl/certs", "usr/local/share/ca-certificates")  # how it fetches
LIMIT_S = 600.0

# Runs in new namespaces, which end with it: $1 is the folder, $2 the layers below, $3 what both sides see.
HOLD = """
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$1/root" &&
mount -t proc proc "$1/root/proc" && mount --rbind /dev "$1/root/dev" &&
mkdir -p "$1/root/$3" "$1/root/run/pcscd" && mount --bind "$3" "$1/root/$3" &&
echo ready && exec chroot "$1/root" sleep infinity
"""


class BareSystem:
    """A Debian layered over others, which stay unchanged.

    A context manager.

    `layers` come from `minimal_layer` and from systems that have been left, the last one on top. `shared` is a folder
    at the same path inside and outside.
    """

    def __init__(self, *layers: Path) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="debian-"))
        self.shared = Path(tempfile.mkdtemp(prefix="debian-shared-"))
        self.shared.chmod(0o755)
        self._processes: list[Process] = []
        for name in ("upper", "work", "root"):
            (self._folder / name).mkdir(mode=0o755)
        unshare = require_tool("unshare", "util-linux")
        below = ":".join(map(str, reversed(layers)))
        namespaces = [unshare, "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child"]
        hold = ["sh", "-c", HOLD, "sh", str(self._folder), below, str(self.shared)]
        self._holder = Process([*namespaces, *hold], environment=os.environ, log=self._folder / "holder.log")
        self._holder.wait_for_log("ready")
        (holder,) = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children").read_text().split()
        wait_until(lambda: Path(f"/proc/{holder}/comm").read_text() == "sleep\n", "the system is entered")
        self.enter = ["nsenter", "--target", holder, "--mount", "--pid", "--ipc", "--uts", "--root", "--wd"]

    @property
    def layer(self) -> Path:
        """What was written in this system, as a layer for others."""
        return self._folder / "upper"

    def run(
        self,
        *command: str,
        check: bool = True,
        environment: Mapping[str, str] | None = None,
        limit_s: float = LIMIT_S,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end as root.

        Raises AssertionError with the output when it fails and `check` is on.
        """
        done = subprocess.run(
            [*self.enter, *command],
            env=self.environment(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=limit_s,
            check=False,
        )
        assert not check or done.returncode == 0, f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def start(self, *command: str, environment: Mapping[str, str] | None = None) -> Process:
        """Start a command that goes on until the system is left."""
        name = f"{Path(command[0]).name}-{len(self._processes)}.log"
        process = Process([*self.enter, *command], environment=self.environment(environment), log=self._folder / name)
        self._processes.append(process)
        return process

    def environment(self, more: Mapping[str, str] | None) -> dict[str, str]:
        """Return the environment: of the host's, only the network settings."""
        proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        plain = {"PATH": path, "HOME": "/root", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        return proxies | plain | dict(more or {})

    def take(self, file: Path) -> str:
        """Copy a file in, and return its path there."""
        shutil.copy2(file, self.shared)
        return str(self.shared / file.name)

    def files(self) -> set[str]:
        """Return the paths of all files and folders in it."""
        listing = self.run("find", "/", "-xdev", "-not", "-path", f"{self.shared}*").stdout
        return set(listing.splitlines())

    def leave(self) -> None:
        """End all its processes. The layer stays until `close`."""
        for process in (*self._processes, self._holder):
            process.close()

    def close(self) -> None:
        """End all that runs in it, and remove what was written."""
        self.leave()
        shutil.rmtree(self._folder)
        shutil.rmtree(self.shared)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def minimal_layer(suite: str = SUITE) -> Path:
    """Return a folder with a minimal Debian, made once and cached."""
    kept = _cache() / suite
    if not kept.exists():
        part = Path(tempfile.mkdtemp(dir=_cache()))
        part.chmod(0o755)
        debootstrap = require_tool("debootstrap", "debootstrap")
        subprocess.run([debootstrap, "--variant=minbase", suite, str(part)], check=True, timeout=LIMIT_S)
        part.rename(kept)
    return kept


def cached_layer(name: str, below: Sequence[Path], fill: Callable[[BareSystem], object]) -> Path:
    """Return what `fill` writes over the layers `below`, made once and cached."""
    kept = _cache() / name
    if not kept.exists():
        with BareSystem(*below) as system:
            fill(system)
            system.leave()
            shutil.move(system.layer, kept)
    return kept


def settings_layer(folder: Path, suite: str = SUITE) -> Path:
    """Return a folder with the host's own way to its package mirror."""
    for name in HOST_SETTINGS:
        source, target = Path("/") / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True)
        elif source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    for sources in (*folder.glob("etc/apt/sources.list"), *folder.glob("etc/apt/sources.list.d/*.sources")):
        sources.write_text(sources.read_text().replace(SUITE, suite))
    return folder


def _cache() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vigicle-tests"
    cache.mkdir(parents=True, exist_ok=True)
    return cache
