"""What a change of a setting does."""

from collections.abc import Mapping

from config.i18n.text import Text
from config.settings import SettingId
from daemon.core.effects import Effect, WriteSetting
from daemon.core.state import State


def change_setting(state: State, setting: SettingId, written: str) -> tuple[State, tuple[Effect, ...]]:
    """Order a setting to be written, unless an administrator has set it."""
    if setting in state.settings.mandatory:
        return state, ()
    return state, (WriteSetting(setting=setting, written=written),)


def answer_setting(state: State, setting: SettingId, refusal: Text | None) -> Mapping[SettingId, Text]:
    """Return the refused settings after an answer about one."""
    others = {id_: reason for id_, reason in state.refused_settings.items() if id_ != setting}
    return others if refusal is None else {**others, setting: refusal}
