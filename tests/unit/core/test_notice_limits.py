"""Every notice fits every desktop, in both languages and with long names."""

import re
from collections.abc import Iterator
from datetime import UTC, timedelta

import pytest

from config.i18n.text import Argument, Text, text
from config.i18n.translator import Translator
from config.i18n.wording import Wording
from config.settings import IssuerRule, Settings
from config.values import replace
from daemon.core.key_names import key_words, procedure_words
from daemon.core.model import Claim, Role
from daemon.core.notice import CHOICE_LABELS, Notice, NoticeChoice, NoticeKind
from daemon.core.state import State
from daemon.core.welcome import WELCOME_ID
from support.catalogue import texts
from support.core.factories import DAY, NOW, OPALEXE, SETTINGS, ending
from support.core.simulator import Simulator

TITLE, BUTTON, BUTTONS, SENTENCES, BODY = 45, 18, 2, 2, 150
LONG = replace(
    OPALEXE,
    title=Wording(en="Portalis Justice Extranet (Certigna key)", fr="Portalis Justice Extranet (clé Certigna)"),
    issuers=(IssuerRule(organization="CertEurope"),),
    lead=(timedelta(weeks=10), timedelta(weeks=52)),
)
HOLDER = "Marie-Antoinette DE LA ROCHEFOUCAULD-MONTBEL"
HOLDERS = {"subject_cn": HOLDER, "given_name": "Marie-Antoinette", "surname": "DE LA ROCHEFOUCAULD-MONTBEL"}
LANGUAGES = ("fr", "en")


def life_of(lives: list[timedelta], settings: Settings, *, others: bool) -> Iterator[Notice]:
    """Yield every notice of a key and of its successor."""
    for life in lives:
        for choice in NoticeChoice:
            simulator = Simulator(state=State(settings=settings, greeting=True))
            simulator.look()
            old = simulator.plug(ending(life, **HOLDERS), ending(life - DAY, "signing", role=Role.SIGNATURE, **HOLDERS))
            if others:
                simulator.plug(ending(50 * DAY, "other", issuer_o="Other"), reader="Reader 01")
            for _, notice in [*simulator.delivered]:
                simulator.answer(notice.notice_id, choice)
            simulator.wait(30 * DAY)
            new = simulator.plug(ending(1000 * DAY, "new", **HOLDERS))
            simulator.answer(old)
            simulator.tell(new, Claim.ACTIVATED)
            simulator.answer(old)
            simulator.wait(70 * DAY)
            yield from (notice for _, notice in simulator.delivered)


@pytest.mark.slow
def test_every_notice_of_a_whole_life_fits_and_says_which_key() -> None:
    """Both in one test: each worker would play these lives anew."""
    lives = [100 * DAY, 90 * DAY, 45 * DAY, DAY * 3 / 2, -DAY]
    told = [*life_of(lives, SETTINGS, others=False)]
    told += life_of(lives, replace(SETTINGS, procedures=(LONG,)), others=True)
    kinds = {notice.notice_id.kind for notice in told}
    assert {NoticeKind.KEY, NoticeKind.WELCOME, NoticeKind.PUT_IN} <= kinds
    for language in LANGUAGES:
        assert_fit([*{(n.title, n.body, n.button, n.more): n for n in told}.values()], language)
    assert_procedure_named(told)


def assert_fit(notices: list[Notice], language: str) -> None:
    render = Translator(language, UTC).render
    for notice in notices:
        title, body = render(notice.title), render(notice.body)
        labels = [
            *([render(notice.button)] if notice.button else []),
            *(render(text(CHOICE_LABELS[c])) for c in notice.more),
        ]
        assert len(title) <= TITLE, title
        assert len(labels) <= BUTTONS, labels
        assert [label for label in labels if len(label) > BUTTON] == []
        assert sentences(body) <= SENTENCES, body
        assert len(body.removeprefix(HOLDER)) <= BODY, body


def assert_procedure_named(notices: list[Notice]) -> None:
    """Demand it in the title of every notice about a key."""
    render = Translator("fr", UTC).render
    titles = {render(n.title) for n in notices if n.notice_id.kind is NoticeKind.KEY and n.body.id != "notice.of"}
    of_keys = {title for title in titles if not title.startswith(("Clé\N{NBSP}:", "Votre clé a"))}
    assert [title for title in of_keys if not {"OPALEXE", "Portalis"} & set(re.findall(r"\w+", title))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_title_and_button_of_the_catalogue_fits(language: str) -> None:
    render = Translator(language, UTC).render
    arguments: dict[str, Argument] = {"key": key_words(LONG), "procedure": procedure_words(LONG)}
    arguments |= {"count": 364, "number": 12}
    for id_ in texts(language):
        if re.fullmatch(r"(notice\..*|welcome|doctor\.test)\.title|trouble\..*\.short", id_):
            assert len(render(Text(id_, tuple(arguments.items())))) <= TITLE, id_
        if id_.startswith(("button.", "choice.")):
            assert len(render(text(id_))) <= BUTTON, id_


def test_a_holder_is_named_only_where_two_are_known() -> None:
    simulator = Simulator()
    simulator.plug(ending(80 * DAY))
    assert simulator.delivered[-1][1].body.id == "notice.order.ends"
    simulator = Simulator(delivering=False)
    simulator.plug(ending(80 * DAY))
    simulator.plug(ending(400 * DAY, "anne", given_name="Anne", subject_cn="Anne"), reader="Reader 01")
    simulator.wait(timedelta(hours=2))
    body = simulator.delivered[-1][1].body
    assert (body.id, dict(body.args)["holder"]) == ("notice.of", "Jean MARTIN")


def test_no_time_of_day_is_told_before_the_last_two_days() -> None:
    simulator = Simulator()
    simulator.plug(ending(100 * DAY))
    simulator.wait(98 * DAY)
    render = Translator("en", UTC).render
    assert simulator.delivered
    assert [body for body in (render(n.body) for _, n in simulator.delivered) if re.search(r"\d:\d\d", body)] == []
    simulator.wait(DAY)
    assert re.search(r"\d:\d\d", render(simulator.delivered[-1][1].body))


def test_the_welcome_and_a_notice_that_is_due_are_one() -> None:
    simulator = Simulator(state=State(settings=SETTINGS, greeting=True), answering=False)
    simulator.plug(ending(80 * DAY))
    simulator.answering = True
    simulator.read(simulator.orders()[-1])
    assert [notice.title.id for _, notice in simulator.delivered] == ["notice.ends.title"]
    simulator.wait(6 * DAY)
    assert WELCOME_ID not in {notice.notice_id for _, notice in simulator.delivered}


def test_the_last_day_of_2a_is_the_last_whole_day_that_works() -> None:
    simulator = Simulator()
    simulator.plug(ending(40 * DAY + timedelta(hours=11)))  # at 23:00, thus the margin begins at 23:00 the day before
    simulator.tell(simulator.plug(ending(1000 * DAY, "new")), Claim.ACTIVATED)
    body = simulator.delivered[-1][1].body
    assert "jeudi 8 avril 2027" in Translator("fr", UTC).render(body)
    assert NOW + 40 * DAY + timedelta(hours=11) == NOW.replace(month=4, day=10, hour=23)


def sentences(body: str) -> int:
    return len(re.findall(r"[.?!](?=\s|$)", body))
