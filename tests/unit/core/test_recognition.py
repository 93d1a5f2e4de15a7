"""Slots become keys with their reader and the trouble of the card."""

import pytest

from config.i18n.text import clean
from config.values import replace
from daemon.core.model import Certificate, Memory, ReaderName, ReaderState, Role, TokenFlags, TokenReading
from daemon.core.recognition import UNKNOWN_READER, card_trouble, group_tokens, reader_of, remember_key
from daemon.core.troubles import Trouble
from support.core.factories import (
    DAY,
    NOW,
    UNACTIVATED,
    certificate,
    changed,
    empty,
    ending,
    holding,
    memory,
    owned,
    token,
)

LONG = "Thales Group SafeNet eToken Fusion 5110+ CC [USB Interface 0] (A1B2C3D4) 00 00"
TWIN = "Thales Group SafeNet eToken Fusion 5110+ CC [USB Interface 0] (A1B2C3D5) 01 00"
SPACED = "Thales Group SafeNet eToken Fusion 5110 CC+ [USB Interface 0xA] (A1B2C3D4) 00 00"
OLD, NEW = ending(DAY, "old"), ending(900 * DAY, "new")
CHAIN = certificate("issuer", authority=True)


@pytest.mark.parametrize(
    ("description", "readers", "expected"),
    [
        pytest.param("R 0", (holding("R 0"), holding("R 00")), "R 0", id="the short name of two"),
        pytest.param("R 00", (holding("R 0"), holding("R 00")), "R 00", id="the longer name of two"),
        pytest.param("R 00 (slot 1)", (holding("R 0"), holding("R 00")), "R 00", id="more than the name"),
        pytest.param("R 00", (holding("R 0"), empty("R 00")), "R 00", id="a named reader that is empty by now"),
        pytest.param(LONG[:64], (holding("R 0"), holding(LONG)), LONG, id="a name cut at 64 bytes"),
        pytest.param(LONG[:60], (holding("R 0"), holding(LONG)), UNKNOWN_READER, id="half a name"),
        pytest.param(SPACED[:64].strip(), (holding("R 0"), holding(SPACED)), SPACED, id="a name cut at a space"),
        pytest.param(LONG[:64], (holding(LONG), holding(TWIN)), UNKNOWN_READER, id="two names alike when cut"),
        pytest.param(LONG[:64], (empty(LONG), holding(TWIN)), TWIN, id="two names alike, one occupied"),
        pytest.param(LONG, (holding(LONG), holding(TWIN)), LONG, id="a long name in full"),
        pytest.param("é" * 32, (holding("R 0"), holding("é" * 40)), "é" * 40, id="bytes count, not letters"),
        pytest.param(LONG[:61] + "...", (holding("R 0"), holding(LONG)), LONG, id="a name that OpenSC cut"),
        pytest.param("é" * 30 + "\ufffd...", (holding("R 0"), holding("é" * 40)), "é" * 40, id="cut within a letter"),
        pytest.param("R \ufffd 0", (holding("R à 0"), holding("R 0")), "R à 0", id="bytes that are no UTF-8"),
        pytest.param("\ufffd" * 61 + "...", (holding("R 0"), holding("à" * 70)), "à" * 70, id="no UTF-8, and cut"),
        pytest.param("R @ 0", (holding("R ＠ 0"), holding("R 0")), "R ＠ 0", id="what a code page has instead"),
        pytest.param("R ?? 0", (holding("R йц 0"), holding("R 0")), "R йц 0", id="what a code page has not"),
        pytest.param("R à 0", (holding("R à 0"), holding("R é 0")), "R à 0", id="two names that differ in an accent"),
        pytest.param("A B", (holding("A  B"), holding("R 0")), "A  B", id="spaces that were folded"),
        pytest.param("Slot 1", (holding("R 0"), empty("R 1")), "R 0", id="unnamed, one occupied"),
        pytest.param("Slot 1", (holding("R 0"), holding("R 1")), UNKNOWN_READER, id="unnamed, two occupied"),
        pytest.param("Slot 1", (empty("R 0"),), UNKNOWN_READER, id="unnamed, none occupied"),
        pytest.param("", (holding("R 0"), holding("R 1")), UNKNOWN_READER, id="no description"),
        pytest.param("", (), UNKNOWN_READER, id="no reader"),
    ],
)
def test_a_token_belongs_to_the_reader_that_its_slot_names(
    description: str, readers: tuple[ReaderState, ...], expected: str
) -> None:
    assert reader_of(token(reader=description), readers) == expected
    assert reader_of(token(reader=description), reversed(readers)) == expected


def serials(groups: list[tuple[TokenReading, ...]]) -> list[list[str]]:
    return sorted(sorted(one.label for one in group) for group in groups)


