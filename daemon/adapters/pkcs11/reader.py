"""Reads tokens through PKCS#11 modules in short-lived child processes.

Vendor modules crash and hang.
"""

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from config.values import dataclass, field, replace
from daemon.adapters.clock import read_clock
from daemon.adapters.guard import Guard
from daemon.adapters.pkcs11.messages import (
    CopiesFound,
    ReadRequest,
    TokenFound,
    TroubleMet,
    WorkerAnswer,
    reader_named,
)
from daemon.adapters.pkcs11.modules import distinct, fault_of
from daemon.adapters.pkcs11.process import ProcessOutcome, TokenProcess, child_command
from daemon.core.effects import ReadTokens
from daemon.core.events import ReadFinished, TokensRead
from daemon.core.model import SYSTEM_STORE, ProgramName, ReaderName, TokenReading
from daemon.core.troubles import Trouble
from daemon.ports import Post

log = logging.getLogger(__name__)

CHILD_LIMIT_S = 10.0  # for each card that is in: a module may try every driver on one that it does not know
CARDS_COUNTED = 4  # more cards get no more time: a module that hangs is waited for 40 s at most
PATIENCE_S = 1.5  # then the next module starts beside a slow one
STOP_LIMIT_S = 2.0


@dataclass(slots=True, kw_only=True, eq=False)
class _Read:
    """One order under way."""

    order: ReadTokens
    """What the rules asked for."""
    waiting: deque[str]
    """Paths of the modules that were not asked yet, the next one first."""
    running: dict[TokenProcess, float] = field(default_factory=dict)
    """Each child, and the monotonic moment of its start in seconds."""
    heard: set[TokenProcess] = field(default_factory=set)
    """Children that have shown a token."""
    answered: set[str] = field(default_factory=set)
    """Readers of which a module has shown the certificates."""
    blank: dict[TokenProcess, set[str]] = field(default_factory=dict)
    """For each child, the readers in which it found tokens without certificates."""
    asked_twice: set[str] = field(default_factory=set)
    """Paths of the modules that were asked a second time."""
    asked_system: bool = False
    """Whether the system's own store was asked."""

    @property
    def silent(self) -> list[TokenProcess]:
        """The modules' children that run and have shown nothing.

        The system's own store has nothing to show but copies where modules have read each card.
        """
        return [child for child in self.running if child not in self.heard and child.module != SYSTEM_STORE]

    @property
    def satisfied(self) -> bool:
        """Whether each asked reader has shown a token with certificates."""
        return bool(self.order.readers) and self.answered.issuperset(self.order.readers)

    @property
    def cards(self) -> int:
        """How many cards a module may look at, asked or not."""
        return min(max(1, len(self.order.readers) + len(self.order.others)), CARDS_COUNTED)

    def doubts(self, child: TokenProcess) -> bool:
        """Return whether to ask a module again: it found an empty token.

        One answer of the card that fails for a moment hides a certificate: OpenSC leaves it out without a word.
        """
        nothing = self.blank.get(child, set()) - self.answered
        return bool(nothing) and child.module not in self.asked_twice

    def replaced_by(self, order: ReadTokens) -> bool:
        """Return whether a later order asks for all of this again.

        Its cards may be others by now.
        """
        return bool(self.order.readers) == bool(order.readers) and set(self.order.readers) <= set(order.readers)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ChildAnswer:
    child: TokenProcess
    answer: WorkerAnswer | ProcessOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class _UseModules:
    modules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Stop:
    pass


_Message = ReadTokens | _ChildAnswer | _UseModules | _Stop


