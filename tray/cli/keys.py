"""The commands on one key: `tell`, `name`, `note`, `assign` and `forget`."""

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial

from config.folders import Folders
from config.i18n.text import Text, clean, text
from config.i18n.translator import Translator
from config.instants import instant
from config.schema.load_settings import Loaded
from config.settings import NO_PROCEDURE, UNKNOWN_USE
from daemon.assembly import oneshot
from daemon.core.commands import (
    AssignProcedure,
    ClaimByFingerprint,
    CompareHolders,
    ForgetCertificate,
    GetStatus,
    NameKey,
    NoteKey,
)
from daemon.core.empty_claims import what_lacks
from daemon.core.key_names import KEY_NAME_LIMIT, NOTE_LIMIT, key_of
from daemon.core.model import Claim, Fingerprint, HolderAnswer, KeyId, Memory
from daemon.core.shared_numbers import may_part
from daemon.core.use_questions import issuer_facts
from daemon.core.views.report import CertificateStatus, Report, Stage
from tray.cli.command import NOT_DONE, USAGE, AddCommand
from tray.cli.prompts import ask_on_terminal, on_terminal

SEPARATE = "separate"
COMPARED = {str(Claim.REPLACES): HolderAnswer.SAME, SEPARATE: HolderAnswer.ANOTHER}

_BEGINNING = re.compile(r"[0-9a-f]{4,64}")


def add_key_commands(command: AddCommand, words: Callable[[str], str]) -> None:
    """Add these commands to the command line.

    `words` returns the help of a text id.
    """
    tell = command("tell", _tell)
    tell.add_argument(
        "claim", metavar=words("metavar.what"), choices=[*map(str, Claim), SEPARATE], help=words("help.tell_what")
    )
    tell.add_argument(
        "fingerprint", nargs="?", metavar=words("metavar.fingerprint"), help=words("help.tell_fingerprint")
    )
    tell.add_argument("old", nargs="?", metavar=words("metavar.old"), help=words("help.tell_old"))
    name = command("name", _name)
    name.add_argument("fingerprint", metavar=words("metavar.fingerprint"), help=words("help.fingerprint"))
    name.add_argument("name", metavar=words("metavar.name"), help=words("help.key_name"))
    note = command("note", _note)
    note.add_argument("fingerprint", metavar=words("metavar.fingerprint"), help=words("help.fingerprint"))
    note.add_argument("note", nargs="?", metavar=words("metavar.note"), help=words("help.note_text"))
    note.add_argument("--keeper", metavar=words("metavar.who"), help=words("help.keeper"))
    assign = command("assign", _assign)
    assign.add_argument("procedure", metavar=words("metavar.procedure"), help=words("help.assign_procedure"))
    assign.add_argument("fingerprint", metavar=words("metavar.fingerprint"), help=words("help.fingerprint"))
    issuer = command("issuer", _issuer)
    issuer.add_argument("fingerprint", metavar=words("metavar.fingerprint"), help=words("help.fingerprint"))
    forget = command("forget", _forget)
    forget.add_argument("fingerprint", metavar=words("metavar.fingerprint"), help=words("help.fingerprint"))
    forget.add_argument("--yes", action="store_true", help=words("help.yes"))


def _tell(options: argparse.Namespace, folders: Folders, loaded: Loaded, translator: Translator) -> int:
    """Record the user's claim about a key.

    The key is named by its fingerprint, or is the only new one. A claim that would change nothing is refused.
    """
    if options.old is not None or options.claim == SEPARATE:
        return _compare(options, folders, loaded, translator)
    report, memory = oneshot.ask(folders, loaded, GetStatus()), oneshot.remembered(folders)
    claim = Claim(options.claim)
    inserted, now = _inserted(report, memory), instant(datetime.now(UTC))
    lack = partial(what_lacks, claim, memory=memory, settings=loaded.settings, inserted=inserted, now=now)
    if options.fingerprint is None:
        meant = _find_new_key(report, memory, lack, translator)
    else:
        named = _find_certificate(options.fingerprint, folders, loaded, translator)
        meant = None if named is None else named.fingerprint_sha256
    if meant is None:
        return USAGE
    refusal = lack(meant)
    if refusal is not None:
        print(translator.render(refusal), file=sys.stderr)
        return USAGE
    oneshot.ask(folders, loaded, ClaimByFingerprint(fingerprint=meant, claim=claim))
    print(translator.render(text("tell.done")))
    return 0


