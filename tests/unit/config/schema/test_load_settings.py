"""Settings override each other in order, and refusals are exact."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.folders import Folders
from config.i18n.translator import Translator
from config.schema.load_settings import (
    Loaded,
    SettingsError,
    catalogue_settings,
    load_procedure,
    load_settings,
    stamp,
)
from config.schema.tables import SIZE_LIMIT
from config.settings import IssuerRule, NoticeSettings, Procedure, QuietHours, Settings, VendorTool
from config.trust import Writers
from config.values import replace
from support.toml import toml

FIXTURES = Path(__file__).parents[1] / "procedures"
ABSOLUTE = "C:\\\\lib\\\\module.dll" if os.name == "nt" else "/lib/module.so"
ABSOLUTE_READ = ABSOLUTE.replace("\\\\", "\\")

Load = Callable[[str | bytes], Loaded]


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    (tmp_path / "config").mkdir()
    (tmp_path / "machine").mkdir()
    return Folders(
        config_file=tmp_path / "config" / "config.toml",
        policy_file=tmp_path / "machine" / "policy.toml",
        policy_writers=Writers.USER,
        state=tmp_path / "state",
        runtime=tmp_path / "run",
    )


@pytest.fixture
def load(folders: Folders) -> Load:
    def load_(content: str | bytes) -> Loaded:
        raw = content.encode() if isinstance(content, str) else content
        folders.config_file.write_bytes(raw)
        return load_settings(folders)

    return load_


def opalexe(settings: Settings) -> Procedure:
    return next(procedure for procedure in settings.procedures if procedure.id == "opalexe")


def ids(settings: Settings) -> set[str]:
    return {procedure.id for procedure in settings.procedures}


def test_without_files_the_catalogue_stands(folders: Folders) -> None:
    assert load_settings(folders) == Loaded(settings=catalogue_settings())
    assert catalogue_settings().notices == NoticeSettings()


def test_the_catalogue_knows_opalexe() -> None:
    procedure = opalexe(catalogue_settings())
    assert procedure.platform_url == "https://www.opalexe.fr"
    assert procedure.order_url == "https://www.certeurope.fr"
    assert procedure.tool == VendorTool(name="Trusted Key Manager", download_url="https://tkm.certeurope.fr")
    assert procedure.issuers == (
        IssuerRule(organization="CertEurope"),
        IssuerRule(organizational_unit="0002 434202180"),
        IssuerRule(organization_identifier="NTRFR-434202180"),
    )
    assert (procedure.margin, procedure.link_lifetime) == (timedelta(hours=24), timedelta(hours=24))
    assert procedure.support_email == "support@opalexe.fr"


EVERYTHING = f"""
language = "fr"
[pkcs11]
modules = ["{ABSOLUTE}", "{ABSOLUTE}"]
[notices]
days = [7, 0, 60, 7]
urgent_days = 20
quiet_hours = "22:00-08:00"
[procedures.opalexe]
tool = "{ABSOLUTE}"
platform_url = "https://opalexe.example:8443/a?b=c#d"
order_url = "https://order.example"
margin_hours = 1.5
support_email = "help@opalexe.example"
"""


@pytest.mark.parametrize("bom", ["", "\ufeff"], ids=["plain", "with a byte-order mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["Unix", "Windows"])
def test_every_key_is_taken(load: Load, bom: str, end: str) -> None:
    settings = load(bom + EVERYTHING.replace("\n", end)).settings
    assert settings.language == "fr"
    assert settings.modules == (ABSOLUTE_READ,)
    assert settings.notices == NoticeSettings(
        days=(60, 7), urgent_days=20, quiet_hours=QuietHours(start=time(22), end=time(8))
    )
    procedure = opalexe(settings)
    assert procedure.tool is not None
    assert procedure.tool.path == ABSOLUTE_READ
    assert procedure.platform_url == "https://opalexe.example:8443/a?b=c#d"
    assert procedure.order_url == "https://order.example"
    assert procedure.margin == timedelta(minutes=90)
    assert procedure.support_email == "help@opalexe.example"


def test_no_notice_days_at_all_are_accepted(load: Load) -> None:
    assert load("notices.days = []").settings.notices.days == ()


@pytest.mark.parametrize("days", [0, 3650])
def test_the_ends_of_the_notice_days_are_accepted(load: Load, days: int) -> None:
    assert load(f"notices.days = [{days}]").settings.notices.days == tuple({days} - {0})


@pytest.mark.parametrize("hours", [0, 8760, 0.5])
def test_the_ends_of_the_margin_are_accepted(load: Load, hours: float) -> None:
    loaded = load(f"[procedures.opalexe]\nmargin_hours = {hours}")
    assert opalexe(loaded.settings).margin == timedelta(hours=hours)


@pytest.mark.skipif(os.name == "nt", reason="POSIX homes")
def test_a_tilde_stands_for_the_persons_home(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/elise")
    assert load('pkcs11.modules = ["~/module.so"]').settings.modules == ("/home/elise/module.so",)


def test_a_relative_module_is_kept_for_the_reader_to_report(load: Load) -> None:
    assert load('pkcs11.modules = ["here.so"]').settings.modules == ("here.so",)


def test_the_persons_file_overrides_the_policy_key_by_key(folders: Folders, load: Load) -> None:
    folders.policy_file.write_text('language = "en"\n[notices]\nurgent_days = 10\ndays = [9]\n')
    settings = load("notices.days = [5]").settings
    assert settings.language == "en"
    assert settings.notices == NoticeSettings(days=(5,), urgent_days=10)


REFUSED = [
    # content, key, value, accepted
    ("notices.day = [1]", "notices.day", "[1]", "keys"),
    ("colour = 3", "colour", "3", "keys"),
    ("procedures.opalex.tool = 'x'", "procedures.opalex", '{"tool": "x"}', "keys"),
    ("procedures.opalexe.url = 'x'", "procedures.opalexe.url", '"x"', "keys"),
    ("notices = 3", "notices", "3", "table"),
    ("[[notices]]", "notices", "[{}]", "table"),
    ("procedures.opalexe = 'x'", "procedures.opalexe", '"x"', "table"),
    ("language = 'de'", "language", '"de"', "language"),
    ("language = true", "language", "true", "language"),
    ("language = []", "language", "[]", "language"),
    ("pkcs11.modules = 'x'", "pkcs11.modules", '"x"', "modules"),
    ("pkcs11.modules = ['']", "pkcs11.modules", '""', "modules"),
    ("pkcs11.modules = ['~nobody-of-that-name/x.so']", "pkcs11.modules", '"~nobody-of-that-name/x.so"', "modules"),
    ('pkcs11.modules = ["/a\\u0000b"]', "pkcs11.modules", '"/a\\u0000b"', "modules"),
    ("pkcs11.modules = [1]", "pkcs11.modules", "1", "modules"),
    ("notices.days = 30", "notices.days", "30", "days"),
    ("notices.days = [-1]", "notices.days", "-1", "days"),
    ("notices.days = [3651]", "notices.days", "3651", "days"),
    ("notices.days = [1.0]", "notices.days", "1.0", "days"),
    ("notices.days = [true]", "notices.days", "true", "days"),
    ("notices.days = ['7']", "notices.days", '"7"', "days"),
    ("notices.days = [[7]]", "notices.days", "[7]", "days"),
    ("notices.urgent_days = 0", "notices.urgent_days", "0", "urgent_days"),
    ("notices.urgent_days = 3651", "notices.urgent_days", "3651", "urgent_days"),
    ("notices.urgent_days = false", "notices.urgent_days", "false", "urgent_days"),
    ("notices.quiet_hours = '22-8'", "notices.quiet_hours", '"22-8"', "quiet_hours"),
    ("notices.quiet_hours = '24:00-08:00'", "notices.quiet_hours", '"24:00-08:00"', "quiet_hours"),
    ("notices.quiet_hours = '22:60-08:00'", "notices.quiet_hours", '"22:60-08:00"', "quiet_hours"),
    ("notices.quiet_hours = '08:00-08:00'", "notices.quiet_hours", '"08:00-08:00"', "quiet_hours"),
    ('notices.quiet_hours = "22:00-08:00\\n"', "notices.quiet_hours", '"22:00-08:00\\n"', "quiet_hours"),
    ("notices.quiet_hours = 22:00:00", "notices.quiet_hours", '"22:00:00"', "quiet_hours"),
    ("procedures.opalexe.tool = 'tkm.exe'", "procedures.opalexe.tool", '"tkm.exe"', "tool"),
    ("procedures.opalexe.margin_hours = -0.1", "procedures.opalexe.margin_hours", "-0.1", "hours"),
    ("procedures.opalexe.margin_hours = 8760.1", "procedures.opalexe.margin_hours", "8760.1", "hours"),
    ("procedures.opalexe.margin_hours = nan", "procedures.opalexe.margin_hours", "nan", "hours"),
    ("procedures.opalexe.margin_hours = inf", "procedures.opalexe.margin_hours", "inf", "hours"),
    ("procedures.opalexe.margin_hours = true", "procedures.opalexe.margin_hours", "true", "hours"),
    ("procedures.opalexe.margin_hours = '24'", "procedures.opalexe.margin_hours", '"24"', "hours"),
    ("procedures.opalexe.support_email = 'a@b'", "procedures.opalexe.support_email", '"a@b"', "email"),
    ("procedures.opalexe.support_email = 'a@b.fr?x'", "procedures.opalexe.support_email", '"a@b.fr?x"', "email"),
]


@pytest.mark.parametrize(("content", "key", "value", "accepted"), REFUSED, ids=[case[0] for case in REFUSED])
def test_a_refusal_names_file_key_value_and_what_is_accepted(
    load: Load, folders: Folders, content: str, key: str, value: str, accepted: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(content)
    problem = caught.value
    assert (problem.file, problem.key, problem.value) == (folders.config_file, key, value)
    assert problem.accepted.id == f"accepted.{accepted}"
    for language in ("en", "fr"):
        sentence = Translator(language).render(problem.text)
        for part in (str(folders.config_file), key, value, Translator(language).render(problem.accepted)):
            assert part in sentence
    assert str(problem) == Translator("en").render(problem.text)


VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
KEYS = [
    "language",
    "pkcs11.modules",
    "notices",
    "notices.days",
    "notices.urgent_days",
    "notices.quiet_hours",
    "procedures",
    "procedures.opalexe.tool",
    "procedures.opalexe.platform_url",
    "procedures.opalexe.margin_hours",
    "procedures.opalexe.support_email",
]


def accepted_or_refused(content: bytes) -> None:
    """Check that only settings or a readable SettingsError can come out."""
    told = ""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "config.toml"
        file.write_bytes(content)
        here = Path(name)
        try:
            load_settings(Folders(config_file=file, policy_file=here / "none" / "p", state=here, runtime=here))
        except SettingsError as problem:
            told = str(problem)
        assert not told or str(file) in told


@given(key=st.sampled_from(KEYS), value=VALUES)
def test_whatever_a_key_holds_is_accepted_or_refused(key: str, value: object) -> None:
    accepted_or_refused(f"{key} = {toml(value)}".encode(errors="replace"))


@given(content=st.binary(max_size=60) | st.text(max_size=60).map(lambda written: written.encode(errors="replace")))
def test_whatever_the_file_holds_is_accepted_or_refused(content: bytes) -> None:
    accepted_or_refused(content)


URLS = [
    "http://www.opalexe.fr",
    "HTTP://www.opalexe.fr",
    "www.opalexe.fr",
    "https://",
    "https:///path",
    "https://user@www.opalexe.fr",
    "https://user:secret@www.opalexe.fr",
    "https://@www.opalexe.fr",
    "https://www.opalexe.fr\\@evil.example",
    "https://www.opalexe.fr:port",
    "https://www.opalexe.fr:99999",
    "https://www.opalexe.fr/a b",
    "https://www.opalexe.fr/\n",
    "https://www.opalexe.fr/\t",
    " https://www.opalexe.fr",
    "https://www.opalexe.fr/\x00",
    "https://www.opalexe.fr/\u202egpj",
    "https://www.opålexe.fr",
    "https://[::1",
    "https://-www.example",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "",
    "https://www.opalexe.fr/" + "a" * 2000,
]


@pytest.mark.parametrize("key", ["platform_url", "order_url"])
@pytest.mark.parametrize("url", URLS, ids=lambda url: repr(url)[:40])
def test_only_plain_https_addresses_are_accepted(load: Load, url: str, key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(f"procedures.opalexe.{key} = {json.dumps(url)}")
    assert caught.value.key == f"procedures.opalexe.{key}"
    assert caught.value.accepted.id == "accepted.url"


NEAREST = [
    ("notices.day = [1]", "notices.days"),
    ("notice.days = [1]", "notices"),
    ("Notices.days = [1]", "notices"),
    ("pkcs11.module = []", "pkcs11.modules"),
    ("procedures.opalex = {}", "procedures.opalexe"),
    ("procedures.opalexe.margin = 1", "procedures.opalexe.margin_hours"),
    ("colour = 3", ""),
]


@pytest.mark.parametrize(("content", "nearest"), NEAREST, ids=[case[0] for case in NEAREST])
def test_a_mistyped_key_is_told_the_nearest_known_one(load: Load, content: str, nearest: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(content)
    assert caught.value.nearest == nearest
    assert nearest in str(caught.value)


UNPARSABLE = [
    pytest.param("a = 1\nb =\nc = 2", "line 2", "b =", id="no value"),
    pytest.param("a = 1\na = 2", "line 2", "a = 2", id="a key twice"),
    pytest.param("a = [1,\n\n", "line 1", "a = [1,", id="cut off"),
    pytest.param("a = 2026-13-45", "line 1", "a = 2026-13-45", id="an impossible date"),
    pytest.param(b"ok = 1\nname = 'caf\xe9'\n", "line 2", "name = 'caf\ufffd'", id="Latin-1"),
    pytest.param("a = 1\n" + "b = " + "[" * 9999, "line 2", "b = [[", id="too deep"),
    pytest.param("a = " + "9" * 9999, "line 1", "a = 999", id="too long a number"),
    pytest.param("\ufeff\ufeffa = 1", "line 1", "a = 1", id="two byte-order marks"),
]


WRITTEN_WRONG = [
    pytest.param(r'tool = "C:\Program Files\x"', "accepted.toml.backslash", id="a Windows path"),
    pytest.param(r'tool = "C:\Users\x"', "accepted.toml.backslash", id="a Windows path that looks like a letter"),
    pytest.param("[notices]\ndays = [5]\n[notices]", "accepted.toml.once", id="a section twice"),
    pytest.param("a = 1\na = 2", "accepted.toml.once", id="a key twice"),
    pytest.param("[notices]\ndays = [5, 3\n", "accepted.toml.closed", id="a bracket left open"),
    pytest.param('language = "fr\n', "accepted.toml.closed", id="a quotation mark left open"),
    pytest.param("language = fr", "accepted.toml.quotes", id="no quotation marks"),
    pytest.param("language = “fr”", "accepted.toml.quotes", id="curly quotation marks"),
    pytest.param("[notices]\ndays =\n", "accepted.toml.quotes", id="no value"),
    pytest.param("days: 5", "accepted.toml", id="another language"),
]


@pytest.mark.parametrize(("content", "accepted"), WRITTEN_WRONG)
def test_what_is_no_toml_is_told_with_what_to_write(load: Load, content: str, accepted: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(content)
    assert caught.value.accepted.id == accepted


@pytest.mark.parametrize(("content", "key", "value"), UNPARSABLE)
def test_what_is_no_toml_is_told_with_its_line(load: Load, content: str | bytes, key: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(content)
    assert caught.value.key == key
    assert caught.value.value.startswith(value)
    assert len(caught.value.value) <= 100
    assert key in str(caught.value)


def test_hostile_text_in_a_refused_value_is_made_harmless(load: Load) -> None:
    with pytest.raises(SettingsError) as caught:
        load('language = "\\u001b[31m\\u202efr"\n')
    assert "\x1b" not in str(caught.value)
    assert "\u202e" not in str(caught.value)


def refusal(folders: Folders) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(folders)
    assert caught.value.key == ""
    assert str(caught.value.file) in str(caught.value)
    return caught.value.accepted.id


def named(folders: Folders, file: Path) -> Folders:
    return Folders(
        config_file=file,
        policy_file=folders.policy_file,
        policy_writers=folders.policy_writers,
        state=folders.state,
        runtime=folders.runtime,
        config_named=True,
    )


def test_a_file_that_the_person_named_must_exist(folders: Folders) -> None:
    assert refusal(named(folders, folders.config_file)) == "accepted.existing_file"


def test_a_file_that_the_person_named_must_be_absolute(folders: Folders) -> None:
    assert refusal(named(folders, Path("config.toml"))) == "accepted.absolute_file"


def test_a_folder_in_the_files_place_is_refused(folders: Folders) -> None:
    folders.config_file.mkdir()
    assert refusal(folders) == "accepted.file"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
def test_a_pipe_in_the_files_place_is_refused_and_not_waited_for(folders: Folders) -> None:
    if sys.platform != "win32":
        os.mkfifo(folders.config_file)
    assert refusal(folders) == "accepted.file"


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_to_nothing_is_refused(folders: Folders) -> None:
    folders.config_file.symlink_to("nothing")
    assert refusal(folders) == "accepted.existing_file"


def test_a_file_below_a_file_is_refused(folders: Folders, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    below = tmp_path / "file" / "config.toml"
    expected = "accepted.existing_file" if os.name == "nt" else "accepted.readable_file"
    assert refusal(named(folders, below)) == expected


def test_a_file_in_place_of_the_state_folder_is_no_fault_of_the_settings(folders: Folders) -> None:
    folders.state.touch()
    assert load_settings(folders).problems == ()


@pytest.mark.parametrize("size", [SIZE_LIMIT, SIZE_LIMIT + 1])
def test_a_file_of_more_than_a_megabyte_is_refused(folders: Folders, size: int) -> None:
    folders.config_file.write_bytes(b"#" * size)
    if size > SIZE_LIMIT:
        assert refusal(folders) == "accepted.small_file"
    else:
        load_settings(folders)


posix = pytest.mark.skipif(os.name == "nt", reason="POSIX rights")


@posix
def test_a_policy_that_anybody_can_change_is_left_out_and_reported(folders: Folders) -> None:
    folders.policy_file.write_text("notices.days = [9]")
    folders.policy_file.chmod(0o666)
    loaded = load_settings(folders)
    assert loaded.settings == catalogue_settings()
    (problem,) = loaded.problems
    assert (problem.file, problem.accepted.id) == (folders.policy_file, "accepted.own_file")


@posix
@pytest.mark.parametrize("place", ["config/config.toml", "config"])
def test_settings_that_another_account_can_change_are_refused(folders: Folders, place: str) -> None:
    folders.config_file.write_text("notices.days = [9]")
    (folders.config_file.parents[1] / place).chmod(0o777)
    assert refusal(folders) == "accepted.own_file"


@posix
@pytest.mark.parametrize("whose", ["machine", "config"])
@pytest.mark.parametrize("opened", ["procedures", "procedures/siv.toml"])
def test_a_procedure_that_another_account_can_change_is_left_out(folders: Folders, whose: str, opened: str) -> None:
    folder = folders.config_file.parents[1] / whose
    (folder / "procedures").mkdir()
    shutil.copy(FIXTURES / "siv.toml", folder / "procedures")
    (folder / opened).chmod(0o777)
    loaded = load_settings(folders)
    assert loaded.settings == catalogue_settings()
    assert [problem.file for problem in loaded.problems] == [folder / "procedures/siv.toml"]


@posix
def test_a_policy_of_the_users_own_is_no_policy(folders: Folders) -> None:
    if os.geteuid() == 0:
        pytest.skip("root is the administrator")
    folders.policy_file.write_text("notices.days = [9]")
    strict = replace(folders, policy_writers=Writers.ADMINISTRATORS)
    (problem,) = load_settings(strict).problems
    assert problem.accepted.id == "accepted.administrators_file"


def test_a_further_procedure_needs_no_code(folders: Folders) -> None:
    folders.config_file.write_text("procedures.siv.margin_hours = 12")
    loaded = load_settings(folders, procedures=[FIXTURES])
    assert loaded.problems == ()
    siv = next(procedure for procedure in loaded.settings.procedures if procedure.id == "siv")
    assert siv.margin == timedelta(hours=12)
    assert siv.title.fr == "SIV (immatriculation des véhicules)"
    assert siv.issuers == (IssuerRule(organization="Autorité Exemple"),)


def test_procedures_beside_the_configuration_are_loaded(folders: Folders) -> None:
    put_procedure(folders, "siv.toml")
    assert {"opalexe", "siv"} <= ids(load_settings(folders).settings)


def test_files_that_use_the_former_name_of_the_workflows_are_listed(folders: Folders) -> None:
    assert "[[courses." not in SIV
    file = put_procedure(folders, "old.toml", SIV.replace("[workflows.", "[courses."))
    put_procedure(folders, "siv.toml")
    loaded = load_settings(folders)
    assert (loaded.outdated, loaded.problems) == ((file,), ())


def test_a_persons_procedure_takes_the_place_of_the_catalogues(folders: Folders) -> None:
    put_procedure(folders, "opalexe.toml")
    loaded = load_settings(folders)
    assert opalexe(loaded.settings).platform_url == "https://siv.example.fr/espace"
    assert ids(loaded.settings) == ids(catalogue_settings())


SIV = (FIXTURES / "siv.toml").read_text(encoding="utf-8")

BROKEN = [
    pytest.param("x.toml", "", "title.en", id="empty"),
    pytest.param("x.toml", SIV.replace('en = "SIV (vehicle registration)"', ""), "title.en", id="no English title"),
    pytest.param("x.toml", SIV.replace("https://siv", "http://siv"), "platform_url", id="a plain-text address"),
    pytest.param("x.toml", SIV.replace("[[issuers]]", "[[issuer]]"), "issuers", id="no issuer"),
    pytest.param("x.toml", SIV.replace("organization", "common_name"), "issuers.common_name", id="by common name"),
    pytest.param(
        "x.toml", SIV.replace('organization = "Autorité Exemple"', ""), "issuers.organization", id="an empty rule"
    ),
    pytest.param("x.toml", SIV.replace("[tool]", "[tool]\nlink = 3"), "tool.link", id="an unknown key"),
    pytest.param("x.toml", "pin = 1234\n" + SIV, "pin", id="an unknown key at the top"),
    pytest.param("X Y.toml", SIV, "", id="no id for a name"),
]


def put_procedure(folders: Folders, name: str, content: str = SIV) -> Path:
    folder = folders.config_file.parent / "procedures"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(content, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize(("name", "content", "key"), BROKEN)
def test_a_broken_procedure_is_told_and_the_others_still_load(
    folders: Folders, name: str, content: str, key: str
) -> None:
    broken = put_procedure(folders, name, content)
    put_procedure(folders, "good.toml")
    loaded = load_settings(folders)
    assert ids(loaded.settings) == ids(catalogue_settings()) | {"good"}
    assert [(problem.file, problem.key) for problem in loaded.problems] == [(broken, key)]


def test_the_section_of_a_broken_procedure_is_left_in_peace(folders: Folders, load: Load) -> None:
    put_procedure(folders, "siv.toml", "broken")
    assert len(load("procedures.siv.margin_hours = 2").problems) == 1


def test_a_procedure_loads_from_bytes() -> None:
    from_bytes = load_procedure(Path("siv.toml"), SIV.encode())
    assert from_bytes == load_procedure(FIXTURES / "siv.toml")
    with pytest.raises(SettingsError):
        load_procedure(Path("siv.toml"), b"\xff")


def test_the_stamp_tells_when_settings_may_have_changed(folders: Folders) -> None:
    stamps = [stamp(folders)]
    folders.config_file.write_text("language = 'fr'")
    stamps.append(stamp(folders))
    folders.policy_file.touch()
    stamps.append(stamp(folders))
    procedure = put_procedure(folders, "siv.toml")
    stamps.append(stamp(folders))
    procedure.write_text(SIV + "\n", encoding="utf-8")
    stamps.append(stamp(folders))
    folders.config_file.unlink()
    stamps.append(stamp(folders))
    assert len(set(stamps)) == len(stamps)
    assert stamp(folders) == stamps[-1]


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        pytest.param("none.toml", "other_name", id="the answer that there is none"),
        pytest.param("unknown.toml", "other_name", id="the answer that it is not known"),
        pytest.param("siège.toml", "plain_name", id="an accent"),
        pytest.param("a" * 33 + ".toml", "plain_name", id="too long"),
        pytest.param("SIV.toml", "procedure_id", id="capitals"),
        pytest.param("siv.TOML", "procedure_id", id="an ending in capitals"),
        pytest.param("my siv.toml", "procedure_id", id="a blank"),
        pytest.param(".toml", "procedure_id", id="an ending alone"),
        pytest.param("2siv.toml", "procedure_id", id="a digit first"),
    ],
)
def test_a_wrongly_named_procedure_file_is_refused_in_words_of_its_own(
    folders: Folders, name: str, accepted: str
) -> None:
    file = folders.own_procedures / name
    file.parent.mkdir()
    shutil.copy(FIXTURES / "siv.toml", file)
    shutil.copy(FIXTURES / "siv.toml", file.with_name(f"{'a' * 32}.toml"))
    loaded = load_settings(folders)
    (problem,) = loaded.problems
    assert (problem.file, problem.accepted.id) == (file, f"accepted.{accepted}")
    assert "a" * 32 in {procedure.id for procedure in loaded.settings.procedures}, "the others load"
