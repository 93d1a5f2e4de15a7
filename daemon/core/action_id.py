"""What the actions of the guide are identified by."""

from enum import StrEnum

from config.values import dataclass
from daemon.core.model import Claim


class ActionKind(StrEnum):
    """What an action does."""

    OPEN = "open"  # open a destination
    COPY = "copy"  # copy a text; the window does so itself and sends no answer
    SAVE = "save"  # save a certificate as a file; the window and the terminal do so themselves and send no answer
    TICK = "tick"  # a paper is at hand, or no longer
    END = "end"  # the user says that a step is done
    GO_BACK = "back"  # do a step and all after it again
    SOLVE = "help"  # follow the advice for a known problem
    STATE = "state"  # the user makes claims about a key
    ASK = "ask"  # ask whether these claims are true; nothing is stated yet
    REVOKE = "revoke"  # the replaced key is lost or stolen: say what to do about its certificate; nothing is stated yet
    DISMISS = "dismiss"  # it is not so: close the question
    TAKE_BACK = "take_back"  # the claim that ended the path was not true; go back to its last step
    SELECT = "select"  # show another lineage
    CHECK = "check"  # read the inserted keys once more
    AUTOSTART = "autostart"  # start at login, or no longer
    LANGUAGE = "language"  # speak the other language
    DIAGNOSE = "diagnose"  # look for what is wrong
    CALENDAR = "calendar"  # hand the dates to the desktop's calendar program
    MESSAGE = "message"  # begin a message that the user sends to himself, or to someone else
    READ_KEYS = "read_keys"  # read the inserted keys once more, from the settings
    PUT_OFF = "put_off"  # remind tomorrow
    RESTART = "restart"  # do the whole workflow again
    ABANDON = "abandon"
    FINISH = "finish"  # close the page that says that all is done
    SAME_HOLDER = "same_holder"  # two keys are of one person
    OTHER_HOLDER = "other_holder"  # two keys are of two people
    USE = "use"  # what a key is for
    ASK_USE = "ask_use"  # ask what a key is for
    CLEAN_UP = "clean_up"  # begin to remove the old certificate
    NOT_NEEDED = "not_needed"  # never remove it


@dataclass(frozen=True, slots=True)
class ActionId:
    """Identifies an action: equal for the same thing, unique on its page."""

    kind: ActionKind
    subject: str | None = None
    """What is opened, copied, saved, ticked, ended or gone back to.

    The known problem solved, or the newest key of a lineage.

    The key that is claimed something of, or the pair of certificates whose holders are compared. The certificate whose
    use is asked about, or the answer and that certificate, with an @ between.
    """
    claims: tuple[Claim, ...] = ()
    """What STATE says of its key, or what ASK asks and TAKE_BACK unsays."""

    def __str__(self) -> str:
        """Return a short name, such as `end:log_in`."""
        subject = None if self.claims else self.subject
        return ":".join(part for part in (self.kind, subject, *self.claims[-1:]) if part)
