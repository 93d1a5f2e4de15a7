"""Every kind of page of the guide, rendered without a daemon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from config.i18n.text import Argument, Phrase, text
from config.i18n.translator import Translator
from config.i18n.wording import Wording
from config.instants import instant
from config.schema.load_settings import catalogue_settings
from config.settings import SettingId
from config.values import dataclass, replace
from config.workflows import Needs, Workflow, WorkflowKind
from daemon.adapters.guide.messages import Page
from daemon.core.action_id import ActionId, ActionKind
from daemon.core.model import Fingerprint, KeyId, Role
from daemon.core.views.guide import (
    Action,
    Bar,
    BarRole,
    CertificateCard,
    ProblemEntry,
    ReaderStatus,
    SettingField,
    StepStatus,
    StepSummary,
    Timeline,
)
from daemon.core.views.report import Stage
from support.guide_actions import action_id, button

if TYPE_CHECKING:
    from collections.abc import Callable

OPALEXE = next(procedure for procedure in catalogue_settings().procedures if procedure.id == "opalexe")
HOLDER = "Anne-Claire DE LA FONTAINE-BEAUSÉJOUR"
OLD_BEGINS, OLD_ENDS = instant(datetime(2023, 12, 4, 9, tzinfo=UTC)), instant(datetime(2026, 12, 4, 9, tzinfo=UTC))
NEW_BEGINS, NEW_ENDS = instant(datetime(2026, 11, 12, 9, tzinfo=UTC)), instant(datetime(2029, 11, 12, 9, tzinfo=UTC))
NOW = instant(datetime(2026, 11, 24, tzinfo=UTC))
PHASES = (
    ("Order", "Commander"),
    ("Activate", "Activer"),
    ("Add to OPALEXE", "Ajouter à OPALEXE"),
    ("Finish", "Terminer"),
)
GROUPS = (
    ("With the old key", "Avec l’ancienne clé"),
    ("Swap the two keys", "Échanger les deux clés"),
    ("With the new key", "Avec la nouvelle clé"),
)
READER_WORDS = {
    ReaderStatus.NO_READER: ("No reader is connected.", "Aucun lecteur n’est branché."),
    ReaderStatus.EMPTY: ("No key is in the reader.", "Aucune clé n’est dans le lecteur."),
    ReaderStatus.READING: ("The key is being read.", "La clé est en cours de lecture."),
    ReaderStatus.OLD: ("Your old key is in.", "Votre ancienne clé est branchée."),
    ReaderStatus.NEW: ("Your new key is in.", "Votre nouvelle clé est branchée."),
    ReaderStatus.BOTH: ("Your old key and your new key are in.", "Vos deux clés sont branchées."),
    ReaderStatus.OTHER: ("Another key is in.", "Une autre clé est branchée."),
    ReaderStatus.UNREAD: (
        "A key is in that nothing here can read.",
        "Une clé est branchée, que rien ici ne sait lire.",
    ),
    ReaderStatus.AWAY: ("The smart-card service does not answer.", "Le service des cartes à puce ne répond pas."),
}


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes pages of one language."""

    language: str

    def say(self, en: str, fr: str) -> str:
        """Render a sentence of the tests."""
        return self.fill(Wording(en=en, fr=fr))

    def fill(self, wording: Wording) -> str:
        """Fill in what procedures name."""
        args: dict[str, Argument] = {
            "old_key": text("key.old_named", name="la bleue"),
            "new_key": text("key.new"),
            "holder": HOLDER,
            "old_ends": OLD_ENDS,
            "new_ends": NEW_ENDS,
            "tool": OPALEXE.tool_name or "",
        }
        return Translator(self.language, UTC).render(Phrase(wording, tuple(args.items())))

    def action(self, id_: str, en: str, fr: str, *, copy: str | None = None, detail: str | None = None) -> Action[str]:
        """Write a button."""
        return button(id_, self.say(en, fr), copy=copy, detail=detail)

    def step(self, kind: WorkflowKind, at: str, **more: object) -> Page:
        """Write the page of one step."""
        workflow = OPALEXE.workflows[kind]
        ids = [step.id for step in workflow.steps]
        step = workflow.steps[ids.index(at)]
        done = self.fill(step.done) if step.done else self.say("Done", "C’est fait")
        page: dict[str, object] = {
            "number": 1,
            "language": self.language,
            "procedure": self.fill(OPALEXE.title),
            "holder": HOLDER,
            "workflow": kind,
            "workflow_title": self.fill(workflow.title),
            "steps": self.steps(workflow, ids.index(at)),
            "phases": self.phases(kind),
            "outline": self.outline() if kind is WorkflowKind.ADD_WITH_OLD else self.steps(workflow, ids.index(at)),
            "eyebrow": self.eyebrow(ids.index(at) + 1, len(ids)),
            "headline": self.fill(step.title),
            "body": self.fill(step.text),
            "reader": ReaderStatus.EMPTY,
            "reader_words": self.reader(ReaderStatus.EMPTY),
            "primary": button(f"end:{at}", done),
            "likely": action_id(f"end:{at}"),
            "actions": self.others(),
            "known_problems": self.known_problems(workflow),
            "timeline": self.timeline(),
            "certificates": self.certificates(),
        }
        return Page(**(page | more))  # type: ignore[arg-type]  # by name

    def steps(self, workflow: Workflow, current: int) -> tuple[StepSummary[str], ...]:
        """Write the list of steps."""
        statuses = [StepStatus.DONE] * current + [StepStatus.CURRENT] + [StepStatus.AHEAD] * len(workflow.steps)
        return tuple(
            StepSummary(id=step.id, title=self.fill(step.title), status=status)
            for step, status in zip(workflow.steps, statuses, strict=False)
        )

    def phases(self, kind: WorkflowKind) -> tuple[StepSummary[str], ...]:
        """Write the phases, that of this workflow being the present one."""
        at = {WorkflowKind.ORDER: 0, WorkflowKind.ACTIVATE: 1, WorkflowKind.CLEAN_UP: 3}.get(kind, 2)
        statuses = [StepStatus.DONE] * at + [StepStatus.CURRENT] + [StepStatus.AHEAD] * 3
        return tuple(
            StepSummary(id=en, title=self.say(en, fr), status=status)
            for (en, fr), status in zip(PHASES, statuses, strict=False)
        )

    def eyebrow(self, number: int, total: int) -> str:
        """Write which step it is."""
        return self.say(
            f"Step {number} of {total} · about 10 min left", f"Étape {number} sur {total} · encore 10 min environ"
        )

    def outline(self) -> tuple[StepSummary[str], ...]:
        """Write the groups of step 2-A."""
        groups = zip(GROUPS, (StepStatus.DONE, StepStatus.CURRENT, StepStatus.AHEAD), strict=True)
        return tuple(StepSummary(id=en, title=self.say(en, fr), status=status) for (en, fr), status in groups)

    def others(self) -> tuple[Action[str], ...]:
        """Write what is nearly always offered."""
        return (
            self.action("back:x", "One step back", "Revenir d’une étape"),
            self.action("ask:works", "This key already works", "Cette clé fonctionne déjà dans mon compte"),
            self.action("put_off", "Put off until tomorrow", "Remettre à demain"),
            self.action("restart", "Start again", "Recommencer depuis le début"),
            self.action("abandon", "Give up this path", "Abandonner cette démarche"),
        )

    def known_problems(self, workflow: Workflow) -> tuple[ProblemEntry[str], ...]:
        """Write the known refusals."""
        return tuple(
            ProblemEntry(
                id=refusal.id,
                title=self.fill(refusal.title),
                text=self.fill(refusal.text),
                action=self.action(f"help:{refusal.id}", "Do it again from there", "Reprendre à partir de là"),
            )
            for refusal in workflow.known_problems
        )

    def reader(self, picture: ReaderStatus) -> str:
        """Return the words for what is in the reader."""
        return self.say(*READER_WORDS[picture])

    def timeline(self) -> Timeline[str]:
        """Write the validities of both keys."""
        old, new = self.bars()
        return Timeline(bars=(old, new), now=NOW, stretch=(NEW_BEGINS, OLD_ENDS - timedelta(hours=24)))

    def bars(self) -> tuple[Bar[str], Bar[str]]:
        """Write both bars."""
        old = self.say("your old key “the blue one”", "votre ancienne clé « la bleue »")
        new = self.say("your new key", "votre nouvelle clé")
        return (
            Bar(role=BarRole.OLD, label=old, begins=OLD_BEGINS, ends=OLD_ENDS),
            Bar(role=BarRole.NEW, label=new, begins=NEW_BEGINS, ends=NEW_ENDS),
        )

    def certificates(self) -> tuple[CertificateCard[str], ...]:
        """Write a card for every stage."""
        old, new = self.bars()
        place = self.say("In the drawer; last seen on 3 May 2026.", "Dans un tiroir ; vue le 3 mai 2026.")
        rows = (
            ("a", "1", "la bleue", Role.AUTHENTICATION, Stage.URGENT, old, HOLDER),
            ("b", "1", "la bleue", Role.SIGNATURE, Stage.DUE, old, HOLDER),
            ("c", "2", "", Role.AUTHENTICATION, Stage.NOT_YET, new, HOLDER),
            ("d", "2", "", Role.OTHER, Stage.UNREADABLE, None, HOLDER),
            ("e", "3", "", Role.AUTHENTICATION, Stage.SUPERSEDED, old, "Zoé MARTIN"),
            ("f", "4", "", Role.AUTHENTICATION, Stage.EXPIRED, old, "Zoé MARTIN"),
            ("0", "5", "", Role.AUTHENTICATION, Stage.VALID, new, "Zoé MARTIN"),
        )
        return tuple(
            CertificateCard(
                fingerprint=Fingerprint(letter * 64),
                key=KeyId(key),
                key_name=name,
                holder=holder,
                procedure=self.fill(OPALEXE.title),
                role=role,
                stage=stage,
                until=self.say("valid until 4 December 2026 at 09:00", "valable jusqu’au 4 décembre 2026 à 9 h 00"),
                left=self.say("10 days left", "il reste 10 jours"),
                place=place,
                present=key == "1",
                bar=bar,
            )
            for letter, key, name, role, stage, bar, holder in rows
        )