def _inserted(report: Report, memory: Memory) -> frozenset[KeyId]:
    """Return the keys that are in readers now."""
    keys = (key_of(memory, line.fingerprint_sha256) for line in report.certificates if line.present)
    return frozenset(key.id for key in keys if key is not None)


def _find_new_key(
    report: Report, memory: Memory, lack: Callable[[Fingerprint], Text | None], translator: Translator
) -> Fingerprint | None:
    """Return a certificate of the only new, or only, key.

    Of several it is the only one that the claim would change. Prints the reason and returns None when there is none or
    more than one.
    """
    new = [path.new_fingerprint for path in report.paths if path.new_fingerprint]
    counting = [line.fingerprint_sha256 for line in report.certificates if line.stage is not Stage.SUPERSEDED]
    meant = new or counting
    meant = [each for each in meant if lack(each) is None] or meant
    if len({key_of(memory, each) for each in meant}) != 1:
        print(f"{translator.render(text('tell.which'))} {_listed(report.certificates, translator)}", file=sys.stderr)
        return None
    return meant[0]


def _compare(options: argparse.Namespace, folders: Folders, loaded: Loaded, translator: Translator) -> int:
    """Record whether two keys are of one person."""
    answer = COMPARED.get(options.claim)
    if answer is None or options.fingerprint is None or options.old is None:
        print(translator.render(text("tell.two")), file=sys.stderr)
        return USAGE
    new = _find_certificate(options.fingerprint, folders, loaded, translator)
    old = None if new is None else _find_certificate(options.old, folders, loaded, translator)
    if new is None or old is None:
        return USAGE
    fingerprint, other = new.fingerprint_sha256, old.fingerprint_sha256
    if fingerprint == other:
        print(translator.render(text("tell.two")), file=sys.stderr)
        return USAGE
    memory = oneshot.remembered(folders)
    if key_of(memory, fingerprint) is key_of(memory, other):
        print(translator.render(_on_one_key(fingerprint, memory)), file=sys.stderr)
        return USAGE
    oneshot.ask(folders, loaded, CompareHolders(fingerprint=fingerprint, other=other, answer=answer))
    print(translator.render(text("tell.done")))
    return 0


def _on_one_key(fingerprint: Fingerprint, memory: Memory) -> Text:
    """Return that two certificates are on one key."""
    key = key_of(memory, fingerprint)
    if key is not None and may_part(memory, key.id):
        return text("tell.one_key", fingerprint=fingerprint[:12])
    return text("tell.together")


def _name(options: argparse.Namespace, folders: Folders, loaded: Loaded, translator: Translator) -> int:
    name = clean(options.name)
    if len(name) > KEY_NAME_LIMIT:
        print(translator.render(text("name.long", limit=KEY_NAME_LIMIT)), file=sys.stderr)
        return USAGE
    certificate = _find_certificate(options.fingerprint, folders, loaded, translator)
    if certificate is None:
        return USAGE
    oneshot.ask(folders, loaded, NameKey(fingerprint=certificate.fingerprint_sha256, name=name))
    print(translator.render(text("tell.done")))
    return 0


