"""The rights of accounts."""

from django.utils.translation import gettext_lazy as _

from accounts.access.declared import permission
from accounts.models import Role

EVERYBODY = {
    Role.CENTRAL_ADMIN,
    Role.IT_ADMIN,
    Role.GOLD,
    Role.DUTY_PRESS_OFFICER,
    Role.LEGAL_APPROVER,
    Role.AREA_APPROVER,
    Role.AREA_EDITOR,
    Role.MODERATOR,
    Role.CONTRIBUTOR,
    Role.AUDITOR,
}

VIEW_CHANNEL = permission(
    "accounts.view_channel",
    label=_("See accounts"),
    help_text=_("See the social accounts of a unit and whether they work."),
    granted_to=EVERYBODY,
)
VIEW_DASHBOARD = permission(
    "accounts.view_dashboard",
    label=_("See the dashboard"),
    help_text=_("See figures of posting and engagement for a unit and all below it."),
    granted_to=EVERYBODY,
)
MANAGE_CHANNEL = permission(
    "accounts.manage_channel",
    label=_("Connect and suspend accounts"),
    help_text=_("Connect a social account, renew its sign-in, suspend it with a reason."),
    granted_to={Role.CENTRAL_ADMIN},
    requires=VIEW_CHANNEL,
)
VIEW_AUDIT = permission(
    "accounts.view_audit",
    label=_("Read the audit log"),
    help_text=_("Read who did what; reading is recorded too."),
    granted_to={Role.AUDITOR, Role.CENTRAL_ADMIN, Role.IT_ADMIN},
)