def office_cards(writer: Writer, count: int) -> tuple[CertificateCard[str], ...]:
    """Write a key each for that many holders."""
    one = writer.certificates()[0]
    names = ("Zoé MARTIN", "Éric ŒUVRARD", "anne Petit", "Paul DURAND", "Bruno ÇELIK", "Marc LE GALL")
    return tuple(
        replace(
            one,
            fingerprint=Fingerprint(f"{number:064x}"),
            key=KeyId(f"k{number}"),
            key_name="",
            holder=names[number % len(names)] + (f" {number // len(names)}" if number >= len(names) else ""),
            stage=Stage.SUPERSEDED if number == 1 else Stage.VALID,
            present=False,
            note=f"{writer.say('drawer', 'tiroir')} {number * 7 % 10}",
            bar=Bar(role=BarRole.OTHER, label="x", begins=OLD_BEGINS, ends=OLD_ENDS + timedelta(days=number * 37 % 50)),
            guide=None if number == 1 else ActionId(ActionKind.SELECT, f"k{number}"),
        )
        for number in range(count)
    )


def step_page(writer: Writer) -> Page:
    return writer.step(
        WorkflowKind.ADD_WITH_OLD,
        "log_in",
        **_in_reader(writer, ReaderStatus.OLD),
        needs=Needs.OLD,
        openings=(writer.action("open:platform", "Open OPALEXE", "Ouvrir OPALEXE"),),
    )


