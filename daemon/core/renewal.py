"""Chooses what a holder has to do next."""

from datetime import timedelta
from enum import StrEnum

from config.instants import Instant
from config.settings import NoticeSettings, Procedure, Recall
from config.values import dataclass, replace
from config.workflows import WorkflowKind
from daemon.core.activation import Activation, activation
from daemon.core.expiry import earlier, expired, first_notice
from daemon.core.holders import KeyLineage, LineageEntry
from daemon.core.model import CertificateRecord, Claim
from daemon.core.spare_keys import new_spare, orders
from daemon.core.views.report import Path, Reason

IN_USE_AFTER = timedelta(days=60)


class Question(StrEnum):
    """A question that only the user can answer."""

    IN_USE = "in_use"  # is the newest key, which was seen first, the one in use?
    OLD_KEY = "old_key"  # is the replaced key, which was never seen, lost?
    SAME_KEY = "same_key"  # is the later certificate on the same key, or on another one of the same number?


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageStatus:
    """What the account knows of the keys of a lineage.

    It knows `current`. `pending` is to be registered, and `superseded` are no longer used. `spares` have the same dates
    as one of the former: nothing is done about them by themselves.
    """

    current: LineageEntry
    pending: LineageEntry | None = None
    superseded: tuple[LineageEntry, ...] = ()
    spares: tuple[LineageEntry, ...] = ()
    question: Question | None = None

    @property
    def newest(self) -> LineageEntry:
        """The pending key if any, else the current one."""
        return self.pending or self.current


def lineage_status(lineage: KeyLineage, now: Instant) -> LineageStatus:
    """Decide which key the account knows, from the set of known keys.

    The account knows the only key. Of several it knows the one before the latest, until the latest is confirmed.
    The order in which keys were seen counts once: a latest key that was seen first, long after its validity began,
    is taken to be in use, and the user is asked. Keys of one order, with the same dates, are not old and new of each
    other.
    """
    if len(lineage.entries) == 1:  # as nearly everybody has: no order to tell apart
        return _status_of(lineage.entries, lineage.procedure, now)
    ordered = orders(lineage.entries)
    status = _status_of(tuple(order[0] for order in ordered), lineage.procedure, now)
    past = tuple(e for first, *others in ordered for e in others if first in status.superseded)
    spares = tuple(e for first, *others in ordered for e in others if first not in status.superseded)
    status = replace(status, superseded=status.superseded + past, spares=spares)
    return _with_spare_to_register(status, now)


def _with_spare_to_register(status: LineageStatus, now: Instant) -> LineageStatus:
    """Return the status in which a new spare key is pending."""
    if status.pending:
        return status
    spare = new_spare(status.current, status.spares, now)
    if spare is None:
        return status
    return replace(status, pending=spare, spares=tuple(e for e in status.spares if e is not spare))


def _status_of(lineage: tuple[LineageEntry, ...], procedure: Procedure, now: Instant) -> LineageStatus:
    """Decide about keys that all have other dates."""
    entries = _without_expired_latecomers(lineage, now)
    latest, before = entries[-1], entries[:-1]
    passed_over = lineage[len(entries) :]
    if not before:
        question = _question_about_old_key(latest, now) or _question_about_renewal(latest, procedure, now)
        return LineageStatus(current=latest, superseded=passed_over, question=question)
    if passed_over or Claim.WORKS in latest.key.claims or expired(latest.not_after, now):
        return LineageStatus(current=latest, superseded=before + passed_over)
    if _works_by_itself(latest, now):
        return LineageStatus(current=latest, superseded=before + passed_over)
    if _looks_in_use(latest, before):
        asked = None if latest.never_logs_in else Question.IN_USE
        return LineageStatus(current=latest, superseded=before + passed_over, question=asked)
    return LineageStatus(current=before[-1], pending=latest, superseded=before[:-1] + passed_over)


