"""Metrics name no people, and believe nothing that is not theirs."""

import pytest

from config.i18n.wording import Wording
from config.settings import Office, Recall, Settings
from config.values import replace
from daemon.core.metrics import FAMILIES, NOT_AFTER, RECALL, SERIES_LIMIT, exposition, parse_samples, samples
from daemon.core.model import Claim, Memory
from support.core.factories import DAY, NOW, OPALEXE, SETTINGS, certificate, changed, ending, memory, owned

DUE = ending(20 * DAY, "due")
ACCOUNT = "7f3e91"


def written(kept: Memory, settings: Settings = SETTINGS) -> str:
    return exposition(samples(kept, settings, ACCOUNT, "0.1.0", NOW))


def lines(text: str, name: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(f"{name}{{")]


def test_the_text_is_that_of_the_exporter_for_certificates() -> None:
    text = written(memory(owned(DUE)))
    (line,) = lines(text, "x509_cert_not_after")
    assert line == (
        'x509_cert_not_after{account="7f3e91",source="vigicle",'
        f'discriminator="{DUE.fingerprint[:8]}",issuer_O="CertEurope",procedure="opalexe",role="authentication",'
        f'state="in_use",filepath="card/opalexe/authentication"}} {int((NOW + 20 * DAY).timestamp())}'
    )
    assert lines(text, "vigicle_path_waiting") == [
        'vigicle_path_waiting{account="7f3e91",procedure="opalexe",kind="order"} 1'
    ]
    assert lines(text, "vigicle_build_info") == ['vigicle_build_info{account="7f3e91",version="0.1.0"} 1']
    assert text.endswith("\n")


def test_a_card_was_seen_on_a_day_not_at_an_hour() -> None:
    (line,) = lines(written(memory(owned(DUE, first_seen=NOW - DAY))), "vigicle_card_last_seen_timestamp_seconds")
    assert int(line.rpartition(" ")[2]) % DAY.total_seconds() == 0


@pytest.mark.parametrize("allowed", [False, True])
def test_people_are_named_where_the_policy_says_so(*, allowed: bool) -> None:
    settings = replace(SETTINGS, office=Office(metrics_names=allowed))
    assert ("MARTIN" in written(memory(owned(DUE)), settings)) is allowed


def test_each_key_has_its_state() -> None:
    new = ending(1000 * DAY, "new")
    text = written(memory(owned(DUE, first_seen=NOW - 90 * DAY), owned(new)))
    states = {line.split('state="')[1].split('"')[0] for line in lines(text, NOT_AFTER)}
    assert states == {"in_use", "pending"}
    confirmed = written(memory(owned(DUE), owned(new, claims=frozenset({Claim.WORKS}))))
    assert 'state="superseded"' in confirmed


RECALLED = replace(
    SETTINGS,
    procedures=(
        replace(OPALEXE, recalls=(Recall(moment=NOW + 9 * DAY, text=Wording(en="Refused.", fr="Refusée.")),)),
        *SETTINGS.procedures[1:],
    ),
)


def test_a_recall_is_named_beside_the_end_of_the_certificate() -> None:
    text = written(memory(owned(DUE)), RECALLED)
    (end,) = lines(text, NOT_AFTER)
    assert int(end.rpartition(" ")[2]) == int(DUE.not_after.timestamp() if DUE.not_after else 0), "its own date stays"
    (line,) = lines(text, RECALL)
    assert line == (
        f'{RECALL}{{account="7f3e91",discriminator="{DUE.fingerprint[:8]}",procedure="opalexe",role="authentication",'
        f'state="in_use"}} {int((NOW + 9 * DAY).timestamp()) - 1}'
    ), "the last second at which it is accepted"
    assert exposition(parse_samples(text, ACCOUNT, with_names=False)) == text


def test_no_recall_is_named_where_the_certificate_ends_before_it() -> None:
    assert lines(written(memory(owned(ending(8 * DAY, "earlier"))), RECALLED), RECALL) == []


