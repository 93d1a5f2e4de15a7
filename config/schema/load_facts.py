"""Loads what a procedure file says of issuers, times, papers and addresses."""

from datetime import timedelta

from config.i18n.text import text
from config.i18n.wording import Wording
from config.schema import kinds
from config.schema.load_procedure import FORMER_WORKFLOWS, WORKFLOWS, Means, load_letter, load_wording, load_workflows
from config.schema.tables import Table
from config.settings import DEFAULT_NOTICE_DAYS, IssuerRule, Paper, Procedure, Recall, VendorTool
from config.values import replace

SCHEMA_VERSION = 1
"""The newest version of procedure files that is understood."""
CLEAN_UP_DAYS = 7
VALIDITY_YEARS = 3
BEFORE_LEAD = (48, 18, 3)
"""How many days before the last moment to order a notice comes."""
AFTER_LEAD = (30, 15, 7, 3, 1)
"""How many days before the end a notice comes after that moment."""

_A_DAY = timedelta(hours=24)
_WEEK = 7
_YEAR = 365
_SCHEMA = kinds.whole_number(1, SCHEMA_VERSION, "accepted.schema_version")
_YEARS = kinds.whole_number(1, 30, "accepted.years")
_KEY_BITS = kinds.whole_number(512, 65536, "accepted.key_bits")
_PAPER_TITLE = kinds.wording("accepted.wording_80", kinds.TITLE_LIMIT, {})
_RECALL_TEXT = kinds.wording("accepted.wording_600", kinds.TEXT_LIMIT, {})


def load_facts(id_: str, table: Table) -> Procedure:
    """Load the whole table of a procedure file. Raises SettingsError.

    A file of a newer version is refused before anything else.
    """
    table.take("schema_version", _SCHEMA, SCHEMA_VERSION)
    procedure = _with_notice_times(table, _with_contacts(table, _identity(id_, table)))
    procedure = replace(
        procedure,
        margin=table.take("margin_hours", kinds.HOURS, _A_DAY),
        link_lifetime=table.take("link_lifetime_hours", kinds.LIFETIME, _A_DAY),
        clean_up_after=timedelta(days=table.take("clean_up_after_days", kinds.URGENT_DAYS, CLEAN_UP_DAYS)),
        recalls=tuple(_recall(each) for each in table.optional_tables("recalls")),
        papers=_papers(table),
    )
    means = _means(procedure, is_link_known=table.holds("link_lifetime_hours"))
    workflows = load_workflows(table.renamed_table(WORKFLOWS, FORMER_WORKFLOWS), means)
    table.finish()
    return replace(procedure, workflows=workflows)


def _identity(id_: str, table: Table) -> Procedure:
    """Load the title, and which certificates the procedure is for."""
    title = table.table("title")
    words = Wording(en=_plain_words(title, "en"), fr=_plain_words(title, "fr"))
    title.finish()
    assume = table.take("assume", kinds.SWITCH, True)  # noqa: FBT003 - a default
    rules = table.tables("issuers") if assume else table.optional_tables("issuers")
    return Procedure(id=id_, title=words, issuers=tuple(_issuer(rule) for rule in rules), assume=assume)


def _plain_words(table: Table, key: str) -> str:
    """Load words in which nothing is filled in."""
    written = table.need(key, kinds.WORDS)
    if "{" in written or "}" in written:
        raise table.refusal(key, written, text("accepted.no_braces"))
    return written


def _with_contacts(table: Table, procedure: Procedure) -> Procedure:
    """Load where the user goes, writes or calls."""
    return replace(
        procedure,
        platform_url=table.take("platform_url", kinds.URL, None),
        order_url=table.take("order_url", kinds.URL, None),
        tool=_tool(table.optional("tool")),
        support_email=table.take("support_email", kinds.EMAIL, None),
        support_phone=table.take("support_phone", kinds.PHONE, None),
        issuer_support=table.take("issuer_support", kinds.CONTACT, None),
        letter=load_letter(table.optional("letter")),
    )