@pytest.mark.parametrize(
    ("tokens", "reader", "expected"),
    [
        pytest.param(
            [token(OLD, reader="R", label="1"), token(NEW, reader="R", label="2")],
            "R",
            [["1", "2"]],
            id="slots of one card",
        ),
        pytest.param(
            [token(OLD, reader="a", label="1"), token(NEW, reader="b", label="2")], "R", [["1"], ["2"]], id="unrelated"
        ),
        pytest.param(
            [token(OLD, reader="a", label="1", serial="7"), token(NEW, reader="b", label="2", serial="7")],
            "R",
            [["1", "2"]],
            id="one serial number",
        ),
        pytest.param(
            [token(OLD, label="1", serial="7", manufacturer="A"), token(NEW, label="2", serial="7", manufacturer="B")],
            "",
            [["1"], ["2"]],
            id="one serial number of two makers",
        ),
        pytest.param(
            [token(OLD, label="1"), token(NEW, label="2"), token(OLD, NEW, label="3")],
            "",
            [["1", "2", "3"]],
            id="a link",
        ),
        pytest.param([token(OLD, label="1"), token(label="2")], "", [["1"]], id="an empty slot beside a full one"),
        pytest.param([token(label="1", serial="1"), token(label="2", serial="2")], "", [["1"], ["2"]], id="both bare"),
        pytest.param([], "R", [], id="none"),
    ],
)
def test_tokens_are_grouped_into_keys(tokens: list[TokenReading], reader: str, expected: list[list[str]]) -> None:
    assert serials(group_tokens(tokens, ReaderName(reader))) == expected
    assert serials(group_tokens(reversed(tokens), ReaderName(reader))) == expected


def remembered(kept: Memory, *group: TokenReading) -> Memory:
    after, _ = remember_key(kept, group, ReaderName("R"), NOW)
    return after


def test_a_key_is_known_again_by_its_certificate() -> None:
    before = memory(owned(OLD, first_seen=NOW - 9 * DAY))
    after = remembered(before, token(OLD, NEW, label="mine"))
    (key,) = after.keys.values()
    assert key.id in before.keys
    assert (key.first_seen, key.last_seen, key.label) == (NOW - 9 * DAY, NOW, "mine")
    assert set(key.fingerprints) == {OLD.fingerprint, NEW.fingerprint}
    assert after.certificates[OLD.fingerprint].first_seen == NOW - 9 * DAY
    assert after.certificates[NEW.fingerprint].first_seen == NOW


@pytest.mark.parametrize("read", [[OLD], [OLD, NEW]], ids=["alone", "beside a new one"])
def test_a_key_is_known_again_by_a_certificate_that_the_store_has_lost(read: list[Certificate]) -> None:
    before = replace(memory(owned(OLD, name=clean("mine"))), certificates={})
    (key,) = remembered(before, token(*read)).keys.values()
    assert (key.id in before.keys, key.name) == (True, "mine")


def test_one_serial_number_with_other_certificates_is_another_key() -> None:
    after = remembered(memory(owned(OLD, serial="7")), token(NEW, serial="7"))
    assert len(after.keys) == 2


ENCRYPTION = certificate("encryption", role=Role.OTHER)
SIGNATURE = certificate("signature", role=Role.SIGNATURE)
UNREADABLE = certificate("", not_after=None, flaw="empty")


@pytest.mark.parametrize(
    ("one", "other", "numbers", "same"),
    [
        pytest.param([OLD, ENCRYPTION], [OLD], ("7", "7"), True, id="the login"),
        pytest.param([OLD, SIGNATURE], [NEW, SIGNATURE], ("", ""), True, id="the signature"),
        pytest.param([OLD, ENCRYPTION], [NEW, ENCRYPTION], ("7", "8"), False, id="only what was written to both"),
        pytest.param([OLD, ENCRYPTION], [NEW, ENCRYPTION], ("", ""), False, id="the same, without numbers"),
        pytest.param([OLD, UNREADABLE], [NEW, UNREADABLE], ("7", "8"), False, id="only what cannot be read"),
        pytest.param([ENCRYPTION], [ENCRYPTION], ("7", "7"), True, id="only one to decrypt with, one number"),
        pytest.param([ENCRYPTION], [ENCRYPTION], ("", "7"), True, id="only one to decrypt with, one number unknown"),
        pytest.param([ENCRYPTION], [ENCRYPTION], ("7", "8"), False, id="only one to decrypt with, two numbers"),
        pytest.param([UNREADABLE], [UNREADABLE], ("7", "8"), False, id="nothing that can be read, two numbers"),
        pytest.param([UNREADABLE], [OLD, UNREADABLE], ("7", "7"), True, id="first nothing that could be read"),
        pytest.param([OLD], [OLD], ("7", "8"), True, id="the login, whatever the numbers: modules differ in them"),
    ],
)
def test_what_is_on_one_key_alone_proves_which_key_it_is(
    one: list[Certificate], other: list[Certificate], numbers: tuple[str, str], same: bool
) -> None:
    for first, second in ((one, other), (other, one)):
        tokens = [token(*first, reader="a", serial=numbers[0]), token(*second, reader="b", serial=numbers[1])]
        kept = remembered(remembered(Memory(), tokens[0]), tokens[1])
        assert len(kept.keys) == (1 if same else 2), "seen one after the other"
        assert len(group_tokens([replace(t, manufacturer=t.serial) for t in tokens], ReaderName("R"))) == len(
            kept.keys
        ), "at once"


