"""Actions of the guide by short names, as `str(ActionId)` writes them."""

from __future__ import annotations

from daemon.core.action_id import ActionId, ActionKind
from daemon.core.model import Claim
from daemon.core.views.guide import Action, ActionRank

RARE = {ActionKind.PUT_OFF, ActionKind.RESTART, ActionKind.ABANDON, ActionKind.NOT_NEEDED, ActionKind.ASK}


def action_id(name: str) -> ActionId:
    """Return the id with this name, such as "end:log_in" or "state:works"."""
    kind, _, subject = name.partition(":")
    if kind in {ActionKind.STATE, ActionKind.ASK, ActionKind.TAKE_BACK}:
        return ActionId(ActionKind(kind), claims=(Claim(subject),))
    return ActionId(ActionKind(kind), subject or None)


def button(name: str, label: str, *, detail: str | None = None, copy: str | None = None) -> Action[str]:
    """Return a rendered action, ranked as the core ranks it."""
    id_ = action_id(name)
    rank = ActionRank.RARE if id_.kind in RARE else ActionRank.USUAL
    return Action(id=id_, label=label, detail=detail, copy=copy, rank=rank)