def _with_notice_times(table: Table, procedure: Procedure) -> Procedure:
    """Load how long a renewal takes, and when to notify."""
    notices = table.table("notices")
    lead = table.take("lead_weeks", kinds.LEAD_WEEKS, None)
    window = _window(table)
    procedure = replace(
        procedure,
        lead=lead,
        window=window,
        notice_days=notices.take("days", kinds.DAYS, _notice_days(lead, window)),
        urgent_days=notices.take("urgent_days", kinds.URGENT_DAYS, None),
    )
    notices.finish()
    return procedure


def _notice_days(lead: tuple[timedelta, timedelta] | None, window: timedelta | None) -> tuple[int, ...] | None:
    """Return the notice days that lead time and window ask for."""
    if lead is None and window is None:
        return None
    days: tuple[int, ...] = DEFAULT_NOTICE_DAYS
    if lead is not None:
        longest = lead[1].days
        days = (
            *(longest + more for more in BEFORE_LEAD),
            *(each for each in AFTER_LEAD if each < longest + min(BEFORE_LEAD)),
        )
    if window is not None:
        days = (window.days, *(each for each in days if each < window.days))
    return days


def _window(table: Table) -> timedelta | None:
    """Load when a renewal becomes possible, within the validity."""
    validity = table.take("validity_years", _YEARS, VALIDITY_YEARS) * _YEAR
    days = table.take("window_opens_days", kinds.URGENT_DAYS, None)
    if days is None:
        return None
    if days >= validity:
        raise table.refusal("window_opens_days", days, text("accepted.window", limit=validity - 1))
    return timedelta(days=days)


def _tool(table: Table | None) -> VendorTool | None:
    if table is None:
        return None
    tool = VendorTool(
        name=table.need("name", kinds.WORDS),
        download_url=table.need("download_url", kinds.URL),
        path=table.take("path", kinds.TOOL, None),
    )
    table.finish()
    return tool


def _issuer(table: Table) -> IssuerRule:
    rule = IssuerRule(
        organization=table.take("organization", kinds.WORDS, None),
        organizational_unit=table.take("organizational_unit", kinds.WORDS, None),
        organization_identifier=table.take("organization_identifier", kinds.ORGANIZATION_IDENTIFIER, None),
    )
    table.finish()
    if rule == IssuerRule():
        table.need("organization", kinds.WORDS)
    return rule


def _recall(table: Table) -> Recall:
    issuer = table.optional("issuer")
    recall = Recall(
        moment=table.need("date", kinds.MOMENT),
        text=load_wording(table, "text", _RECALL_TEXT),
        issuer=None if issuer is None else _issuer(issuer),
        key_bits_below=table.take("key_bits_below", _KEY_BITS, None),
        begun_before=table.take("begun_before", kinds.MOMENT, None),
    )
    table.finish()
    if (recall.issuer, recall.key_bits_below, recall.begun_before) == (None, None, None):
        table.need("issuer", kinds.SECTION)
    return recall


def _papers(table: Table) -> tuple[Paper, ...]:
    papers: list[Paper] = []
    for each in table.optional_tables("papers"):
        paper = Paper(
            id=each.need("id", kinds.ID),
            title=load_wording(each, "title", _PAPER_TITLE),
            max_age_days=each.take("max_age_days", kinds.URGENT_DAYS, None),
        )
        if paper.id in {known.id for known in papers}:
            raise each.refusal("id", paper.id, text("accepted.new_id"))
        each.finish()
        papers.append(paper)
    return tuple(papers)


def _means(procedure: Procedure, *, is_link_known: bool) -> Means:
    """Return what the steps of a procedure may open and name."""
    names = {
        "tool": procedure.tool,
        "support_phone": procedure.support_phone,
        "issuer_support": procedure.issuer_support,
    }
    return Means(
        link_lifetime=procedure.link_lifetime,
        is_link_known=is_link_known,
        reachable=procedure.reachable,
        names=frozenset(name for name, value in names.items() if value is not None),
    )