def _note(options: argparse.Namespace, folders: Folders, loaded: Loaded, translator: Translator) -> int:
    """Note where a key lies, and who keeps it."""
    given = [clean(each) for each in (options.note, options.keeper) if each is not None]
    if not given or max(map(len, given)) > NOTE_LIMIT:
        print(translator.render(text("note.none" if not given else "note.long", limit=NOTE_LIMIT)), file=sys.stderr)
        return USAGE
    certificate = _find_certificate(options.fingerprint, folders, loaded, translator)
    if certificate is None:
        return USAGE
    noted = NoteKey(fingerprint=certificate.fingerprint_sha256, note=options.note, keeper=options.keeper)
    oneshot.ask(folders, loaded, noted)
    print(translator.render(text("tell.done")))
    return 0


def _assign(options: argparse.Namespace, folders: Folders, loaded: Loaded, translator: Translator) -> int:
    accepted = [*(procedure.id for procedure in loaded.settings.procedures), NO_PROCEDURE, UNKNOWN_USE]
    answer = options.procedure.strip().lower()
    if answer not in accepted:
        named, choices = clean(options.procedure), ", ".join(accepted)
        refused = (
            text("assign.unknown", procedure=named, known=choices) if named else text("assign.empty", known=choices)
        )
        print(translator.render(refused), file=sys.stderr)
        return USAGE
    certificate = _find_certificate(options.fingerprint, folders, loaded, translator)
    if certificate is None:
        return USAGE
    oneshot.ask(folders, loaded, AssignProcedure.by_answer(answer, certificate.fingerprint_sha256))
    print(translator.render(text("tell.done")))
    return 0


def _issuer(options: argparse.Namespace, folders: Folders, loaded: Loaded, translator: Translator) -> int:
    """Print what the makers of vigicle need to know of an issuer."""
    certificate = _find_certificate(options.fingerprint, folders, loaded, translator)
    if certificate is None:
        return USAGE
    print(issuer_facts(oneshot.remembered(folders).certificates[certificate.fingerprint_sha256].certificate))
    return 0


def _forget(options: argparse.Namespace, folders: Folders, loaded: Loaded, translator: Translator) -> int:
    certificate = _find_certificate(options.fingerprint, folders, loaded, translator)
    if certificate is None:
        return USAGE
    if not options.yes and not on_terminal():
        print(translator.render(text("forget.say_yes")), file=sys.stderr)
        return USAGE
    question = text("forget.ask", holder=_holder(certificate), date=_until(certificate))
    if not options.yes and not ask_on_terminal(translator.render(question)):
        return NOT_DONE
    oneshot.ask(folders, loaded, ForgetCertificate(fingerprint=certificate.fingerprint_sha256))
    print(translator.render(text("forget.done")))
    return 0


def _find_certificate(
    written: str, folders: Folders, loaded: Loaded, translator: Translator
) -> CertificateStatus | None:
    """Return the one certificate whose fingerprint begins so.

    Prints the reason and returns None when there is none or more than one.
    """
    beginning = written.replace(":", "").lower()
    if not _BEGINNING.fullmatch(beginning):
        print(translator.render(text("fingerprint.no_beginning")), file=sys.stderr)
        return None
    known = oneshot.ask(folders, loaded, GetStatus()).certificates
    found = [line for line in known if line.fingerprint_sha256.startswith(beginning)]
    if len(found) != 1:
        what = "fingerprint.several" if found else "fingerprint.unknown"
        refusal = translator.render(text(what, beginning=beginning))
        print(f"{refusal} {_listed(found or known, translator)}", file=sys.stderr)
        return None
    return found[0]


def _listed(lines: Iterable[CertificateStatus], translator: Translator) -> str:
    """Return one line for each of these certificates."""
    return "".join(f"\n{translator.render(_described(line))}" for line in lines) or "—"


def _described(line: CertificateStatus) -> Text:
    beginning = line.fingerprint_sha256[:12]
    return text("fingerprint.line", beginning=beginning, holder=_holder(line), date=_until(line))


def _holder(line: CertificateStatus) -> str | Text:
    return line.holder or text("holder.unknown")


def _until(line: CertificateStatus) -> datetime | Text:
    return line.not_after or text("key.no_date")
