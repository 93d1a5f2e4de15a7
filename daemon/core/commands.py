"""The commands of the menu, the guide, notices and the command line."""

from config.settings import NO_PROCEDURE, UNKNOWN_USE, SettingId
from config.values import dataclass
from daemon.core.action_id import ActionId
from daemon.core.model import ActivationToken, AnswerWord, Claim, Fingerprint, HolderAnswer, MemoryPart
from daemon.core.notice import NoticeChoice, NoticeId


@dataclass(frozen=True, slots=True, kw_only=True)
class GetStatus:
    """Report what is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckKeys:
    """Read every key that is in a reader, then report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseGuide:
    """Open the guide's window, or bring it to the front."""

    activation: ActivationToken | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDoctor:
    """Run the diagnosis, and show its result as a notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchLanguage:
    """Speak the other of the two languages from now on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToggleAutostart:
    """Start at login from now on, or stop doing so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenNoticeSettings:
    """Open the system's settings of notices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuitDaemon:
    """End the daemon."""


ProgramCommand = (
    GetStatus | CheckKeys | RaiseGuide | RunDoctor | SwitchLanguage | ToggleAutostart | OpenNoticeSettings | QuitDaemon
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerNotice:
    """Answer the notice with this id, perhaps hours after it was shown."""

    notice_id: NoticeId
    choice: NoticeChoice = NoticeChoice.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerByWord:
    """Answer the notice that was issued this word.

    An unknown word does nothing.
    """

    word: AnswerWord


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseAction:
    """Choose an action of the guide by its id in `GuideView`.

    An action that is not offered at that moment is ignored.
    """

    action: ActionId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSetting:
    """Keep a setting as the user wrote it.

    "" brings back the default.
    """

    setting: SettingId
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimByFingerprint:
    """State what only the user knows of the key with this certificate."""

    fingerprint: Fingerprint
    claim: Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareHolders:
    """State whether the keys with these certificates are of one person.

    With SAME, the first one replaces the other.
    """

    fingerprint: Fingerprint
    other: Fingerprint
    answer: HolderAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class NameKey:
    """Set the user's own name of the key with this certificate.

    "" removes the name.
    """

    fingerprint: Fingerprint
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteKey:
    """Note where the key with this certificate lies, and who keeps it.

    "" removes what was noted, None leaves it.
    """

    fingerprint: Fingerprint
    note: str | None = None
    keeper: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeMemory:
    """Remember what another computer has handed on."""

    part: MemoryPart


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetCertificate:
    """Forget this certificate, as the user has confirmed."""

    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignProcedure:
    """State what the key with this certificate is for.

    `procedure` is None for no procedure. An unknown one changes nothing.
    """

    fingerprint: Fingerprint
    procedure: str | None
    unknown: bool = False
    """Whether the user does not know."""

    @classmethod
    def by_answer(cls, answer: str, fingerprint: Fingerprint) -> "AssignProcedure":
        """Make it of the id of a procedure, `NO_PROCEDURE` or `UNKNOWN_USE`."""
        procedure = None if answer in {NO_PROCEDURE, UNKNOWN_USE} else answer
        return cls(fingerprint=fingerprint, procedure=procedure, unknown=answer == UNKNOWN_USE)


Command = (
    ProgramCommand
    | AnswerNotice
    | AnswerByWord
    | ChooseAction
    | ClaimByFingerprint
    | CompareHolders
    | NameKey
    | NoteKey
    | MergeMemory
    | AssignProcedure
    | ForgetCertificate
    | ChangeSetting
)
