"""What an administrator sets wins, and a fault costs only itself."""

from __future__ import annotations

import os
import plistlib
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from config.folders import Folders
from config.schema import policy_sources
from config.schema.load_settings import load_settings, stamp
from config.schema.policy_keys import KEYS
from config.schema.policy_registry_windows import POLICY, ROOT, plain_value
from config.schema.policy_report import SettingInForce, settings_in_force
from config.schema.policy_sources import Level
from config.settings import DEFAULT_NOTICE_DAYS
from config.trust import Writers
from config.values import replace
from support.toml import toml

if TYPE_CHECKING:
    from config.settings import NoticeSettings, Settings

FIXTURES = Path(__file__).parents[1] / "procedures"
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX rights")


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    (tmp_path / "config").mkdir()
    return Folders(
        config_file=tmp_path / "config" / "config.toml",
        policy_file=tmp_path / "policy.toml",
        policy_writers=Writers.USER,
        state=tmp_path / "state",
        runtime=tmp_path / "run",
    )


def settings(folders: Folders, policy: str, own: str = "") -> Settings:
    folders.policy_file.write_text(policy, encoding="utf-8")
    folders.config_file.write_text(own, encoding="utf-8")
    return load_settings(folders).settings


def opalexe_notices(found: Settings) -> NoticeSettings:
    return found.notices_of(found.procedure("opalexe"))


def code(folders: Folders, name: str) -> Path:
    file = folders.policy_file.parent / name
    file.touch()
    return file


@pytest.mark.parametrize(
    ("policy", "own", "urgent"),
    [
        pytest.param("[mandatory]\nUrgentDays = 9", "notices.urgent_days = 8", 9, id="mandatory before the user's"),
        pytest.param("[recommended]\nUrgentDays = 9", "notices.urgent_days = 8", 8, id="the user's before recommended"),
        pytest.param("notices.urgent_days = 9", "notices.urgent_days = 8", 8, id="the user's before the old tables"),
        pytest.param("[recommended]\nUrgentDays = 9", "", 9, id="recommended before the procedure"),
        pytest.param("[mandatory]\nUrgentDays = 9\n[recommended]\nUrgentDays = 8", "", 9, id="mandatory of two"),
        pytest.param("", "", 45, id="the procedure before the default"),
    ],
)
def test_the_strongest_source_wins(folders: Folders, policy: str, own: str, urgent: int) -> None:
    assert opalexe_notices(settings(folders, policy, own)).urgent_days == urgent


def test_every_flat_key_arrives(folders: Folders) -> None:
    module, tool, folder = code(folders, "m.so"), code(folders, "tkm"), folders.policy_file.parent / "office"
    folder.mkdir()
    (folder / "siege.toml").write_bytes((FIXTURES / "minimal.toml").read_bytes())
    policy = {
        "NoticeDays": [20, 5],
        "UrgentDays": 12,
        "QuietHours": "20:00-07:00",
        "Language": "en",
        "Modules": [str(module)],
        "Tools": [f"opalexe={tool}"],
        "ProceduresFolder": str(folder),
        "Procedures": ["opalexe", "siege"],
        "ProceduresOff": ["siv"],
        "MetricsNames": 1,
        "Autostart": 0,
        "SupportLine": "Poste 4321",
    }
    assert policy.keys() == {key.name for key in KEYS}
    found = settings(folders, "[mandatory]\n" + "\n".join(f"{name} = {toml(value)}" for name, value in policy.items()))
    assert (found.notices.days, found.notices.urgent_days, found.language) == ((20, 5), 12, "en")
    assert found.notices.quiet_hours is not None
    assert found.modules == (str(module),)
    assert [procedure.id for procedure in found.procedures] == ["opalexe", "siege"]
    (opalexe, _) = found.procedures
    assert opalexe.tool is not None
    assert opalexe.tool.path == str(tool)
    office = found.office
    assert (office.metrics_names, office.autostart, office.support_line) == (True, False, "Poste 4321")
    assert {"notices.days", "language", "procedures.opalexe.tool", "office.support_line"} <= found.mandatory


