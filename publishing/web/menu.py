"""The doors of publishing in the side menu."""

from django.utils.translation import gettext_lazy as _

from accounts.access.gate import can
from hqdash.base.actor import Actor
from hqdash.base.menu import Count, Section, menu_entry
from publishing.models import State
from publishing.permissions import PUBLISH_POST, VIEW_POST
from publishing.queries import deliveries_for


def _for_a_person(actor: Actor) -> Count:
    return Count(deliveries_for(actor).filter(state=State.NEEDS_PERSON).count(), "is-bad")


menu_entry(
    Section.PUBLISH,
    _("Compose"),
    icon="edit",
    url_name="publishing:compose",
    allowed=lambda actor: can(actor, PUBLISH_POST),
)
menu_entry(
    Section.PUBLISH,
    _("Posts"),
    icon="send",
    url_name="publishing:posts",
    allowed=lambda actor: can(actor, VIEW_POST),
    order=1,
    count=_for_a_person,
)
