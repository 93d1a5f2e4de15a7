"""Ends whatever a module leaves behind, in any session (Linux).

The module runs in a child of the supervisor. A process that loses its parent there becomes the supervisor's own child
(PR_SET_CHILD_SUBREAPER, prctl(2)), so none escapes by a session of its own.
"""

import os
import sys

if sys.platform == "linux":
    import contextlib
    import signal
    import time
    from collections.abc import Iterator

    from daemon.adapters.pkcs11.limits import die_with_parent, prctl

    PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
    HEARD = {signal.SIGTERM, signal.SIGCHLD}
    END_LIMIT_S, PAUSE_S = 2.0, 0.05

    def supervise() -> None:
        """Return in a child process alone.

        This one waits until the child ends or SIGTERM comes, also by the end of its parent. Then it kills all
        descendants, and ends with the child's code. Raises OSError.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        die_with_parent(signal.SIGTERM)
        child = os.fork()
        if child == 0:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
            return
        os.close(0)
        os.close(1)  # else the daemon would not see that the child has ended
        code = _wait_for(child)
        _kill_descendants()
        os._exit(code)

    def _wait_for(child: int) -> int:
        """Return the exit code of the child, 1 where it was killed."""
        while signal.sigwait(HEARD) == signal.SIGCHLD:
            for number, status in _ended():
                if number == child:
                    return max(os.waitstatus_to_exitcode(status), -1) & 0xFF
        return 1

    def _kill_descendants() -> None:
        """Stop all descendants, so that none has new ones, and kill them.

        What cannot die within `END_LIMIT_S`, such as one that waits for a broken disk, is left.
        """
        deadline = time.monotonic() + END_LIMIT_S
        while _has_children() and time.monotonic() < deadline:
            for number in (signal.SIGSTOP, signal.SIGKILL):
                for process in _descendants():
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.kill(process, number)
            signal.sigtimedwait({signal.SIGCHLD}, PAUSE_S)

    def _has_children() -> bool:
        """Reap what has ended, and return whether anything is left."""
        for _ in _ended():
            pass
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return False
        return True

    def _ended() -> Iterator[tuple[int, int]]:
        """Reap the children that have ended, and yield their ids and states."""
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                yield ended

    def _descendants() -> list[int]:
        """Return the processes below this one, parents first."""
        children: dict[int, list[int]] = {}
        for name in filter(str.isdecimal, os.listdir("/proc")):  # noqa: PTH208 - names alone
            with contextlib.suppress(OSError):
                with open(f"/proc/{name}/stat", "rb") as file:  # noqa: PTH123 - hundreds of them
                    _state, parent, *_ = file.read().rpartition(b")")[2].split()  # proc(5): after the name
                children.setdefault(int(parent), []).append(int(name))
        found = [os.getpid()]
        for process in found:
            found += children.get(process, ())
        return found[1:]

else:

    def supervise() -> None:
        """Do nothing: the daemon ends what is left of the session."""
