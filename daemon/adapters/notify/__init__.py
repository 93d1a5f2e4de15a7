"""Notices: several channels to the user, tried in order."""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from daemon.adapters.notify.balloon import BalloonChannel
from daemon.adapters.notify.chain import ChainNotifier, RenderText
from daemon.adapters.notify.channel import Channel
from daemon.adapters.notify.dbus_server import wait_for_server
from daemon.adapters.notify.desktop import DesktopChannel
from daemon.adapters.notify.log import LogChannel
from daemon.adapters.notify.plyer import PlyerChannel
from daemon.adapters.notify.screen_note import ScreenNote
from daemon.adapters.platform.async_thread import AsyncThread
from daemon.ports import Balloons, Post

log = logging.getLogger(__name__)

LATE_LIMIT_S = 600.0  # a notice that is older has its next moment, or waits in the menu


def make_notifier(
    post: Post,
    render: RenderText,
    thread: AsyncThread,
    *,
    balloons: Balloons | None = None,
    answer_command: Sequence[str] | None = None,
    environ: Mapping[str, str] = os.environ,
    runtime: Path | None = None,
) -> ChainNotifier:
    """Make the notifier over the channels that `make_channels` gives.

    `runtime` is where it notes what is on the screen: what a killed daemon left there can be clicked again (Linux).
    """
    desktop = partial(wait_for_server, LATE_LIMIT_S) if sys.platform == "linux" else None
    note: ScreenNote | None = None
    if sys.platform == "linux" and runtime is not None:
        note = ScreenNote(runtime)
    channels = make_channels(balloons, answer_command, environ, note)
    notifier = ChainNotifier(post, channels, render, thread, desktop, issues_words=sys.platform == "win32")
    for channel in channels:
        if isinstance(channel, DesktopChannel) and channel.left_behind:
            notifier.resume(channel)
    return notifier


def make_channels(
    balloons: Balloons | None = None,
    answer_command: Sequence[str] | None = None,
    environ: Mapping[str, str] = os.environ,
    note: ScreenNote | None = None,
) -> list[Channel]:
    """Return the desktop's channel, the balloon, plyer, and the log.

    `answer_command` is what a click on a Windows toast starts.

    `VIGICLE_NOTIFIER` (a channel's name) puts that channel first, with the log alone behind it.
    """
    channels: list[Channel] = [_first(note, answer_command), *_own(balloons), PlyerChannel(), LogChannel()]
    forced = environ.get("VIGICLE_NOTIFIER", "")
    chosen = [channel for channel in channels if channel.name == forced]
    if forced and not chosen:
        log.warning("VIGICLE_NOTIFIER=%s names no channel; accepted: %s", forced, [each.name for each in channels])
    if chosen:
        channels = [channel for channel in channels if channel.name in {forced, LogChannel.name}]
    return channels


def _first(note: ScreenNote | None, answer_command: Sequence[str] | None) -> Channel:
    """Return this system's own notices."""
    if sys.platform == "win32":
        from daemon.adapters.notify.toast import ToastChannel

        first: Channel = ToastChannel(answer_command)
    else:
        first = DesktopChannel(note)
    return first


def _own(balloons: Balloons | None) -> list[Channel]:
    """Return this system's fallbacks for its own notices."""
    own: list[Channel] = [] if balloons is None else [BalloonChannel(balloons)]
    if sys.platform == "darwin":
        from daemon.adapters.notify.osascript import OsascriptChannel

        own.append(OsascriptChannel())
    return own
