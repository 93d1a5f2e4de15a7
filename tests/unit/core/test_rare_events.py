"""Test unclear readers, a wrong clock, and keys of several procedures."""

from datetime import UTC, datetime

import pytest

from config.instants import instant
from daemon.core.assessment import assess_state
from daemon.core.caching import memoize_last
from daemon.core.commands import OpenNoticeSettings, RunDoctor
from daemon.core.effects import Examine, OpenSystemPage, SystemPage
from daemon.core.model import Claim, ReaderName, ReaderState
from daemon.core.recognition import UNKNOWN_READER, names_reader, reader_of
from daemon.core.troubles import Trouble
from daemon.core.views.report import Stage
from support.core.factories import DAY, NOW, empty, ending, holding, token
from support.core.simulator import Simulator
from support.core.story import NEW, OLD

LONG = "Thales Group SafeNet eToken Fusion 5110+ CC [USB Interface 0] (A1B2C3D4) 00 00"
TWIN = "Thales Group SafeNet eToken Fusion 5110+ CC [USB Interface 0] (A1B2C3D5) 01 00"


@pytest.mark.parametrize(
    ("readers", "expected"),
    [
        pytest.param((empty(LONG),), LONG, id="one, empty by now"),
        pytest.param((empty(LONG), empty(TWIN)), LONG, id="two, both empty by now"),
        pytest.param((empty(LONG), holding("R 0")), LONG, id="one, empty by now, beside another card"),
    ],
)
def test_a_cut_name_is_that_of_a_reader_that_is_empty_by_now(readers: tuple[ReaderState, ...], expected: str) -> None:
    assert reader_of(token(reader=LONG[:64]), readers) == expected


@pytest.mark.parametrize(
    ("reader", "named"),
    [
        pytest.param(ReaderName("R 0"), True, id="the one that it begins with"),
        pytest.param(ReaderName("R 1"), False, id="another one"),
        pytest.param(UNKNOWN_READER, False, id="the unknown one"),
    ],
)
def test_a_description_names_its_own_reader_alone(reader: ReaderName | None, named: bool) -> None:
    assert names_reader("R 0 (slot 1)", reader) is named


def test_the_same_readers_do_not_reread_a_token_of_an_unknown_reader() -> None:
    world = Simulator()
    world.insert(token(OLD, reader="Slot 1"), reader="Reader 00")
    world.insert(token(OLD, reader="Slot 1"), reader="Reader 01")
    assert UNKNOWN_READER in world.state.contents
    contents, reads = world.state.contents, len(world.orders())
    world.look()
    assert (world.state.contents, len(world.orders())) == (contents, reads)


def test_a_clock_before_the_release_is_reported() -> None:
    world = Simulator(now=instant(datetime(2020, 1, 1, tzinfo=UTC)))
    world.look()
    report = world.check()
    assert report is not None
    assert Trouble.CLOCK_WRONG in report.troubles


def test_the_doctor_is_run_on_command() -> None:
    assert Examine() in Simulator().command(RunDoctor())


def test_the_systems_page_of_notices_is_opened_on_command() -> None:
    assert OpenSystemPage(page=SystemPage.NOTICES) in Simulator().command(OpenNoticeSettings())


def test_another_procedures_certificate_on_a_superseded_key_still_counts() -> None:
    other = ending(200 * DAY, "siv", issuer_o="Autorité Exemple")
    world = Simulator()
    world.plug(OLD, other)
    world.remove()
    world.tell(world.plug(NEW), Claim.WORKS)
    certificates = assess_state(world.state, NOW).certificates
    stages = {each.fingerprint_sha256: each.stage for each in certificates}
    assert stages[OLD.fingerprint] is Stage.SUPERSEDED
    assert stages[other.fingerprint] is not Stage.SUPERSEDED


def test_a_result_for_named_arguments_is_not_kept() -> None:
    asked: list[list[int]] = []

    @memoize_last
    def total(figures: list[int]) -> int:
        asked.append(figures)
        return sum(figures)

    figures = [1, 2]
    assert [total(figures=figures), total(figures=figures), total(figures), total(figures)] == [3] * 4
    assert len(asked) == 3
