"""Notices: several ways to reach the person, tried in order."""

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial

from daemon.adapters.aio import AsyncThread
from daemon.adapters.notify.chain import ChainNotifier, Render
from daemon.adapters.notify.channel import Channel
from daemon.adapters.notify.desktop import DesktopChannel
from daemon.adapters.notify.log import LogChannel
from daemon.adapters.notify.plyer import PlyerChannel
from daemon.adapters.notify.server import wait_for_server

log = logging.getLogger(__name__)

LATE_LIMIT_S = 600.0  # a notice that is older has its next moment, or waits in the menu


def make_notifier(
    render: Render, thread: AsyncThread, *, between: Sequence[Channel] = (), environ: Mapping[str, str] = os.environ
) -> ChainNotifier:
    """Make the notifier over the channels that `make_channels` gives."""
    desktop = partial(wait_for_server, LATE_LIMIT_S) if sys.platform == "linux" else None
    return ChainNotifier(make_channels(between, environ), render, thread, desktop)


def make_channels(between: Sequence[Channel] = (), environ: Mapping[str, str] = os.environ) -> list[Channel]:
    """Make the channels: desktop-notifier, the channels `between` (the tray's balloon), plyer, the log.

    `VIGICLE_NOTIFIER` (a channel's name) puts that channel first, with the log alone behind it.
    """
    channels: list[Channel] = [DesktopChannel(), *between, PlyerChannel(), LogChannel()]
    forced = environ.get("VIGICLE_NOTIFIER", "")
    chosen = [channel for channel in channels if channel.name == forced]
    if forced and not chosen:
        log.warning("VIGICLE_NOTIFIER=%s names no channel; accepted: %s", forced, [each.name for each in channels])
    if chosen:
        channels = [channel for channel in channels if channel.name in {forced, LogChannel.name}]
    return channels
