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
ADMINISTRATORS = {Role.CENTRAL_ADMIN, Role.IT_ADMIN}

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
    administers=True,
)
VIEW_VAULT = permission(
    "accounts.view_vault",
    label=_("See the vault's board"),
    help_text=_("See which sign-in of which account runs out when; never the sign-in itself."),
    granted_to={Role.CENTRAL_ADMIN, Role.IT_ADMIN, Role.AUDITOR},
)
VIEW_ORGANISATION = permission(
    "accounts.view_organisation",
    label=_("See organisation and tiers"),
    help_text=_("See the units, who works in them, and what each tier may do."),
    granted_to=EVERYBODY - {Role.CONTRIBUTOR, Role.MODERATOR, Role.AREA_EDITOR},
)
MANAGE_ORGANISATION = permission(
    "accounts.manage_organisation",
    label=_("Change the organisation"),
    help_text=_("Add, rename, move and close units; import units, people and accounts."),
    granted_to=ADMINISTRATORS,
    requires=VIEW_ORGANISATION,
    administers=True,
)
CHANGE_TIERS = permission(
    "accounts.change_tiers",
    label=_("Change tiers"),
    help_text=_(
        "Propose who holds which tier where, and what a tier may do; a second person puts it into force."
    ),
    granted_to=ADMINISTRATORS,
    requires=VIEW_ORGANISATION,
    administers=True,
)
APPROVE_TIERS = permission(
    "accounts.approve_tiers",
    label=_("Approve changes of tiers"),
    help_text=_("Put another administrator's changes of tiers into force, or send them back."),
    granted_to=ADMINISTRATORS,
    requires=VIEW_ORGANISATION,
    administers=True,
)
MANAGE_PEOPLE = permission(
    "accounts.manage_people",
    label=_("Invite and remove people"),
    help_text=_("Invite people, end their sessions, reset a lost second factor, process leavers."),
    granted_to=ADMINISTRATORS,
    requires=VIEW_ORGANISATION,
    administers=True,
)
MANAGE_API_KEYS = permission(
    "accounts.manage_api_keys",
    label=_("Make API keys"),
    help_text=_("Make and revoke keys with which programs act under their owner's name."),
    granted_to=ADMINISTRATORS,
    administers=True,
)
LOCK_FORCE = permission(
    "accounts.lock_force",
    label=_("Lock down"),
    help_text=_("Stop everything that goes out from every account of the force, and end all sessions."),
    granted_to={Role.CENTRAL_ADMIN, Role.IT_ADMIN, Role.DUTY_PRESS_OFFICER, Role.GOLD},
)
UNLOCK_FORCE = permission(
    "accounts.unlock_force",
    label=_("End a lock-down"),
    help_text=_("Be one of the two people who let the force speak again."),
    granted_to={Role.CENTRAL_ADMIN, Role.IT_ADMIN, Role.GOLD},
)
VIEW_AUDIT = permission(
    "accounts.view_audit",
    label=_("Read the audit log"),
    help_text=_("Read who did what; reading is recorded too."),
    granted_to={Role.AUDITOR, Role.CENTRAL_ADMIN, Role.IT_ADMIN},
)
