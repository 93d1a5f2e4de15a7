"""What is in the readers, in words, and what stands in the way at this moment."""

from config.i18n.text import Sentence, Text, text
from config.workflows import Needs
from daemon.core.card_reads import names_being_read
from daemon.core.guide.context import Scene
from daemon.core.guide.words import holder_words, say
from daemon.core.holders import holder_name
from daemon.core.state import State
from daemon.core.trouble_notices import clock_wrong, pressing_trouble, reader_trouble
from daemon.core.troubles import Trouble
from daemon.core.views.guide import ReaderPicture
from daemon.core.workflows.cards import is_reading
from daemon.core.workflows.workflow import wanted


def picture(state: State, scene: Scene | None) -> ReaderPicture:
    """Say what is in the readers, as the line on show sees it; without a line every readable key is another one."""
    if state.service_trouble or state.readers is None:
        return ReaderPicture.AWAY
    if is_reading(state.readers, state.contents, names_being_read(state)):
        return ReaderPicture.READING
    if scene is not None and not scene.place.sure:
        return ReaderPicture.AWAY
    if scene is not None and (scene.place.old or scene.place.new or scene.place.rivals):
        return _of_line(scene)
    if any(content.keys and not content.bare for content in state.contents.values()):
        return ReaderPicture.OTHER
    if state.held or state.contents:
        return ReaderPicture.UNREAD
    return ReaderPicture.EMPTY if state.readers else ReaderPicture.NO_READER


def reader_words(state: State, scene: Scene | None, shown: ReaderPicture) -> Sentence:
    """Put the picture into words."""
    if shown is ReaderPicture.OTHER:
        return text("guide.reader.other", holder=_other_holder(state, scene))
    if scene is not None and shown in {ReaderPicture.OLD, ReaderPicture.NEW}:
        return say(scene, f"guide.reader.{shown}")
    return text(f"guide.reader.{shown}")


def trouble_words(state: State, shown: ReaderPicture) -> Text | None:
    """Say what is wrong with the readers, and what to do."""
    if shown is ReaderPicture.READING:
        return None
    trouble = state.service_trouble or next((t for r in state.readers or () if (t := pressing_trouble(state, r))), None)
    return text(f"trouble.{trouble}") if trouble else None


def obstacle(scene: Scene, shown: ReaderPicture) -> Sentence | None:
    """Say what stands in the way of the step, and what to do about it; None when nothing does."""
    if clock_wrong(scene.now):
        return text(f"trouble.{Trouble.CLOCK_WRONG}")
    if shown is ReaderPicture.AWAY:
        return trouble_words(scene.state, shown)
    if shown is ReaderPicture.READING:
        return None
    return _wrong_card(scene, shown) or _locked(scene)


def _of_line(scene: Scene) -> ReaderPicture:
    place = scene.place
    if place.old and place.new:
        return ReaderPicture.BOTH
    if place.rivals:
        return ReaderPicture.OTHER
    return ReaderPicture.OLD if place.old else ReaderPicture.NEW


def _wrong_card(scene: Scene, shown: ReaderPicture) -> Sentence | None:
    """Say at once that a wrong card is in, by what the step is about."""
    need = wanted(scene.step) if scene.step else Needs.NOTHING
    if need is Needs.NOTHING or scene.place.ready(need):
        return None
    match shown:
        case ReaderPicture.BOTH:
            return say(scene, f"guide.wrong.both.{need}")
        case ReaderPicture.OLD | ReaderPicture.NEW:
            return say(scene, f"guide.wrong.{shown}")
        case ReaderPicture.OTHER:
            id_ = f"guide.wrong.{'past' if _is_past(scene) else 'other'}.{need}"
            beside = scene.place.old if need is Needs.OLD else scene.place.new
            holder = _other_holder(scene.state, scene)
            return say(scene, "guide.wrong.beside" if beside else id_, other=holder)
        case ReaderPicture.UNREAD:
            return trouble_words(scene.state, shown) or say(scene, f"guide.wrong.unread.{need}")
        case _:
            return trouble_words(scene.state, shown)


def _is_past(scene: Scene) -> bool:
    return bool(scene.place.rivals & {entry.key.id for entry in scene.case.line.entries})


def _locked(scene: Scene) -> Sentence | None:
    state = scene.state
    locked = any(reader_trouble(state, reader) is Trouble.PIN_LOCKED for reader in state.held)
    return text(f"trouble.{Trouble.PIN_LOCKED}") if locked else None


def _other_holder(state: State, scene: Scene | None) -> str | Text:
    """Name whose the other key is."""
    here = scene.place.rivals if scene else frozenset()
    ids = sorted(here or {key for content in state.contents.values() for key in content.keys})
    keys = (state.memory.keys[i] for i in ids if i in state.memory.keys)
    seen = (state.memory.certificates[f] for key in keys for f in key.fingerprints if f in state.memory.certificates)
    return holder_words(next((name for s in seen if (name := holder_name(s.certificate))), ""))
