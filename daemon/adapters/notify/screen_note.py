"""Notes which notices are on the screen, for a later daemon.

A notice outlives a process that is killed (Desktop Notifications Specification: the server keeps it). Its id holds as
long as one server lives on one bus, so both are noted with it. dunst (1.9, signal_action_invoked) sends a click to the
process that showed the notice alone: there, nothing can be taken up.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec

from config.files import read_small, write_whole
from config.i18n.text import CleanText
from config.trust import Writers, changeable_by_others
from daemon.adapters.notify.channel import Message, NoticeButton
from daemon.adapters.platform.decode_errors import DECODE_ERRORS
from daemon.core.notice import NoticeChoice, NoticeId, NoticeKind

if TYPE_CHECKING:
    from desktop_notifier import Notification

NOTE_FILE = "screen.json"
NOTE_LIMIT = 64 << 10  # bytes
MAX_ON_SCREEN = 50

log = logging.getLogger(__name__)


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """One life of a notification server."""

    bus: Annotated[str, msgspec.Meta(min_length=1)]
    """The id of the bus (D-Bus Specification, GetId), new with each bus."""
    owner: Annotated[str, msgspec.Meta(min_length=1)]
    """The server's unique name, which a bus gives once. "" while there is no server, and then never noted."""


class ShownNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that the server shows, and what it offers."""

    number: Annotated[int, msgspec.Meta(ge=0, lt=1 << 32)]
    """The server's id of it."""
    kind: NoticeKind
    subject: str
    opens: bool
    choices: tuple[NoticeChoice, ...]

    @property
    def notice_id(self) -> NoticeId:
        """Return the notice's own id."""
        return NoticeId(self.kind, self.subject)

    def as_message(self) -> Message:
        """Return what it offers. Its words are on the screen."""
        nothing = CleanText("")
        return Message(
            notice_id=self.notice_id,
            title=nothing,
            body=nothing,
            opens=self.opens,
            buttons=tuple(NoticeButton(choice=choice, label=nothing) for choice in self.choices),
        )


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """The notices of this program that one server shows."""

    server: Server
    notices: Annotated[tuple[ShownNotice, ...], msgspec.Meta(max_length=MAX_ON_SCREEN)]


class ScreenNote:
    """A file in the runtime folder, which ends with the session.

    The folder must exist and be private.
    """

    def __init__(self, runtime: Path) -> None:
        self._file = runtime / NOTE_FILE
        self._kept = self._read()

    @property
    def kept(self) -> Screen | None:
        """What was written last, by this process or the one before."""
        return self._kept

    def keep(self, screen: Screen | None) -> None:
        """Write what is on the screen, None for nothing.

        A disk that takes nothing costs the clicks after a crash alone.
        """
        if screen == self._kept:
            return
        self._kept = screen
        try:
            self._file.unlink(missing_ok=True)  # a new one is for this user alone
            if screen is not None:
                write_whole(self._file, msgspec.json.encode(screen))
        except OSError as error:
            log.debug("What is on the screen cannot be noted: %s", error)

    def _read(self) -> Screen | None:
        """Return what the process before has noted.

        None for what another account could have written, or what is no such note.
        """
        try:
            if changeable_by_others(self._file, Writers.USER) is not None:
                return None
            return msgspec.json.decode(read_small(self._file, NOTE_LIMIT), type=Screen)
        except (OSError, *DECODE_ERRORS):
            return None


def shown_notice(notice_id: NoticeId, number: int, notification: "Notification") -> ShownNotice:
    """Return what is noted of a notice that desktop-notifier has sent."""
    return ShownNotice(
        number=number,
        kind=notice_id.kind,
        subject=notice_id.subject,
        opens=notification.on_clicked is not None,
        choices=tuple(NoticeChoice(button.identifier) for button in notification.buttons if button.on_pressed),
    )