REFUSED = {
    "a wrong type": ('NoticeDays = "soon"', "mandatory.NoticeDays"),
    "an unknown key": ("NoticeDay = [3]", "mandatory.NoticeDay"),
    "a number for a switch": ("Autostart = 2", "mandatory.Autostart"),
    "two lines": ('SupportLine = "a\\nb"', "mandatory.SupportLine"),
    "a relative module": ('Modules = ["m.so"]', "mandatory.Modules"),
    "a tool without a procedure": ('Tools = ["/opt/tkm"]', "mandatory.Tools"),
    "a procedure that is no text": ("Procedures = [3]", "mandatory.Procedures"),
    "what is no id of a procedure": ('ProceduresOff = ["OPALEXE"]', "mandatory.ProceduresOff"),
    "a tool of what is no id": ('Tools = ["a.b=/opt/tkm"]', "mandatory.Tools"),
    "two tools of one procedure": ('Tools = ["opalexe=/usr/a", "opalexe=/usr/b"]', "mandatory.Tools"),
    "a path that no system accepts": (f'Modules = ["/{"a" * 5000}"]', "mandatory.Modules"),
}


@pytest.mark.parametrize(("line", "key"), REFUSED.values(), ids=REFUSED)
def test_a_refused_value_leaves_the_rest_of_the_policy(folders: Folders, line: str, key: str) -> None:
    folders.policy_file.write_text(f"notices.urgent_days = 11\n[mandatory]\n{line}\nQuietHours = '20:00-07:00'")
    loaded = load_settings(folders)
    assert [problem.key for problem in loaded.refused] == [key]
    assert loaded.settings.notices.quiet_hours is not None
    assert loaded.settings.notices.urgent_days == 11
    assert "notices.days" not in loaded.settings.mandatory


def test_a_refused_value_of_the_old_tables_leaves_the_rest(folders: Folders) -> None:
    folders.policy_file.write_text('colour = 1\nnotices = 3\nlanguage = "en"\n[pkcs11]\nmodules = "x"')
    loaded = load_settings(folders)
    assert {problem.key for problem in loaded.refused} == {"colour", "notices", "pkcs11.modules"}
    assert loaded.settings.language == "en"


def test_a_policy_that_is_no_toml_leaves_the_users_file(folders: Folders) -> None:
    found = settings(folders, "[mandatory", "notices.urgent_days = 8")
    assert found.notices.urgent_days == 8
    (problem,) = load_settings(folders).problems
    assert problem.file == folders.policy_file


def test_a_section_that_is_none_is_refused(folders: Folders) -> None:
    folders.policy_file.write_text("mandatory = 3\nnotices.urgent_days = 8")
    loaded = load_settings(folders)
    assert [problem.key for problem in loaded.refused] == ["mandatory"]
    assert loaded.settings.notices.urgent_days == 8


def test_a_policy_for_a_procedure_that_is_not_here_is_no_fault(folders: Folders) -> None:
    folders.policy_file.write_text("[procedures.garage]\nmargin_hours = 2\n[procedures.opalexe]\nmargin_hours = 3")
    loaded = load_settings(folders)
    assert (loaded.problems, loaded.refused) == ((), ())
    opalexe = loaded.settings.procedure("opalexe")
    assert opalexe is not None
    assert opalexe.margin.total_seconds() == 3 * 3600


def test_the_users_section_of_a_procedure_that_is_off_is_left_in_peace(folders: Folders) -> None:
    found = settings(folders, '[mandatory]\nProceduresOff = ["siv"]', "procedures.siv.margin_hours = 2")
    assert found.procedure("siv") is None
    assert found.procedure("opalexe") is not None


NAMING_CODE = {
    "Modules": ("mandatory.Modules", "[mandatory]\nModules = [{path}]"),
    "Tools": ("mandatory.Tools", "[mandatory]\nTools = [{tool}]"),
    "ProceduresFolder": ("mandatory.ProceduresFolder", "[mandatory]\nProceduresFolder = {folder}"),
    "modules of the old tables": ("pkcs11.modules", "pkcs11.modules = [{path}]"),
    "a tool of the old tables": ("procedures.opalexe.tool", "procedures.opalexe.tool = {path}"),
    "a tool of a procedure that is not here": ("procedures.garage.tool", "procedures.garage.tool = {path}"),
}


