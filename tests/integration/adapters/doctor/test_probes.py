"""The probes of doctor: each is isolated, and right."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.i18n.text import CleanText, Text, text
from config.schema.load_settings import Loaded, catalogue_settings, load_settings
from config.values import replace
from daemon.adapters.doctor.desktop_probes import probe_notices_by_one
from daemon.adapters.doctor.probes import (
    probe_daemon,
    probe_login_start,
    probe_procedures,
    probe_settings,
    probe_store,
    probe_tools,
    run_probes,
)
from daemon.adapters.platform.instance_lock import InstanceLock
from daemon.adapters.store.sqlite import STORE_NAME, SqliteStore
from daemon.core.diagnosis import Check, Health, Topic, fine
from daemon.core.login_start import AutostartState, AutostartStatus
from daemon.core.troubles import Trouble
from support.cli_command import folders_in
from support.core.factories import certificate, memory, owned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.folders import Folders
    from daemon.adapters.notify.channel import Answered, Message
    from daemon.core.notice import NoticeId

WELL = fine(Topic.CLOCK, text("doctor.watch.on"))
LOADED = Loaded(settings=catalogue_settings())


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return folders_in(tmp_path)


def only(checks: Iterator[Check]) -> Check:
    (check,) = checks
    return check


def well() -> Iterator[Check]:
    yield WELL


def test_a_probe_that_raises_is_a_finding_and_hides_no_other() -> None:
    def failing() -> list[Check]:
        raise RuntimeError("no such luck")

    broken, sound = run_probes({Topic.CLOCK: well, Topic.TRAY: failing})
    assert (broken.topic, broken.health, sound) == (Topic.TRAY, Health.ATTENTION, WELL)
    assert dict(broken.what.args)["reason"] == "RuntimeError: no such luck"


def test_a_probe_that_hangs_is_a_finding_at_its_limit() -> None:
    released = threading.Event()

    def hanging() -> Iterator[Check]:
        released.wait()
        yield WELL

    found = run_probes({Topic.SERVICE: well, Topic.TRAY: hanging}, limit_s=0.2)  # the first has longer, by itself
    released.set()
    assert {check.topic: check.what for check in found} == {WELL.topic: WELL.what, Topic.TRAY: text("doctor.no_answer")}


def test_no_daemon_is_worth_attention(folders: Folders) -> None:
    assert only(probe_daemon(folders)).what == text("doctor.watch.off")


@pytest.mark.skipif(sys.platform == "win32", reason="no lock on a folder there")
def test_a_daemon_that_no_command_reaches_runs_all_the_same(folders: Folders) -> None:
    lock = InstanceLock(folders.state, folders.state)
    assert lock.acquire()
    check = only(probe_daemon(folders))
    assert (check.health, check.what) == (Health.BAD, text("doctor.watch.silent"))
    lock.release()


def test_a_procedure_file_with_the_former_name_of_the_workflows_is_worth_attention(folders: Folders) -> None:
    file = folders.config_file.parent / "procedures" / "siv.toml"
    loaded = Loaded(settings=catalogue_settings(), outdated=(file,))
    *known, outdated, _, _ = probe_procedures(folders, loaded, "en")
    assert {each.health for each in known} == {Health.OK}
    assert (outdated.health, outdated.topic) == (Health.ATTENTION, Topic.PROCEDURES)
    assert outdated.what == text("doctor.procedure.outdated", file=str(file))
    assert outdated.remedy == text("doctor.procedure.outdated.do")


def test_each_file_and_folder_of_settings_is_named(folders: Folders) -> None:
    folders.own_procedures.mkdir()
    (folders.own_procedures / "siv.toml").touch()
    assert [check.what for check in probe_settings(folders, LOADED)] == [
        text("doctor.settings.none", file=str(file)) for file in (folders.policy_file, folders.config_file)
    ]
    *_, machine, own = probe_procedures(replace(folders, policy_file=Path("/none/policy.toml")), LOADED, "en")
    assert machine.what == text("doctor.procedure.folder", folder=str(Path("/none/procedures")), files="—")
    assert own.what == text("doctor.procedure.folder", folder=str(folders.own_procedures), files="siv.toml")


def test_a_policy_that_others_can_change_is_a_finding(folders: Folders) -> None:
    folders.policy_file.touch()
    folders.policy_file.chmod(0o666)
    policy, _ = probe_settings(folders, load_settings(folders))
    assert policy.health is Health.BAD
    assert policy.what == text("doctor.settings.left_out", file=str(folders.policy_file))


def test_what_an_administrator_set_is_named(folders: Folders) -> None:
    folders.policy_file.write_text('[mandatory]\nSupportLine = "4321"\nUrgentDays = 9\nNoticeDay = 3')
    _, _, refused, mandatory, support = probe_settings(folders, load_settings(folders))
    assert (refused.health, refused.what) == (Health.ATTENTION, text("doctor.settings.value_refused"))
    assert mandatory.what == text("doctor.settings.mandatory", keys="notices.urgent_days, office.support_line")
    assert support.what == text("doctor.settings.support", support="4321")


class Starter:
    """Starts at login, or not."""

    def __init__(self, state: AutostartState) -> None:
        self._state = state

    def status(self) -> AutostartStatus:
        return AutostartStatus(state=self._state, place="here")

    enable = disable = status


@pytest.mark.parametrize("state", AutostartState)
def test_only_a_start_at_login_that_works_is_in_order(state: AutostartState) -> None:
    check = only(probe_login_start(Starter(state)))
    assert check.health is (Health.OK if state is AutostartState.ON else Health.ATTENTION)
    assert check.what.id == f"doctor.login_start.{state}"


class Unreadable(Starter):
    """Keeps its choice where it cannot be read."""

    def status(self) -> AutostartStatus:
        raise PermissionError(13, "Access is denied", r"HKEY_CURRENT_USER\Run")


def test_a_choice_that_cannot_be_read_is_a_clear_trouble() -> None:
    check = only(probe_login_start(Unreadable(AutostartState.ON)))
    assert check.health is Health.BAD
    assert check.what == text("autostart.unreadable", place=r"HKEY_CURRENT_USER\Run", reason=text("reason.denied"))
    assert check.remedy == text("autostart.unreadable.do")


# The store


def test_a_store_that_is_not_there_yet_is_in_order_and_stays_away(folders: Folders) -> None:
    assert only(probe_store(folders)).what.id == "doctor.store.none"
    assert not folders.state.exists()


def test_a_sound_store_tells_how_much_it_holds(folders: Folders) -> None:
    store = SqliteStore(folders.state)
    store.load()
    store.save(memory(owned(certificate(), certificate("root", authority=True))), ())
    store.close()
    check = only(probe_store(folders))
    assert (check.health, check.what) == (
        Health.OK,
        text("doctor.store.sound", file=str(folders.state / STORE_NAME), count=1),
    )


def test_a_damaged_store_is_bad_and_left_as_it_is(folders: Folders) -> None:
    folders.state.mkdir()
    (folders.state / STORE_NAME).write_bytes(b"garbage" * 1000)
    assert only(probe_store(folders)).health is Health.BAD
    assert (folders.state / STORE_NAME).read_bytes() == b"garbage" * 1000


# The vendor's tool


def test_a_missing_tool_is_missed_only_where_a_key_needs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path))
    unneeded = only(probe_tools(LOADED.settings, memory()))
    missed = only(probe_tools(LOADED.settings, memory(owned(certificate()))))
    assert (unneeded.health, unneeded.trouble) == (Health.OK, None)
    assert (missed.health, missed.trouble) == (Health.ATTENTION, Trouble.TOOL_MISSING)


# The test notice


class Channel:
    """Delivers, or not."""

    def __init__(self, name: str, *, delivers: bool) -> None:
        self.name = name
        self.told: list[Message] = []
        self._delivers = delivers

    async def show(self, message: Message, answered: Answered) -> bool:  # noqa: ARG002 - it has no clicks
        self.told.append(message)
        return self._delivers

    async def withdraw(self, notice_id: NoticeId) -> None:
        pass

    async def close(self) -> None:
        pass


def as_id(words: Text) -> CleanText:
    return CleanText(words.id)


DELIVERIES = [
    ([("desktop", True), ("log", True)], Health.OK, text("doctor.notices.delivered", channel="desktop")),
    ([("desktop", False), ("plyer", True)], Health.OK, text("doctor.notices.delivered", channel="plyer")),
    ([("desktop", False), ("log", True)], Health.ATTENTION, text("doctor.notices.undelivered")),
]


@pytest.mark.parametrize(("ways", "health", "what"), DELIVERIES, ids=["first", "second", "log alone"])
def test_one_test_notice_tells_which_channel_delivers(ways: list[tuple[str, bool]], health: Health, what: Text) -> None:
    channels = [Channel(name, delivers=delivers) for name, delivers in ways]
    check = only(probe_notices_by_one(as_id, channels))
    assert (check.health, check.what) == (health, what)
    assert [len(channel.told) for channel in channels[:1]] == [1]
