"""The doors of moderation in the side menu."""

from django.utils.translation import gettext_lazy as _

from accounts.access.gate import can
from hqdash.base.actor import Actor
from hqdash.base.menu import Count, Section, menu_entry
from moderation.permissions import VIEW_MODERATION
from moderation.queries import open_count


def _open(actor: Actor) -> Count:
    return Count(open_count(actor), "is-bad")


menu_entry(
    Section.RESPOND,
    _("Moderation"),
    icon="shield-check",
    url_name="moderation:queue",
    allowed=lambda actor: can(actor, VIEW_MODERATION),
    order=1,
    count=_open,
)
menu_entry(
    Section.ADMINISTER,
    _("Dictionaries"),
    icon="book-2",
    url_name="moderation:dictionaries",
    allowed=lambda actor: can(actor, VIEW_MODERATION),
    order=3,
)
