"""Which path is right: what a holder has to do next, from the keys that are known and the time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum

from config.i18n.text import Text, text
from config.settings import NoticeSettings
from daemon.core.expiry import earlier, expired, first_notice
from daemon.core.holders import Entry, Line
from daemon.core.model import Claim, Key
from daemon.core.views.report import Path, PathKind

IN_USE_AFTER = timedelta(days=60)


class Activation(Enum):
    """Whether a key still has to be activated in the vendor's tool."""

    NEEDED = "needed"
    UNKNOWN = "unknown"
    DONE = "done"


class Question(StrEnum):
    """What only the person can answer before the path is sure."""

    IN_USE = "in_use"  # the newest key was here first: is it the one in use?
    OLD_KEY = "old_key"  # it replaces a key never seen: put that one in, or is it lost?


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the keys of a line are to the account: the one it knows, the one to bring in, those of the past."""

    current: Entry
    pending: Entry | None = None
    superseded: tuple[Entry, ...] = ()
    question: Question | None = None

    @property
    def newest(self) -> Entry:
        """The key to bring in; where there is none, the one that the account knows."""
        return self.pending or self.current


def activation(key: Key) -> Activation:
    """Judge by the person's word, then by the token's signs; signs that always looked complete prove nothing."""
    if key.claims & {Claim.ACTIVATED, Claim.WORKS}:
        return Activation.DONE
    if key.signs.unactivated:
        return Activation.NEEDED
    return Activation.DONE if key.looked_unactivated and key.fingerprints else Activation.UNKNOWN


def standing(line: Line, now: datetime) -> Standing:
    """Decide over the set of keys known, not over the order in which they were seen, but for one exception.

    The account knows the only key; or, of several, the one before the latest, until the latest is confirmed.
    A latest key that was seen first, long after its validity began, is taken to be in use, and asked about.
    """
    entries = _without_spent_latecomers(line.entries, now)
    latest, earlier = entries[-1], entries[:-1]
    passed_over = tuple(e for e in line.entries if e not in entries)
    claims = latest.key.claims
    if not earlier:
        settled = claims & {Claim.OLD_LOST, Claim.WORKS} or expired(latest.not_after, now)
        asks = Claim.REPLACES in claims and not settled
        return Standing(current=latest, superseded=passed_over, question=Question.OLD_KEY if asks else None)
    if passed_over or Claim.WORKS in claims or expired(latest.not_after, now):
        return Standing(current=latest, superseded=earlier + passed_over)
    if _looks_in_use(latest, earlier) and not claims & {Claim.NEW, Claim.REPLACES}:
        return Standing(current=latest, superseded=earlier + passed_over, question=Question.IN_USE)
    return Standing(current=earlier[-1], pending=latest, superseded=earlier[:-1] + passed_over)


def choose_path(
    line: Line,
    stands: Standing,
    now: datetime,
    notices: NoticeSettings,
    *,
    bare_token: bool = False,
    link_stands: bool = False,
) -> Path | None:
    """Return the one right path for a line, or None when there is nothing to do.

    `bare_token` says that a token without any certificate is in a reader: it may be the replacement, not yet
    activated. `link_stands` says that the platform has sent a link for the new certificate that still works, or was
    used: the margin was for getting it. Source: the table of paths in ARCHITECTURE.md; procedure, "Choose",
    step 2-A and step 2-B.
    """
    if stands.question is Question.OLD_KEY:
        return None
    if stands.pending is not None:
        return _bring_in(line, stands.current, stands.pending, now, link_stands=link_stands)
    current = stands.current
    if not expired(current.not_after, now):
        if Claim.REPLACES in current.key.claims and Claim.WORKS not in current.key.claims:
            return _bring_in(line, None, current, now)
        if activation(current.key) is Activation.NEEDED:
            return _path(line, PathKind.ACTIVATE, "needed", new=current)
        if current.not_after - now > first_notice(notices):
            return None
    if bare_token:
        return _path(
            line, PathKind.ACTIVATE, "bare" + _ended(current, now), old=current, then=_way_in(line, current, now)
        )
    return _path(line, PathKind.ORDER, "expired" if expired(current.not_after, now) else "due", old=current)


def last_moment_with_old(line: Line, current: Entry) -> datetime:
    """Return the moment from which the old key is too near its end for step 2-A."""
    return max(earlier(current.not_after, line.procedure.margin), current.not_before)


def _bring_in(line: Line, current: Entry | None, pending: Entry, now: datetime, *, link_stands: bool = False) -> Path:
    """Lead a key that the account does not know yet into it: activate first where that is not known done."""
    lost = current is None or Claim.OLD_LOST in pending.key.claims
    way_in = PathKind.ASSOCIATE_NEW if current is None or lost else _way_in(line, current, now, link_stands)
    if (state := activation(pending.key)) is not Activation.DONE:
        old = "" if state is Activation.NEEDED else "_alone" if current is None else _ended(current, now)
        return _path(line, PathKind.ACTIVATE, state.value + old, old=current, new=pending, then=way_in)
    if current is None or lost:
        return _path(line, way_in, "lost", old=current, new=pending)
    ended = _way_in(line, current, now) is PathKind.ASSOCIATE_NEW
    why = "old_valid" if not ended else "old_ended" if way_in is PathKind.ASSOCIATE_NEW else "mailed"
    return _path(line, way_in, why, old=current, new=pending)


def _ended(current: Entry, now: datetime) -> str:
    return "_ended" if expired(current.not_after, now) else ""


def _way_in(line: Line, current: Entry, now: datetime, link_stands: bool = False) -> PathKind:
    """Choose between 2-A, while the old certificate is valid beyond the margin, and 2-B.

    A link that stands needs no margin, but the old certificate to be valid.
    """
    remaining = current.not_after - now
    in_time = remaining > line.procedure.margin or (link_stands and remaining >= timedelta())
    return PathKind.ADD_WITH_OLD if in_time else PathKind.ASSOCIATE_NEW


def _path(
    line: Line,
    kind: PathKind,
    why: str,
    *,
    old: Entry | None = None,
    new: Entry | None = None,
    then: PathKind | None = None,
) -> Path:
    dated = old or new
    reason: Text = text(f"reason.{kind}.{why}", date=dated.not_after) if dated else text(f"reason.{kind}.{why}")
    return Path(
        procedure=line.procedure.id,
        holder=line.holder,
        kind=kind,
        then=then,
        old_fingerprint=old.fingerprint if old else None,
        new_fingerprint=new.fingerprint if new else None,
        reason=reason,
    )


def _looks_in_use(latest: Entry, earlier: tuple[Entry, ...]) -> bool:
    first = all(latest.seen.first_seen < entry.seen.first_seen for entry in earlier)
    return first and latest.seen.first_seen - latest.not_before > IN_USE_AFTER


def _without_spent_latecomers(entries: tuple[Entry, ...], now: datetime) -> tuple[Entry, ...]:
    """Drop latest keys that ran out unconfirmed while an earlier one still lives: they can no longer be brought in."""
    kept = entries
    while (
        len(kept) > 1
        and expired(kept[-1].not_after, now)
        and Claim.WORKS not in kept[-1].key.claims
        and any(not expired(entry.not_after, now) for entry in kept[:-1])
    ):
        kept = kept[:-1]
    return kept