@posix
@pytest.mark.parametrize("mode", [0o777, 0o1777], ids=["open", "sticky"])
@pytest.mark.parametrize(("key", "line"), NAMING_CODE.values(), ids=NAMING_CODE)
def test_code_in_a_folder_that_others_can_write_is_refused(folders: Folders, key: str, line: str, mode: int) -> None:
    place = folders.policy_file.parent / "open"
    place.mkdir()
    (place / "code").touch()
    place.chmod(mode)
    path = str(place / "code")
    written = line.format(path=toml(path), tool=toml(f"opalexe={path}"), folder=toml(str(place)))
    folders.policy_file.write_text(f"language = 'en'\n{written}\n[recommended]\nUrgentDays = 9")
    loaded = load_settings(folders)
    (problem,) = loaded.refused
    assert (problem.key, problem.accepted.id) == (key, "accepted.administrators_file")
    assert str(place) in str(problem.accepted)
    assert (loaded.settings.language, loaded.settings.notices.urgent_days) == ("en", 9), "the rest counts"
    named = {path, str(place)} & {*loaded.settings.modules, loaded.settings.office.procedures_folder}
    opalexe = loaded.settings.procedure("opalexe")
    assert not named
    assert opalexe is not None
    assert opalexe.tool is not None
    assert opalexe.tool.path is None


@posix
def test_the_old_tables_may_name_code_that_administrators_alone_can_write(folders: Folders) -> None:
    path = toml(str(code(folders, "code")))
    found = settings(folders, f"pkcs11.modules = [{path}]\nprocedures.opalexe.tool = {path}")
    assert found.modules == (str(code(folders, "code")),)
    opalexe = found.procedure("opalexe")
    assert opalexe is not None
    assert opalexe.tool is not None
    assert opalexe.tool.path == str(code(folders, "code"))


