"""The tiers that a new force begins with; a force may edit them afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Role, SecondFactor


@dataclass(frozen=True, slots=True)
class FirstRole:
    """One tier of a new force."""

    slug: str
    name: Any
    number: int
    second_factor: SecondFactor = SecondFactor.OPTIONAL


FIRST_ROLES = (
    FirstRole(Role.CONTRIBUTOR, _("Neighbourhood officer"), 1),
    FirstRole(Role.AREA_EDITOR, _("Area editor"), 2),
    FirstRole(Role.AREA_APPROVER, _("Area approver"), 3),
    FirstRole(Role.MODERATOR, _("Moderator"), 3),
    FirstRole(Role.LEGAL_APPROVER, _("Legal approver"), 3),
    FirstRole(Role.DUTY_PRESS_OFFICER, _("Duty press officer"), 4),
    FirstRole(Role.GOLD, _("Gold commander"), 5, SecondFactor.ANY),
    FirstRole(Role.CENTRAL_ADMIN, _("Central comms admin"), 0, SecondFactor.ANY),
    FirstRole(Role.IT_ADMIN, _("Force IT admin"), 0, SecondFactor.ANY),
    FirstRole(Role.AUDITOR, _("Auditor"), 0, SecondFactor.ANY),
)
