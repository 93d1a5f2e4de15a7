"""Collects all that one certificate makes vigicle show, and finds harm."""

from __future__ import annotations

import contextlib
import io
import json
import unicodedata
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from config.i18n.text import NAME_LIMIT, Phrase, Text
from config.i18n.translator import Translator
from config.schema.load_settings import catalogue_settings
from config.values import field_names, is_value
from daemon.adapters.launch.mailto import letter_draft
from daemon.adapters.notify.chain import to_message
from daemon.adapters.pkcs11.messages import ENCODER, TokenFound, decode_answer
from daemon.adapters.pkcs11.x509 import read_certificate
from daemon.core.commands import GetStatus
from daemon.core.effects import Launch, Reply, ShowGuide
from daemon.core.expiry import earlier
from daemon.core.model import Certificate, Memory
from daemon.core.state import State
from support.core.factories import NOW, token
from support.core.simulator import Simulator
from tray.cli.report_output import as_json, print_report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.instants import Instant
    from config.settings import Settings
    from daemon.core.views.report import Report

BAD = {"Cc", "Cf", "Cs", "Co", "Cn"}  # control, format and bidi, surrogates, private, unassigned
LENGTH_LIMIT = 2000
TEXTS = tuple(Translator(language, UTC) for language in ("en", "fr"))
SETTINGS = catalogue_settings()
LEFT = timedelta(days=20)


def harm_in(line: str) -> str:
    """Return what is harmful in a line for users, "" for nothing."""
    bad = {f"U+{ord(letter):04X}" for letter in line if unicodedata.category(letter) in BAD}
    if bad:
        return f"holds {', '.join(sorted(bad))}"
    return f"is {len(line)} letters long" if len(line) > LENGTH_LIMIT else ""


def faults_of(der: bytes) -> list[str]:
    """Return the faults of all output that a certificate leads to."""
    certificate = read_certificate(der)
    if not (certificate.flaw or (certificate.not_before and certificate.not_after)):
        return ["neither read nor named unreadable"]
    names = (certificate.subject_cn, certificate.given_name, certificate.surname, certificate.issuer_o)
    faults = [f"a name of {len(name)} letters" for name in names if len(name) > NAME_LIMIT]
    for moment in _moments(certificate):
        for place, line in _lines(_crossed(certificate), moment):
            if harm := harm_in(line):
                faults.append(f"{place}: {line[:80]!r} {harm}")
    return faults


def _crossed(certificate: Certificate) -> Certificate:
    """Send it through the child's pipe."""
    found = decode_answer(ENCODER.encode(TokenFound(token=token(certificate))))
    assert isinstance(found, TokenFound)
    assert found.token.certificates == (certificate,)
    return certificate


def _moments(certificate: Certificate) -> Iterator[Instant]:
    yield NOW
    if certificate.not_after is not None and (moment := earlier(certificate.not_after, LEFT)) > NOW:
        yield moment


def _lines(certificate: Certificate, now: Instant) -> Iterator[tuple[str, str]]:
    simulator = Simulator(now=now, state=State(settings=SETTINGS))
    simulator.look()
    simulator.plug(certificate)
    memory = simulator.state.memory
    assert msgspec.json.decode(msgspec.json.encode(memory), type=Memory) == memory, "the store gives it back"
    yield from shown_by(simulator)
    assert not any(isinstance(effect, Launch) for effect in simulator.effects)
    draft = letter_draft(SETTINGS.procedures[0], "fr", holder=certificate.subject_cn, serial_hex=certificate.serial_hex)
    if draft is not None:
        yield "letter", draft.address


def shown_by(simulator: Simulator) -> Iterator[tuple[str, str]]:
    """Yield each line that a user may see, with its place."""
    simulator.command(GetStatus(), request=1)
    report = [effect.report for effect in simulator.effects if isinstance(effect, Reply)][-1]
    for translator in TEXTS:
        for _, notice in simulator.delivered:
            message = to_message(notice, translator.render)
            yield "notice", message.title
            yield "notice", message.body
            yield from (("button", button.label) for button in message.buttons)
        shown = (simulator.state.tray, *(effect.view for effect in simulator.effects if isinstance(effect, ShowGuide)))
        for sentence in _sentences(shown):  # what is to be copied has lines
            yield from (("face or guide", line) for line in translator.render(sentence).split("\n"))
        yield from (("JSON", line) for line in _strings(json.loads(as_json(report, translator.render))))
        yield from (("table", line) for line in _table(report, translator, simulator.state.settings))


def _table(report: Report, translator: Translator, settings: Settings) -> list[str]:
    with contextlib.redirect_stdout(io.StringIO()) as terminal:
        print_report(report, translator, settings)
    return terminal.getvalue().split("\n")


def _sentences(value: object) -> Iterator[Text | Phrase]:
    if isinstance(value, Text | Phrase):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _sentences(part)
    elif is_value(value):
        for name in field_names(value):
            yield from _sentences(getattr(value, name))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)
