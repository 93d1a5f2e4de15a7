"""Two keys of one holder, at stages of the guide."""

from datetime import timedelta

from config.i18n.text import Text
from config.instants import Instant
from daemon.core.model import Claim
from support.core.factories import DAY, NOW, ending
from support.core.simulator import Simulator, simulator_with

HOUR = timedelta(hours=1)
OLD, NEW = ending(20 * DAY, "old"), ending(1000 * DAY, "new")
OLD_ID, NEW_ID = OLD.fingerprint[:16], NEW.fingerprint[:16]
OLD_ENDS = NOW + 20 * DAY
ANNE = ending(500 * DAY, "anne", given_name="Anne", surname="DURAND", subject_cn="Anne DURAND")
LAST_CHANCE = OLD_ENDS - DAY


def two_keys(now: Instant = NOW) -> Simulator:
    """Simulate that both keys are known and the new one is activated."""
    simulator = simulator_with(OLD, NEW, now=now)
    simulator.tell(NEW_ID, Claim.ACTIVATED)
    return simulator


def mailed(now: Instant = NOW) -> Simulator:
    """Go on until the mail is requested and the browser closed."""
    simulator = two_keys(now)
    simulator.plug(OLD)
    simulator.choose("end:log_in", "end:ask", "end:close")
    return simulator


def delivered(what: object) -> str:
    assert isinstance(what, Text)
    return what.id


def finished() -> Simulator:
    simulator = mailed()
    simulator.remove()
    simulator.plug(NEW)
    simulator.choose("end:click", "end:check", "state:works")
    return simulator
