"""The keys to notify of, and what was told of them."""

from collections.abc import Mapping
from datetime import timedelta

from config.i18n.text import Text, text
from config.instants import FIRST, LAST, Instant
from config.settings import NoticeSettings, Procedure, Recall, Settings
from config.values import dataclass
from config.workflows import WorkflowKind
from daemon.core.assessment import Assessment, RenewalCase
from daemon.core.caching import memoize_last
from daemon.core.dedup_keys import DedupKey, MilestoneKey
from daemon.core.expiry import DAY, earlier, expired, later
from daemon.core.holders import holder_name
from daemon.core.model import Key, Memory, Role
from daemon.core.renewal import last_moment_with_old
from daemon.core.views.report import CertificateStatus, Path

CLOCK_SLACK = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A key to notify of.

    `not_after` is the earliest end of its use that was not announced as past. `role` and `recall` are those of the
    certificate that ends. `case` is the one in which the key is current, and `present`
    whether it is in a reader. `ends_before_login`: the certificate that logs in lasts a day longer, or more.
    """

    key: Key
    not_after: Instant
    role: Role
    recall: Recall | None = None
    case: RenewalCase | None
    present: bool = False
    ends_before_login: bool = False

    @property
    def path(self) -> Path | None:
        """The path of the case."""
        if self.case is None:
            return None
        return self.case.path

    @property
    def procedure(self) -> Procedure | None:
        """The procedure of the case."""
        if self.case is None:
            return None
        return self.case.lineage.procedure

    @property
    def expected(self) -> Instant | None:
        """When the ordered key should be here."""
        if self.case is None:
            return None
        return self.case.expected

    @property
    def never_logs_in(self) -> bool:
        """Whether no key of the case logs in."""
        return self.case is not None and self.case.status.current.never_logs_in

    def notices(self, settings: Settings) -> NoticeSettings:
        """Return when to notify of the key."""
        return settings.notices_of(self.procedure)

    @property
    def link_is_out(self) -> bool:
        """Whether the platform has sent its link for the case."""
        return self.case is not None and self.case.link_is_out

    @property
    def is_ordered(self) -> bool:
        """Whether the new key is ordered, by the user's word."""
        return self.case is not None and self.case.is_ordered


@memoize_last
def subjects(assessment: Assessment, memory: Memory, now: Instant) -> tuple[Subject, ...]:
    """Return the keys to notify of.

    They are the current key of each case, and each key without a procedure.
    """
    current = {case.status.current.key.id: case for case in reversed(assessment.cases)}
    found: list[Subject] = []
    stand_ins = (case.status.current.key for case in current.values() if case.status.current.key.id not in memory.keys)
    for key in (*memory.keys.values(), *stand_ins):
        if key.id not in current and key.id in assessment.cases_by_key:
            continue
        case = current.get(key.id)
        if ending := _ending(assessment.watched(key), case, now):
            end = _end_to_announce(key, list(ending), memory, now)
            first = ending[end]
            subject = Subject(
                key=key,
                not_after=end,
                role=first.role,
                recall=first.recall,
                case=case,
                present=key.id in assessment.present_keys,
                ends_before_login=_ends_before_login(end, first, case, assessment),
            )
            found.append(subject)
    return tuple(found)


def _ending(
    lines: tuple[CertificateStatus, ...], case: RenewalCase | None, now: Instant
) -> Mapping[Instant, CertificateStatus]:
    """Return what ends on a key, by its end.

    What outlasts the certificate that logs in is of no use without it. Once that has ended, what ended more than a day
    before is told no more.
    """
    ending = {line.usable_until: line for line in reversed(lines) if line.usable_until}
    logins = (end for end, line in ending.items() if line.role is Role.AUTHENTICATION)
    last = case.status.current.not_after if case else max(logins, default=LAST)
    first = earlier(last, DAY) if expired(last, now) else FIRST
    return {end: line for end, line in ending.items() if first < end <= last} or ending


def _ends_before_login(
    end: Instant, first: CertificateStatus, case: RenewalCase | None, assessment: Assessment
) -> bool:
    if case is None:
        return assessment.login_beside(first) is not None
    return case.status.current.not_after >= later(end, DAY)


def _end_to_announce(key: Key, ends: list[Instant], memory: Memory, now: Instant) -> Instant:
    """Return the end to announce next.

    It is the earliest; once that was announced as past, the next that is more than a day later.
    """
    past = (end for end in ends if end <= later(now, CLOCK_SLACK))  # the key of a later end does not count
    announced = [end for end in past if was_delivered(memory, MilestoneKey(key.id, end, 0), now)]
    if not announced:
        return min(ends)
    return min((end for end in ends if end > later(max(announced), DAY)), default=max(announced))


def was_delivered(memory: Memory, dedup_key: DedupKey, now: Instant) -> bool:
    """Return whether a notice with this key was delivered."""
    return delivered_at(memory, dedup_key, now) is not None


def delivered_at(memory: Memory, dedup_key: DedupKey, now: Instant) -> Instant | None:
    """Return when a notice with this key was delivered.

    A moment in the far future was noted by a wrong clock and does not count.
    """
    delivered = memory.delivered.get(str(dedup_key))
    if delivered is None or delivered > later(now, CLOCK_SLACK):
        return None
    return delivered


def key_holder(key: Key, memory: Memory) -> str | Text:
    """Return the name on a key, or the text without one."""
    certificates = (memory.certificates[f].certificate for f in key.fingerprints if f in memory.certificates)
    names = map(holder_name, certificates)
    return next(filter(None, names), text("holder.unknown"))


def is_waiting(case: RenewalCase) -> bool:
    """Return whether the new key is ordered, and not here yet."""
    return case.is_ordered and case.path is not None and case.path.kind is WorkflowKind.ORDER


def several_holders(assessment: Assessment, memory: Memory) -> bool:
    """Return whether sentences have to say whose key they speak of."""
    names: set[str | Text] = {case.lineage.holder for case in assessment.cases}
    for key in memory.keys.values():
        if key.id not in assessment.cases_by_key and assessment.watched(key):
            names.add(key_holder(key, memory))
    return len(names) > 1


def is_last_day(subject: Subject, now: Instant) -> bool:
    """Return whether this is the last day to begin step 2-A."""
    case, path = subject.case, subject.path
    if case is None or path is None or path.new_fingerprint is None or case.link_is_out:
        return False
    if WorkflowKind.ADD_WITH_OLD not in {path.kind, path.then}:
        return False
    return earlier(last_moment_with_old(case.lineage, case.status.current), DAY) <= now
