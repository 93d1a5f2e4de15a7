"""A hostile account neither delays nor forges another's line."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from daemon.adapters.metrics.account_id import AccountIds, account_id
from daemon.adapters.metrics.exporter_file import FILE, CollectorError, write_for_exporter
from support.process import PATIENCE_S, require_tool, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

if sys.platform != "win32":
    from daemon.adapters.metrics import collector
    from daemon.adapters.metrics.collector import Account, ask, collect, people
else:
    pytest.skip("Windows has another collector", allow_module_level=True)

GOOD, OTHER = 61001, 61002  # accounts by their numbers: no name is needed
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="root alone becomes another account")
LINE = 'vigicle_build_info{{account="{account}",version="{version}"}} 1'
ENDS = 'x509_cert_not_after{source="vigicle",discriminator="a1b2c3d4",state="in_use"} 1798761600\n'


@pytest.fixture
def homes() -> Iterator[Path]:
    """A folder that every account may look into.

    `tmp_path` is none: each start of pytest closes what is above it.
    """
    with TemporaryDirectory(prefix="vigicle-homes-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def home(homes: Path) -> Callable[..., Account]:
    """Make an account's home, where its answer lies."""

    def make(user: int, says: str = "", program: str = "cat $HOME/said") -> Account:
        folder = homes / str(user)
        (folder / collector.STATE).mkdir(parents=True)
        (folder / "said").write_text(says)
        (folder / "program").write_text(program)
        for each in (folder, *folder.rglob("*")):
            if os.geteuid() == 0:
                os.chown(each, user, user)
        return Account(user=user if os.geteuid() == 0 else os.geteuid(), group=user, home=str(folder))

    return make


PROGRAM = ["/bin/sh", "-c", '. "$HOME/program"']
"""In the place of vigicle: each account decides what it does."""


def name_of(user: int) -> str:
    return {GOOD: "good", OTHER: "other"}.get(user, "own")


def good_line(account: str = "good") -> str:
    return LINE.format(account=account, version="1")


@as_root
def test_each_account_is_asked_as_itself(home: Callable[..., Account]) -> None:
    account = home(GOOD, program="id -u; id -G; touch $HOME/made; echo $HOME")
    lines = ask(account, PROGRAM).decode().split()
    assert lines == [str(GOOD), str(GOOD), account.home]
    assert Path(account.home, "made").stat().st_uid == GOOD


SLEEP = f"sleep {1000 + os.getpid()}"  # of this worker's tests alone
HOSTILE = {
    "hangs": SLEEP,
    "hangs and leaves a child with the pipe": f"setsid {SLEEP} & {SLEEP}",
    "ends and leaves a child with the pipe": f"cat $HOME/said; setsid {SLEEP} & exit 0",
    "closes its output and hangs": f"exec >&-; {SLEEP}",
    "prints 10 MB": "head -c 10000000 /dev/zero | tr '\\0' x",
    "prints for ever": "yes",
    "stops itself": "kill -STOP $$",
    "ignores every polite signal": f"trap '' TERM INT HUP; {SLEEP}",
    "fails": "cat $HOME/said; exit 3",
    "reads from a FIFO": "rm $HOME/said; mkfifo $HOME/said; cat $HOME/said",
    "speaks of others": "echo 'up 0'; echo 'vigicle_build_info{account=\"good\",version=\"9\"} 1'",
}


@as_root
@pytest.mark.parametrize("program", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.usefixtures("awakened")
def test_a_hostile_account_changes_no_other_line(home: Callable[..., Account], program: str) -> None:
    accounts = [home(OTHER, program=program), home(GOOD, says=good_line("forged"))]
    begun = time.monotonic()
    text = collect_limited(accounts, limit_s=1.0)
    assert time.monotonic() - begun < PATIENCE_S
    assert good_line() in text.splitlines()
    assert sum('account="good"' in line for line in text.splitlines()) == 1
    assert not any(line.startswith("up") for line in text.splitlines())
    wait_until(lambda: all(process == session for process, session in asleep()), "only other sessions are left")


def collect_limited(accounts: list[Account], limit_s: float = PATIENCE_S) -> str:
    """Collect, with a limit for the other account."""

    def asked(account: Account, command: list[str]) -> bytes:
        return ask(account, command, limit_s=limit_s if account.user == OTHER else PATIENCE_S)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collector, "ask", asked)
        return collect(accounts, name_of, PROGRAM, with_names=False)


def asleep() -> list[tuple[int, int]]:
    """Return what the hostile account has asleep: each process, and its session."""
    listed = subprocess.run(["ps", "-eo", "uid=,pid=,sid=,args="], capture_output=True, text=True, check=True).stdout
    lines = (line.split(maxsplit=3) for line in listed.splitlines() if line.endswith(SLEEP))
    return [(int(process), int(session)) for user, process, session, _ in lines if user == str(OTHER)]


