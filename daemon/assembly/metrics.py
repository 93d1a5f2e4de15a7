"""The metrics of this account, and those of all accounts."""

import ctypes
import os
import sys
from importlib.metadata import version
from pathlib import Path

from config.files import write_whole
from config.folders import Folders
from config.settings import Settings
from daemon.adapters.autostart import own_command
from daemon.adapters.clock import read_clock
from daemon.adapters.metrics.account_id import AccountIds, account_id
from daemon.adapters.metrics.collector_windows import SAVED
from daemon.adapters.metrics.exporter_file import CollectorError, write_for_exporter
from daemon.assembly.oneshot import remembered
from daemon.core.metrics import exposition, samples

__all__ = ["CollectorError", "collect_metrics", "own_metrics", "save_metrics"]

IDS = Path("/var/lib/vigicle")


def own_metrics(folders: Folders, settings: Settings) -> str:
    """Return the metrics of this account, from what is remembered.

    No card is asked. Raises StoreError, FolderError and OSError.
    """
    now = read_clock()
    return exposition(samples(remembered(folders), settings, account_id(folders.state), version("vigicle"), now))


def save_metrics(folders: Folders, settings: Settings) -> None:
    """Save the metrics of this account for the collector of Windows.

    Raises StoreError, FolderError and OSError.
    """
    write_whole(folders.state / SAVED, own_metrics(folders, settings).encode())


def collect_metrics(folder: str, folders: Folders, settings: Settings) -> None:
    """Gather the metrics of all accounts into a folder of the exporter.

    Raises CollectorError.
    """
    if not folder:  # a script's empty variable, which Path takes for the working folder
        raise CollectorError("no folder is named")
    if not _may_ask_everybody():
        raise CollectorError("root alone can ask every account, on Windows SYSTEM")
    try:
        ids = AccountIds(IDS if sys.platform == "linux" else folders.state)
        text = _gather(ids, settings)
        ids.save()
    except OSError as error:
        raise CollectorError(f"{error.filename}: {error.strerror}") from error
    write_for_exporter(Path(folder), text)


def _may_ask_everybody() -> bool:
    if sys.platform == "win32":
        return bool(ctypes.windll.shell32.IsUserAnAdmin())
    else:  # noqa: RET505 - mypy skips the other systems' branches only in one chain
        return os.geteuid() == 0


def _gather(ids: AccountIds, settings: Settings) -> str:
    with_names = settings.office.metrics_names
    if sys.platform == "win32":
        from config.private_windows import owner_of
        from daemon.adapters.metrics.collector_windows import collect
        from daemon.adapters.metrics.profiles_windows import profiles

        return collect(profiles(), ids.id_of, owner_of, with_names=with_names)
    else:  # noqa: RET505 - mypy skips the other systems' branches only in one chain
        from daemon.adapters.metrics.collector import collect, people

        return collect(people(), ids.id_of, own_command("metrics"), with_names=with_names)
