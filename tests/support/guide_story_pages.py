"""The guide's pages along one renewal, as the core makes them."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from config.i18n.translator import Translator
from config.schema.load_settings import catalogue_settings
from config.workflows import WorkflowKind
from daemon.adapters.guide.render import render_page
from daemon.core.commands import AssignProcedure
from daemon.core.model import Claim
from daemon.core.state import State
from support.core.factories import DAY, ending
from support.core.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from config.i18n.text import Sentence
    from daemon.adapters.guide.messages import Page
    from daemon.core.model import Certificate
    from daemon.core.views.guide import GuideView

SETTINGS = catalogue_settings()
OPALEXE = next(procedure for procedure in SETTINGS.procedures if procedure.id == "opalexe")


def key(name: str, left: timedelta) -> Certificate:
    """Return a certificate of Jeanne MARTIN's."""
    return ending(left, name, given_name="Jeanne", surname="MARTIN", subject_cn="Jeanne MARTIN")


OLD, NEW = key("old", 39 * DAY), key("new", 1090 * DAY)
NEW_ID = NEW.fingerprint[:16]
OTHER = ending(300 * DAY, "other", issuer_o="A bank", given_name="Anne", surname="DURAND", subject_cn="Anne DURAND")


def story_pages(language: str) -> Iterator[tuple[str, Page]]:
    """Yield each page of the story with its name."""
    for name, view in (
        *(*_calm(), *_ordering(), *_activating(), *_with_old(), *_without_old()),
        *(*_claims(), *_doubts()),
    ):
        yield name, render_page(view, Translator(language, UTC), 1)


def play(*known: Certificate) -> Simulator:
    """Plug in and remove these keys, one after the other."""
    simulator = Simulator(state=State(settings=SETTINGS, login_start=True))
    simulator.look()
    for each in known:
        plug(simulator, each)
        simulator.remove()
    return simulator


def plug(simulator: Simulator, certificate: Certificate) -> None:
    """Plug in a key, and say that it is for OPALEXE."""
    simulator.plug(certificate)
    simulator.command(AssignProcedure(fingerprint=certificate.fingerprint, procedure=OPALEXE.id))


def _calm() -> Iterator[tuple[str, GuideView[Sentence]]]:
    yield "empty", play().page
    simulator = play()
    plug(simulator, key("well", 700 * DAY))
    yield "well", simulator.page


def _ordering() -> Iterator[tuple[str, GuideView[Sentence]]]:
    simulator = play()
    plug(simulator, OLD)
    yield from _walk(simulator, WorkflowKind.ORDER)


def _activating() -> Iterator[tuple[str, GuideView[Sentence]]]:
    simulator = play(OLD)
    yield "activate-insert", play(OLD, NEW).page
    plug(simulator, NEW)
    yield from _walk(simulator, WorkflowKind.ACTIVATE)
    simulator.tell(NEW_ID, Claim.ACTIVATED)
    yield "bridge", simulator.page


def _with_old() -> Iterator[tuple[str, GuideView[Sentence]]]:
    simulator = play(OLD, NEW)
    simulator.tell(NEW_ID, Claim.ACTIVATED)
    plug(simulator, OLD)
    for step in ("log_in", "ask_for_mail", "close_browser"):
        yield f"add_with_old-{step}", simulator.page
        simulator.choose(f"end:{step}")
    yield "add_with_old-remove_old", simulator.page
    simulator.remove()
    yield "add_with_old-insert_new", simulator.page
    simulator.plug(OTHER)
    yield "wrong-key", simulator.page
    simulator.remove()
    plug(simulator, NEW)
    for step in ("click_link", "enter_pin", "enter_platform", "check_new"):
        yield f"add_with_old-{step}", simulator.page
        simulator.choose(f"end:{step}")
    yield "add_with_old-question", simulator.page
    simulator.choose("state:works")
    yield "finished", simulator.page


def _without_old() -> Iterator[tuple[str, GuideView[Sentence]]]:
    simulator = play(key("old", -2 * DAY), NEW)
    simulator.tell(NEW_ID, Claim.ACTIVATED)
    yield "bridge-support", simulator.page
    simulator.choose("end:prepared")
    plug(simulator, NEW)
    yield from _walk(simulator, WorkflowKind.ASSOCIATE_NEW)
    yield "associate_new-question", simulator.page


def _claims() -> Iterator[tuple[str, GuideView[Sentence]]]:
    """Yield what is asked before a claim counts."""
    simulator = play(OLD, NEW)
    plug(simulator, NEW)
    for claim in ("activated", "works", "old_lost"):
        simulator.choose(f"ask:{claim}")
        yield f"sure-{claim}", simulator.page
        if claim == "old_lost":
            simulator.choose("revoke:old_lost")
            yield "revoke", simulator.page
        simulator.choose("dismiss")
    simulator = play()
    plug(simulator, key("well", 700 * DAY))
    simulator.choose("ask:replaces")
    yield "one-key", simulator.page
    simulator.choose("state:replaces")
    yield "old-key", simulator.page


def _doubts() -> Iterator[tuple[str, GuideView[Sentence]]]:
    """Yield what is asked about keys."""
    simulator = play()
    simulator.plug(key("unassigned", 20 * DAY))
    yield "use", simulator.page
    married = ending(1090 * DAY, "married", given_name="Jeanne", surname="DURAND", subject_cn="Jeanne DURAND")
    simulator = play(OLD)
    plug(simulator, married)
    yield "one-holder", simulator.page
    simulator = play()
    simulator.plug(OLD, model="IDPrime 940", serial="00A1")
    simulator.command(AssignProcedure(fingerprint=OLD.fingerprint, procedure=OPALEXE.id))
    simulator.remove()
    simulator.wait(DAY)
    simulator.plug(NEW, model="IDPrime 940", serial="00A1")
    yield "same-key", simulator.page


def _walk(simulator: Simulator, kind: WorkflowKind) -> Iterator[tuple[str, GuideView[Sentence]]]:
    """Yield each step of a workflow that the user ends."""
    while simulator.step():
        name = simulator.step()
        yield f"{kind}-{name}", simulator.page
        if f"end:{name}" not in simulator.actions():
            return
        simulator.choose(f"end:{name}")
