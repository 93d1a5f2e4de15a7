"""Plain JSON values of what is read from the earlier version's files."""

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from config.folders import Folders
from config.i18n.wording import Wording
from config.settings import Procedure, Settings
from config.trust import Writers
from config.workflows import Destination, KnownProblem, Letter, Step, Workflow
from daemon.core.model import Certificate, Key, Memory, Progress

HERE = Path(__file__).parent
HOME = HERE / "home"
PROGRAM = "/opt/vigicle/bin/vigicle"
"""The program that the entries in `home/login` start."""
OFFER_WORDS = {Destination.SUPPORT_MAIL: "mail"}  # as procedure files write it


def expected(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))


def copy_home(home: Path) -> Path:
    """Copy the folders with the permissions that the program gives them."""
    shutil.copytree(HOME, home)
    home.chmod(0o755)
    for each in home.rglob("*"):
        private = each.relative_to(home).parts[0] == "state"
        mode = 0o600 if private else 0o644
        each.chmod(mode | 0o111 if each.is_dir() else mode)
    return home


def folders_in(home: Path) -> Folders:
    return Folders(
        config_file=home / "config" / "config.toml",
        policy_file=home / "machine" / "policy.toml",
        policy_writers=Writers.USER,
        state=home / "state",
        runtime=home / "run",
    )


# The store


def memory_snapshot(memory: Memory) -> dict[str, Any]:
    return {
        "certificates": {
            fingerprint: {
                **_certificate(record.certificate),
                "first seen": moment(record.first_seen),
                "last seen": moment(record.last_seen),
            }
            for fingerprint, record in sorted(memory.certificates.items())
        },
        "keys": {key_id: _key(key) for key_id, key in sorted(memory.keys.items())},
        "delivered": {dedup_key: moment(at) for dedup_key, at in sorted(memory.delivered.items())},
        "snoozed until": {key_id: moment(at) for key_id, at in sorted(memory.snoozes.items())},
        "guide": {case_id: _progress(each) for case_id, each in sorted(memory.progress.items())},
    }


def moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _certificate(certificate: Certificate) -> dict[str, Any]:
    return {
        "fingerprint": certificate.fingerprint,
        "common name": certificate.subject_cn,
        "given name": certificate.given_name,
        "surname": certificate.surname,
        "organization identifier": certificate.organization_identifier,
        "issuer's common name": certificate.issuer_cn,
        "issuer's organization": certificate.issuer_o,
        "issuer's units": list(certificate.issuer_ou),
        "serial number": certificate.serial_hex,
        "begins": moment(certificate.not_before),
        "ends": moment(certificate.not_after),
        "role": certificate.role.value,
        "is an authority's": certificate.authority,
        "flaw": certificate.flaw,
    }


def _key(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "serial": key.serial,
        "manufacturer": key.manufacturer,
        "model": key.model,
        "label": key.label,
        "certificates": list(key.fingerprints),
        "is initialised": key.flags.initialised,
        "has a PIN": key.flags.user_pin_set,
        "PIN is to be changed": key.flags.pin_to_be_changed,
        "PIN is locked": key.flags.pin_locked,
        "looked unactivated once": key.looked_unactivated,
        "claims": sorted(claim.value for claim in key.claims),
        "first seen": moment(key.first_seen),
        "last seen": moment(key.last_seen),
        "reader": key.reader,
        "name": key.name,
    }


def _progress(progress: Progress) -> dict[str, Any]:
    return {
        "workflow": progress.workflow.value,
        "begun": moment(progress.begun),
        "done": [[step, moment(at)] for step, at in progress.done.items()],
        "opened": progress.opened,
        "left": progress.left.value if progress.left else None,
        "link until": moment(progress.link_until),
        "step ran out": progress.lapsed,
        "abandoned": progress.abandoned,
        "finished": moment(progress.finished),
        "closed": progress.closed,
    }


# Settings and procedures


def settings_snapshot(settings: Settings) -> dict[str, Any]:
    quiet = settings.notices.quiet_hours
    return {
        "language": settings.language,
        "modules": list(settings.modules),
        "days": list(settings.notices.days),
        "urgent days": settings.notices.urgent_days,
        "quiet hours": [quiet.start.isoformat(), quiet.end.isoformat()] if quiet else None,
        "procedures": [procedure_outline(procedure) for procedure in settings.procedures],
    }


def procedure_outline(procedure: Procedure) -> dict[str, Any]:
    """Return a procedure without its workflows and its letter.

    Rules by an organisation's number came later.
    """
    rules = [rule for rule in procedure.issuers if rule.organization or rule.organizational_unit]
    return {
        "id": procedure.id,
        "title": _wording(procedure.title),
        "issuers": [[rule.organization, rule.organizational_unit] for rule in rules],
        "platform": procedure.platform_url,
        "order page": procedure.order_url,
        "tool": [procedure.tool.name, procedure.tool.download_url, procedure.tool.path] if procedure.tool else None,
        "margin in hours": _hours(procedure.margin),
        "link's life in hours": _hours(procedure.link_lifetime),
        "support": procedure.support_email,
        "reminder of the tidying up in hours": _hours(procedure.clean_up_after),
    }


def procedure_snapshot(procedure: Procedure) -> dict[str, Any]:
    return {
        **procedure_outline(procedure),
        "workflows": {kind.value: _workflow(each) for kind, each in sorted(procedure.workflows.items())},
        "letter": _letter(procedure.letter),
    }


def step_ids(procedure: Procedure) -> dict[str, list[str]]:
    return {kind.value: [step.id for step in workflow.steps] for kind, workflow in sorted(procedure.workflows.items())}


def _wording(wording: Wording | None) -> list[str] | None:
    return [wording.en, wording.fr] if wording else None


def _hours(span: timedelta) -> float:
    return span / timedelta(hours=1)


def _workflow(workflow: Workflow) -> dict[str, Any]:
    return {
        "kind": workflow.kind.value,
        "title": _wording(workflow.title),
        "steps": [_step(each) for each in workflow.steps],
        "known problems": [_known_problem(each) for each in workflow.known_problems],
    }


def _step(step: Step) -> dict[str, Any]:
    limit = step.limit
    return {
        "id": step.id,
        "title": _wording(step.title),
        "text": _wording(step.text),
        "ends": step.ends.value,
        "needs": step.needs.value,
        "offers": [OFFER_WORDS.get(offer, offer.value) for offer in step.offers],
        "done": _wording(step.done),
        "limit": {"since": limit.since, "hours": _hours(limit.span), "back to": limit.back_to} if limit else None,
    }


def _known_problem(problem: KnownProblem) -> dict[str, Any]:
    return {
        "id": problem.id,
        "title": _wording(problem.title),
        "text": _wording(problem.text),
        "back to": problem.back_to,
        "final": problem.final,
    }


def _letter(letter: Letter | None) -> dict[str, Any] | None:
    return {"subject": _wording(letter.subject), "body": _wording(letter.body)} if letter else None