def _works_by_itself(entry: LineageEntry, now: Instant) -> bool:
    """Return whether no account has to know a key.

    So it is with one that only signs, once it is activated.
    """
    return entry.never_logs_in and entry.not_before <= now and activation(entry.key) is Activation.DONE


def choose_path(
    lineage: KeyLineage,
    status: LineageStatus,
    now: Instant,
    notices: NoticeSettings,
    *,
    blank_token: bool = False,
    link_is_out: bool = False,
) -> Path | None:
    """Return the path for a lineage, None if nothing is to do.

    `blank_token`: a token without any certificate is in a reader. It may be the replacement, not yet activated.
    `link_is_out`: the platform has sent a link for the new certificate, which still works or was used. The margin was
    for getting it. Source: docs/reference/paths.md; procedure, "Choose", step 2-A and step 2-B.
    """
    current = status.current
    if status.question is Question.OLD_KEY or current.successor is not None:
        return None
    if status.pending is not None:
        return _register(lineage, current, status.pending, now, link_is_out=link_is_out)
    if not expired(current.not_after, now):
        path = _path_of_valid(lineage, current, now)
        if path is not None or current.not_before > now or _is_early(lineage, current, now, notices):
            return path
    if blank_token:
        return _activate_blank_token(lineage, current, now)
    return _path_to_next(lineage, current, now)


def _is_early(lineage: KeyLineage, current: LineageEntry, now: Instant, notices: NoticeSettings) -> bool:
    """Return whether a renewal is not due yet, or not possible."""
    opens = window_opens(lineage.procedure, current.not_after, current.recall)
    return current.not_after - now > first_notice(notices) or (opens is not None and now < opens)


def window_opens(procedure: Procedure, end: Instant, recall: Recall | None) -> Instant | None:
    """Return when a renewal becomes possible, None for always.

    Before a recall there is no such wait: what it means is replaced out of turn.
    """
    if procedure.window is None or recall is not None:
        return None
    return earlier(end, procedure.window)


def _path_of_valid(lineage: KeyLineage, current: LineageEntry, now: Instant) -> Path | None:
    """Return the path to bring in the only key, None for none."""
    if current.renewed is not None and not _is_known_renewal(current):
        return _path_after_renewal(lineage, current, current.renewed)
    if Claim.REPLACES in current.key.claims and Claim.WORKS not in current.key.claims:
        return _register(lineage, None, current, now)
    if activation(current.key) is not Activation.NEEDED:
        return None
    path = _path(lineage, WorkflowKind.ACTIVATE, Reason.ACTIVATION_NEEDED, new=current)
    return replace(path, not_before=_begin_ahead(current, now))


def _begin_ahead(entry: LineageEntry, now: Instant) -> Instant | None:
    """Return when a certificate begins, None when it has begun."""
    return entry.not_before if entry.not_before > now else None


def _path_to_next(lineage: KeyLineage, current: LineageEntry, now: Instant) -> Path:
    """Return how to get the next certificate."""
    if expired(current.not_after, now):
        why = Reason.ORDER_ENDED if current.never_logs_in else Reason.ORDER_EXPIRED
        return _path(lineage, WorkflowKind.ORDER, why, old=current)
    if WorkflowKind.RENEW in lineage.procedure.workflows:
        return _path(lineage, WorkflowKind.RENEW, Reason.RENEW_DUE, old=current)
    last = order_by(lineage, current)
    if last is None:
        return _path(lineage, WorkflowKind.ORDER, Reason.ORDER_DUE, old=current)
    if now > last:
        return _path(lineage, WorkflowKind.ORDER, Reason.ORDER_LATE, old=current)
    return replace(_path(lineage, WorkflowKind.ORDER, Reason.ORDER_BY, old=current), order_by=last)


