"""The door of monitoring in the side menu."""

from django.utils.translation import gettext_lazy as _

from accounts.access.gate import can
from hqdash.base.menu import Section, menu_entry
from monitoring.permissions import VIEW_MENTION

menu_entry(
    Section.RESPOND,
    _("Mentions"),
    icon="message",
    url_name="monitoring:mentions",
    allowed=lambda actor: can(actor, VIEW_MENTION),
    order=5,
)
