"""Says who set each setting, and what that overrides."""

from collections.abc import Iterator
from pathlib import Path

from config.schema.load_settings import Loaded
from config.schema.policy_keys import KEYS, OFFICE, PolicyKey
from config.schema.policy_sources import Level
from config.settings import DEFAULT_NOTICE_DAYS, DEFAULT_URGENT_DAYS
from config.values import dataclass

DEFAULTS: dict[str, object] = {
    "notices.days": list(DEFAULT_NOTICE_DAYS),
    "notices.urgent_days": DEFAULT_URGENT_DAYS,
    f"{OFFICE}.metrics_names": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetValue:
    """One value that was set somewhere."""

    level: Level
    value: object
    """As TOML has it, None for none."""
    place: Path | None = None
    """The file or the registry's key, None for a default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingInForce:
    """One setting."""

    key: str | None
    """Its name in a policy, None where it has none."""
    setting: str | None
    """Its dotted key in `config.toml`, None where an administrator alone can set it."""
    counts: SetValue
    overrides: tuple[SetValue, ...] = ()
    """What does not count, the strongest first."""


def settings_in_force(loaded: Loaded) -> Iterator[SettingInForce]:
    """Yield every setting with a policy key, and others that are set."""
    found: dict[str, list[SetValue]] = {".".join(key.setting): [] for key in KEYS if key.name != "Tools"}
    for layer in reversed(loaded.layers):
        for name, value in layer.values():
            found.setdefault(name, []).append(SetValue(level=layer.level, value=value, place=layer.file))
    for name, values in found.items():
        strongest, *others = [*values, SetValue(level=Level.DEFAULT, value=DEFAULTS.get(name))]
        key = _key_of(name)
        yield SettingInForce(
            key=key.name if key else None,
            setting=None if name.startswith(f"{OFFICE}.") else name,
            counts=strongest,
            overrides=tuple(each for each in others if each.value is not None),
        )
    yield from _of_procedures(loaded)


def _of_procedures(loaded: Loaded) -> Iterator[SettingInForce]:
    """Yield the notice times that procedures bring, where nothing overrides them."""
    for procedure in loaded.settings.procedures:
        for name, value in (("days", procedure.notice_days), ("urgent_days", procedure.urgent_days)):
            if value is not None:
                written = list(value) if isinstance(value, tuple) else value
                counts = SetValue(level=Level.PROCEDURE, value=written)
                yield SettingInForce(key=None, setting=f"procedures.{procedure.id}.notices.{name}", counts=counts)


def _key_of(name: str) -> PolicyKey | None:
    wanted = tuple(name.split("."))
    if wanted[0] == "procedures" and wanted[-1] == "tool":
        wanted = wanted[:1]
    return next((key for key in KEYS if key.setting == wanted), None)
