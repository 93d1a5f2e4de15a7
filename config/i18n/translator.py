"""Renders texts in the user's language, with the gettext catalogues of `config/locale`."""

import logging
import os
import re
import sys
from collections.abc import Mapping
from datetime import datetime, tzinfo
from gettext import translation
from pathlib import Path
from unicodedata import normalize

from config.i18n.card_words import in_card_words
from config.i18n.text import Argument, CleanText, Phrase, Sentence, Text, clean, text
from config.instants import has_end, local_time

LANGUAGES = ("en", "fr")
LOCALE = Path(__file__).parents[1] / "locale"
ARGUMENT_LIMIT = 1024
MONTHS = (
    "month.1",
    "month.2",
    "month.3",
    "month.4",
    "month.5",
    "month.6",
    "month.7",
    "month.8",
    "month.9",
    "month.10",
    "month.11",
    "month.12",
)
"""The ids of the months' names, January first."""
WEEKDAYS = (
    "weekday.1",
    "weekday.2",
    "weekday.3",
    "weekday.4",
    "weekday.5",
    "weekday.6",
    "weekday.7",
)
"""The ids of the weekdays' names, Monday first."""

NO_END = {"until": "date.until_no_end", "until_datetime": "date.until_no_end"}
"""What the styles that say "until" write of a certificate without end."""

_PLACEHOLDER = re.compile(r"(\bde )?\{(\w+)(?::(\w+))?\}")
VOWELS = {"A", "E", "I", "O", "U", "Œ", "Æ"}
_WINDOWS_FRENCH = 0x0C  # primary language id, LANG_FRENCH

log = logging.getLogger(__name__)


class Translator:
    """Renders texts in one language. Any thread may use it."""

    def __init__(self, language: str | None = None, zone: tzinfo | None = None, *, on_card: bool = False) -> None:
        """Read the catalogue of a language.

        `language` is None for that of the session, and `zone` is None for the local time zone. `on_card`: every
        sentence speaks of cards instead of keys.
        """
        self.on_card = on_card
        self.language = language if language in LANGUAGES else session_language()
        self._zone = zone
        self._catalogue = translation("vigicle", LOCALE, [self.language])  # reads each file once

    def render(self, what: Sentence) -> CleanText:
        """Return the sentence in this language.

        An unknown id is logged and returned as it is.
        """
        return self._rendered(what, on_card=self.on_card or what.on_card)

    def _rendered(self, what: Sentence, *, on_card: bool) -> CleanText:
        arguments = dict(what.args)
        match what:
            case Text(id=logged_name):
                sentence = self._sentence(logged_name, arguments)
            case Phrase(wording=wording):
                sentence, logged_name = wording.in_language(self.language), wording.en
        if on_card:
            sentence = in_card_words(sentence, self.language)

        def fill(match: re.Match[str]) -> str:
            de, name, style = match[1] or "", match[2], match[3] or ""
            if name not in arguments:
                log.warning("Translator: the text %s has no argument %s; its name is shown instead", logged_name, name)
                return match[0]
            shown = self._shown(arguments[name], style, on_card=on_card)
            return f"{elided(de, shown) if self.language == 'fr' else de}{shown}"

        return CleanText(_PLACEHOLDER.sub(fill, sentence))

    def _sentence(self, id_: str, arguments: Mapping[str, Argument]) -> str:
        count = arguments.get("count", 1)
        number = abs(count) if isinstance(count, int) else 1
        sentence = self._catalogue.ngettext(id_, id_, number)
        if sentence == id_:
            sentence = self._catalogue.gettext(id_)
        if sentence == id_:
            log.warning("Translator: no sentence in %s for the text %s; its id is shown instead", self.language, id_)
        return sentence

    def _shown(self, argument: Argument, style: str, *, on_card: bool) -> str:
        match argument:
            case Text() | Phrase():
                shown = self._rendered(argument, on_card=on_card or argument.on_card)
                return capitalized(shown) if style == "capital" else self._until(shown, style)
            case datetime():
                return self._moment(argument, style)
            case int():
                return str(argument)
            case str():
                return clean(argument, ARGUMENT_LIMIT)

    def _moment(self, moment: datetime, style: str) -> str:
        """Return a moment in one of the styles of the catalogue's placeholders.

        The year 9999 means no end, which is written in words.
        """
        if not has_end(moment):
            return self.render(text(NO_END.get(style, "date.no_end")))
        return self._until(self._local_moment(local_time(moment, self._zone), style), style)

    def _until(self, moment: str, style: str) -> str:
        if style not in NO_END:
            return moment
        return self.render(text("date.until", moment=moment))

    def _local_moment(self, moment: datetime, style: str) -> str:
        month = text(MONTHS[moment.month - 1])
        year = str(moment.year)
        id_ = "date.first" if moment.day == 1 else "date.day"
        day = text(id_, day=moment.day, month=month, year=year)
        date = text("date.weekday", weekday=text(WEEKDAYS[moment.weekday()]), date=day)
        time = text("date.time", hour=moment.hour, hour_padded=f"{moment:%H}", minute=f"{moment:%M}")
        match style:
            case "day":
                return self.render(day)
            case "time":
                return self.render(time)
            case "datetime" | "until_datetime":
                return self.render(text("date.datetime", date=date, time=time))
            case _:
                return self.render(date)


def capitalized(words: str) -> str:
    """Begin with a capital letter, and leave the rest."""
    return words[:1].upper() + words[1:]


def elided(de: str, following: str) -> str:
    """Return "de ", or its short form before a vowel.

    Before an h or a y it depends on the word, and the long one stays.
    """
    begins = normalize("NFD", following[:1]).upper()[:1]
    return "d’" if de and begins in VOWELS else de


class UserError(Exception):
    """A problem that the user can solve.

    `text` is the message for the user. str() renders it in English, for the log.
    """

    def __init__(self, what: Text) -> None:
        super().__init__(what)
        self.text = what

    def __str__(self) -> str:
        return Translator("en").render(self.text)


def session_language(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """Return the language of the user's session: "fr" or "en"."""
    asked = _from_environment(environ)
    if asked is None and platform == "win32":
        asked = _from_windows()
    if asked is None and platform == "darwin":
        asked = _from_macos()
    return asked or "en"


def _from_environment(environ: Mapping[str, str]) -> str | None:
    """Return the language that the variables name (POSIX.1-2017 §8.2).

    GNU gettext's LANGUAGE comes first, but a locale of "C" disables it.
    """
    locale = next(filter(None, map(environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    if locale in {"C", "POSIX"}:
        return "en"
    return _first_known([*environ.get("LANGUAGE", "").split(":"), locale])


def _from_windows() -> str | None:
    language = None
    if sys.platform == "win32":
        import ctypes

        identifier = ctypes.windll.kernel32.GetUserDefaultUILanguage()
        language = "fr" if identifier & 0x3FF == _WINDOWS_FRENCH else "en"
    return language


def _from_macos() -> str | None:
    from config.property_list import read_plist

    preferences = Path.home() / "Library" / "Preferences" / ".GlobalPreferences.plist"
    try:
        tags = read_plist(preferences).get("AppleLanguages", [])
    except (OSError, ValueError):
        return None
    if not isinstance(tags, list):
        return None
    return _first_known([str(tag) for tag in tags])


def _first_known(tags: list[str]) -> str | None:
    languages = (re.split(r"[_.@-]", tag.strip(), maxsplit=1)[0].casefold() for tag in tags)
    return next((language for language in languages if language in LANGUAGES), None)
