"""The first words ever said to the person: one sentence of welcome, and the one next thing to do."""

from dataclasses import dataclass

from config.i18n.text import Text, text
from daemon.core.labels import TROUBLE_REMEDIES
from daemon.core.model import Occupancy
from daemon.core.notice import Notice, Urgency
from daemon.core.troubles import Trouble
from daemon.core.views.report import CertificateStatus, Report, Stage

WELCOME = "welcome"
TROUBLES_FIRST = (Trouble.CLOCK_WRONG, Trouble.SERVICE_ABSENT, Trouble.SERVICE_STOPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """What to say at the first start ever; `step` comes last."""

    title: Text
    sentence: Text
    step: Text


def welcome(report: Report) -> Welcome:
    """Choose the words from the first picture, taken when nothing was remembered.

    A key that was read comes first, then what keeps one from being read, then where to put one.
    """
    known = next((c for c in report.certificates if c.stage not in {Stage.UNREADABLE, Stage.SUPERSEDED}), None)
    return Welcome(
        title=text("welcome.title"),
        sentence=_dates(known) if known else text("welcome.hello"),
        step=_step_with(known, report) if known else _step_without(report),
    )


def welcome_notice(report: Report, *, login_start: bool | None = None) -> Notice:
    """Make it a notice that offers to start at login where that is off; its mark keeps it from being said twice."""
    words = welcome(report)
    body = text("welcome.body", sentence=words.sentence, step=words.step)
    button = text("menu.login_on") if login_start is False else None
    return Notice(tag=WELCOME, title=words.title, body=body, dedup_keys=(WELCOME,), button=button, urgency=Urgency.LOW)


def _dates(known: CertificateStatus) -> Text:
    if known.not_after is None:
        return text("welcome.hello")
    id_ = "welcome.expired" if known.stage is Stage.EXPIRED else "welcome.known"
    return text(id_, holder=known.subject_cn or text("holder.unknown"), date=known.not_after)


def _step_with(known: CertificateStatus, report: Report) -> Text:
    """Choose the step for someone whose key is known."""
    if Trouble.CLOCK_WRONG in report.troubles:
        return text("trouble.clock_wrong")
    if report.paths:
        return text("welcome.step.path", path=text(f"path.{report.paths[0].kind}"))
    if known.stage in {Stage.DUE, Stage.URGENT, Stage.EXPIRED}:
        return text("welcome.step.ask")
    return text("trouble.not_yet_valid" if known.stage is Stage.NOT_YET else "welcome.step.nothing")


def _step_without(report: Report) -> Text:
    """Choose the step for someone whose key is still to be seen."""
    general = next((t for t in TROUBLES_FIRST if t in report.troubles), None)
    if general is not None:
        return text(TROUBLE_REMEDIES[general])
    troubled = next((r for r in report.readers if r.trouble), None)
    if troubled is not None and troubled.trouble is not None:
        return text(TROUBLE_REMEDIES[troubled.trouble], reader=troubled.name)
    if any(reader.state is Occupancy.HOLDING for reader in report.readers):
        return text("welcome.step.wait")
    return text("welcome.step.put_in" if report.readers else "welcome.step.plug_in")
