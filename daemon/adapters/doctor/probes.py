"""Examines this computer for `doctor`.

Each probe runs in a thread of its own, so that none can spoil the others.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryFile

from config.files import is_there
from config.folders import Folders
from config.i18n.text import Text, text
from config.i18n.translator import UserError
from config.schema.load_settings import Loaded, procedure_files
from config.settings import Settings, VendorTool
from config.system_errors import reason_of
from config.values import replace
from daemon.adapters.clock import read_clock
from daemon.adapters.inbox import Inbox
from daemon.adapters.ipc import client
from daemon.adapters.launch.vendor_tool import find_tool, is_installed
from daemon.adapters.platform.instance_lock import is_daemon_running, runtime_of_daemon
from daemon.adapters.store.sqlite import STORE_NAME, SqliteStore
from daemon.core.commands import CheckKeys, GetStatus
from daemon.core.diagnosis import (
    Check,
    ReaderInspection,
    Topic,
    bad,
    doubtful,
    fine,
    judge_clock,
    judge_inspection,
    troubled,
)
from daemon.core.effects import ReadTokens, Reply
from daemon.core.events import CommandReceived, ReadersSeen, ServiceLost, TokensRead
from daemon.core.issuers import procedure_of
from daemon.core.login_start import AutostartState
from daemon.core.model import Memory
from daemon.core.state import State
from daemon.core.step import step
from daemon.core.trouble_notices import clock_wrong
from daemon.core.troubles import Trouble
from daemon.ports import LoginStarter, Post, TokenReader

ROOM = 65536  # bytes: less than that, and the store soon cannot be written
log = logging.getLogger(__name__)

NOT_AT_LOGIN = {
    AutostartState.OFF: "doctor.login_start.off",
    AutostartState.OFF_BY_PERSON: "doctor.login_start.off_by_person",
    AutostartState.BROKEN: "doctor.login_start.broken",
}
LIMIT_S = 10.0
READ_LIMIT_S = 60.0  # several modules may take ten seconds each
DAEMON_LIMIT_S = 5.0

Probe = Callable[[], Iterable[Check]]
Snapshot = Callable[[], ReadersSeen | ServiceLost]
MakeTokenReader = Callable[[Post], TokenReader]


def run_probes(probes: Mapping[Topic, Probe], *, limit_s: float = LIMIT_S) -> tuple[Check, ...]:
    """Run all probes at once, and return their findings by topic.

    A probe that raises, or is not done in time, is a finding itself. The read of the cards has a limit of its own.
    """
    inboxes = {topic: _started(topic, probe) for topic, probe in probes.items()}
    begun = time.monotonic()
    found: list[Check] = []
    for topic, inbox in inboxes.items():
        limit = limit_s
        if topic is Topic.SERVICE:
            limit = max(limit_s, READ_LIMIT_S)
        try:
            found += inbox.get(timeout=max(0.0, begun + limit - time.monotonic()))
        except queue.Empty:
            found.append(doubtful(topic, text("doctor.no_answer"), text("doctor.no_answer.do")))
    order = list(Topic)
    return tuple(sorted(found, key=lambda check: order.index(check.topic)))


def _started(topic: Topic, probe: Probe) -> "queue.SimpleQueue[list[Check]]":
    inbox: queue.SimpleQueue[list[Check]] = queue.SimpleQueue()

    def run() -> None:
        try:
            inbox.put(list(probe()))
        except Exception as error:  # the top of a probe's thread: its failure is a finding
            log.debug("The probe of %s failed", topic, exc_info=True)
            failed = text("doctor.failed", reason=f"{type(error).__name__}: {error}")
            inbox.put([doubtful(topic, failed, text("doctor.failed.do"))])

    threading.Thread(target=run, name=f"doctor-{topic}", daemon=True).start()
    return inbox


# --- the watch and its surroundings -------------------------------------------------------------


def probe_daemon(folders: Folders) -> Iterator[Check]:
    """Yield whether the daemon runs and answers."""
    try:
        report = client.ask(runtime_of_daemon(folders), GetStatus(), timeout_s=DAEMON_LIMIT_S)
    except client.DaemonNotRunningError:
        if is_daemon_running(folders):
            yield bad(Topic.WATCH, text("doctor.watch.silent"), text("quit.silent"))
        else:
            yield doubtful(Topic.WATCH, text("doctor.watch.off"), text("doctor.watch.off.do"))
    except UserError as problem:
        yield bad(Topic.WATCH, text("doctor.watch.silent"), problem.text)
    else:
        yield fine(Topic.WATCH, text("doctor.watch.on"))
        if Trouble.INTERNAL_FAULT in report.troubles:
            yield troubled(Topic.WATCH, Trouble.INTERNAL_FAULT)


def probe_login_start(starter: LoginStarter) -> Iterator[Check]:
    """Yield whether vigicle starts at login."""
    try:
        autostart = starter.status()
    except OSError as error:
        yield bad(
            Topic.LOGIN_START,
            text("autostart.unreadable", place=str(error.filename or ""), reason=reason_of(error)),
            text("autostart.unreadable.do"),
        )
        return
    if autostart.state is AutostartState.ON:
        yield fine(Topic.LOGIN_START, text("doctor.login_start.on", place=autostart.place))
    else:
        what = text(NOT_AT_LOGIN[autostart.state], place=autostart.place)
        yield doubtful(Topic.LOGIN_START, what, text("doctor.login_start.do"))


def probe_clock() -> Iterator[Check]:
    """Yield whether the computer's date is plausible."""
    now = read_clock()
    yield judge_clock(now, wrong=clock_wrong(now))


