"""The example procedures load, and lead where the platforms do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.i18n.text import Phrase
from config.schema.load_facts import load_facts
from config.schema.tables import read_table
from config.settings import Procedure, Settings
from config.values import replace
from config.workflows import WorkflowKind
from daemon.core.assessment import assess
from daemon.core.model import Claim
from daemon.core.state import State
from support.core.factories import DAY, NOW, changed, ending, memory, owned
from support.core.simulator import Simulator
from support.core.story import delivered

FOLDER = Path(__file__).parents[4] / "docs" / "examples" / "procedures"
FILES = sorted(FOLDER.glob("*.toml"))
OLD = ending(200 * DAY, key_bits=4096, issuer_o="Bundesnotarkammer")
NEW = ending(1000 * DAY, "new", key_bits=4096, issuer_o="Bundesnotarkammer")


def example(id_: str) -> Procedure:
    """Load an example, and take it to be assumed."""
    return replace(load_facts(id_, read_table(FOLDER / f"{id_}.toml", required=True)), assume=True)


def with_both(id_: str, left: timedelta) -> Simulator:
    simulator = Simulator(state=State(settings=Settings(procedures=(example(id_),))))
    simulator.look()
    simulator.plug(changed(OLD, not_after=NOW + left))
    simulator.tell(simulator.plug(NEW), Claim.ACTIVATED)
    simulator.choose("end:prepared")
    return simulator


def test_there_are_the_examples_that_the_documents_name() -> None:
    assert [file.stem for file in FILES] == ["bea", "fnmt", "template"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_example_is_never_taken_by_itself(file: Path) -> None:
    assert load_facts(file.stem, read_table(file)).assume is False


def test_the_card_of_bea_is_swapped_while_a_dialog_is_open() -> None:
    simulator = with_both("bea", 200 * DAY)
    assert simulator.step() == "insert_old"
    simulator.plug(OLD)
    simulator.choose("open:platform", "end:new_token")
    assert simulator.step() == "swap"
    simulator.plug(NEW)
    simulator.choose("end:choose")
    assert simulator.step() == "unlock"
    assert isinstance(simulator.page.danger, Phrase)
    assert simulator.page.danger.wording.en == "Without this, messages stay unreadable."
    simulator.choose("end:unlock", "state:works")
    assert delivered(simulator.page.headline) == "guide.finished"


def test_bea_is_a_matter_of_the_telephone_once_the_card_has_expired() -> None:
    simulator = with_both("bea", -DAY)
    assert simulator.step() == "call"
    assert "guide.contact.phone" in [getattr(each, "id", "") for each in simulator.page.contacts]
    simulator.choose("end:call")
    assert simulator.step() == "register"


def test_small_keys_of_bea_are_refused_since_the_decree() -> None:
    small = changed(OLD, key_bits=2048, not_before=datetime(2022, 9, 8, tzinfo=UTC))
    settings = Settings(procedures=(example("bea"),))
    (case,) = assess(memory(owned(small)), settings, {}, NOW).cases
    assert case.path is not None
    assert (case.path.kind, case.path.recall is not None) == (WorkflowKind.ORDER, True)


@pytest.mark.parametrize(("left", "kind"), [(61, None), (60, WorkflowKind.RENEW), (-1, WorkflowKind.ORDER)])
def test_the_fnmt_renews_in_the_last_sixty_days(left: int, kind: WorkflowKind | None) -> None:
    old = ending(left * DAY, issuer_o="FNMT-RCM", issuer_ou=("Ceres",))
    (case,) = assess(memory(owned(old)), Settings(procedures=(example("fnmt"),)), {}, NOW).cases
    assert (case.path and case.path.kind) == kind
