"""The first door in the side menu."""

from django.utils.translation import gettext_lazy as _

from accounts.access.gate import can
from accounts.permissions import VIEW_DASHBOARD
from hqdash.base.menu import Section, menu_entry

menu_entry(
    Section.TOP,
    _("Dashboard"),
    icon="layout-dashboard",
    url_name="overview:dashboard",
    allowed=lambda actor: can(actor, VIEW_DASHBOARD),
)