def deadline_page(writer: Writer) -> Page:
    return writer.step(
        WorkflowKind.ADD_WITH_OLD,
        "click_link",
        **_in_reader(writer, ReaderStatus.NEW),
        deadline=instant(datetime.now(UTC)) + timedelta(hours=23, minutes=12),
        deadline_words=writer.say(
            "The link works until tomorrow at 14:05.", "Le lien fonctionne jusqu’à demain, 14 h 05."
        ),
        cases=(writer.action("select:9", "Zoé MARTIN, 1 May 2027", "Zoé MARTIN, 1er mai 2027"),),
    )


def alert_page(writer: Writer) -> Page:
    return writer.step(
        WorkflowKind.ADD_WITH_OLD,
        "insert_new",
        **_in_reader(writer, ReaderStatus.OTHER),
        alert=writer.say(
            "The key in the reader is someone else’s. Take it out. Put {new_key} in.",
            "La clé branchée est celle d’une autre personne. Retirez-la. Branchez {new_key}.",
        ),
        primary=None,
        likely=None,
        needs=Needs.NEW,
        wrong_key=True,
        awaited=writer.say("Waiting for the new key…", "En attente de la nouvelle clé…"),
    )


def copy_page(writer: Writer) -> Page:
    copy = writer.action("copy:serial", "Copy the serial number", "Copier le numéro de série", copy="0A1B2C")
    mail = writer.action("open:support_mail", "Open the letter", "Ouvrir la lettre", copy="Hello,\n0A1B2C")
    return writer.step(
        WorkflowKind.ASSOCIATE_NEW,
        "write_to_support",
        **_in_reader(writer, ReaderStatus.NEW),
        openings=(mail, copy),
    )