def order_by(lineage: KeyLineage, current: LineageEntry) -> Instant | None:
    """Return until when an order comes in time for 2-A.

    None where it is not known how long that takes, or 2-A is not for the key.
    """
    if lineage.procedure.lead is None or current.never_logs_in:
        return None
    _, longest = lineage.procedure.lead
    return earlier(last_moment_with_old(lineage, current), longest)


def waits_until(status: LineageStatus, now: Instant) -> Instant | None:
    """Return when the certificate begins without which nothing can be done."""
    begins = status.current.successor or status.newest.not_before
    return begins if begins > now else None


def _is_known_renewal(current: LineageEntry) -> bool:
    """Return whether the account knows a certificate that was renewed in place.

    One that was seen together with the old one, and late, is in use.
    """
    if Claim.WORKS in current.key.claims or current.renewed is None or current.never_logs_in:
        return True
    together = current.seen.first_seen <= current.renewed.first_seen
    return together and current.seen.first_seen - current.not_before > IN_USE_AFTER


def _path_after_renewal(lineage: KeyLineage, current: LineageEntry, renewed: CertificateRecord) -> Path:
    """Return how the account learns of a certificate renewed in place.

    The old one can no longer be put in.
    """
    kind = WorkflowKind.ASSOCIATE_NEW
    if WorkflowKind.RENEW in lineage.procedure.workflows:
        kind = WorkflowKind.RENEW
    path = _path(lineage, kind, Reason.RENEWED, new=current)
    certificate = renewed.certificate
    date = certificate.not_after or current.not_after
    return replace(path, old_fingerprint=certificate.fingerprint, date=date, recall=None)


def _activate_blank_token(lineage: KeyLineage, current: LineageEntry, now: Instant) -> Path:
    why = Reason.NO_CERTIFICATE_YET
    if expired(current.not_after, now):
        why = Reason.NO_CERTIFICATE_YET_OLD_ENDED
    way = None if current.never_logs_in else _way_to_register(lineage, current, now)
    return _path(lineage, WorkflowKind.ACTIVATE, why, old=current, then=way)


def last_moment_with_old(lineage: KeyLineage, current: LineageEntry) -> Instant:
    """Return when the old key is too near its end for 2-A."""
    return max(earlier(current.not_after, lineage.procedure.margin), current.not_before)


def _register(
    lineage: KeyLineage,
    current: LineageEntry | None,
    pending: LineageEntry,
    now: Instant,
    *,
    link_is_out: bool = False,
) -> Path | None:
    """Return the path that registers a key with the account.

    A key that is not known to be activated is activated first. None while one that is has not begun, or only signs.
    """
    begins = _begin_ahead(pending, now)
    is_active = activation(pending.key) is Activation.DONE
    if is_active and (begins is not None or pending.never_logs_in):
        return None
    path = _path_of_active(lineage, current, pending, begins or now, link_is_out=link_is_out)
    if is_active:
        return path
    why, then = _why_activate(pending, current, now), None if pending.never_logs_in else path.kind
    return replace(path, kind=WorkflowKind.ACTIVATE, then=then, why=why, not_before=begins)


def _path_of_active(
    lineage: KeyLineage, current: LineageEntry | None, pending: LineageEntry, at: Instant, *, link_is_out: bool
) -> Path:
    """Return the path that registers an activated key at a moment."""
    way, why = WorkflowKind.ASSOCIATE_NEW, Reason.OLD_LOST
    if current is not None and Claim.OLD_LOST not in pending.key.claims:
        tries = Claim.TRY_OLD in pending.key.claims
        way = _way_to_register(lineage, current, at, link_is_out=link_is_out or tries)
        why = _why_way(lineage, current, way, at, link_is_out=link_is_out)
    return _path(lineage, way, why, old=current, new=pending)


def _why_activate(pending: LineageEntry, current: LineageEntry | None, now: Instant) -> Reason:
    if activation(pending.key) is Activation.NEEDED:
        return Reason.ACTIVATION_NEEDED
    if current is None:
        return Reason.ACTIVATION_UNKNOWN_ALONE
    if expired(current.not_after, now):
        return Reason.ACTIVATION_UNKNOWN_OLD_ENDED
    return Reason.ACTIVATION_UNKNOWN


