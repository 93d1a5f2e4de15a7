"""Leaves the readers alone while the session is in the background.

Another person is in front then, and the key in the reader is theirs.
"""

from config.instants import Instant
from config.values import replace
from daemon.core.card_reads import take_readers
from daemon.core.model import ReaderState
from daemon.core.state import Background, State
from daemon.core.troubles import Trouble


def enter_background(state: State, at: Instant) -> State:
    """Forget what is in the readers, and what is being read."""
    if state.background is not None:
        return state
    background = Background(readers=state.readers, trouble=state.service_trouble)
    return replace(state.lose_service(Trouble.SESSION_INACTIVE, at), background=background, reads={})


def enter_foreground(state: State, at: Instant) -> State:
    """Return the state in which each card is new."""
    background = state.background
    if background is None:
        return state
    state = replace(state, background=None, service_trouble=None, blind_since=None, readers=None)
    if background.trouble is not None:
        return state.lose_service(background.trouble, at)
    if background.readers is None:
        return state
    return take_readers(state, background.readers)


def note_readers(state: State, readers: tuple[ReaderState, ...]) -> State:
    """Keep the snapshot for the return to the foreground."""
    return replace(state, background=Background(readers=readers))


def note_loss(state: State, trouble: Trouble) -> State:
    """Keep that the service is lost."""
    return replace(state, background=Background(trouble=trouble))
