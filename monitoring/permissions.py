"""The rights of monitoring."""

from django.utils.translation import gettext_lazy as _

from accounts.access.declared import permission
from accounts.permissions import EVERYBODY

VIEW_MENTION = permission(
    "monitoring.view_mention",
    label=_("See what the public says"),
    help_text=_("See comments, replies and mentions that reached the accounts of a unit."),
    granted_to=EVERYBODY,
)
