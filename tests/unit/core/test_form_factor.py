"""Whether the user has cards or USB keys, by the readers' names."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.i18n.text import text
from config.instants import instant
from config.settings import Settings
from daemon.core.effects import Effect, Reply, ShowNotice, UpdateTray
from daemon.core.form_factor import FormFactor, form_factor, form_of, in_own_words
from daemon.core.model import Key, KeyId, Memory, Occupancy, ReaderName, ReaderState
from daemon.core.notice import Notice, NoticeId, NoticeKind
from daemon.core.state import State
from daemon.core.views.report import Report
from daemon.core.views.tray import IconState, MenuItem, TrayView

SETTINGS = Settings(procedures=())
NOW = instant(datetime(2026, 11, 28, tzinfo=UTC))
TWIN = ReaderName("Gemalto PC Twin Reader 00 00")
ETOKEN = ReaderName("SafeNet eToken 5100 [eToken 5110 SC] 01 00")


@pytest.mark.parametrize(
    ("names", "form"),
    [
        (["Gemalto PC Twin Reader 00 00"], FormFactor.CARD),
        (["Alcor Micro AU9560 00 00"], FormFactor.CARD),
        (["OMNIKEY CardMan 3x21 0"], FormFactor.CARD),
        (["Broadcom Corp Contacted SmartCard 0"], FormFactor.CARD),
        (["ACS ACR39U ICC Reader 00 00"], FormFactor.CARD),
        (["SCM Microsystems Inc. SCR 3310 [CCID Interface] 00 00"], FormFactor.CARD),
        (["SafeNet eToken 5100 [eToken 5110 SC] 00 00"], FormFactor.KEY),
        (["Gemalto USB Shell Token V2 00 00"], FormFactor.KEY),
        (["AKS ifdh 0"], FormFactor.KEY),
        (["Rainbow Technologies iKeyVirtualReader 0"], FormFactor.KEY),
        (["Microsoft Usbccid Smartcard Reader (WUDF) 0"], FormFactor.UNKNOWN),
        (["Unheard Of 00 00"], FormFactor.UNKNOWN),
        (["Gemalto PC Twin Reader 00 00", "SafeNet eToken 5100 01 00"], FormFactor.KEY),
        (["Gemalto PC Twin Reader 00 00", "Unheard Of 01 00"], FormFactor.UNKNOWN),
        ([], FormFactor.UNKNOWN),
    ],
)
def test_the_names_of_the_readers_tell_cards_from_keys(names: list[str], form: FormFactor) -> None:
    assert form_of(map(ReaderName, names)) is form


def reader(name: ReaderName, occupancy: Occupancy) -> ReaderState:
    return ReaderState(name=name, occupancy=occupancy)


def remembered(name: ReaderName) -> Memory:
    key = Key(id=KeyId("one"), first_seen=NOW, last_seen=NOW, reader=name)
    return Memory(keys={key.id: key})


BUILT_IN = reader(TWIN, Occupancy.EMPTY)


IN_USE = reader(ETOKEN, Occupancy.HOLDING)


@pytest.mark.parametrize(
    ("readers", "memory", "form"),
    [
        pytest.param((BUILT_IN,), remembered(ETOKEN), FormFactor.KEY, id="a key in a drawer"),
        pytest.param((BUILT_IN, IN_USE), Memory(), FormFactor.KEY, id="beside the laptop's own reader"),
        pytest.param((BUILT_IN,), Memory(), FormFactor.CARD, id="an empty card reader"),
        pytest.param((), remembered(TWIN), FormFactor.CARD, id="its reader was taken away"),
        pytest.param(None, Memory(), FormFactor.UNKNOWN, id="nothing is known"),
    ],
)
def test_the_reader_of_the_known_key_decides_first(
    readers: tuple[ReaderState, ...] | None, memory: Memory, form: FormFactor
) -> None:
    assert form_factor(State(settings=SETTINGS, readers=readers, memory=memory)) is form


def test_notices_and_menu_speak_of_cards_where_there_are_cards() -> None:
    notice = Notice(notice_id=NoticeId(NoticeKind.TEST), title=text("a"), body=text("b"), button=text("c"))
    item = MenuItem(label=text("d"), items=(MenuItem(label=text("e")),))
    effects: tuple[Effect, ...] = (
        ShowNotice(notice=notice),
        ShowNotice(notice=Notice(notice_id=NoticeId(NoticeKind.TEST), title=text("a"), body=text("b"))),
        UpdateTray(tray=TrayView(icon_state=IconState.WELL, tooltip=text("f"), items=(item,))),
        Reply(request=1, report=Report()),
    )
    reworded = in_own_words(State(settings=SETTINGS, memory=remembered(TWIN)), effects)
    assert str(reworded).count("on_card=True") == 8
    assert str(in_own_words(State(settings=SETTINGS, memory=remembered(ETOKEN)), effects)).count("on_card=True") == 0