class ChildTokenReader:
    """The `TokenReader` over the user's modules and then the catalogue's.

    `catalogue` returns absolute paths for this system; it is asked at each read, since middleware may be
    installed meanwhile. One thread decides everything; it sleeps without a timeout while nothing is read.
    """

    def __init__(
        self,
        post: Post,
        *,
        modules: tuple[str, ...] = (),
        catalogue: Callable[[], tuple[str, ...]] = lambda: (),
        obstacle_of: Callable[[ReaderName], Trouble | None] = lambda _reader: None,
        card_users: Callable[[], tuple[ProgramName, ...]] = tuple,
        command: Sequence[str] | None = None,
        store_command: Sequence[str] | None = None,
        child_limit_s: float = CHILD_LIMIT_S,
    ) -> None:
        self._post = post
        self._guard = Guard(post)
        self._own = modules
        self._catalogue = catalogue
        self._obstacle_of = obstacle_of
        self._card_users = card_users
        self._obstructed: set[ReaderName] = set()  # at the last look
        self._command = command or child_command()
        self._store_command = store_command
        self._child_limit_s = child_limit_s
        self._inbox: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._reads: list[_Read] = []
        self._unusable: set[str] = set()  # logged already
        self._doubtful: set[str] = set()  # crashed or hung last time: asked last

    def start(self) -> None:
        """Start the thread that carries out reads."""
        self._thread = threading.Thread(target=self._work, name="token-reader", daemon=True)
        self._thread.start()

    def read(self, order: ReadTokens) -> None:
        """Queue a read.

        An order under way that asks for nothing else ends at once: its cards may be others.
        """
        if self._thread is None or not self._thread.is_alive():
            self._post(ReadFinished(at=read_clock(), ticket=order.ticket))
            return
        self._inbox.put(order)

    def use_modules(self, modules: tuple[str, ...]) -> None:
        """Use the user's modules from the next read on."""
        self._inbox.put(_UseModules(modules=modules))

    def stop(self) -> None:
        """Kill what runs, finish what was ordered, and end."""
        self._inbox.put(_Stop())
        if self._thread is not None:
            self._thread.join(STOP_LIMIT_S)

    # --- the worker's thread --------------------------------------------------------------------

    def _work(self) -> None:
        self._guard.repeat("The reading of keys", self._read_until_stop, time.sleep)
        self._drop_orders()

    def _read_until_stop(self) -> None:
        try:
            while not isinstance(message := self._next_message(), _Stop):
                self._handle(message)
                for read in tuple(self._reads):
                    self._advance(read)
        finally:
            self._end_reads()

    def _next_message(self) -> _Message | None:
        """Wait for a message, None when a time limit comes first."""
        moments = [self._next_moment(read) for read in self._reads]
        timeout_s = max(0.0, min(moments) - time.monotonic()) if moments else None
        try:
            return self._inbox.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def _next_moment(self, read: _Read) -> float:
        moments = [started + self._limit_s(read) for started in read.running.values()]
        if read.waiting:
            moments.append(max(read.running.values()) + PATIENCE_S)
        if read.satisfied:
            moments += [read.running[child] + PATIENCE_S for child in read.silent]
        return min(moments)

    def _limit_s(self, read: _Read) -> float:
        return self._child_limit_s * read.cards

    def _handle(self, message: ReadTokens | _ChildAnswer | _UseModules | None) -> None:
        match message:
            case ReadTokens():
                for read in [read for read in self._reads if read.replaced_by(message)]:
                    self._finish(read)
                read = _Read(order=message, waiting=deque())
                self._reads.append(read)  # first, so that it is finished whatever happens
                if not self._is_still_obstructed(message):
                    read.waiting.extend(self._modules_for(message))
            case _ChildAnswer(child=child, answer=answer):
                for read in self._reads:
                    if child in read.running:
                        self._handle_answer(read, child, answer)
            case _UseModules(modules=modules):
                self._own = modules
                self._unusable.clear()
            case None:
                pass

    def _advance(self, read: _Read) -> None:
        """Kill children that took too long, start the next, and finish."""
        now = time.monotonic()
        for child, started in tuple(read.running.items()):
            if now >= started + self._limit_s(read):
                self._give_up(read, child)
        if read.satisfied:
            read.waiting.clear()
            for child in [child for child in read.silent if now >= read.running[child] + PATIENCE_S]:
                self._give_up(read, child)  # another one has answered
        while read.waiting and all(now >= started + PATIENCE_S for started in read.running.values()):
            self._start_child(read, read.waiting.popleft())
        if not read.running and not self._ask_system(read):
            self._report_obstacles(read)
            self._finish(read)

    def _start_child(self, read: _Read, module: str) -> None:
        request = ReadRequest(module=module, readers=read.order.readers, others=read.order.others)
        self._start_process(read, self._command, request)

    def _ask_system(self, read: _Read) -> bool:
        """Ask the system's own store last, and return whether it is asked.

        It looks at no card that a module has read, or that another program holds.
        """
        if self._store_command is None or read.asked_system or not read.order.readers:
            return False
        read.asked_system = True
        readers = tuple(r for r in read.order.readers if r not in read.answered and not self._obstacle_of(r))
        others = tuple({*read.order.readers, *read.order.others} - set(readers))
        request = ReadRequest(module=SYSTEM_STORE, readers=readers, others=others)
        self._start_process(read, self._store_command, request)
        return bool(read.running)

    def _start_process(self, read: _Read, command: Sequence[str], request: ReadRequest) -> None:
        try:
            child = TokenProcess(command, request, self._queue_answer)
        except OSError as error:  # no memory, no process
            log.error("cannot start a child to read tokens: %s", error)  # noqa: TRY400  # not a bug of vigicle
            self._post_tokens(read, request.module, trouble=Trouble.MODULE_CRASHED)
            return
        read.running[child] = time.monotonic()

    def _queue_answer(self, child: TokenProcess, answer: WorkerAnswer | ProcessOutcome) -> None:
        self._inbox.put(_ChildAnswer(child=child, answer=answer))

    def _handle_answer(self, read: _Read, child: TokenProcess, answer: WorkerAnswer | ProcessOutcome) -> None:
        match answer:
            case TokenFound(token=token):
                self._take_token(read, child, token)
            case CopiesFound(certificates=copies):
                self._post(replace(_event(read.order, child.module), copies=copies))
            case TroubleMet(trouble=Trouble.MODULE_UNUSABLE, detail=detail):
                if self._warn_once(child.module, detail):
                    self._post_tokens(read, child.module, trouble=Trouble.MODULE_UNUSABLE)
            case TroubleMet(trouble=Trouble.MODULE_UNSAFE, detail=detail):
                self._warn_once(child.module, detail)
                self._post_tokens(read, child.module, trouble=Trouble.MODULE_UNSAFE)
            case TroubleMet(trouble=trouble, detail=detail):
                log.debug("%s: %s (%s)", child.module, trouble, detail)
            case ProcessOutcome.FINISHED:
                del read.running[child]
                self._doubtful.discard(child.module)
                if child.module != SYSTEM_STORE and read.doubts(child):
                    read.asked_twice.add(child.module)
                    self._start_child(read, child.module)
            case ProcessOutcome.CRASHED:
                del read.running[child]
                self._doubt(read, child.module, Trouble.MODULE_CRASHED)

    def _take_token(self, read: _Read, child: TokenProcess, token: TokenReading) -> None:
        read.heard.add(child)
        self._post_tokens(read, child.module, token=token)
        if token.certificates:
            read.answered |= _readers_of(token, read.order)
        else:
            read.blank.setdefault(child, set()).update(_readers_of(token, read.order))

    def _is_still_obstructed(self, order: ReadTokens) -> bool:
        """Return whether each card was obstructed, and still is."""
        known = bool(order.readers) and self._obstructed.issuperset(order.readers)
        return known and all(self._obstacle_of(reader) for reader in order.readers)

    def _report_obstacles(self, read: _Read) -> None:
        """Report why a card was not read, where PC/SC knows.

        Modules show a card that another program holds as no card at all.
        """
        unread = [reader for reader in read.order.readers if reader not in read.answered]
        found = {reader: trouble for reader in unread if (trouble := self._obstacle_of(reader))}
        self._obstructed = (self._obstructed - set(read.order.readers)) | found.keys()
        for trouble in sorted(set(found.values())):
            programs = self._card_users() if trouble is Trouble.CARD_BUSY else ()
            self._post(_event(read.order, "", trouble=trouble, programs=programs))

    def _give_up(self, read: _Read, child: TokenProcess) -> None:
        child.kill()
        del read.running[child]
        self._doubt(read, child.module, Trouble.MODULE_HUNG)

    def _doubt(self, read: _Read, module: str, trouble: Trouble) -> None:
        log.warning("%s: %s", module, trouble)
        self._doubtful.add(module)
        self._post_tokens(read, module, trouble=trouble)

    def _finish(self, read: _Read) -> None:
        """End a read in whatever state it is, and post its `ReadFinished`."""
        self._reads.remove(read)
        for child in read.running:
            child.kill()
        self._post(ReadFinished(at=read_clock(), ticket=read.order.ticket))

    def _end_reads(self) -> None:
        children = [child for read in self._reads for child in read.running]
        for read in tuple(self._reads):
            self._finish(read)
        for child in children:
            child.join(STOP_LIMIT_S / 2)

    def _drop_orders(self) -> None:
        while not self._inbox.empty():
            message = self._inbox.get()
            if isinstance(message, ReadTokens):
                self._post(ReadFinished(at=read_clock(), ticket=message.ticket))

    # --- modules --------------------------------------------------------------------------------

    def _modules_for(self, order: ReadTokens) -> list[str]:
        """Return the modules worth a child, in the order to ask them."""
        usable = []
        for path in distinct(self._own + self._catalogue()):
            fault = fault_of(path)
            if not fault:
                usable.append(path)
            elif self._warn_once(path, fault):
                self._post(_event(order, path, trouble=Trouble.MODULE_UNUSABLE))
        return sorted(usable, key=lambda path: path in self._doubtful)

    def _warn_once(self, module: str, fault: str) -> bool:
        """Log a module's fault once, and return whether the user configured it."""
        if module in self._unusable:
            return False
        self._unusable.add(module)
        own = module in self._own
        log.log(logging.WARNING if own else logging.INFO, "PKCS#11 module %s is of no use: %s", module, fault)
        return own

    def _post_tokens(
        self, read: _Read, module: str, *, token: TokenReading | None = None, trouble: Trouble | None = None
    ) -> None:
        self._post(_event(read.order, module, token=token, trouble=trouble))


def _event(
    order: ReadTokens,
    module: str,
    *,
    token: TokenReading | None = None,
    trouble: Trouble | None = None,
    programs: tuple[ProgramName, ...] = (),
) -> TokensRead:
    tokens = () if token is None else (token,)
    return TokensRead(
        at=read_clock(), ticket=order.ticket, module=module, tokens=tokens, trouble=trouble, programs=programs
    )


def _readers_of(token: TokenReading, order: ReadTokens) -> set[str]:
    named = reader_named(token.slot_description, order.readers + order.others)
    if named in order.readers:
        return {named}
    return set()
