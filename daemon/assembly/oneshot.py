"""Commands that run once, through the daemon or alone."""

import logging
import time

from config.folders import FolderError, Folders, private_folder
from config.i18n.text import text
from config.i18n.translator import UserError
from config.schema.load_settings import Loaded
from config.values import replace
from daemon.adapters.clock import read_clock
from daemon.adapters.inbox import Inbox
from daemon.adapters.ipc import client
from daemon.adapters.pcsc.watcher import read_snapshot
from daemon.adapters.platform.instance_lock import is_daemon_running, runtime_of_daemon
from daemon.adapters.store.sqlite import SqliteStore
from daemon.assembly.parts import make_token_reader, translator_for
from daemon.core.commands import AnswerByWord, CheckKeys, Command, GetStatus, QuitDaemon
from daemon.core.effects import ReadTokens, Reply, SaveMemory
from daemon.core.events import CommandReceived
from daemon.core.model import AnswerWord, Memory
from daemon.core.state import State
from daemon.core.status_report import NOTHING_READ
from daemon.core.step import step
from daemon.core.views.report import Report

log = logging.getLogger(__name__)

ANSWER_LIMIT_S = 60.0
STATUS_LIMIT_S = 5.0  # then the store is read without it
QUIT_LIMIT_S = 15.0
END_PAUSE_S = 0.02  # between two looks whether it has ended
START_TRIES, START_PAUSE_S = 100, 0.2


def ask(folders: Folders, loaded: Loaded, command: Command) -> Report:
    """Ask the daemon, or run the rules once without it."""
    only_status = isinstance(command, GetStatus)
    limit_s = STATUS_LIMIT_S if only_status else ANSWER_LIMIT_S
    try:
        return client.ask(runtime_of_daemon(folders), command, timeout_s=limit_s)
    except client.DaemonNotRunningError:
        pass
    except (client.ControlError, FolderError) as problem:
        if not only_status:
            raise
        log.warning("%s", translator_for(loaded.settings.language).render(problem.text))
    return _alone(folders, loaded, command)


def leave(folders: Folders) -> bool:
    """End the daemon, and return whether one was running.

    It answers before it has ended, which is waited for: what starts next would find it, or its files. Raises
    ControlError when one runs and does not answer.
    """
    latest = time.monotonic() + QUIT_LIMIT_S
    try:
        client.ask(runtime_of_daemon(folders), QuitDaemon(), timeout_s=QUIT_LIMIT_S)
    except client.DaemonNotRunningError:
        if is_daemon_running(folders):
            raise client.ControlError(text("quit.silent")) from None
        return False
    except client.ControlError as problem:
        raise client.ControlError(text("quit.silent")) from problem
    while is_daemon_running(folders) and time.monotonic() < latest:
        time.sleep(END_PAUSE_S)
    return True


def answer(folders: Folders, word: AnswerWord) -> bool:
    """Have the daemon answer a notice, and return whether one is running.

    Raises ControlError when one runs and does not answer.
    """
    try:
        client.ask(runtime_of_daemon(folders), AnswerByWord(word=word), timeout_s=ANSWER_LIMIT_S)
    except client.DaemonNotRunningError:
        return False
    return True


def answer_when_started(folders: Folders, word: AnswerWord) -> None:
    """Have a starting daemon answer a notice, once its keys are read."""
    for _ in range(START_TRIES):
        try:
            client.ask(runtime_of_daemon(folders), CheckKeys(), timeout_s=ANSWER_LIMIT_S)
            answer(folders, word)
        except client.DaemonNotRunningError:
            time.sleep(START_PAUSE_S)
            continue
        except client.ControlError as problem:
            log.warning("A click was lost: %r", problem)
        return


def _alone(folders: Folders, loaded: Loaded, command: Command) -> Report:
    """Run the rules once, without notices.

    `status` leaves the store untouched.
    """
    looking = isinstance(command, GetStatus)
    store = SqliteStore(folders.state if looking else private_folder(folders.state), read_only=looking)
    inbox = Inbox()
    tokens = make_token_reader(loaded.settings, inbox.post)
    try:
        state = State(settings=loaded.settings, memory=store.load(), notifies=False)
        for problem in store.problems:
            log.warning("%s", translator_for(loaded.settings.language).render(problem))
        tokens.start()
        inbox.post(read_snapshot())
        inbox.post(CommandReceived(at=read_clock(), command=command, request=1))
        while True:
            state, effects = step(state, inbox.next())
            for effect in effects:
                match effect:
                    case ReadTokens() if not looking:
                        tokens.read(effect)
                    case SaveMemory(memory=memory, history=history):
                        store.save(memory, history)
                    case Reply(report=report):
                        unreadable = bool(store.problems) and not report.certificates
                        if unreadable:
                            return replace(report, exit_code=NOTHING_READ)
                        return report
    finally:
        tokens.stop()
        store.close()


def remembered(folders: Folders) -> Memory:
    """Return the memory, without changing anything.

    Raises UserError where nothing can be read.
    """
    store = SqliteStore(folders.state, read_only=True)
    try:
        memory = store.load()
    finally:
        store.close()
    if store.problems and not memory.certificates:
        raise UserError(store.problems[0])
    return memory
