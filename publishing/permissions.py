"""The rights of publishing."""

from django.utils.translation import gettext_lazy as _

from accounts.access.declared import permission
from accounts.models import Role
from accounts.permissions import EVERYBODY

VIEW_POST = permission(
    "publishing.view_post",
    label=_("See posts"),
    help_text=_("See what was sent to the accounts of a unit, and what became of it."),
    granted_to=EVERYBODY,
)
# Administrators and auditors are left out on purpose: who sets the tiers does not speak.
PUBLISH_POST = permission(
    "publishing.publish_post",
    label=_("Publish posts"),
    help_text=_("Send a post to the accounts of a unit and all below it."),
    granted_to={
        Role.CONTRIBUTOR,
        Role.AREA_EDITOR,
        Role.AREA_APPROVER,
        Role.DUTY_PRESS_OFFICER,
        Role.GOLD,
    },
    requires=VIEW_POST,
    speaks=True,
)
SETTLE_DELIVERY = permission(
    "publishing.settle_delivery",
    label=_("Settle unclear deliveries"),
    help_text=_("Say what became of a delivery of which the network gave no proof."),
    granted_to={Role.AREA_EDITOR, Role.AREA_APPROVER, Role.DUTY_PRESS_OFFICER, Role.GOLD},
    requires=VIEW_POST,
    speaks=True,
)
