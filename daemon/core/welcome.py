"""The welcome at the first start ever."""

from config.i18n.text import Text, text
from config.values import dataclass
from daemon.core.dedup_keys import WelcomeKey
from daemon.core.form_factor import FormFactor, form_of
from daemon.core.labels import TROUBLE_TITLES
from daemon.core.model import Occupancy
from daemon.core.notice import Notice, NoticeId, NoticeKind
from daemon.core.troubles import SERVICE_TROUBLES, Trouble
from daemon.core.views.report import CertificateStatus, Report, Stage

WELCOME = WelcomeKey()
WELCOME_ID = NoticeId(NoticeKind.WELCOME)
TROUBLES_FIRST = (Trouble.CLOCK_WRONG, *sorted(SERVICE_TROUBLES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """The texts of the welcome. `step` comes last."""

    title: Text
    sentence: Text
    step: Text


def welcome(report: Report) -> Welcome:
    """Choose the texts from the first report, when nothing was remembered.

    A key that was read comes first, then what keeps one from being read, then where to put one.
    """
    title = text("welcome.title")
    known = next((c for c in report.certificates if c.stage not in {Stage.UNREADABLE, Stage.SUPERSEDED}), None)
    if known is None:
        return Welcome(title=title, sentence=text("welcome.hello"), step=_step_without_key(report))
    return Welcome(title=title, sentence=_dates(known), step=_step_with_key(known, report))


def welcome_notice(report: Report) -> Notice:
    """Return the welcome as a notice, which opens the window."""
    words = welcome(report)
    body = text("welcome.body", sentence=words.sentence, step=words.step)
    return Notice(
        notice_id=WELCOME_ID, title=words.title, body=body, dedup_keys=(WELCOME,), button=text("button.welcome")
    )


def _dates(known: CertificateStatus) -> Text:
    if known.usable_until is None:
        return text("welcome.hello")
    if known.stage is Stage.EXPIRED:
        return text("welcome.expired", date=known.usable_until)
    return text("welcome.known", date=known.usable_until)


def _step_with_key(known: CertificateStatus, report: Report) -> Text:
    """Return the next step of a user whose key is known."""
    if Trouble.CLOCK_WRONG in report.troubles:
        return _ask_for_help(Trouble.CLOCK_WRONG)
    if report.paths or known.stage in {Stage.DUE, Stage.URGENT, Stage.EXPIRED}:
        return text("welcome.step.open")
    if known.stage is Stage.NOT_YET:
        return _ask_for_help(Trouble.NOT_YET_VALID)
    return text("welcome.step.nothing")


def _step_without_key(report: Report) -> Text:
    """Return the next step of a user without a read key."""
    general = next((t for t in TROUBLES_FIRST if t in report.troubles), None)
    in_reader = next((reader.trouble for reader in report.readers if reader.trouble), None)
    trouble = general or in_reader
    if trouble is not None:
        return _ask_for_help(trouble)
    if any(reader.state is Occupancy.HOLDING for reader in report.readers):
        return text("welcome.step.wait")
    if form_of(reader.name for reader in report.readers) is FormFactor.UNKNOWN:
        return text("welcome.step.unsure")
    return text("welcome.step.plug_in")


def _ask_for_help(trouble: Trouble) -> Text:
    """Return the trouble in brief: the window says what to do."""
    return text("welcome.step.trouble", trouble=text(TROUBLE_TITLES[trouble]))