@pytest.mark.slow
def test_every_series_of_a_thousand_certificates_is_within_the_limit() -> None:
    people = ({"given_name": f"A{n}", "surname": f"B{n}", "subject_cn": f"A{n} B{n}"} for n in range(1000))
    many = memory(*(owned(ending((n + 10) * DAY, f"c{n}", **names)) for n, names in enumerate(people)))
    text = written(many, RECALLED)
    assert sum(not line.startswith("#") for line in text.splitlines()) <= SERIES_LIMIT
    assert exposition(parse_samples(text, ACCOUNT, with_names=False)) == text


def test_what_cannot_be_read_or_has_not_begun_is_a_trouble() -> None:
    text = written(memory(owned(certificate("a", not_after=None)), owned(certificate("b", not_before=NOW + DAY))))
    assert {line.split('trouble="')[1].split('"')[0] for line in lines(text, "vigicle_trouble")} == {
        "certificate_unreadable",
        "not_yet_valid",
    }


HOSTILE = 'Mal"ice\\ \n up 0 \u202e' + "x" * 300


def test_hostile_names_stay_within_their_label() -> None:
    settings = replace(SETTINGS, office=Office(metrics_names=True))
    text = written(memory(owned(changed(DUE, subject_cn=HOSTILE, issuer_o=HOSTILE))), settings)
    (line,) = lines(text, NOT_AFTER)
    assert len(line) < 600
    assert all(each.startswith(("#", "vigicle_", "x509_")) for each in text.splitlines())
    assert exposition(parse_samples(text, ACCOUNT, with_names=True)) == text


def test_our_own_text_is_read_back_for_another_account() -> None:
    text = written(memory(owned(DUE)))
    assert exposition(parse_samples(text, "0c", with_names=False)) == text.replace(ACCOUNT, "0c")


@pytest.mark.parametrize(
    "line",
    [
        "up 0",
        "node_boot_time_seconds 1",
        'up{account="x"} 0',
        'vigicle_build_info{version="1"} 1 1700000000',
        'vigicle_build_info{version="1"} 1e9',
        'vigicle_build_info{version="1"} NaN',
        'vigicle_build_info{version="1",version="2"} 1',
        'vigicle_build_info{version="1",host="x"} 1',
        'vigicle_build_info{version="1"',
        'vigicle_build_info{version="a"b"} 1',
        'vigicle_build_info{version="a"}{} 1',
        'vigicle_card_last_seen_timestamp_seconds{discriminator="zz"} 1',
        'x509_cert_not_after{source="other"} 1',
        'vigicle_path_waiting{procedure="opalexe",kind="x"} 1',
        '# HELP up x"',
        'vigicle_build_info{version="' + "x" * 3000 + '"} 1',
    ],
)
def test_a_foreign_line_is_dropped(line: str) -> None:
    assert list(parse_samples(f'{line}\nvigicle_build_info{{version="1"}} 1\n', "a", with_names=True)) == list(
        parse_samples('vigicle_build_info{version="1"} 1', "a", with_names=True)
    )


def test_an_account_speaks_for_itself_alone() -> None:
    (found,) = parse_samples('vigicle_build_info{account="other",version="1"} 1', "own", with_names=False)
    assert found.labels == (("account", "own"), ("version", "1"))


def test_a_name_is_dropped_where_none_is_wanted() -> None:
    written_line = 'x509_cert_not_after{source="vigicle",subject_CN="Jean"} 1'
    (found,) = parse_samples(written_line, "a", with_names=False)
    assert dict(found.labels).keys() == {"account", "source"}


def test_the_words_for_machines_are_english_and_of_base_units() -> None:
    assert all(name.startswith(("vigicle_", "x509_cert_")) for name in FAMILIES)
    assert all(family.help.isascii() and family.help.endswith(".") for family in FAMILIES.values())
