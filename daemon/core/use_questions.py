"""Asks in a notice what a key is for."""

from collections.abc import Sequence

from config.i18n.text import Phrase, Sentence, Text, text
from config.instants import Instant
from config.settings import Procedure
from config.values import replace
from daemon.core.assessment import Assessment
from daemon.core.dedup_keys import UseKey
from daemon.core.issuers import is_use_open, procedure_of
from daemon.core.key_names import procedure_words
from daemon.core.model import Certificate, Fingerprint, Key, KeyId, Memory, Role
from daemon.core.notice import Notice, NoticeKind
from daemon.core.notice_words import with_second_sentence
from daemon.core.subjects import was_delivered
from daemon.core.welcome import WELCOME


def deciding_certificate(key: KeyId, assessment: Assessment, memory: Memory) -> Certificate | None:
    """Return the certificate of a key to ask about, None for none."""
    case = assessment.case_of(key)
    if case is not None:
        return case.status.newest.seen.certificate
    known = memory.keys.get(key)
    return None if known is None else next(iter(_that_log_in(known, memory)), None)


def with_use_question(
    notice: Notice, assessment: Assessment, memory: Memory, procedures: tuple[Procedure, ...], now: Instant
) -> Notice:
    """Return a notice whose second sentence asks, where it is open.

    Each key is asked about once, in no notice that asks already, and not before the user was welcomed.
    """
    key = notice.notice_id.key if notice.notice_id.kind is NoticeKind.KEY else None
    certificate = None if key is None else deciding_certificate(key, assessment, memory)
    if key is None or certificate is None or not is_use_open(certificate, procedures, memory.assignments):
        return notice
    body = with_second_sentence(notice.body, use_words(procedure_of(certificate, procedures, memory.assignments)))
    if body is None or was_delivered(memory, UseKey(key), now) or not was_delivered(memory, WELCOME, now):
        return notice
    return replace(notice, body=body, dedup_keys=(UseKey(key), *notice.dedup_keys))


def use_words(assumed: Procedure | None) -> Text:
    """Return the question in one sentence."""
    if assumed is None:
        return text("use.question")
    return text("use.question.assumed", procedure=procedure_words(assumed))


def either(titles: Sequence[str | Phrase]) -> str | Sentence:
    """Return the titles of procedures, of which one is right."""
    first, *others = titles
    found: str | Sentence = first
    for other in others:
        found = text("use.either", one=found, other=other)
    return found


def issuer_facts(certificate: Certificate) -> str:
    """Return what the makers of vigicle need to know of an issuer.

    In English, and without personal data: one who issued a certificate to themselves is left out.
    """
    names = {
        "O": certificate.issuer_o,
        "OU": ", ".join(certificate.issuer_ou),
        "CN": certificate.issuer_cn,
        "organizationIdentifier": certificate.issuer_organization_identifier,
    }
    if certificate.issuer_cn and certificate.issuer_cn.casefold() == certificate.subject_cn.casefold():
        names = {"issued by": "its own holder"}
    facts = {**names, "role": certificate.role.value, "validity": _validity(certificate)}
    return "\n".join(f"{name}: {value}" for name, value in facts.items() if value)


def _validity(certificate: Certificate) -> str:
    """Return for how many days a certificate is issued, "" if unknown."""
    if certificate.not_before is None or certificate.not_after is None:
        return ""
    return f"{(certificate.not_after - certificate.not_before).days} days"


def _that_log_in(key: Key, memory: Memory) -> list[Certificate]:
    records = (memory.certificates[Fingerprint(f)].certificate for f in key.fingerprints if f in memory.certificates)
    return [each for each in records if each.role is Role.AUTHENTICATION and not each.authority]
