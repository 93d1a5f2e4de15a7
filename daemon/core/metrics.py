"""Metrics of what is remembered, in the text format of Prometheus.

The names are those of x509-certificate-exporter where it has them. Sources: prometheus.io, Exposition formats, and that
exporter's docs/metrics.md.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from config.i18n.text import clean
from config.instants import Instant
from config.settings import Settings
from config.values import dataclass
from config.workflows import WorkflowKind
from daemon.core.assessment import Assessment, assess
from daemon.core.model import Memory, Role
from daemon.core.troubles import Trouble
from daemon.core.views.report import CertificateStatus, Stage

NOT_AFTER = "x509_cert_not_after"
RECALL = "vigicle_certificate_recall_timestamp_seconds"
LAST_SEEN = "vigicle_card_last_seen_timestamp_seconds"
PATH_WAITING = "vigicle_path_waiting"
TROUBLE = "vigicle_trouble"
BUILD_INFO = "vigicle_build_info"
DISCRIMINATOR_LENGTH = 8
A_DAY = 86400  # seconds
VALUE_LIMIT = 128  # characters of a label
LINE_LIMIT = 2048  # characters
SERIES_LIMIT = 4000  # of one account: three of each certificate, and a thousand certificates


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricFamily:
    """All series of one name."""

    help: str
    """One line, the same on every computer and in every language."""
    labels: tuple[str, ...]
    """The names of its labels, but for the account's."""


FAMILIES = {
    NOT_AFTER: MetricFamily(
        help="NotAfter of a certificate seen on a card, in seconds since the epoch.",
        labels=("source", "discriminator", "issuer_O", "procedure", "role", "state", "filepath", "subject_CN"),
    ),
    RECALL: MetricFamily(
        help="The last moment at which a recalled certificate is accepted, in seconds since the epoch.",
        labels=("discriminator", "procedure", "role", "state"),
    ),
    LAST_SEEN: MetricFamily(
        help="The day on which a certificate was last seen on a card, in seconds since the epoch.",
        labels=("discriminator",),
    ),
    PATH_WAITING: MetricFamily(help="Renewals whose next step waits for the user.", labels=("procedure", "kind")),
    TROUBLE: MetricFamily(help="What keeps a certificate from being watched.", labels=("trouble",)),
    BUILD_INFO: MetricFamily(help="The version of vigicle.", labels=("version",)),
}
"""Every family, in the order in which they are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One series with its value."""

    name: str
    labels: tuple[tuple[str, str], ...]
    value: int


def samples(memory: Memory, settings: Settings, account: str, version: str, now: Instant) -> Iterator[Sample]:
    """Yield the metrics of one account.

    People are named where the office's policy allows it.
    """
    assessment = assess(memory, settings, {}, now)
    for line in assessment.certificates:
        yield from _of_certificate(line, assessment, account, with_name=settings.office.metrics_names)
    waiting: dict[tuple[str, str], int] = {}
    for case in assessment.cases:
        if case.path is not None:
            kind = case.path.procedure, str(case.path.kind)
            waiting[kind] = waiting.get(kind, 0) + 1
    for (procedure, next_kind), count in waiting.items():
        yield sample(PATH_WAITING, account, {"procedure": procedure, "kind": next_kind}, count)
    for trouble in _troubles(assessment):
        yield sample(TROUBLE, account, {"trouble": str(trouble)}, 1)
    yield sample(BUILD_INFO, account, {"version": version}, 1)


def sample(name: str, account: str, labels: Mapping[str, str], value: int) -> Sample:
    """Return a series with harmless labels in the order of its family."""
    known = [(label, clean(labels[label], VALUE_LIMIT)) for label in FAMILIES[name].labels if labels.get(label)]
    return Sample(name=name, labels=(("account", account), *known), value=value)


def exposition(found: Iterable[Sample]) -> str:
    """Return the text, with each family and each series once."""
    by_name: dict[str, dict[tuple[tuple[str, str], ...], int]] = {name: {} for name in FAMILIES}
    for each in found:
        by_name[each.name].setdefault(each.labels, each.value)
    return "".join(_family_text(name, series) for name, series in by_name.items() if series)


