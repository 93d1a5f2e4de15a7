"""The one thread that runs an asyncio loop.

Notices and the login manager's signal need it.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from daemon.adapters.guard import Guard
from daemon.ports import Post

FINISH_LIMIT_S = 0.5
STOP_LIMIT_S = 1.0

T = TypeVar("T")


class AsyncThread:
    """An asyncio loop in a thread that the first `submit` starts.

    The thread sleeps in the selector while idle.
    """

    def __init__(self, post: Post = lambda _fault: None) -> None:
        """Keep `post`, for the faults of what runs here."""
        self._faults = Guard(post)
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopped = False

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine in the loop. Any thread may call.

        After `stop` the coroutine is dropped, and its future is cancelled.
        """
        with self._guard:
            if self._stopped:
                work.close()
                dropped: Future[T] = Future()
                dropped.cancel()
                return dropped
            try:
                loop = self._running()
            except Exception:
                work.close()
                raise
            return asyncio.run_coroutine_threadsafe(work, loop)

    def begin(self, what: str, work: Coroutine[Any, Any, object]) -> Future[object]:
        """Run a coroutine for its effect, and tell what it raises."""
        begun = self.submit(work)
        begun.add_done_callback(partial(self._note_end, what))
        return begun

    def stop(self) -> None:
        """End the thread within a second, and cancel what has not finished."""
        with self._guard:
            self._stopped = True
            loop, thread = self._loop, self._thread
        if loop is None:
            return
        if thread is None:
            loop.close()
            return
        with contextlib.suppress(RuntimeError):  # closed: stopped before
            loop.call_soon_threadsafe(loop.stop)
        thread.join(STOP_LIMIT_S)

    def _note_end(self, what: str, done: Future[object]) -> None:
        if not done.cancelled():
            self._faults.run(what, done.result)

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        if self._thread is None:
            thread = threading.Thread(target=self._run, args=(self._loop,), name="asyncio", daemon=True)
            thread.start()  # where the system has none left, the next work tries again
            self._thread = thread
        return self._loop

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            self._faults.repeat("The thread of notices", loop.run_forever, time.sleep)
            loop.run_until_complete(_finish())
        finally:
            loop.close()


async def _finish() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    if left:
        await asyncio.wait(left, timeout=FINISH_LIMIT_S)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
