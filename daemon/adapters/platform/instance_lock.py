"""One daemon for each user, by locks that end with their process."""

import contextlib
import errno
import logging
import os
import sys
import time
from pathlib import Path

from filelock import FileLock, Timeout

from config.files import read_small, write_whole
from config.folders import FolderError, Folders, is_private
from config.i18n.text import text
from config.i18n.translator import UserError
from config.system_errors import reason_of

LOCK, WHEREABOUTS = "vigicle.lock", "runtime"
PRIVATE = 0o600
IN_THE_WAY = {errno.EISDIR, errno.ELOOP, errno.EACCES, errno.EPERM}  # a folder, a link, a file of another account
PATH_LIMIT = 4096  # bytes: PATH_MAX of Linux, the largest
PROBE_PAUSES_S = (0.02, 0.04, 0.04)  # a command that asks whether a daemon runs holds the lock for microseconds

log = logging.getLogger(__name__)


class InstanceLock:
    """The lock in the runtime folder, and one on the state folder.

    Both folders must exist and be private.

    Files of a runtime folder may be cleared away after six hours (XDG Base Directory Specification 0.8), and two
    sessions may have two such folders: two daemons over one store would show every notice twice.
    """

    def __init__(self, runtime: Path, state: Path) -> None:
        self._path = runtime / LOCK
        self._state = state
        self._descriptor: int | None = None
        self._lock = FileLock(self._path, mode=PRIVATE, thread_local=False)

    def acquire(self) -> bool:
        """Take the lock if it is free, without waiting, and return success.

        Raises UserError when its file cannot be used.
        """
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        except (OSError, NotImplementedError) as error:  # the latter: a file system without locks
            raise _problem_of(self._path, error) from error
        if self._take_state():
            self._record_runtime()
            return True
        self._lock.release()
        return False

    def release(self) -> None:
        """Release the lock, once `acquire` has succeeded.

        What `is_daemon_running` looks at comes last.
        """
        with contextlib.suppress(OSError):
            (self._state / WHEREABOUTS).unlink(missing_ok=True)
        self._lock.release()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _record_runtime(self) -> None:
        """Record the runtime folder, for sessions that have another one."""
        note = self._state / WHEREABOUTS
        with contextlib.suppress(OSError):  # a disk that takes nothing: then other sessions do not find it
            note.unlink(missing_ok=True)  # a link in its place would be followed
            write_whole(note, os.fsencode(self._path.parent))

    def _take_state(self) -> bool:
        """Lock the state folder, and return success.

        A file system without such locks (NFS) counts as success: the other lock must do.
        """
        if sys.platform != "win32":  # there an open lock file cannot be removed, and both lie in one folder
            try:
                self._descriptor = _lock_past_probes(self._state)
            except BlockingIOError:
                return False
            except OSError as error:
                log.debug("The state folder cannot be locked: %s", error)
        return True


def _problem_of(file: Path, error: OSError | NotImplementedError) -> UserError:
    """Return what keeps the lock from being taken, and what to do."""
    reason = reason_of(error)
    if isinstance(error, OSError) and error.errno in IN_THE_WAY:
        return UserError(text("lock.unusable", file=str(file), reason=reason))
    return FolderError(text("folder.unusable", reason=reason), file.parent, text("folder.unusable.remedy"))


def runtime_of_daemon(folders: Folders) -> Path:
    """Return the runtime folder of the running daemon.

    It is this session's own, unless the daemon has recorded another one.
    """
    if sys.platform != "win32":  # there each memory has one
        with contextlib.suppress(OSError):
            noted = Path(os.fsdecode(read_small(folders.state / WHEREABOUTS, PATH_LIMIT)))
            if is_private(noted, os.geteuid()):
                return noted
    return folders.runtime


def is_daemon_running(folders: Folders) -> bool:
    """Return whether a daemon runs over this store.

    Its control channel may be gone. Always False on Windows.
    """
    if sys.platform != "win32":
        try:
            os.close(_lock(folders.state, shared=True))
        except BlockingIOError:
            return True
        except OSError:
            return False
    return False


if sys.platform != "win32":

    def _lock_past_probes(folder: Path) -> int:
        """Lock a folder as `_lock` does, but outlast `is_daemon_running`."""
        for pause_s in PROBE_PAUSES_S:
            with contextlib.suppress(BlockingIOError):
                return _lock(folder)
            time.sleep(pause_s)
        return _lock(folder)

    def _lock(folder: Path, *, shared: bool = False) -> int:
        """Lock a folder without waiting, and return its descriptor.

        Raises BlockingIOError where another process has locked it.
        """
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise
        return descriptor
