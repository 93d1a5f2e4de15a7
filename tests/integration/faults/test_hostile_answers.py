"""A module that writes its own answers harms neither daemon nor terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.values import replace
from daemon.adapters.pkcs11.messages import ANSWERS_OF_CHILD, ENCODER, Finished, TokenFound, decode_answer
from support.core.factories import certificate, token
from support.modules import SpeakingModule
from support.process import wait_until
from support.workstation import key, start_daemon, status

if TYPE_CHECKING:
    from pathlib import Path

    from support.desktop import NotificationServer
    from support.process import Process
    from support.program import Program
    from support.reader import ReaderService

NOW = datetime.now(UTC)
HOLDER = "Jeanne SPEAKING"
SOUND = certificate(not_before=NOW - timedelta(days=700), not_after=NOW + timedelta(days=400), subject_cn=HOLDER)
FINISHED = ENCODER.encode(Finished())
ESCAPES = "EVIL\x1b]0;pwned\x07\x1b[2J\u202eNITRAM\nforged line"


def line(**changes: Any) -> bytes:
    """An answer with one certificate, whose fields are changed like this."""
    answer = json.loads(ENCODER.encode(TokenFound(token=token(SOUND))))
    answer["token"]["certificates"][0] |= changes
    return json.dumps(answer).encode()


REFUSED = {
    "a date without zone": line(not_after="2026-12-20T00:00:00"),
    "no date at all": line(not_before="soon"),
    "a foreign fingerprint": line(fingerprint="../../x"),
    "a serial number without end": line(serial_hex="a" * 65),
    "a serial number in words": line(serial_hex="$(id)"),
    "too many issuer units": line(issuer_ou=["x"] * 17),
    "a role that is none": line(role="king"),
    "too many certificates": ENCODER.encode(
        TokenFound(token=token(*(replace(SOUND, fingerprint=certificate(str(n)).fingerprint) for n in range(201))))
    ),
    "a trouble that is none": b'{"type":"trouble","trouble":"plague","detail":""}',
    "nesting": b"[" * 900_000,
}
"""Answers that no sound child gives, by what is wrong with them."""


@pytest.mark.parametrize("answer", REFUSED.values(), ids=REFUSED)
def test_an_answer_that_no_sound_child_gives_is_rejected(answer: bytes) -> None:
    with pytest.raises((ValueError, RecursionError)):  # msgspec's own errors are among them
        decode_answer(answer)


@pytest.mark.parametrize("field", ["subject_cn", "given_name", "surname", "issuer_cn", "issuer_o", "flaw"])
def test_every_text_of_an_answer_is_cleaned(field: str) -> None:
    answer = decode_answer(line(**{field: ESCAPES * 10_000}))
    assert isinstance(answer, TokenFound)
    shown = getattr(answer.token.certificates[0], field)
    assert len(shown) <= 128
    assert shown.isprintable()


def test_a_date_that_leaves_the_calendar_is_borne() -> None:
    answer = decode_answer(line(not_before="0001-01-01T00:00:00+23:59", not_after="9999-12-31T23:59:59-23:59"))
    assert isinstance(answer, TokenFound)
    (read,) = answer.token.certificates
    assert (read.not_before, read.not_after) == (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


# The whole program


@pytest.fixture
def module(tmp_path: Path) -> SpeakingModule:
    return SpeakingModule(tmp_path)


@pytest.fixture
def daemon(workstation: Program, module: SpeakingModule) -> Process:
    """A daemon that asks the module first."""
    workstation.environment["TZ"] = "Europe/Paris"
    workstation.configure(f'[pkcs11]\nmodules = ["{module.path}"]\n')
    return start_daemon(workstation)


def known(workstation: Program) -> list[str]:
    return [found["subject_cn"] for found in status(workstation)["certificates"]]


def test_a_lying_module_counts_as_crashed_and_hides_no_key(
    workstation: Program,
    module: SpeakingModule,
    daemon: Process,
    reader_service: ReaderService,
    notification_server: NotificationServer,
) -> None:
    module.say(REFUSED["a date without zone"], FINISHED)
    reader_service.insert(key(timedelta(days=3), "Anne HONEST"))
    notification_server.next_notice()
    assert known(workstation) == ["Anne HONEST"]
    module.say(*[line()] * (ANSWERS_OF_CHILD + 1), FINISHED)
    assert "module_crashed" in workstation.run("doctor", "--json").stdout
    assert daemon.returncode is None


def test_a_hostile_name_reaches_no_terminal_and_no_log(
    workstation: Program, module: SpeakingModule, daemon: Process, reader_service: ReaderService
) -> None:
    module.say(
        line(subject_cn=f"{HOLDER}{ESCAPES}"),
        b'{"type":"trouble","trouble":"module_unusable","detail":"x\\n2026-01-01 ERROR forged line"}',
        FINISHED,
    )
    reader_service.insert(key(timedelta(days=300), "Anne HONEST"))
    wait_until(lambda: any(HOLDER in name for name in known(workstation)), "the name is known")
    for command in (["status"], ["check"], ["doctor"], ["guide", "--text"]):
        done = workstation.run(*command)
        assert not set(done.stdout + done.stderr) & set("\x1b\x07\u202e"), command
        assert not [shown for shown in done.stdout.splitlines() if shown.startswith("forged line")]
    daemon.close()
    assert "\n2026-01-01 ERROR forged line" not in daemon.text
    assert "\x1b" not in daemon.text
    assert "\x1b" not in workstation.run("status").stdout, "from the store alone"
