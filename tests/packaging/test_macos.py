"""The macOS recipe without a Mac: property lists, commands, refusals."""

from __future__ import annotations

import plistlib
import re
import stat
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bundle import normal
from commands import ROOT
from config.identity import MACOS_ID
from dev import LOCKS
from macos import facts
from macos.steps import APPLICATION, INSTALLER, NOTARY, Keys, freeze, keys, mach_o_files, package, sign, unsigned
from macos.wheels import LIST, is_for, oldest_macos

HERE = ROOT / "installers/macos"
WORK, TARGET = Path("/work"), Path("/out/vigicle-1.2.3-arm64.pkg")
METRICS = "fr.vigicle.metrics"
ALL = Keys(application="Developer ID Application: V", installer="Developer ID Installer: V", notary="profile")


def commands(known: Keys) -> list[list[str]]:
    return [step.command for step in package(HERE, WORK, TARGET, "1.2.3", known)]


@pytest.mark.parametrize("value", [facts.info("1.2.3"), facts.ENTITLEMENTS, facts.component()])
def test_the_property_lists_survive_the_way_to_apple(value: dict[str, object] | list[object]) -> None:
    assert plistlib.loads(plistlib.dumps(value)) == value


def test_the_app_lives_in_the_menu_bar_alone() -> None:
    info = facts.info("1.2.3")
    assert info["LSUIElement"] is True
    assert info["CFBundleShortVersionString"] == info["CFBundleVersion"] == "1.2.3"


def test_modules_of_vendors_may_be_loaded() -> None:
    assert facts.ENTITLEMENTS["com.apple.security.cs.disable-library-validation"] is True


def test_the_launch_agent_belongs_to_the_app() -> None:
    assert MACOS_ID == facts.IDENTIFIER


def test_the_distribution_names_the_package_its_machine_and_the_oldest_macos() -> None:
    script = ElementTree.fromstring(facts.distribution("1.2.3", "arm64", "vigicle-component.pkg"))
    options, oldest = script.find("options"), script.find("volume-check/allowed-os-versions/os-version")
    assert options is not None
    assert oldest is not None
    assert options.get("hostArchitectures") == "arm64"
    assert oldest.get("min") == facts.OLDEST_MACOS
    named = [part for part in script.findall("pkg-ref") if part.text]
    assert [(part.get("id"), part.get("version"), part.text) for part in named] == [
        (facts.IDENTIFIER, "1.2.3", "vigicle-component.pkg")
    ]


def test_the_oldest_macos_is_that_of_the_newest_tag() -> None:
    listed = "a-1-py3-macosx_10_13_universal2.whl\nb-1-cp310-abi3-macosx_14_0_universal2.whl\nc-macosx_11_0_arm64.whl\n"
    assert oldest_macos(listed) == "14.0"


def test_the_listed_wheels_are_those_of_the_run_lock() -> None:
    lock, listed = (LOCKS / "run.txt").read_text(encoding="utf-8"), LIST.read_text(encoding="utf-8")
    hashes = re.findall(r"sha256:[0-9a-f]{64}", listed)
    assert [each for each in hashes if each not in lock] == [], "run `dev.py lock`"
    named = {normal(line.split("-")[0]) for line in listed.splitlines() if not line.startswith("#")}
    assert {"pyside6-essentials", "pyobjc-core", "pyscard", "python-pkcs11", "cryptography"} <= named


@pytest.mark.parametrize(
    ("line", "arm", "intel"),
    [
        pytest.param("a==1 \\", True, True, id="every-system"),
        pytest.param("a==1 ; sys_platform == 'linux' \\", False, False, id="linux"),
        pytest.param("a==1 ; sys_platform == 'darwin' \\", True, True, id="mac"),
        pytest.param("a==1 ; platform_machine == 'x86_64' and sys_platform == 'darwin' \\", False, True, id="intel"),
        pytest.param("a==1 ; platform_machine != 'x86_64' or sys_platform != 'darwin' \\", True, False, id="others"),
    ],
)
def test_a_line_of_the_lock_is_for_its_processors(line: str, *, arm: bool, intel: bool) -> None:
    assert [is_for(line, "arm64"), is_for(line, "x86_64")] == [arm, intel]


@pytest.mark.parametrize("document", ["README.md", "docs/install.md"])
def test_the_documents_name_the_oldest_macos(document: str) -> None:
    named = re.findall(r"macOS (\d+)", (ROOT / document).read_text(encoding="utf-8"))
    assert set(named) == {facts.OLDEST_MACOS.removesuffix(".0")}