def _why_way(
    lineage: KeyLineage, current: LineageEntry, way: WorkflowKind, now: Instant, *, link_is_out: bool
) -> Reason:
    if way is WorkflowKind.ASSOCIATE_NEW:
        if expired(current.not_after, now):
            return Reason.OLD_ENDED
        return Reason.OLD_ENDS
    if link_is_out and _way_to_register(lineage, current, now) is WorkflowKind.ASSOCIATE_NEW:
        return Reason.LINK_MAILED
    return Reason.OLD_VALID


def _way_to_register(
    lineage: KeyLineage, current: LineageEntry, now: Instant, *, link_is_out: bool = False
) -> WorkflowKind:
    """Choose between step 2-A and step 2-B.

    2-A needs the old certificate to be valid beyond the margin. Once the link is out, it needs it to be valid.
    """
    remaining = current.not_after - now
    in_time = remaining > lineage.procedure.margin or (link_is_out and remaining >= timedelta())
    return WorkflowKind.ADD_WITH_OLD if in_time else WorkflowKind.ASSOCIATE_NEW


def _path(
    lineage: KeyLineage,
    kind: WorkflowKind,
    why: Reason,
    *,
    old: LineageEntry | None = None,
    new: LineageEntry | None = None,
    then: WorkflowKind | None = None,
) -> Path:
    dated, *_ = [entry for entry in (old, new) if entry is not None]
    return Path(
        procedure=lineage.procedure.id,
        holder=lineage.holder,
        kind=kind,
        then=then,
        old_fingerprint=old.fingerprint if old else None,
        new_fingerprint=new.fingerprint if new else None,
        why=why,
        date=dated.not_after,
        recall=dated.recall,
    )


def _question_about_old_key(only: LineageEntry, now: Instant) -> Question | None:
    settled = only.key.claims & {Claim.OLD_LOST, Claim.WORKS} or expired(only.not_after, now) or only.never_logs_in
    if Claim.REPLACES in only.key.claims and not settled:
        return Question.OLD_KEY
    return None


def _question_about_renewal(only: LineageEntry, procedure: Procedure, now: Instant) -> Question | None:
    """Return the question whether a certificate was renewed on its key.

    It was, where both were read together. Where the procedure renews in place, nothing else is expected.
    """
    if only.renewed is None or _is_known_renewal(only) or WorkflowKind.RENEW in procedure.workflows:
        return None
    is_proven = only.renewed.last_seen >= only.seen.first_seen
    if is_proven or Claim.RENEWED in only.key.claims or expired(only.not_after, now):
        return None
    return Question.SAME_KEY


def _looks_in_use(latest: LineageEntry, before: tuple[LineageEntry, ...]) -> bool:
    """Return whether the latest key was seen first and late.

    The user's word overrides it.
    """
    if latest.key.claims & {Claim.NEW, Claim.REPLACES}:
        return False
    first = all(latest.seen.first_seen < entry.seen.first_seen for entry in before)
    return first and latest.seen.first_seen - latest.not_before > IN_USE_AFTER


def _without_expired_latecomers(entries: tuple[LineageEntry, ...], now: Instant) -> tuple[LineageEntry, ...]:
    """Drop latest keys that expired unconfirmed before an earlier one."""
    kept = entries
    while len(kept) > 1 and _is_expired_latecomer(kept[-1], kept[:-1], now):
        kept = kept[:-1]
    return kept


def _is_expired_latecomer(latest: LineageEntry, before: tuple[LineageEntry, ...], now: Instant) -> bool:
    if Claim.WORKS in latest.key.claims or not expired(latest.not_after, now):
        return False
    return any(not expired(entry.not_after, now) for entry in before)
