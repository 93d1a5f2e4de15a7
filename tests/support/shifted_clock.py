"""A wall clock of a workstation, which a test sets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from support.native import compile_source
from support.process import wait_until
from support.workstation import status

if TYPE_CHECKING:
    from support.bus import LoginManager
    from support.program import Program

SOURCE = Path(__file__).with_suffix(".c")
BEFORE = timedelta(seconds=2)


class ShiftedClock:
    """The wall clock of a workstation, which can be set."""

    def __init__(self, workstation: Program, folder: Path) -> None:
        library, self._file = folder / "clock.so", folder / "shift"
        library.write_bytes(compile_source(SOURCE.read_text(), "-Wall"))
        self.set(timedelta())
        workstation.environment |= {"LD_PRELOAD": str(library), "SHIFTED_CLOCK": str(self._file), "TZ": "Etc/UTC"}
        self._workstation = workstation

    @property
    def now(self) -> datetime:
        """The time that the workstation's programs read."""
        return datetime.now(UTC) + self._shift

    def set(self, shift: timedelta) -> None:
        """Set the clock to the right time and this shift.

        It counts in whole seconds.
        """
        self._shift = timedelta(seconds=int(shift.total_seconds()))
        new = self._file.with_suffix(".new")
        new.write_text(str(int(shift.total_seconds())))
        new.replace(self._file)

    def jump(self, shift: timedelta) -> None:
        """Set the clock, and have the daemon handle events."""
        self.set(shift)
        for _ in range(3):
            status(self._workstation)

    def sleep_until_before(self, moment: datetime, login: LoginManager) -> None:
        """Let the computer sleep until this moment has almost come.

        What leads to that moment may then take as long as it does.
        """
        wait_until(login.asked.is_set, "the daemon listens to the login manager")
        assert self.now < moment - BEFORE, "it has come already"
        login.prepare_for_sleep(going=True)
        self.set(moment - BEFORE - datetime.now(UTC))
        login.prepare_for_sleep(going=False)
