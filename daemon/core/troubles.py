"""The closed list of troubles that keep a user from their key."""

from enum import StrEnum


class Trouble(StrEnum):
    """What is wrong, in one word."""

    SERVICE_ABSENT = "service_absent"  # no PC/SC service to talk to
    SERVICE_STOPPED = "service_stopped"  # it was there and went away
    SERVICE_REFUSED = "service_refused"  # it is there, and this session may not use it
    WATCH_FAILED = "watch_failed"  # vigicle's own watch failed, and is begun again
    SESSION_INACTIVE = "session_inactive"  # another person is in front of the computer
    NO_READER = "no_reader"
    READER_STALE = "reader_stale"  # listed, but it no longer answers (after sleep)
    CARD_MUTE = "card_mute"  # a card is in and does not answer a reset
    CARD_UNREAD = "card_unread"  # a card is in and no module reads it
    CARD_BUSY = "card_busy"  # another program holds it
    CARD_REFUSED = "card_refused"  # this session may not use it
    MODULE_CRASHED = "module_crashed"
    MODULE_HUNG = "module_hung"
    MODULE_UNSAFE = "module_unsafe"  # another account could change it, and so it was not loaded
    MODULE_UNUSABLE = "module_unusable"  # relative, missing, not a library, wrong architecture
    NO_CERTIFICATE = "no_certificate"
    NO_LOGIN_CERTIFICATE = "no_login_certificate"  # an authority's alone
    PIN_LOCKED = "pin_locked"
    CLOCK_WRONG = "clock_wrong"
    REMOTE_SESSION = "remote_session"  # the reader is on the other side
    TOOL_MISSING = "tool_missing"
    TOOL_UNKNOWN = "tool_unknown"  # found in the user's own folders, and not yet named to the user
    NOT_YET_VALID = "not_yet_valid"
    CERTIFICATE_UNREADABLE = "certificate_unreadable"
    LAUNCH_FAILED = "launch_failed"
    INTERNAL_FAULT = "internal_fault"  # vigicle itself failed on something, and goes on without it
    NOTICES_OFF = "notices_off"  # switched off in the system's settings
    ELEVATED = "elevated"  # vigicle has administrator rights, and so would what it opens


EMPTY_KEY_TROUBLES = {Trouble.NO_CERTIFICATE, Trouble.NO_LOGIN_CERTIFICATE}
"""A key holds no certificate of a person."""

SERVICE_TROUBLES = {
    Trouble.SERVICE_ABSENT,
    Trouble.SERVICE_STOPPED,
    Trouble.SERVICE_REFUSED,
    Trouble.WATCH_FAILED,
    Trouble.SESSION_INACTIVE,
}
"""No reader can be seen."""