def test_without_keys_nothing_is_signed_and_nothing_is_sent_to_apple() -> None:
    assert [command[0] for command in commands(Keys())] == ["codesign", "pkgbuild", "productbuild"]
    assert "--sign" not in commands(Keys())[2]


def test_with_all_keys_the_package_is_signed_notarized_and_stapled() -> None:
    *_, pack, submit, staple = commands(ALL)
    assert pack[pack.index("--sign") + 1] == ALL.installer
    assert submit == ["xcrun", "notarytool", "submit", str(TARGET), "--keychain-profile", "profile", "--wait"]
    assert staple == ["xcrun", "stapler", "staple", str(TARGET)]


@pytest.mark.parametrize("lacking", ["application", "installer"])
def test_a_part_that_is_not_signed_is_not_sent_to_apple(lacking: str) -> None:
    known = Keys(**{name: getattr(ALL, name) for name in ("application", "installer", "notary") if name != lacking})
    assert "xcrun" not in [command[0] for command in commands(known)]


def test_steps_left_out_without_a_key_are_reported() -> None:
    assert unsigned(ALL) == []
    assert [line.split()[0] for line in unsigned(Keys())] == [APPLICATION, INSTALLER, NOTARY]


def test_keys_are_named_by_the_environment() -> None:
    assert keys({APPLICATION: "a", INSTALLER: "i", NOTARY: "n"}) == Keys(application="a", installer="i", notary="n")
    assert keys({}) == Keys()


def test_every_mach_o_file_is_signed_before_the_app_that_holds_it(tmp_path: Path) -> None:
    app = tmp_path / "root/vigicle.app/Contents"
    for name, content in (
        ("MacOS/vigicle", b"\xcf\xfa\xed\xfe"),
        ("Frameworks/deep/module.so", b"\xca\xfe\xba\xbe"),
        ("Frameworks/no_suffix", b"\xcf\xfa\xed\xfe"),
        ("Resources/text.txt", b"text"),
    ):
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_bytes(content + b"...")
    assert [file.name for file in mach_o_files(app)] == ["module.so", "no_suffix", "vigicle"]
    signed = [step.command for step in sign(tmp_path, ALL)]
    assert [Path(command[-1]).name for command in signed] == ["module.so", "no_suffix", "vigicle.app"]
    assert all(command[command.index("--sign") + 1] == ALL.application for command in signed)
    assert "--entitlements" in signed[-1]
    assert sign(tmp_path, Keys()) == []


def test_pyinstaller_is_called_by_the_environments_own_python() -> None:
    command = freeze(Path("/env/bin/python"), HERE, WORK).command
    assert command[:3] == ["/env/bin/python", "-m", "PyInstaller"]
    assert command[-1] == str(HERE / "vigicle.spec")


def test_the_recipe_is_python() -> None:
    compile((HERE / "vigicle.spec").read_text(encoding="utf-8"), "vigicle.spec", "exec")


@pytest.mark.parametrize("name", ["preinstall", "postinstall"])
def test_the_packages_scripts_can_be_run_by_any_shell(name: str) -> None:
    script = HERE / "scripts" / name
    assert script.stat().st_mode & stat.S_IXUSR
    subprocess.run(["sh", "-n", str(script)], check=True)


def test_the_daemon_of_the_metrics_is_off_and_runs_the_installed_program() -> None:
    """The keys of launchd.plist(5)."""
    daemon = plistlib.loads((HERE / "scripts" / f"{METRICS}.plist").read_bytes())
    assert daemon["Label"] == METRICS
    assert daemon["Disabled"] is True
    program, verb, option, folder = daemon["ProgramArguments"]
    assert (program, verb, option) == (
        f"/Applications/{facts.NAME}.app/Contents/MacOS/{facts.NAME}",
        "metrics",
        "--collect",
    )
    assert folder in (ROOT / "docs/fleet.md").read_text(encoding="utf-8")
    assert METRICS in (HERE / "scripts/postinstall").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "darwin", reason="there it builds")
def test_on_other_systems_the_build_reports_that_it_needs_a_mac(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "installers/build.py"), "macos", "--output", str(tmp_path)]
    answer = subprocess.run(command, check=False, capture_output=True, text=True)
    assert answer.returncode == 1
    assert "built on a Mac" in answer.stderr
    assert "Traceback" not in answer.stderr