# --- readers, keys and modules --------------------------------------------------------------------


def probe_cards(
    read_snapshot: Snapshot,
    make_tokens: MakeTokenReader,
    settings: Settings,
    modules: tuple[str, ...],
    *,
    remote: bool,
) -> Iterator[Check]:
    """Read the cards that are in the readers, once."""
    inspection = read_once(read_snapshot, make_tokens, settings)
    yield from judge_inspection(replace(inspection, modules=modules, remote=remote))


def read_once(read_snapshot: Snapshot, make_tokens: MakeTokenReader, settings: Settings) -> ReaderInspection:
    """Return the readers and one read of their cards, without the store."""
    inbox = Inbox()
    tokens = make_tokens(inbox.post)
    answers: list[TokensRead] = []
    state = State(settings=settings, notifies=False)
    tokens.start()
    try:
        inbox.post(read_snapshot())
        inbox.post(CommandReceived(at=read_clock(), command=CheckKeys(), request=1))
        while True:
            event = inbox.next()
            if isinstance(event, TokensRead):
                answers.append(event)
            state, effects = step(state, event)
            for effect in effects:
                if isinstance(effect, ReadTokens):
                    tokens.read(effect)
                elif isinstance(effect, Reply):
                    return ReaderInspection(report=effect.report, readers=state.readers or (), answers=tuple(answers))
    finally:
        tokens.stop()


# --- what lies on disk ----------------------------------------------------------------------------


def probe_settings(folders: Folders, loaded: Loaded) -> Iterator[Check]:
    """Yield each configuration file looked for: in force, refused, or not there."""
    refused = {problem.file: problem for problem in loaded.problems}
    for file in (folders.policy_file, *folders.managed_preferences, folders.config_file):
        problem = refused.get(file)
        if problem is not None and file != folders.config_file:
            yield bad(Topic.SETTINGS, text("doctor.settings.left_out", file=str(file)), problem.text)
        elif problem is not None:
            yield bad(Topic.SETTINGS, text("doctor.settings.refused", file=str(file)), problem.text)
        elif is_there(file):
            yield fine(Topic.SETTINGS, text("doctor.settings.read", file=str(file)))
        else:
            yield fine(Topic.SETTINGS, text("doctor.settings.none", file=str(file)))
    yield from _policy_checks(loaded)


def _policy_checks(loaded: Loaded) -> Iterator[Check]:
    """Yield what an administrator has set, and whom to ask."""
    for refused in loaded.refused:
        yield doubtful(Topic.SETTINGS, text("doctor.settings.value_refused"), refused.text)
    if loaded.settings.mandatory:
        keys = ", ".join(sorted(loaded.settings.mandatory))
        yield fine(Topic.SETTINGS, text("doctor.settings.mandatory", keys=keys))
    if loaded.settings.office.support_line:
        yield fine(Topic.SETTINGS, text("doctor.settings.support", support=loaded.settings.office.support_line))


