"""The words follow the procedure, and the certificate that ends."""

from datetime import timedelta

import pytest

from config.i18n.text import Text, text
from config.settings import Procedure
from config.values import replace
from daemon.core.assessment import assess_state
from daemon.core.model import Role
from daemon.core.notice import NoticeChoice
from daemon.core.notice_words import lead_words
from daemon.core.tray_view import build_tray_view
from support.core.factories import OPALEXE, ending
from support.core.simulator import Simulator

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@pytest.mark.parametrize(
    ("procedure", "words"),
    [
        pytest.param(None, text("lead.unknown"), id="no procedure"),
        pytest.param(replace(OPALEXE, lead=None), text("lead.unknown"), id="not known"),
        pytest.param(replace(OPALEXE, lead=(3 * WEEK, 3 * WEEK)), text("lead.weeks", count=3), id="one length"),
        pytest.param(replace(OPALEXE, lead=(2 * WEEK, 6 * WEEK)), text("lead.between", first=2, count=6), id="a span"),
    ],
)
def test_the_lead_time_has_its_words(procedure: Procedure | None, words: Text) -> None:
    assert lead_words(procedure) == words


FAR = 800 * DAY
SIGN, MORE, LOGIN = Role.SIGNATURE, Role.OTHER, Role.AUTHENTICATION
UNKNOWN = "An unknown issuer"


@pytest.mark.parametrize(
    ("key", "issuer", "words"),
    [
        pytest.param(
            {LOGIN: FAR, MORE: 12 * DAY},
            "CertEurope",
            ("notice.other.title", "notice.other.ends", "face.other", "notice.other.ends"),
            id="decrypts, and ends first",
        ),
        pytest.param(
            {LOGIN: FAR, MORE: -DAY},
            "CertEurope",
            ("notice.other.ended", "notice.other.expired", "face.other.ended", "notice.other.expired"),
            id="decrypts, and has ended",
        ),
        pytest.param(
            {LOGIN: FAR, MORE: DAY / 2},
            "CertEurope",
            ("notice.other.last", "notice.other.ends", "face.other", "notice.other.ends"),
            id="decrypts, in its last day",
        ),
        pytest.param(
            {LOGIN: FAR, SIGN: 12 * DAY},
            "CertEurope",
            ("notice.signature.title", "notice.signature.ends", "face.signature", "notice.signature.ends"),
            id="to sign with, ends first",
        ),
        pytest.param(
            {LOGIN: FAR, SIGN: -DAY},
            "CertEurope",
            ("notice.signature.ended", "notice.signature.expired", "face.signature.ended", "notice.signature.expired"),
            id="to sign with, has ended",
        ),
        pytest.param(
            {LOGIN: FAR, SIGN: DAY / 2},
            "CertEurope",
            ("notice.signature.last", "notice.signature.ends", "face.signature", "notice.signature.ends"),
            id="to sign with, in its last day",
        ),
        pytest.param(
            {LOGIN: FAR, SIGN: 12 * DAY, MORE: 11 * DAY},
            "CertEurope",
            ("notice.other.title", "notice.other.ends", "face.other", "notice.other.ends"),
            id="both end, the one to decrypt with first",
        ),
        pytest.param(
            {LOGIN: 12 * DAY, SIGN: 12 * DAY},
            "CertEurope",
            ("notice.soon.title", "notice.order.soon", "face.well", None),
            id="all end on one day",
        ),
        pytest.param(
            {LOGIN: -3 * DAY, SIGN: FAR},
            "CertEurope",
            ("notice.expired.title", "notice.order.expired", "face.expired", None),
            id="the login has ended, the signature lasts",
        ),
        pytest.param(
            {SIGN: 12 * DAY},
            "CertEurope",
            ("notice.soon.title", "notice.signing.soon", "face.well", None),
            id="a key to sign with alone",
        ),
        pytest.param(
            {SIGN: DAY * 3 / 2},
            "CertEurope",
            ("notice.soon.title", "notice.signing.hours", "face.well", None),
            id="a key to sign with alone, in its last hours",
        ),
        pytest.param(
            {SIGN: -DAY},
            "CertEurope",
            ("notice.expired.title", "notice.signing.expired", "face.expired", None),
            id="a key that only signed",
        ),
        pytest.param(
            {MORE: 12 * DAY},
            "CertEurope",
            ("notice.soon.title", "notice.plain.ends", "face.well", None),
            id="a key that only decrypts",
        ),
        pytest.param(
            {LOGIN: FAR, SIGN: 12 * DAY},
            UNKNOWN,
            ("notice.signature.title", "notice.part.ends", "face.signature", "notice.part.ends"),
            id="to sign with, of an unknown issuer",
        ),
        pytest.param(
            {LOGIN: FAR, MORE: -DAY},
            UNKNOWN,
            ("notice.other.ended", "notice.part.expired", "face.other.ended", "notice.part.expired"),
            id="decrypted, of an unknown issuer",
        ),
    ],
)
def test_the_words_follow_the_certificate_that_ends(
    key: dict[Role, timedelta], issuer: str, words: tuple[str, str, str, str | None]
) -> None:
    simulator = Simulator()
    simulator.look()
    simulator.plug(*(ending(life, role.value, role=role, issuer_o=issuer) for role, life in key.items()))
    told = simulator.delivered[-1][1]
    title, body, headline, note = words
    assert (told.title.id, told.body.id) == (title, body)
    state, now = simulator.state, simulator.now
    assert build_tray_view(state, assess_state(state, now), now).tooltip.id == headline
    noted = [each.id for each in simulator.page.notes if isinstance(each, Text)]
    assert next((id_ for id_ in noted if id_.startswith("notice.")), None) == note


def test_an_ordered_key_to_sign_with_says_so() -> None:
    simulator = Simulator()
    simulator.look()
    simulator.plug(ending(12 * DAY, role=SIGN))
    simulator.answer(simulator.delivered[-1][1].notice_id, NoticeChoice.ORDERED)
    simulator.wait(60 * DAY)
    assert "notice.ordered.signing" in {notice.body.id for _, notice in simulator.delivered}
