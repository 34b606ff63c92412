"""Warns of sign-ins that end soon, 14, 7 and 1 days before, each once; and tidies up after connections not finished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.access.gate import people_who_can
from accounts.audit.book import record
from accounts.audited import CREDENTIAL_ENDS_SOON
from accounts.events import SignInEndsSoon
from accounts.models import Channel, Connecting, User
from accounts.permissions import MANAGE_CHANNEL
from accounts.vault.storing import forget
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.events import announce

WARNED_AT = (1, 7, 14)
"""Days before the end, the most urgent first."""
CHOICE_WITHIN = timedelta(hours=1)

_SOON = """
SELECT s.force_id, s.channel_id, s.version, ceil(extract(epoch FROM s.ends_at - clock_timestamp()) / 86400)::integer
FROM accounts_channelsignin AS s
WHERE s.ends_at < clock_timestamp() + interval '14 days'
    AND (s.warned_days IS NULL
        OR (s.warned_days > 7 AND s.ends_at < clock_timestamp() + interval '7 days')
        OR (s.warned_days > 1 AND s.ends_at < clock_timestamp() + interval '1 day'))
ORDER BY s.ends_at LIMIT %s
"""
# Conditional, so that two clocks give one warning; a new sign-in begins with none.
_NOTE = """
UPDATE accounts_channelsignin SET warned_days = %s
WHERE channel_id = %s AND version = %s AND (warned_days IS NULL OR warned_days > %s)
"""


@dataclass(frozen=True, slots=True)
class EndsSoon:
    """A sign-in for which a warning may be due."""

    force_id: UUID
    channel_id: UUID
    version: int
    days: int

    @property
    def threshold(self) -> int:
        """The warning that is due: 14, 7 or 1 days."""
        return next(days for days in WARNED_AT if self.days <= days)


def ending_soon(*, most: int) -> list[EndsSoon]:
    """Sign-ins that end within two weeks and for which the last warning was not given; asked across forces."""
    with connection.cursor() as cursor:
        cursor.execute(_SOON, [most])
        return [EndsSoon(*row) for row in cursor.fetchall()]


@transaction.atomic
def warn(*, about: EndsSoon) -> bool:
    """Give the warning that is due; False when it was given already."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [about.threshold, about.channel_id, about.version, about.threshold])
        if cursor.rowcount == 0:
            return False
    channel = Channel.objects.select_related("unit", "owner").get(pk=about.channel_id)
    actor = Actor.clock(about.force_id)
    record(actor, CREDENTIAL_ENDS_SOON, channel, days=about.threshold)
    announce(SignInEndsSoon(about.force_id, channel.pk, about.threshold))
    live.tell(about.force_id, "channel", id=channel.pk)
    send_warning(channel, days=about.days)
    return True


def send_warning(channel: Channel, *, days: int) -> None:
    """A letter to whoever owns the account, where mail is configured and they have an address."""
    addresses = [person.email for person in people_told(channel) if person.email]
    if not settings.EMAIL_HOST or not addresses:
        return
    words = {"account": channel.at_handle, "unit": channel.unit, "days": max(days, 0)}
    letter = EmailMessage(
        subject=_("The sign-in of %(account)s ends in %(days)s days") % words,
        body=_(
            "The sign-in of %(account)s (%(unit)s) ends in %(days)s days. Until then it goes on working; after that "
            "nothing can be posted or read there.\n\nOpen Vault in HQ Dash and choose Rotate beside the account."
        )
        % words,
        to=addresses,
    )
    # A mail server that is away must not take the warning in the book and on the board with it.
    transaction.on_commit(lambda: letter.send(fail_silently=True))


def people_told(channel: Channel) -> list[User]:
    """The owner; without one, or when they have left, everybody who may connect the account."""
    if channel.owner is not None and channel.owner.is_active:
        return [channel.owner]
    return list(people_who_can(MANAGE_CHANNEL, channel)[:10])


def tidy_connections(*, now: datetime) -> int:
    """Forget what was brought home for connections that nobody finished; how many were given up."""
    late = Connecting.objects.filter(
        state__in=[Connecting.State.STARTED, Connecting.State.CHOOSING, Connecting.State.FAILED],
        started_at__lt=now - CHOICE_WITHIN,
    )
    given_up = 0
    for connecting in late.order_by("started_at")[:100]:
        with transaction.atomic():
            held = Connecting.objects.select_for_update().get(pk=connecting.pk)
            if held.is_at_work:
                continue
            forget(held)
            held.state = Connecting.State.REFUSED
            held.failed_at_step = ""
            held.reason = held.reason or _("It was not finished within an hour.")
            held.save(update_fields=["state", "reason", "failed_at_step"])
            given_up += 1
    return given_up
