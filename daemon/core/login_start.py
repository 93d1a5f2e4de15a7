"""Whether vigicle starts when the user logs in."""

from enum import StrEnum

from config.values import dataclass


class AutostartState(StrEnum):
    """The words for people are `autostart.<value>`."""

    ON = "on"
    OFF = "off"
    OFF_BY_PERSON = "off_by_person"  # switched off in the settings of their desktop or system
    BROKEN = "broken"  # the program that it would start is no longer there


@dataclass(frozen=True, slots=True, kw_only=True)
class AutostartStatus:
    """Whether vigicle starts at login, and where that is written."""

    state: AutostartState
    place: str