def probe_procedures(folders: Folders, loaded: Loaded, language: str) -> Iterator[Check]:
    """Yield the procedures, the refused files, and the folders examined."""
    for procedure in loaded.settings.procedures:
        title = procedure.title.fr if language == "fr" else procedure.title.en
        yield fine(Topic.PROCEDURES, text("doctor.procedure.there", title=title, id=procedure.id))
    for problem in loaded.problems:
        if problem.file not in {folders.policy_file, *folders.managed_preferences, folders.config_file}:
            refused = text("doctor.procedure.refused", file=str(problem.file))
            yield doubtful(Topic.PROCEDURES, refused, problem.text)
    for file in loaded.outdated:
        outdated = text("doctor.procedure.outdated", file=str(file))
        yield doubtful(Topic.PROCEDURES, outdated, text("doctor.procedure.outdated.do"))
    for folder in (folders.policy_procedures, folders.own_procedures):
        names = ", ".join(file.name for file in procedure_files(folder)) or "—"
        yield fine(Topic.PROCEDURES, text("doctor.procedure.folder", folder=str(folder), files=names))


def probe_tools(settings: Settings, memory: Memory) -> Iterator[Check]:
    """Yield where each activation tool is, once for all its procedures.

    A missing one is a trouble only where a key of the procedure is known.
    """
    known = (
        procedure_of(seen.certificate, settings.procedures, memory.assignments) for seen in memory.certificates.values()
    )
    in_use = {procedure.id for procedure in known if procedure}
    tools = {procedure.tool: False for procedure in settings.procedures if procedure.tool is not None}
    tools |= {p.tool: True for p in settings.procedures if p.tool is not None and p.id in in_use}
    for tool, is_used in tools.items():
        yield _probe_tool(tool, in_use=is_used)


def _probe_tool(tool: VendorTool, *, in_use: bool) -> Check:
    if tool.path:
        place: Path | None = Path(tool.path)
    else:
        found = find_tool(tool.name)
        place = found.path if found else None
    if place is not None and is_installed(place):
        return fine(Topic.TOOL, text("doctor.tool.there", tool=tool.name, place=str(place)))
    if tool.path:
        return doubtful(Topic.TOOL, text("doctor.tool.lost", place=tool.path), text("doctor.tool.lost.do"))
    if in_use:
        return troubled(Topic.TOOL, Trouble.TOOL_MISSING, tool.name)
    return fine(Topic.TOOL, text("doctor.tool.unneeded", tool=tool.name))


def probe_store(folders: Folders) -> Iterator[Check]:
    """Yield where the store is, its state and its size."""
    file = folders.state / STORE_NAME
    try:
        memory, problems = read_store(folders)
    except UserError as problem:
        yield bad(Topic.STORE, text("doctor.store.unsound", file=str(file)), problem.text)
        return
    for words in problems:
        yield bad(Topic.STORE, text("doctor.store.unsound", file=str(file)), words)
    if not is_there(file):
        yield fine(Topic.STORE, text("doctor.store.none", file=str(file)), text("welcome.step.plug_in"))
    elif not problems:
        count = sum(not seen.certificate.authority for seen in memory.certificates.values())
        yield fine(Topic.STORE, text("doctor.store.sound", file=str(file), count=count))
    nearest = next(folder for folder in (folders.state, *folders.state.parents) if is_there(folder))
    if not _has_room(nearest):
        yield bad(Topic.STORE, text("doctor.store.unwritable", folder=str(nearest)), text("folder.unusable.remedy"))


def _has_room(folder: Path) -> bool:
    """Return whether a file without a name can be written there."""
    try:
        with TemporaryFile(dir=folder) as trial:
            trial.write(bytes(ROOM))
            trial.flush()
    except OSError:
        return False
    return True


def read_store(folders: Folders) -> tuple[Memory, list[Text]]:
    """Return the memory, and what is wrong with the store.

    Nothing is changed. Raises UserError. Raises Problem."""
    store = SqliteStore(folders.state, read_only=True)
    try:
        return store.load(), store.problems
    finally:
        store.close()
