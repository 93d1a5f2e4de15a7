"""SoftHSM's tokens, faulty modules, the certificate factory, the program's home."""

from __future__ import annotations

import ctypes
import gc
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from support.modules import BEHAVIOURS, Behaviour, make_module
from support.pki import HOSTILE_NAMES, make_certificate
from support.process import PATIENCE_S, MissingToolError, Process, require_tool, wait_until

if TYPE_CHECKING:
    from support.program import Program
    from support.softhsm import SoftHsm


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # before it is opened, or before it is read
        return False


def slots(softhsm: SoftHsm) -> str:
    command = ["pkcs11-tool", "--module", str(softhsm.module), "-L"]
    done = subprocess.run(
        command, env=os.environ | softhsm.environment, capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )
    return done.stdout


def test_softhsm_shows_tokens_in_every_state(softhsm: SoftHsm) -> None:
    assert "uninitialized" in slots(softhsm)
    softhsm.without_user_pin("no pin")
    softhsm.complete("complete", [make_certificate(), make_certificate(role="signature")])
    output = {part.split("\n")[1]: part for part in slots(softhsm).split("Slot ")[1:]}
    blank, full = (next(part for part in output.values() if label in part) for label in ("no pin", ": complete"))
    assert "token initialized" in blank
    assert "PIN initialized" not in blank
    assert "PIN initialized" in full
    assert "uninitialized" in slots(softhsm)


def test_certificates_on_softhsm_are_public(softhsm: SoftHsm) -> None:
    softhsm.complete("complete", [make_certificate(cn="One"), make_certificate(cn="Two")])
    command = ["pkcs11-tool", "--module", str(softhsm.module), "--token-label", "complete", "-O"]
    done = subprocess.run(
        command, env=os.environ | softhsm.environment, capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )
    assert "CN=One" in done.stdout
    assert "CN=Two" in done.stdout


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_a_module_behaves_as_asked(tmp_path: Path, behaviour: Behaviour) -> None:
    module = make_module(tmp_path, behaviour)
    command = ["pkcs11-tool", "--module", str(module), "-L"]
    if behaviour == "endless output":
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as endless:
            assert endless.stdout is not None
            assert b"endless" in endless.stdout.read(1 << 20), "more than any pipe holds"
            endless.kill()
        return
    if behaviour in {"hang on load", "hang in C_GetSlotList"}:
        with pytest.raises(subprocess.TimeoutExpired) as hung:
            subprocess.run(command, capture_output=True, timeout=1, check=False)
        assert b"endless" not in (hung.value.stdout or b"")
        return
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)
    expected = -11 if behaviour.startswith("crash") else 0 if behaviour.startswith("exit") else 1
    assert done.returncode == expected, done.stderr


def test_the_layout_of_a_module_is_that_of_pkcs11(tmp_path: Path) -> None:
    library = ctypes.CDLL(str(make_module(tmp_path, "fail in C_GetSlotList")))
    assert library.C_GetFunctionList is not None
    command = ["pkcs11-tool", "--module", str(tmp_path / "fail-in-C_GetSlotList.so"), "-L"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert "CKR_DEVICE_ERROR" in done.stderr


@pytest.mark.filterwarnings("ignore:Attribute's length must be:UserWarning")  # X.520 allows 64
@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_a_hostile_name_is_in_the_certificate_as_it_is(name: str) -> None:
    der = make_certificate(cn=name, given_name=name, issuer_o=name)
    (found,) = x509.load_der_x509_certificate(der).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert found.value == name


def test_a_certificate_is_made_as_asked() -> None:
    end = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    begin = end - timedelta(days=1)
    der = make_certificate(
        not_before=begin,
        not_after=end,
        serial=77,
        organization_identifier="NTRFR-1",
        issuer_ou=None,
        role="signature",
    )
    made = x509.load_der_x509_certificate(der)
    assert (made.not_valid_before_utc, made.not_valid_after_utc, made.serial_number) == (begin, end, 77)
    assert "2.5.4.97=NTRFR-1" in made.subject.rfc4514_string()
    assert "OU=" not in made.issuer.rfc4514_string()
    usage = made.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.content_commitment, usage.digital_signature) == (True, False)


def test_the_program_lives_in_its_own_home(program: Program) -> None:
    assert program.run("--version").returncode == 0
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        assert program.environment[name].startswith(str(program.home))
    assert "DISPLAY" not in program.environment


def test_neither_language_nor_time_zone_are_those_of_who_runs_the_tests(program: Program) -> None:
    assert {name for name in os.environ if name.startswith(("LC_", "LANGUAGE"))} == set()
    assert [(each["LANG"], each["TZ"]) for each in (os.environ, program.environment)] == 2 * [("C.UTF-8", "Etc/UTC")]
    assert time.localtime(0).tm_zone == "UTC"


def test_a_process_ends_with_all_that_it_started(tmp_path: Path) -> None:
    script = "import subprocess, time; print(subprocess.Popen(['sleep', '1000']).pid, flush=True); time.sleep(1000)"
    process = Process([sys.executable, "-c", script], environment=os.environ, log=tmp_path / "log")
    child = int(process.wait_for_log("\n"))
    process.close()
    assert process.returncode == -9
    wait_until(lambda: not alive(child), "its child ends")


def test_a_process_that_a_failed_test_has_left_ends_without_a_warning(tmp_path: Path) -> None:
    left = [Process(["sleep", "1000"], environment=os.environ, log=tmp_path / "log")]
    number = left[0].pid
    left.clear()
    gc.collect()
    assert not alive(number)


def test_a_missing_tool_names_its_package() -> None:
    with pytest.raises(MissingToolError, match="apt-get install wonder-package"):
        require_tool("no-such-tool", "wonder-package")
