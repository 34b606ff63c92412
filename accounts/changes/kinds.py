"""Every kind of change by its name."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from django.utils.translation import gettext as _

from accounts.changes.answers import SetAnswer
from accounts.changes.grants import EndGrant, GiveGrant
from accounts.changes.kind import Kind
from accounts.changes.roles import AddRole, RenameRole, RetireRole, SetSecondFactor
from accounts.changes.units import CloseUnit, MoveUnit
from accounts.models import Change
from hqdash.base.errors import Unprocessable

KINDS: dict[str, type[Kind]] = {
    each.kind: each
    for each in (
        GiveGrant,
        EndGrant,
        SetAnswer,
        AddRole,
        RenameRole,
        RetireRole,
        SetSecondFactor,
        MoveUnit,
        CloseUnit,
    )
}


def wanted(kind: str, **what: Any) -> Kind:
    """The change that somebody asks for.

    Raises:
        Unprocessable: there is no such kind, or something it needs was not said.
    """
    cls = KINDS.get(kind)
    if cls is None:
        raise Unprocessable(
            _("There is no change called %(kind)s; there are %(kinds)s.")
            % {"kind": kind, "kinds": ", ".join(KINDS)},
            "kind",
        )
    known = {each.name: each for each in fields(cls)}
    for name in what:
        if name not in known:
            raise Unprocessable(_("%(kind)s does not take %(name)s.") % {"kind": kind, "name": name}, name)
    for name, each in known.items():
        needed = each.default is MISSING and each.default_factory is MISSING
        if needed and what.get(name) is None:
            raise Unprocessable(_("Say %(name)s as well.") % {"name": name}, name)
    return cls(**what)


def kept_change(change: Change) -> Kind:
    """A change as it was collected, with its rows as they are now.

    Raises:
        Conflict: something it is about is gone.
    """
    return KINDS[change.kind].read(change.what)
