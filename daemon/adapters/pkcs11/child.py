"""How a child process answers one request.

It runs foreign code: what that prints goes nowhere, and its limits hold before it is loaded.
"""

import faulthandler
import os
from collections.abc import Callable, Iterator
from typing import BinaryIO

from config.i18n.text import clean
from daemon.adapters.pkcs11.limits import restrain
from daemon.adapters.pkcs11.messages import ENCODER, REQUESTS, ReadRequest, TroubleMet, WorkerAnswer
from daemon.adapters.pkcs11.process_end import end_process
from daemon.adapters.pkcs11.supervisor import supervise
from daemon.core.troubles import Trouble

REQUEST_LIMIT = 1 << 20
LIFE_S = 15  # after the parent's own limit: no child outlives a parent that was killed


def answer_one_request(answers_to: Callable[[ReadRequest], Iterator[WorkerAnswer]]) -> None:
    """Answer one request on standard input, and end the process.

    Nothing foreign is unloaded.
    """
    supervise()
    code = 1
    answers, nowhere = _private_output()
    try:
        restrain()
        faulthandler.dump_traceback_later(LIFE_S, exit=True, file=nowhere)
        with open(0, "rb", closefd=False) as questions:  # a descriptor has no path
            request = REQUESTS.decode(questions.read(REQUEST_LIMIT))
        for answer in answers_to(request):
            _send(answers, answer)
        code = 0
    except Exception as error:  # noqa: BLE001 - the child's main; the daemon is told
        words = clean(f"{type(error).__name__} {error}")
        _send(answers, TroubleMet(trouble=Trouble.MODULE_CRASHED, detail=words))
    finally:
        answers.close()
        end_process(code)


def _private_output() -> tuple[BinaryIO, int]:
    """Return standard output for the answers, and a file for the rest.

    What foreign code prints goes into the second one, and is lost.
    """
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return answers, nowhere


def _send(answers: BinaryIO, answer: WorkerAnswer) -> None:
    answers.write(ENCODER.encode(answer) + b"\n")
    answers.flush()
