"""What can be set in the guide, and the settings that hold."""

from collections.abc import Iterator

from config.i18n.text import Sentence, text
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.state import State
from daemon.core.views.guide import Action


def settings(state: State) -> Iterator[Action[Sentence]]:
    """Yield what the user can switch or do, whatever page is shown."""
    if state.login_start is not None:
        yield Action(id=ActionId(ActionKind.AUTOSTART), label=text("guide.set.autostart"), on=state.login_start)
    yield Action(id=ActionId(ActionKind.LANGUAGE), label=text("guide.set.language"))
    if state.memory.keys:
        yield Action(id=ActionId(ActionKind.CALENDAR, "settings"), label=text("guide.calendar"))
    yield Action(id=ActionId(ActionKind.DIAGNOSE), label=text("guide.set.diagnose"))
    yield Action(id=ActionId(ActionKind.READ_KEYS), label=text("guide.set.read"))


def about(state: State) -> Iterator[Sentence]:
    """Yield the settings that hold, and where they can be changed."""
    notices = state.settings.notices
    yield text("guide.about.days", days=", ".join(map(str, notices.days)))
    quiet = notices.quiet_hours
    if quiet is None:
        yield text("guide.about.no_quiet_hours")
    else:
        yield text("guide.about.quiet_hours", start=f"{quiet.start:%H:%M}", end=f"{quiet.end:%H:%M}")
    yield text("guide.about.file")
    yield text("guide.about.program")
