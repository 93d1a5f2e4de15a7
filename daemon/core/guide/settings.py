"""What can be set in the guide, and what holds."""

from collections.abc import Iterator

from config.i18n.text import Sentence, text
from config.settings import SettingId
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.state import State
from daemon.core.views.guide import Action, Finding, SettingField


def settings(state: State) -> Iterator[Action[Sentence]]:
    """Yield what the user can switch or do, whatever page is shown."""
    if state.login_start is not None and state.settings.office.autostart is None:
        yield Action(id=ActionId(ActionKind.AUTOSTART), label=text("guide.set.autostart"), on=state.login_start)
    yield Action(id=ActionId(ActionKind.LANGUAGE), label=text("guide.set.language"))
    if state.memory.keys:
        yield Action(id=ActionId(ActionKind.CALENDAR, "settings"), label=text("guide.calendar"))
    yield Action(
        id=ActionId(ActionKind.DIAGNOSE),
        label=text("guide.set.diagnosing" if state.examining else "guide.set.diagnose"),
    )
    yield Action(
        id=ActionId(ActionKind.READ_KEYS), label=text("guide.set.reading" if state.reads else "guide.set.read")
    )


def findings(state: State) -> tuple[Finding[Sentence], ...] | None:
    """Return what the last diagnosis found, with what can be done here."""
    if state.diagnosis is None:
        return None
    offered: dict[ActionKind | None, Action[Sentence]] = {action.id.kind: action for action in settings(state)}
    return tuple(
        Finding(topic=wrong.topic, what=wrong.what, remedy=wrong.remedy, action=offered.get(wrong.done_by))
        for wrong in state.diagnosis
    )


def fields(state: State) -> Iterator[SettingField[Sentence]]:
    """Yield what the user can write."""
    held = state.settings
    quiet = held.notices.quiet_hours
    values = {
        SettingId.LANGUAGE: held.language or "",
        SettingId.DAYS: ", ".join(map(str, held.notices.days)),
        SettingId.QUIET_HOURS: f"{quiet.start:%H:%M} – {quiet.end:%H:%M}" if quiet else "",
    }
    for id_, value in values.items():
        refusal = state.refused_settings.get(id_)
        yield SettingField(id=id_, value=value, fixed=id_ in held.mandatory, refusal=refusal)


def about(state: State) -> Iterator[Sentence]:
    """Yield what the user cannot change, and where the settings are."""
    if state.settings.office.autostart is not None:
        yield text("guide.about.autostart_fixed")
    yield text("guide.about.file")
    yield text("guide.about.program")
