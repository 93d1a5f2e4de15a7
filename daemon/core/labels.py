"""The text ids of the values of closed lists."""

from collections.abc import Sequence

from config.i18n.text import Text, text
from config.settings import Procedure
from config.workflows import Destination, WorkflowKind
from daemon.core.model import Occupancy, ProgramName, Role
from daemon.core.troubles import Trouble
from daemon.core.views.report import Stage

TROUBLE_TITLES = {
    Trouble.SERVICE_ABSENT: "trouble.service_absent.short",
    Trouble.SERVICE_STOPPED: "trouble.service_stopped.short",
    Trouble.SERVICE_REFUSED: "trouble.service_refused.short",
    Trouble.WATCH_FAILED: "trouble.watch_failed.short",
    Trouble.SESSION_INACTIVE: "trouble.session_inactive.short",
    Trouble.NO_READER: "trouble.no_reader.short",
    Trouble.READER_STALE: "trouble.reader_stale.short",
    Trouble.CARD_MUTE: "trouble.card_mute.short",
    Trouble.CARD_UNREAD: "trouble.card_unread.short",
    Trouble.CARD_BUSY: "trouble.card_busy.short",
    Trouble.CARD_REFUSED: "trouble.card_refused.short",
    Trouble.MODULE_CRASHED: "trouble.module_crashed.short",
    Trouble.MODULE_HUNG: "trouble.module_hung.short",
    Trouble.MODULE_UNSAFE: "trouble.module_unsafe.short",
    Trouble.MODULE_UNUSABLE: "trouble.module_unusable.short",
    Trouble.NO_CERTIFICATE: "trouble.no_certificate.short",
    Trouble.NO_LOGIN_CERTIFICATE: "trouble.no_login_certificate.short",
    Trouble.PIN_LOCKED: "trouble.pin_locked.short",
    Trouble.CLOCK_WRONG: "trouble.clock_wrong.short",
    Trouble.REMOTE_SESSION: "trouble.remote_session.short",
    Trouble.TOOL_MISSING: "trouble.tool_missing.short",
    Trouble.TOOL_UNKNOWN: "trouble.tool_unknown.short",
    Trouble.NOT_YET_VALID: "trouble.not_yet_valid.short",
    Trouble.CERTIFICATE_UNREADABLE: "trouble.certificate_unreadable.short",
    Trouble.LAUNCH_FAILED: "trouble.launch_failed.short",
    Trouble.INTERNAL_FAULT: "trouble.internal_fault.short",
    Trouble.NOTICES_OFF: "trouble.notices_off.short",
    Trouble.ELEVATED: "trouble.elevated.short",
}
"""What is wrong, in a few words."""

TROUBLE_REMEDIES = {
    Trouble.SERVICE_ABSENT: "trouble.service_absent",
    Trouble.SERVICE_STOPPED: "trouble.service_stopped",
    Trouble.SERVICE_REFUSED: "trouble.service_refused",
    Trouble.WATCH_FAILED: "trouble.watch_failed",
    Trouble.SESSION_INACTIVE: "trouble.session_inactive",
    Trouble.NO_READER: "trouble.no_reader",
    Trouble.READER_STALE: "trouble.reader_stale",
    Trouble.CARD_MUTE: "trouble.card_mute",
    Trouble.CARD_UNREAD: "trouble.card_unread",
    Trouble.CARD_BUSY: "trouble.card_busy",
    Trouble.CARD_REFUSED: "trouble.card_refused",
    Trouble.MODULE_CRASHED: "trouble.module_crashed",
    Trouble.MODULE_HUNG: "trouble.module_hung",
    Trouble.MODULE_UNSAFE: "trouble.module_unsafe",
    Trouble.MODULE_UNUSABLE: "trouble.module_unusable",
    Trouble.NO_CERTIFICATE: "trouble.no_certificate",
    Trouble.NO_LOGIN_CERTIFICATE: "trouble.no_login_certificate",
    Trouble.PIN_LOCKED: "trouble.pin_locked",
    Trouble.CLOCK_WRONG: "trouble.clock_wrong",
    Trouble.REMOTE_SESSION: "trouble.remote_session",
    Trouble.TOOL_MISSING: "trouble.tool_missing",
    Trouble.TOOL_UNKNOWN: "trouble.tool_unknown",
    Trouble.NOT_YET_VALID: "trouble.not_yet_valid",
    Trouble.CERTIFICATE_UNREADABLE: "trouble.certificate_unreadable",
    Trouble.LAUNCH_FAILED: "trouble.launch_failed",
    Trouble.INTERNAL_FAULT: "trouble.internal_fault",
    Trouble.NOTICES_OFF: "trouble.notices_off",
    Trouble.ELEVATED: "trouble.elevated",
}
"""What is wrong and what to do. Some name the reader."""


def remedy(trouble: Trouble, place: str = "", programs: Sequence[ProgramName] = ()) -> Text:
    """Return what is wrong and what to do.

    The programs are those that may hold the card.
    """
    if trouble is Trouble.CARD_BUSY and programs:
        return text("trouble.card_busy.by", programs=", ".join(programs))
    return text(TROUBLE_REMEDIES[trouble], reader=place)


PATHS = {
    WorkflowKind.ORDER: "path.order",
    WorkflowKind.RENEW: "path.renew",
    WorkflowKind.ACTIVATE: "path.activate",
    WorkflowKind.ADD_WITH_OLD: "path.add_with_old",
    WorkflowKind.ASSOCIATE_NEW: "path.associate_new",
}

ROLES = {
    Role.AUTHENTICATION: "role.authentication",
    Role.SIGNATURE: "role.signature",
    Role.OTHER: "role.other",
}

STAGES = {
    Stage.VALID: "stage.valid",
    Stage.DUE: "stage.due",
    Stage.URGENT: "stage.urgent",
    Stage.EXPIRED: "stage.expired",
    Stage.NOT_YET: "stage.not_yet",
    Stage.SUPERSEDED: "stage.superseded",
    Stage.UNREADABLE: "stage.unreadable",
}

OCCUPANCIES = {
    Occupancy.EMPTY: "occupancy.empty",
    Occupancy.HOLDING: "occupancy.holding",
    Occupancy.UNKNOWN: "occupancy.unknown",
}


def launch_remedy(procedure: Procedure | None, destination: Destination, trouble: Trouble, place: str | None) -> Text:
    """Return what to do where a launch failed or was held back.

    An address that no program opens can be opened by hand.
    """
    if trouble is Trouble.LAUNCH_FAILED and procedure is not None:
        addresses = {
            Destination.ORDER_PAGE: procedure.order_url,
            Destination.PLATFORM: procedure.platform_url,
            Destination.SUPPORT_MAIL: procedure.support_email,
        }
        if address := addresses.get(destination):
            return text("trouble.launch_failed.address", address=address)
    return remedy(trouble, place or "")