@pytest.fixture
def awakened() -> Iterator[None]:
    """End what has escaped into a session of its own."""
    yield
    for process, _ in asleep():
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


@as_root
def test_two_people_with_one_key_are_two_series(home: Callable[..., Account]) -> None:
    text = collect_limited([home(GOOD, says=ENDS * 3), home(OTHER, says=ENDS)])
    assert text.count("x509_cert_not_after{") == 2


@pytest.mark.full
@as_root
def test_prometheus_accepts_two_people_with_one_key(home: Callable[..., Account]) -> None:
    text = collect_limited([home(GOOD, says=ENDS), home(OTHER, says=ENDS)])
    checked = subprocess.run(
        [require_tool("promtool", "prometheus"), "check", "metrics"], input=text, text=True, check=False
    )
    assert checked.returncode == 0


@pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")  # as it has to be
def test_a_process_that_cannot_be_killed_is_left_behind(
    home: Callable[..., Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for a file system in user space."""
    account, begun = home(GOOD, program="exec sleep 60"), time.monotonic()
    ends: list[int] = []
    monkeypatch.setattr(collector, "END_LIMIT_S", 0.2)
    with monkeypatch.context() as patch:
        patch.setattr(os, "killpg", lambda group, _signal: ends.append(group))
        assert ask(account, PROGRAM, limit_s=1.0) == b""
    assert time.monotonic() - begun < 30
    os.killpg(ends[-1], signal.SIGKILL)


def test_a_home_that_cannot_be_examined_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Hidden:
        def stat(self, *, follow_symlinks: bool) -> os.stat_result:
            raise PermissionError(follow_symlinks)

    (tmp_path / "good").mkdir()
    with os.scandir(tmp_path) as homes:
        found = [Hidden(), *homes]
    monkeypatch.setattr(os, "scandir", lambda _folder: contextlib.nullcontext(found))
    monkeypatch.setattr(collector, "FIRST_USER", 0)
    monkeypatch.setattr(pwd, "getpwall", list)
    assert [account.user for account in people()] == [os.geteuid()]


def test_an_account_without_vigicle_is_not_asked(tmp_path: Path) -> None:
    account = Account(user=os.geteuid(), group=os.getegid(), home=str(tmp_path))
    assert ask(account, ["/usr/bin/touch", str(tmp_path / "asked")]) == b""
    assert not (tmp_path / "asked").exists()


def test_a_program_that_is_missing_costs_only_itself(home: Callable[..., Account]) -> None:
    assert ask(home(GOOD), ["/none/vigicle"]) == b""


def test_the_accounts_are_those_of_people() -> None:
    assert all(account.user >= collector.FIRST_USER for account in people())


# The file


def test_the_file_is_readable_by_all_and_replaces_a_link(tmp_path: Path) -> None:
    (tmp_path / "target").touch()
    (tmp_path / FILE).symlink_to(tmp_path / "target")
    (tmp_path / f".{FILE}.left").touch()
    write_for_exporter(tmp_path, "a 1\n")
    file = tmp_path / FILE
    assert (file.is_symlink(), file.read_text(), stat.S_IMODE(file.stat().st_mode)) == (False, "a 1\n", 0o644)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["target", FILE]


@pytest.mark.parametrize("mode", [0o777, 0o1777])
def test_a_folder_for_all_is_refused(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    with pytest.raises(CollectorError):
        write_for_exporter(tmp_path, "")


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CollectorError, match="none"):
        write_for_exporter(tmp_path / "none", "")


def test_a_kill_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from daemon.adapters.metrics.exporter_file import write_for_exporter\n"
        "n = 0\n"
        "while True: n += 1; write_for_exporter(Path(sys.argv[1]), f'{n}\\n' * 100000)"
    )
    for pause in (0.6, 0.63, 0.71):
        process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)])
        try:
            process.wait(pause)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.wait()
        lines = (tmp_path / FILE).read_text().splitlines() if (tmp_path / FILE).exists() else []
        assert len(lines) in {0, 100000}
        assert len(set(lines)) <= 1


# Ids


def test_an_id_is_kept_in_the_state_folder(tmp_path: Path) -> None:
    first = account_id(tmp_path / "state")
    assert len(first) == 12
    assert account_id(tmp_path / "state") == first
    (tmp_path / "state" / "metrics-account").write_text("../x")
    assert account_id(tmp_path / "state") not in {first, "../x"}


def test_the_collectors_ids_are_its_own_and_last(tmp_path: Path) -> None:
    ids = AccountIds(tmp_path / "ids")
    one, other = ids.id_of(1000), ids.id_of(1001)
    ids.save()
    ids.save()
    again = AccountIds(tmp_path / "ids")
    assert (again.id_of(1000), again.id_of(1001)) == (one, other)
    assert one != other
    (tmp_path / "ids" / "accounts.json").write_text("[")
    assert AccountIds(tmp_path / "ids").id_of(1000) != one
