"""The rights of moderation."""

from django.utils.translation import gettext_lazy as _

from accounts.access.declared import permission
from accounts.models import Role
from monitoring.permissions import VIEW_MENTION

VIEW_MODERATION = permission(
    "moderation.view_moderation",
    label=_("See the moderation queue"),
    help_text=_("See what was flagged, hidden or removed, why, and the dictionaries."),
    granted_to={
        Role.MODERATOR,
        Role.DUTY_PRESS_OFFICER,
        Role.GOLD,
        Role.AREA_APPROVER,
        Role.LEGAL_APPROVER,
        Role.CENTRAL_ADMIN,
        Role.AUDITOR,
    },
    requires=VIEW_MENTION,
)
MODERATE = permission(
    "moderation.moderate",
    label=_("Moderate"),
    help_text=_("Hide, allow or escalate what the public writes, and undo it."),
    granted_to={Role.MODERATOR, Role.DUTY_PRESS_OFFICER, Role.GOLD},
    requires=VIEW_MODERATION,
    goes_out=True,
)
REMOVE_MENTIONS = permission(
    "moderation.remove_mentions",
    label=_("Delete what the public wrote"),
    help_text=_("Delete a comment for good at its network. Hiding is enough almost always."),
    granted_to={Role.DUTY_PRESS_OFFICER, Role.GOLD},
    requires=MODERATE,
    goes_out=True,
)
EDIT_DICTIONARIES = permission(
    "moderation.edit_dictionaries",
    label=_("Edit dictionaries"),
    help_text=_("Add and remove terms in a draft, and publish a new version."),
    granted_to={Role.CENTRAL_ADMIN, Role.DUTY_PRESS_OFFICER},
    requires=VIEW_MODERATION,
)