_NAME = re.compile(r"([a-z][a-z0-9_]*)\{(.*)\} (-?[0-9]{1,12})")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(?:,|$)')
_ESCAPED = re.compile(r'\\(["\\n])')


_FORMS = {
    "source": re.compile("vigicle"),
    "discriminator": re.compile(r"[0-9a-f]{8}"),
    "procedure": re.compile(r"[a-z][a-z0-9_-]{0,31}"),
    "role": re.compile("|".join(Role)),
    "state": re.compile("in_use|pending|superseded"),
    "filepath": re.compile(r"card/[a-z0-9_/-]{1,64}"),
    "kind": re.compile("|".join(WorkflowKind)),
    "trouble": re.compile("|".join(Trouble)),
}
"""What the values of labels look like, where they are no free text."""


def parse_samples(written: str, account: str, *, with_names: bool) -> Iterator[Sample]:
    """Yield the series of an untrusted text, as those of `account`.

    What is not of a known family, with known labels, is dropped. So are names, unless `with_names`.
    """
    for line in written.split("\n")[: 4 * SERIES_LIMIT]:
        match = _NAME.fullmatch(line) if len(line) <= LINE_LIMIT else None
        if match is None or match[1] not in FAMILIES:
            continue
        labels = _labels(match[2])
        if labels is None or not labels.keys() <= {"account", *FAMILIES[match[1]].labels}:
            continue
        if all(_FORMS[name].fullmatch(value) for name, value in labels.items() if name in _FORMS):
            kept = {name: value for name, value in labels.items() if with_names or name != "subject_CN"}
            yield sample(match[1], account, kept, int(match[3]))


def _labels(written: str) -> dict[str, str] | None:
    """Parse labels, None where they are not well formed."""
    found: dict[str, str] = {}
    at = 0
    while at < len(written):
        match = _LABEL.match(written, at)
        if match is None or match[1] in found:
            return None
        found[match[1]] = _ESCAPED.sub(lambda escaped: "\n" if escaped[1] == "n" else escaped[1], match[2])
        at = match.end()
    return found


def _of_certificate(
    line: CertificateStatus, assessment: Assessment, account: str, *, with_name: bool
) -> Iterator[Sample]:
    discriminator = line.fingerprint_sha256[:DISCRIMINATOR_LENGTH]
    labels = {
        "source": "vigicle",
        "discriminator": discriminator,
        "issuer_O": line.issuer_o,
        "procedure": line.procedure or "none",
        "role": str(line.role),
        "state": _state(line, assessment),
        "filepath": f"card/{line.procedure or 'none'}/{line.role}",
    }
    if with_name:
        labels["subject_CN"] = line.subject_cn
    if line.not_after is not None:
        yield sample(NOT_AFTER, account, labels, int(line.not_after.timestamp()))
    if line.recall is not None and line.usable_until is not None:
        yield sample(RECALL, account, labels, int(line.usable_until.timestamp()))
    if line.last_seen is not None:
        midnight = int(line.last_seen.timestamp()) // A_DAY * A_DAY
        yield sample(LAST_SEEN, account, {"discriminator": discriminator}, midnight)


def _state(line: CertificateStatus, assessment: Assessment) -> str:
    """Return whether the certificate is in use, comes next, or was replaced."""
    if line.stage is Stage.SUPERSEDED:
        return "superseded"
    pending = (case.status.pending for case in assessment.cases)
    if any(entry is not None and line.fingerprint_sha256 in entry.key.fingerprints for entry in pending):
        return "pending"
    return "in_use"


def _troubles(assessment: Assessment) -> Iterator[Trouble]:
    stages = {line.stage for line in assessment.certificates}
    if Stage.NOT_YET in stages:
        yield Trouble.NOT_YET_VALID
    if Stage.UNREADABLE in stages:
        yield Trouble.CERTIFICATE_UNREADABLE


def _family_text(name: str, series: Mapping[tuple[tuple[str, str], ...], int]) -> str:
    head = f"# HELP {name} {FAMILIES[name].help}\n# TYPE {name} gauge\n"
    return head + "".join(f"{name}{{{_label_text(labels)}}} {value}\n" for labels, value in sorted(series.items()))


def _label_text(labels: tuple[tuple[str, str], ...]) -> str:
    return ",".join(f'{label}="{_escaped(value)}"' for label, value in labels)


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