@posix
def test_a_module_in_the_home_of_its_user_is_refused_in_a_policy(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folders.policy_file.parent / "home"
    home.mkdir()
    os.chown(home, 12345, -1) if os.geteuid() == 0 else home.chmod(0o777)
    monkeypatch.setenv("HOME", str(home))
    folders.policy_file.write_text("pkcs11.modules = ['~/m.so']")
    (problem,) = load_settings(folders).refused
    assert problem.accepted.id == "accepted.administrators_file"


@posix
def test_a_module_behind_links_in_a_circle_ends_nothing(folders: Folders) -> None:
    link = folders.policy_file.with_name("m.so")
    link.symlink_to(link)
    found = settings(folders, f"[mandatory]\nModules = [{toml(str(link))}]\nUrgentDays = 9")
    assert found.notices.urgent_days == 9


@posix
def test_a_missing_module_is_judged_by_its_folder(folders: Folders) -> None:
    place = folders.policy_file.parent / "vendor"
    place.mkdir()
    policy = f"[mandatory]\nModules = [{toml(str(place / 'later' / 'm.so'))}]"
    assert settings(folders, policy).modules == (str(place / "later" / "m.so"),)
    place.chmod(0o1777)
    assert settings(folders, policy).modules == ()


@posix
def test_a_module_behind_a_link_that_leads_nowhere_is_refused(folders: Folders) -> None:
    link = folders.policy_file.with_name("m.so")
    link.symlink_to(folders.policy_file.with_name("later.so"))
    folders.policy_file.write_text(f"[mandatory]\nModules = [{toml(str(link))}]\nUrgentDays = 9")
    loaded = load_settings(folders)
    assert [problem.key for problem in loaded.refused] == ["mandatory.Modules"]
    assert loaded.settings.notices.urgent_days == 9


@pytest.mark.parametrize("name", ["none", "policy.toml"], ids=["missing", "a file"])
def test_an_office_folder_that_is_none_is_told(folders: Folders, name: str) -> None:
    place = folders.policy_file.with_name(name)
    folders.policy_file.write_text(f"[mandatory]\nProceduresFolder = {toml(str(place))}\nUrgentDays = 9")
    loaded = load_settings(folders)
    assert [(problem.file, problem.accepted.id) for problem in loaded.problems] == [(place, "accepted.folder")]
    assert loaded.settings.office.procedures_folder == str(place), "it counts as soon as it is there"
    assert loaded.settings.notices.urgent_days == 9


@posix
def test_a_policy_that_hides_is_told(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    examine = Path.stat

    def hidden(file: Path, **options: bool) -> os.stat_result:
        if file == folders.policy_file:
            raise PermissionError
        return examine(file, **options)

    monkeypatch.setattr(Path, "stat", hidden)
    (problem,) = load_settings(folders).problems
    assert (problem.file, problem.accepted.id) == (folders.policy_file, "accepted.readable_file")


@pytest.mark.parametrize(
    "key", ["Autostart = 1", 'Modules = ["/m.so"]', 'Tools = ["opalexe=/t"]', 'ProceduresFolder = "/p"']
)
def test_only_a_mandatory_policy_names_code_or_starts_it(folders: Folders, key: str) -> None:
    folders.policy_file.write_text(f"[recommended]\n{key}")
    (problem,) = load_settings(folders).refused
    assert problem.accepted.id == "accepted.mandatory_only"


# macOS: the dictionary that a profile of com.apple.ManagedClient.preferences leaves in /Library/Managed Preferences


def test_managed_preferences_are_mandatory_but_for_their_recommended_part(folders: Folders) -> None:
    file = folders.policy_file.with_name("fr.vigicle.vigicle.plist")
    values = {"UrgentDays": 9, "Autostart": True, "PayloadUUID": "x", "Recommended": {"QuietHours": "20:00-07:00"}}
    file.write_bytes(plistlib.dumps(values, fmt=plistlib.FMT_BINARY))
    managed = replace(folders, managed_preferences=(file, file.with_name("none.plist")))
    found = settings(managed, "", "notices = {urgent_days = 8, quiet_hours = '21:00-06:00'}")
    assert (found.notices.urgent_days, found.office.autostart) == (9, True)
    assert found.notices.quiet_hours is not None
    assert found.notices.quiet_hours.start.hour == 21
    assert load_settings(managed).refused == ()


def in_plist(written: str) -> bytes:
    return f"<plist><dict><key>UrgentDays</key><integer>9</integer>{written}</dict></plist>".encode()


def nested_in_binary(depth: int) -> bytes:
    """Return a binary property list of nested arrays (CoreFoundation, CFBinaryPList.c)."""
    arrays = [b"\xa1" + (number + 1).to_bytes(2) for number in range(depth)]
    objects = [*arrays, b"\x10\x01", b"\x51k", b"\xd1" + (depth + 1).to_bytes(2) + bytes(2)]
    *starts, end = accumulate(map(len, objects), initial=8)
    table = b"".join(start.to_bytes(4) for start in starts)
    counts = (len(objects), depth + 2, end)
    trailer = bytes(6) + bytes([4, 2]) + b"".join(count.to_bytes(8) for count in counts)
    return b"bplist00" + b"".join(objects) + table + trailer


DAMAGED = {
    "text": b"no plist",
    "a list": plistlib.dumps([1]),
    "cut": b"bplist00",
    "a date that is none": in_plist("<key>Language</key><date>tomorrow</date>"),
    "a number that is none": in_plist("<key>NoticeDays</key><integer>x</integer>"),
    "a number of many digits": in_plist(f"<key>UrgentDays</key><integer>{'9' * 5000}</integer>"),
    "a key without a value": in_plist("<key>Language</key>"),
    "deeply nested": nested_in_binary(60_000),  # beyond the limit that mypy sets
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_damaged_preferences_are_left_out(folders: Folders, content: bytes) -> None:
    file = folders.policy_file.with_name("fr.vigicle.vigicle.plist")
    file.write_bytes(content)
    loaded = load_settings(replace(folders, managed_preferences=(file,)))
    assert [(problem.file, problem.accepted.id) for problem in loaded.problems] == [(file, "accepted.plist")]


# Windows: REG_SZ is a text, REG_MULTI_SZ a list of texts, REG_DWORD a number (Python's winreg)


@pytest.mark.parametrize(
    ("name", "value", "plain"),
    [
        ("NoticeDays", "60, 30;7", [60, 30, 7]),
        ("NoticeDays", ["60", "7"], [60, 7]),
        ("NoticeDays", "soon", ["soon"]),
        ("NoticeDays", "9" * 5000, ["9" * 5000]),
        ("NoticeDays", 30, 30),
        ("Modules", r"C:\a.dll;C:\b.dll", [r"C:\a.dll", r"C:\b.dll"]),
        ("Modules", [r"C:\a.dll", ""], [r"C:\a.dll"]),
        ("SupportLine", "a; b", "a; b"),
        ("UrgentDays", 30, 30),
    ],
)
def test_a_value_of_the_registry_becomes_plain(name: str, value: object, plain: object) -> None:
    assert plain_value(name, value) == plain


def test_a_policy_of_the_registry_that_cannot_be_read_is_refused(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    values: dict[str, dict[str, object] | None] = {
        rf"{ROOT}\{POLICY}\Recommended": {"UrgentDays": 9},
        rf"{ROOT}\{POLICY}": None,
    }
    monkeypatch.setattr(policy_sources, "registry_values", lambda: values)
    loaded = load_settings(folders)
    assert [(str(each.file), each.accepted.id) for each in loaded.problems] == [
        (rf"{ROOT}\{POLICY}", "accepted.registry_key")
    ]
    assert loaded.settings.notices.urgent_days == 9, "the rest counts"


# What `vigicle policy` says


def in_force(folders: Folders) -> dict[str, SettingInForce]:
    return {each.key or each.setting or "": each for each in settings_in_force(load_settings(folders))}


def test_each_value_names_who_set_it_and_what_it_overrides(folders: Folders) -> None:
    folders.policy_file.write_text(
        "notices.days = [70]\nlanguage = 'en'\n[mandatory]\nNoticeDays = [60]\nSupportLine = 'a'"
    )
    folders.config_file.write_text("notices.days = [50]\nprocedures.opalexe.margin_hours = 2")
    found = in_force(folders)
    days = found["NoticeDays"]
    assert (days.setting, days.counts.level, days.counts.value) == ("notices.days", Level.MANDATORY, [60])
    assert days.counts.place == folders.policy_file
    assert [(each.level, each.value) for each in days.overrides] == [
        (Level.USER, [50]),
        (Level.RECOMMENDED, [70]),
        (Level.DEFAULT, list(DEFAULT_NOTICE_DAYS)),
    ]
    assert found["Language"].counts.level is Level.RECOMMENDED
    assert (found["SupportLine"].setting, found["SupportLine"].overrides) == (None, ())
    assert found["procedures.opalexe.margin_hours"].counts.level is Level.USER
    assert found["UrgentDays"].counts.level is Level.DEFAULT
    assert found["procedures.opalexe.notices.urgent_days"].counts.level is Level.PROCEDURE


def test_what_is_refused_counts_for_nothing(folders: Folders) -> None:
    folders.policy_file.write_text("[notices]\nurgent_days = 0\n[mandatory]\nNoticeDays = 3")
    found = in_force(folders)
    assert found["UrgentDays"].counts.level is Level.DEFAULT
    assert found["NoticeDays"].counts.level is Level.DEFAULT


def test_a_tool_goes_by_its_policy_key(folders: Folders) -> None:
    tool = code(folders, "tkm")
    folders.policy_file.write_text(f"[mandatory]\nTools = [{toml(f'opalexe={tool}')}]")
    (found,) = [each for each in settings_in_force(load_settings(folders)) if each.key == "Tools"]
    assert (found.setting, found.counts.value) == ("procedures.opalexe.tool", str(tool))


def test_the_stamp_sees_the_offices_folder(folders: Folders, tmp_path: Path) -> None:
    office = tmp_path / "office"
    office.mkdir()
    before = stamp(folders, [office])
    (office / "x.toml").touch()
    assert stamp(folders, [office]) != before
