"""Opens the pages, tools and letters of configured procedures."""

import logging
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import assert_never
from urllib.parse import urlsplit

from config.settings import Procedure, Settings, VendorTool
from config.workflows import Destination
from daemon.adapters.clock import read_clock
from daemon.adapters.guard import Guard
from daemon.adapters.launch.mailto import letter_draft
from daemon.adapters.launch.openers import open_address, open_letter, start_tool
from daemon.adapters.launch.vendor_tool import find_tool, is_installed
from daemon.adapters.platform.elevation_windows import is_split
from daemon.core.effects import Launch
from daemon.core.events import Launched
from daemon.core.model import ActivationToken
from daemon.core.troubles import Trouble
from daemon.ports import Post

log = logging.getLogger(__name__)


class UnknownToolError(Exception):
    """A tool in the user's own folders must first be named."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


class DesktopLauncher:
    """The `Launcher`: carries out each order in its own thread."""

    def __init__(
        self, post: Post, settings: Callable[[], Settings], elevated: Callable[[], bool] | None = None
    ) -> None:
        """Keep `settings`, which returns those in force, and `elevated`.

        Both are called from any thread.
        """
        self._post = post
        self._guard = Guard(post)
        self._settings = settings
        self._elevated = elevated or is_elevated

    def launch(self, order: Launch) -> None:
        """Open or start it, in a thread of its own."""
        thread = threading.Thread(target=self._run, args=(order,), name="launch", daemon=True)
        if not self._guard.run("The thread of a launch", thread.start):
            self._tell(order, Trouble.LAUNCH_FAILED)

    def _run(self, order: Launch) -> None:
        if not self._guard.run("A launch", partial(self._carry_out, order)):
            self._tell(order, Trouble.LAUNCH_FAILED)

    def _carry_out(self, order: Launch) -> None:
        procedure = self._settings().procedure(order.procedure)
        trouble: Trouble | None
        place: str | None = None
        if procedure is None:
            log.warning("Launch refused: no procedure %s", order.procedure)
            trouble = Trouble.LAUNCH_FAILED
        elif self._elevated():
            log.warning("Launch refused: a browser would inherit the administrator's rights of vigicle")
            trouble = Trouble.ELEVATED
        else:
            try:
                trouble = _open(procedure, order, self._settings().language)
            except UnknownToolError as unknown:
                trouble, place = Trouble.TOOL_UNKNOWN, unknown.place
        self._tell(order, trouble, place)

    def _tell(self, order: Launch, trouble: Trouble | None, place: str | None = None) -> None:
        log.info("Launch of %s for %s: %s", order.destination, order.procedure, trouble or "done")
        self._post(
            Launched(
                at=read_clock(),
                procedure=order.procedure,
                destination=order.destination,
                trouble=trouble,
                place=place,
            )
        )


def is_elevated() -> bool:
    """Return whether started programs would get rights that the desktop lacks.

    CVE-2024-31498 is a browser with an administrator's rights.

    On Linux a root session is the user's own choice. So is on Windows the account "Administrator", or UAC switched
    off: every program of the desktop then has all rights.
    """
    if sys.platform == "win32":
        import ctypes

        elevated = bool(ctypes.windll.shell32.IsUserAnAdmin()) and is_split()
    elif sys.platform == "darwin":
        elevated = os.geteuid() == 0
    else:
        elevated = False
    return elevated


def _open(procedure: Procedure, order: Launch, language: str | None) -> Trouble | None:
    match order.destination:
        case Destination.ORDER_PAGE:
            return _open_page(procedure.order_url, order.activation)
        case Destination.PLATFORM:
            return _open_page(procedure.platform_url, order.activation)
        case Destination.TOOL:
            return _start_tool(procedure.tool, order)
        case Destination.SUPPORT_MAIL:
            return _open_letter(procedure, order, language)
        case Destination.SERIAL | Destination.CERTIFICATE:
            return Trouble.LAUNCH_FAILED  # copied or saved, never opened
        case _:
            assert_never(order.destination)


def _open_page(url: str | None, activation: ActivationToken | None) -> Trouble | None:
    if url is None or not is_safe(url):
        log.warning("Launch refused: the address %r is not https", url)
        return Trouble.LAUNCH_FAILED
    if open_address(url, activation):
        return None
    return Trouble.LAUNCH_FAILED


def _open_letter(procedure: Procedure, order: Launch, language: str | None) -> Trouble | None:
    draft = letter_draft(procedure, language, holder=order.holder, serial_hex=order.serial_hex)
    if draft is None:
        log.warning("No letter for %s: check its letter, its support_email and the key", procedure.id)
        return Trouble.LAUNCH_FAILED
    if open_letter(draft, order.activation):
        return None
    return Trouble.LAUNCH_FAILED


def _start_tool(tool: VendorTool | None, order: Launch) -> Trouble | None:
    """Start the tool, or open its download page. Raises UnknownToolError."""
    if tool is None:
        return Trouble.LAUNCH_FAILED
    path = _configured(tool) or _found(tool, order.known_tools)
    if path is None:
        return _open_page(tool.download_url, order.activation) or Trouble.TOOL_MISSING
    if start_tool(path, order.activation):
        return None
    return Trouble.LAUNCH_FAILED


def _found(tool: VendorTool, known_tools: frozenset[str]) -> Path | None:
    found = find_tool(tool.name)
    if found is None:
        return None
    place = _as_text(found.path)
    if found.personal and place not in known_tools:
        log.info("The tool is in the user's own folders and is named first: %s", place)
        raise UnknownToolError(place)
    return found.path


def _as_text(path: Path) -> str:
    """Return a path as a text that can be stored.

    Its bytes may be no UTF-8.
    """
    return str(path).encode(errors="backslashreplace").decode()


def _configured(tool: VendorTool) -> Path | None:
    path = Path(tool.path) if tool.path else None
    if path is not None and not (path.is_absolute() and is_installed(path)):
        log.warning("The configured tool %s, or its program, is missing; searching by its name", path)
        return None
    return path


def is_safe(url: str) -> bool:
    """Return whether an address may be opened.

    It must be https, with a host, without a user, and printable.
    """
    try:
        parts = urlsplit(url)
        host, user = parts.hostname, parts.username
    except ValueError:
        return False
    visible = all(character.isprintable() and not character.isspace() for character in url)
    return visible and url.startswith("https://") and bool(host) and user is None
