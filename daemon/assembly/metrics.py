"""The metrics of this account, and those of all accounts."""

import os
import sys
from importlib.metadata import version
from pathlib import Path

from config.folders import Folders
from config.settings import Settings
from daemon.adapters.autostart import own_command
from daemon.adapters.clock import read_clock
from daemon.adapters.metrics.account_id import AccountIds, account_id
from daemon.adapters.metrics.exporter_file import CollectorError, write_for_exporter
from daemon.assembly.oneshot import remembered
from daemon.core.metrics import exposition, samples

__all__ = ["CollectorError", "collect_metrics", "own_metrics"]

IDS = Path("/var/lib/vigicle")


def own_metrics(folders: Folders, settings: Settings) -> str:
    """Return the metrics of this account, from what is remembered.

    No card is asked. Raises StoreError, FolderError and OSError.
    """
    now = read_clock()
    return exposition(samples(remembered(folders), settings, account_id(folders.state), version("vigicle"), now))


def collect_metrics(folder: Path, settings: Settings) -> None:
    """Gather the metrics of all accounts into a folder of node_exporter.

    Raises CollectorError.
    """
    try:
        text = _gather(settings)
    except OSError as error:
        raise CollectorError(f"{error.filename}: {error.strerror}") from error
    write_for_exporter(folder, text)


def _gather(settings: Settings) -> str:
    if sys.platform != "linux" or os.geteuid() != 0:
        raise CollectorError("root alone can ask every account, and on Linux alone")
    else:  # noqa: RET506 - mypy skips the other systems' branches only in one chain
        from daemon.adapters.metrics.collector import collect, people

        ids = AccountIds(IDS)
        text = collect(people(), ids.id_of, own_command("metrics"), with_names=settings.office.metrics_names)
        ids.save()
        return text
