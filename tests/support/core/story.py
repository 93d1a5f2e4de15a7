"""Two keys of one holder, and how far the guide has led with them."""

from datetime import datetime, timedelta

from config.i18n.text import Text
from daemon.core.model import Claim
from support.core.factories import DAY, NOW, ending
from support.core.simulator import Simulator, world_with

HOUR = timedelta(hours=1)
OLD, NEW = ending(20 * DAY, "old"), ending(1000 * DAY, "new")
OLD_ID, NEW_ID = OLD.fingerprint[:16], NEW.fingerprint[:16]
OLD_ENDS = NOW + 20 * DAY
ANNE = ending(500 * DAY, "anne", given_name="Anne", surname="DURAND", subject_cn="Anne DURAND")
LAST_CHANCE = OLD_ENDS - DAY


def two_keys(now: datetime = NOW) -> Simulator:
    """Make a world in which both keys are known, and the new one is activated."""
    world = world_with(OLD, NEW, now=now)
    world.tell(NEW_ID, Claim.ACTIVATED)
    return world


def mailed(now: datetime = NOW) -> Simulator:
    """Lead to the moment when the mail was asked for and the browser is closed."""
    world = two_keys(now)
    world.plug(OLD)
    world.choose("end:log_in", "end:ask", "end:close")
    return world


def delivered(what: object) -> str:
    assert isinstance(what, Text)
    return what.id


def finished() -> Simulator:
    world = mailed()
    world.remove()
    world.plug(NEW)
    world.choose("end:click", "end:check")
    return world