def test_a_blank_key_certified_later_stays_the_same_key_and_is_activated() -> None:
    blank = remembered(Memory(), token(serial="7", flags=UNACTIVATED))
    (id_,) = blank.keys
    certified = remembered(blank, token(NEW, serial="7"))
    assert list(certified.keys) == [id_]
    assert certified.keys[id_].looked_unactivated
    assert not certified.keys[id_].flags.unactivated


def test_a_key_read_without_its_certificates_keeps_them() -> None:
    after = remembered(memory(owned(OLD, serial="7")), token(serial="7"))
    (key,) = after.keys.values()
    assert key.fingerprints == (OLD.fingerprint,)


def test_two_keys_of_one_serial_number_are_not_guessed_between() -> None:
    before = memory(owned(OLD, serial="7"), owned(NEW, serial="7"))
    assert len(remembered(before, token(serial="7")).keys) == 3


def test_two_remembered_keys_found_to_be_one_are_merged_into_the_older() -> None:
    older, newer = owned(OLD, first_seen=NOW - 9 * DAY), owned(NEW, first_seen=NOW - 5 * DAY)
    after = remembered(memory(newer, older), token(OLD, NEW))
    assert list(after.keys) == [older.key.id]


def test_a_token_that_nothing_tells_from_others_is_not_remembered() -> None:
    assert remembered(Memory(), token()) == Memory()


def test_a_locked_pin_counts_in_whatever_slot_it_is() -> None:
    after = remembered(Memory(), token(OLD), token(flags=TokenFlags(pin_locked=True)))
    (key,) = after.keys.values()
    assert key.flags.pin_locked


def test_the_flags_are_those_of_the_slot_with_the_certificates() -> None:
    after = remembered(Memory(), token(flags=UNACTIVATED), token(OLD))
    (key,) = after.keys.values()
    assert not key.flags.unactivated


@pytest.mark.parametrize(
    ("tokens", "delivered", "expected"),
    [
        pytest.param([], [], Trouble.CARD_UNREAD, id="nothing reads it"),
        pytest.param([], [Trouble.MODULE_HUNG, Trouble.CARD_BUSY], Trouble.CARD_BUSY, id="busy first"),
        pytest.param([], [Trouble.MODULE_CRASHED, Trouble.MODULE_HUNG], Trouble.MODULE_HUNG, id="hung then"),
        pytest.param([], [Trouble.MODULE_CRASHED], Trouble.MODULE_CRASHED, id="crashed last"),
        pytest.param([], [Trouble.MODULE_UNSAFE], Trouble.MODULE_UNSAFE, id="a module is not loaded"),
        pytest.param([], [Trouble.MODULE_UNUSABLE], Trouble.CARD_UNREAD, id="an unusable module reads nothing"),
        pytest.param([token(OLD)], [Trouble.MODULE_CRASHED], None, id="one bad module hides no token"),
        pytest.param([token()], [], Trouble.NO_CERTIFICATE, id="no certificate"),
        pytest.param([token(holds_authority=True)], [], Trouble.NO_LOGIN_CERTIFICATE, id="an authority's alone"),
        pytest.param([token(), token(holds_authority=True)], [], Trouble.NO_LOGIN_CERTIFICATE, id="in a second slot"),
        pytest.param([token(OLD, holds_authority=True)], [], None, id="an authority's beside"),
        pytest.param([token(OLD), token()], [], None, id="a second slot without one"),
        pytest.param([token(OLD, flags=TokenFlags(pin_locked=True))], [], Trouble.PIN_LOCKED, id="locked"),
        pytest.param([token(flags=TokenFlags(pin_locked=True))], [], Trouble.PIN_LOCKED, id="locked and bare"),
        pytest.param(
            [token(replace(OLD, not_after=None))], [], Trouble.CERTIFICATE_UNREADABLE, id="a certificate without dates"
        ),
        pytest.param([token(changed(OLD, flaw="odd extension"))], [], None, id="a flaw that leaves the dates"),
    ],
)
def test_the_worst_trouble_of_a_card_is_named(
    tokens: list[TokenReading], delivered: list[Trouble], expected: Trouble | None
) -> None:
    assert card_trouble(tokens, delivered) is expected


def test_a_blank_token_beside_a_full_one_is_a_key_only_with_a_serial_and_flags() -> None:
    full = token(OLD, reader="slot 1", serial="1")
    unactivated = TokenFlags(user_pin_set=False)
    blank = token(reader="slot 2", serial="2", flags=unactivated)
    assert group_tokens([full, blank], ReaderName("Reader 00")) == [(full,), (blank,)]
    for slot in (token(reader="slot 2", flags=unactivated), token(reader="slot 2", serial="2")):
        assert group_tokens([full, slot], ReaderName("Reader 00")) == [(full,)]