def question_page(writer: Writer) -> Page:
    yes = writer.say("The older key is then one of the past.", "L’ancienne clé appartient alors au passé.")
    no = writer.say("The guide then leads you.", "Le guide vous accompagne alors pas à pas.")
    return Page(
        number=1,
        language=writer.language,
        procedure=writer.fill(OPALEXE.title),
        holder=HOLDER,
        headline=writer.say("Which key opens your account?", "Quelle clé ouvre votre compte ?"),
        body=writer.say(
            "A second key has been seen. It began more than 60 days ago. Say which one you use.",
            "Une deuxième clé a été vue. Elle a commencé il y a plus de 60 jours. Dites laquelle vous utilisez.",
        ),
        reader=ReaderStatus.BOTH,
        reader_words=writer.reader(ReaderStatus.BOTH),
        answers=(
            writer.action("state:works", "The newer one works already", "La plus récente fonctionne déjà", detail=yes),
            writer.action(
                "state:new", "The newer one is not yet known", "La plus récente n’est pas encore connue", detail=no
            ),
            writer.action("state:old_lost", "The older one is lost", "La plus ancienne est perdue"),
        ),
        timeline=writer.timeline(),
        certificates=writer.certificates(),
    )


def finished_page(writer: Writer) -> Page:
    return Page(
        number=1,
        language=writer.language,
        procedure=writer.fill(OPALEXE.title),
        holder=HOLDER,
        headline=writer.say("All is done", "Tout est terminé"),
        body=writer.say(
            "Your new key opens your account until {new_ends}. Keep the old one for a week. You can close this window.",
            "Votre nouvelle clé ouvre votre compte jusqu’au {new_ends}. Gardez l’ancienne une semaine. "
            "Vous pouvez fermer cette fenêtre.",
        ),
        reader=ReaderStatus.NEW,
        reader_words=writer.reader(ReaderStatus.NEW),
        primary=writer.action("finish", "Close the guide", "Fermer le guide"),
        timeline=writer.timeline(),
        certificates=writer.certificates(),
    )


def empty_page(writer: Writer) -> Page:
    return Page(
        number=1,
        language=writer.language,
        headline=writer.say("No key is known yet", "Aucune clé n’est encore connue"),
        body=writer.say("Plug your key in.", "Branchez votre clé."),
        reader=ReaderStatus.NO_READER,
        reader_words=writer.reader(ReaderStatus.NO_READER),
    )


def settings_page(writer: Writer) -> Page:
    autostart = replace(writer.action("autostart", "Start with the computer", "Démarrer avec l’ordinateur"), on=True)
    return replace(
        step_page(writer),
        contacts=(writer.say("Your key: call CertEurope.", "Votre clé : appelez CertEurope."),),
        settings=(
            autostart,
            writer.action("diagnose", "Look for what is wrong", "Chercher ce qui ne va pas"),
            writer.action("read_keys", "Read the keys again", "Relire les clés branchées"),
        ),
        fields=(
            SettingField(id=SettingId.LANGUAGE, value=writer.language),
            SettingField(id=SettingId.DAYS, value="90, 60, 45, 30, 15, 7, 3, 1"),
            SettingField(id=SettingId.QUIET_HOURS, value="22:00 – 08:00"),
        ),
        about=(writer.say("These settings are in your file.", "Ces réglages sont dans votre fichier."),),
    )


def reader_page(picture: ReaderStatus) -> Callable[[Writer], Page]:
    return lambda writer: writer.step(WorkflowKind.ACTIVATE, "insert_new", **_in_reader(writer, picture))


def _in_reader(writer: Writer, picture: ReaderStatus) -> dict[str, object]:
    return {"reader": picture, "reader_words": writer.reader(picture)}


PAGES: dict[str, Callable[[Writer], Page]] = {
    "step": step_page,
    "deadline": deadline_page,
    "alert": alert_page,
    "copy": copy_page,
    "question": question_page,
    "finished": finished_page,
    "empty": empty_page,
    "settings": settings_page,
    **{f"reader-{picture}": reader_page(picture) for picture in ReaderStatus},
}
