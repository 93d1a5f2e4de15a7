"""Texts exist in both languages, and are rendered safely."""

import ast
import importlib.util
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from config.i18n.text import Argument, text
from config.i18n.translator import ARGUMENT_LIMIT, LANGUAGES, LOCALE, Translator, session_language
from config.workflows import WorkflowKind
from daemon.core.model import Occupancy, Role
from daemon.core.notice import CHOICE_LABELS
from daemon.core.troubles import Trouble
from daemon.core.views.report import Stage
from support.syntax import nodes_of

ROOT = Path(__file__).parents[4]
SHORT_LIMIT = 40
NO_BREAK_SPACE = "\u00a0"

# Ids that are put together at run time, with everything that can stand in them.
FAMILIES: dict[str, Iterable[object]] = {
    "trouble.{}": Trouble,
    "trouble.{}.short": Trouble,
    "occupancy.{}": Occupancy,
    "stage.{}": Stage,
    "role.{}": Role,
    "path.{}": set(WorkflowKind) - {WorkflowKind.CLEAN_UP},
    "month.{}": range(1, 13),
    "weekday.{}": range(1, 8),
    "choice.{}": CHOICE_LABELS,
}


def catalogue(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "vigicle.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


def words(language: str) -> dict[str, tuple[str, ...]]:
    """Every id with its forms."""
    found = {}
    for message in catalogue(language):
        id_ = message.id if isinstance(message.id, str) else message.id[0]
        forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        if id_:
            found[id_] = forms
    return found


WORDS = {language: words(language) for language in LANGUAGES}
KNOWN = set(WORDS["en"])


def sources() -> Iterator[ast.AST]:
    for package in ("config", "daemon", "tray"):
        for file in (ROOT / package).rglob("*.py"):
            yield from nodes_of(file.read_text(encoding="utf-8"))


def ids_in(node: ast.expr) -> Iterator[str]:
    """Yield the ids that an argument of `text` can be.

    `{}` is in the place of what is filled in.
    """
    match node:
        case ast.Constant(value=str(id_)):
            yield id_
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from ids_in(one)
            yield from ids_in(other)


def used_ids() -> set[str]:
    found: set[str] = set()
    for node in sources():
        match node:
            case ast.Call(func=ast.Name(id="text" | "Text"), args=[first, *_]):
                found.update(ids_in(first))
    return found


def named_ids() -> set[str]:
    """Return every string of the sources, and every pattern of one."""
    found: set[str] = set()
    for node in sources():
        if isinstance(node, ast.Constant | ast.JoinedStr):
            found.update(ids_in(node))
    return found


def pattern(id_: str) -> re.Pattern[str]:
    return re.compile(".+".join(map(re.escape, id_.split("{}"))))


USED = used_ids()


def test_both_languages_have_the_same_ids() -> None:
    assert set(WORDS["fr"]) == set(WORDS["en"])


def placeholders(forms: Iterable[str]) -> set[str]:
    return {match for form in forms for match in re.findall(r"\{(\w+)", form)}


def test_both_languages_fill_in_the_same_arguments() -> None:
    for_dates = {"date.first", "date.day", "date.time"}  # each language has its own habit there
    differing = {
        id_
        for id_ in KNOWN & set(WORDS["fr"]) - for_dates
        if placeholders(WORDS["en"][id_]) != placeholders(WORDS["fr"][id_])
    }
    assert differing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_are_missing(language: str) -> None:
    assert {id_ for id_, forms in WORDS[language].items() if not all(forms)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_plain_names(language: str) -> None:
    odd = {
        form
        for forms in WORDS[language].values()
        for form in forms
        if set("{}") & set(re.sub(r"\{[a-z_]+(:(date|day|time|datetime|until|until_datetime|capital))?\}", "", form))
    }
    assert odd == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_up_to_date(language: str) -> None:
    spec = importlib.util.spec_from_file_location("compile_texts", ROOT / "installers" / "texts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    source = LOCALE / language / "LC_MESSAGES" / "vigicle.po"
    stale = source.with_suffix(".mo").read_bytes() != module.compiled(source)
    assert not stale, "run python installers/texts.py"


def test_every_text_that_is_used_has_words() -> None:
    plain = {id_ for id_ in USED if "{}" not in id_}
    assert plain - KNOWN == set()


@pytest.mark.parametrize("family", FAMILIES)
def test_every_member_of_a_family_has_words(family: str) -> None:
    assert {family.format(member) for member in FAMILIES[family]} - KNOWN == set()


def test_every_text_that_is_put_together_has_words() -> None:
    patterns = {id_ for id_ in USED if "{}" in id_}
    assert {id_ for id_ in patterns if not any(pattern(id_).fullmatch(known) for known in KNOWN)} == set()


def test_no_words_are_left_over() -> None:
    named = named_ids()
    begun = re.compile(r"[a-z_]+\.")
    patterns = [pattern(id_) for id_ in {*named, *FAMILIES} if "{}" in id_ and begun.match(id_)]
    unused = {id_ for id_ in KNOWN - named if not any(candidate.fullmatch(id_) for candidate in patterns)}
    assert unused == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_short_words_of_a_trouble_fit_a_table(language: str) -> None:
    long = {id_ for id_, (first, *_) in WORDS[language].items() if id_.endswith(".short") and len(first) > SHORT_LIMIT}
    assert long == set()


def test_french_is_set_as_the_french_set_it() -> None:
    badly_set = {
        id_
        for id_, forms in WORDS["fr"].items()
        for form in forms
        if "'" in form or re.search(r"[^\s\u00a0\u202f] [:;?!»]|« |(?<!https)(?<!\{\w)[a-zé}][;?!]", form)
    }
    assert badly_set == set()


def test_english_has_one_kind_of_apostrophe() -> None:
    assert {id_ for id_, forms in WORDS["en"].items() if any("'" in form for form in forms)} == set()


def test_nothing_ends_in_a_space() -> None:
    for language in LANGUAGES:
        assert {id_ for id_, forms in WORDS[language].items() if any(form != form.strip() for form in forms)} == set()


# Rendering

MOMENT = datetime(2027, 3, 12, 13, 5, tzinfo=UTC)
PARIS = timezone(timedelta(hours=1))


@pytest.fixture
def write(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Translator]:
    """Make `Translator` with one more sentence, `test.sentence`, in the given forms."""

    def write_(*forms: str, language: str = "en") -> Translator:
        translator = Translator(language, PARIS)
        entries = translator._catalogue._catalog  # type: ignore[attr-defined]  # noqa: SLF001 - gettext's own
        named = (
            {"test.sentence": forms[0]} if len(forms) == 1 else {("test.sentence", n): f for n, f in enumerate(forms)}
        )
        for id_, form in named.items():
            monkeypatch.setitem(entries, id_, form)
        return translator

    return write_


DATES = [
    ("en", "{at}", MOMENT, "Friday 12 March 2027"),
    ("fr", "{at}", MOMENT, "vendredi 12 mars 2027"),
    ("en", "{at:date}", MOMENT, "Friday 12 March 2027"),
    ("en", "{at:day}", MOMENT, "12 March 2027"),
    ("en", "{at:time}", MOMENT, "14:05"),
    ("fr", "{at:time}", MOMENT, f"14{NO_BREAK_SPACE}h{NO_BREAK_SPACE}05"),
    ("en", "{at:time}", MOMENT.replace(hour=7), "08:05"),
    ("fr", "{at:time}", MOMENT.replace(hour=7), f"8{NO_BREAK_SPACE}h{NO_BREAK_SPACE}05"),
    ("en", "{at:datetime}", MOMENT, "Friday 12 March 2027 at 14:05"),
    ("fr", "{at:datetime}", MOMENT, f"vendredi 12 mars 2027 à 14{NO_BREAK_SPACE}h{NO_BREAK_SPACE}05"),
    ("fr", "{at}", datetime(2027, 8, 1, tzinfo=UTC), "dimanche 1er août 2027"),
    ("en", "{at}", datetime(2027, 8, 1, tzinfo=UTC), "Sunday 1 August 2027"),
    ("fr", "{at}", datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "vendredi 1er janvier 2027"),
    ("en", "{at}", datetime(2026, 12, 31, 22, 59, 59, 999999, tzinfo=UTC), "Thursday 31 December 2026"),
]


@pytest.mark.parametrize(("language", "sentence", "moment", "shown"), DATES, ids=[case[3] for case in DATES])
def test_moments_are_shown_in_local_time(
    write: Callable[..., Translator], language: str, sentence: str, moment: datetime, shown: str
) -> None:
    translator = write(sentence, language=language)
    assert translator.render(text("test.sentence", at=moment)) == shown


COUNTS = [("en", 0, "0 days"), ("en", 1, "1 day"), ("en", 2, "2 days"), ("en", -1, "-1 day"), ("en", -2, "-2 days")]
COUNTS += [("fr", 0, "0 day"), ("fr", 1, "1 day"), ("fr", 2, "2 days"), ("fr", -2, "-2 days")]


@pytest.mark.parametrize(("language", "count", "shown"), COUNTS, ids=[f"{c[0]} {c[1]}" for c in COUNTS])
def test_the_count_chooses_the_plural(write: Callable[..., Translator], language: str, count: int, shown: str) -> None:
    translator = write("{count} day", "{count} days", language=language)
    assert translator.render(text("test.sentence", count=count)) == shown


def test_a_sentence_without_plural_takes_a_count(write: Callable[..., Translator]) -> None:
    assert write("{count} left").render(text("test.sentence", count=2)) == "2 left"


def test_a_sentence_with_plural_needs_no_count(write: Callable[..., Translator]) -> None:
    assert write("a day", "days").render(text("test.sentence")) == "a day"


ARGUMENTS: list[tuple[str, Argument, str]] = [
    ("a text within the text", text("role.signature"), "<signature>"),
    ("control characters", "a\x1b[2J\x00b", "<a[2Jb>"),
    ("bidi characters", "a\u202egnp.exe", "<agnp.exe>"),
    ("lines", "a\r\nb", "<a b>"),
    ("a placeholder", "{name}{other:x}", "<{name}{other:x}>"),
    ("a backslash", r"\1 \g<0>", r"<\1 \g<0>>"),
    ("too long", "a" * 5000, f"<{'a' * (ARGUMENT_LIMIT - 1)}…>"),
    ("a number", -3, "<-3>"),
]


@pytest.mark.parametrize(("argument", "shown"), [case[1:] for case in ARGUMENTS], ids=[case[0] for case in ARGUMENTS])
def test_arguments_are_made_harmless(write: Callable[..., Translator], argument: Argument, shown: str) -> None:
    assert write("<{name}>").render(text("test.sentence", name=argument)) == shown


ELIDED = [("fr", "Anne", "d’Anne"), ("fr", "Élodie", "d’Élodie"), ("fr", "Œuvre", "d’Œuvre")]
ELIDED += [("fr", "Marie", "de Marie"), ("fr", "Hugo", "de Hugo"), ("fr", "", "de "), ("en", "Anne", "de Anne")]


@pytest.mark.parametrize(("language", "name", "shown"), ELIDED)
def test_french_elides_before_a_vowel(write: Callable[..., Translator], language: str, name: str, shown: str) -> None:
    assert write("Ordre de {name}", language=language).render(text("test.sentence", name=name)) == f"Ordre {shown}"


@pytest.mark.parametrize("sentence", ["{name.__class__}", "{name[0]}", "{name!r}", "{0.x}", "{}", "{", "}"])
def test_nothing_but_plain_names_is_filled_in(write: Callable[..., Translator], sentence: str) -> None:
    assert write(sentence).render(text("test.sentence", name="secret")) == sentence


def test_an_unknown_id_is_shown_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert Translator("fr").render(text("no.such.text", count=2)) == "no.such.text"
    assert "no.such.text" in caplog.text


def test_a_missing_argument_is_logged(write: Callable[..., Translator], caplog: pytest.LogCaptureFixture) -> None:
    assert write("a {name}").render(text("test.sentence")) == "a {name}"
    assert "name" in caplog.text


SESSIONS = [
    ({}, "en"),
    ({"LANG": "fr_FR.UTF-8"}, "fr"),
    ({"LANG": "fr"}, "fr"),
    ({"LANG": "FR_ca@euro"}, "fr"),
    ({"LANG": "fry_NL"}, "en"),
    ({"LANG": "de_DE.UTF-8"}, "en"),
    ({"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
    ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "de", "LC_ALL": "fr_BE"}, "fr"),
    ({"LANG": "fr_FR.UTF-8", "LC_ALL": ""}, "fr"),
    ({"LANG": "en_US.UTF-8", "LANGUAGE": "fr:en"}, "fr"),
    ({"LANG": "en_US.UTF-8", "LANGUAGE": "de:fr"}, "fr"),
    ({"LANG": "C.UTF-8", "LANGUAGE": "fr"}, "fr"),
    ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "fr", "LC_ALL": "C"}, "en"),
    ({"LANG": "POSIX"}, "en"),
]


@pytest.mark.parametrize(("environ", "language"), SESSIONS, ids=[str(case[0]) for case in SESSIONS])
def test_the_sessions_language_is_followed(environ: dict[str, str], language: str) -> None:
    assert session_language(environ, platform="linux") == language


@pytest.mark.parametrize("language", ["de", "", "../fr", None])
def test_an_unknown_language_follows_the_session(language: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    assert Translator(language).language == session_language()
