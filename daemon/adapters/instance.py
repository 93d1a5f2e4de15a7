"""One watchman for each person: a lock that the system itself releases when its holder dies."""

import logging
import os
import sys
from pathlib import Path

from filelock import FileLock, Timeout

from config.folders import FolderProblem
from config.text import text

LOCK = "vigicle.lock"
PRIVATE = 0o600

log = logging.getLogger(__name__)


class InstanceLock:
    """The lock in the runtime folder, and one on the state folder itself; both have to be there and private.

    Files of a runtime folder may be cleared away after six hours (XDG Base Directory Specification 0.8), and two
    sessions may have two such folders: two watches over one memory would tell everything twice.
    """

    def __init__(self, runtime: Path, state: Path) -> None:
        self._path = runtime / LOCK
        self._state = state
        self._descriptor: int | None = None
        self._lock = FileLock(self._path, mode=PRIVATE, thread_local=False)

    def acquire(self) -> bool:
        """Take the lock if it is free, without waiting; tell whether we have it.

        Raises FolderProblem when the folder cannot be used.
        """
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            return False
        except (OSError, NotImplementedError) as error:  # the latter: a file system without locks
            reason = getattr(error, "strerror", None) or str(error)
            what, remedy = text("folder.unusable", reason=reason), text("folder.unusable.remedy")
            raise FolderProblem(what, self._path, remedy) from error
        if self._take_state():
            return True
        self.release()
        return False

    def release(self) -> None:
        """Let the next one in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        self._lock.release()

    def _take_state(self) -> bool:
        """Lock the folder; true, too, where its file system cannot do so (NFS): the other lock then has to do."""
        if sys.platform != "win32":  # there nobody can remove the other lock's file, and both lie in one folder
            import fcntl

            try:
                self._descriptor = os.open(self._state, os.O_RDONLY | os.O_DIRECTORY)
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            except OSError as error:
                log.debug("The state folder cannot be locked: %s", error)
        return True
