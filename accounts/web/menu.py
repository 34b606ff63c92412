"""The doors of accounts in the side menu."""

from django.utils.translation import gettext_lazy as _

from accounts.access.gate import can
from accounts.board_queries import attention_count
from accounts.permissions import (
    MANAGE_API_KEYS,
    MANAGE_PEOPLE,
    VIEW_AUDIT,
    VIEW_CHANNEL,
    VIEW_ORGANISATION,
    VIEW_VAULT,
)
from accounts.queries import channels_for
from accounts.tier_queries import sets_waiting
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.menu import Count, Section, account_link, menu_entry


def _need_somebody(actor: Actor) -> Count:
    return Count(attention_count(channels_for(actor), now=clock.now()), "is-bad")


def _waiting(actor: Actor) -> Count:
    return Count(sets_waiting(actor), "is-vio")


menu_entry(
    Section.ADMINISTER,
    _("Accounts"),
    icon="plug-connected",
    url_name="accounts:channels",
    allowed=lambda actor: can(actor, VIEW_CHANNEL),
    count=_need_somebody,
)
menu_entry(
    Section.ADMINISTER,
    _("People"),
    icon="users",
    url_name="accounts:people",
    allowed=lambda actor: can(actor, MANAGE_PEOPLE),
    order=3,
)
menu_entry(
    Section.ADMINISTER,
    _("Vault"),
    icon="lock",
    url_name="accounts:vault",
    allowed=lambda actor: can(actor, VIEW_VAULT),
    order=5,
)
menu_entry(
    Section.INSIGHT,
    _("Audit log"),
    icon="history",
    url_name="accounts:audit",
    allowed=lambda actor: can(actor, VIEW_AUDIT),
    order=9,
)
menu_entry(
    Section.ADMINISTER,
    _("API access"),
    icon="key",
    url_name="accounts:api_access",
    allowed=lambda actor: can(actor, MANAGE_API_KEYS),
    order=9,
)
menu_entry(
    Section.ADMINISTER,
    _("Organisation and tiers"),
    icon="sitemap",
    url_name="accounts:organisation",
    allowed=lambda actor: can(actor, VIEW_ORGANISATION),
    order=2,
    count=_waiting,
)
menu_entry(
    Section.PUBLISH,
    _("What can I do?"),
    icon="user-check",
    url_name="accounts:my_permissions",
    allowed=lambda actor: not can(actor, VIEW_ORGANISATION),
    order=99,
)
account_link(_("What can I do?"), icon="user-check", url_name="accounts:my_permissions", order=1)
account_link(_("Lock-down"), icon="lock", url_name="accounts:lockdown", order=8)
account_link(_("Security"), icon="shield-lock", url_name="mfa_index", order=1)
