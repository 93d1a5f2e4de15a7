"""One watchman for each person: a lock that the system itself releases when its holder dies."""

from pathlib import Path

from filelock import FileLock, Timeout

from config.folders import FolderProblem
from config.text import text

LOCK = "vigicle.lock"
PRIVATE = 0o600


class InstanceLock:
    """The lock in the runtime folder, which has to be there and private."""

    def __init__(self, runtime: Path) -> None:
        self._path = runtime / LOCK
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
        return True

    def release(self) -> None:
        """Let the next one in."""
        self._lock.release()
