"""Connects social accounts and keeps what is known of their health."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.audit.book import record
from accounts.audited import CHANNEL_CONNECTED, CHANNEL_STATE_CHANGED
from accounts.events import ChannelStateChanged
from accounts.models import Channel, Unit
from accounts.permissions import MANAGE_CHANNEL
from accounts.vault import drawer
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.errors import Unprocessable
from hqdash.base.events import announce
from hqdash.networks.network import get_network


@transaction.atomic
def connect_channel(
    *,
    actor: Actor,
    unit: Unit,
    network: str,
    handle: str,
    name: str,
    external_id: str,
    credentials: Mapping[str, str],
    base_url: str = "",
    coverage: str = "",
    expires_at: datetime | None = None,
) -> Channel:
    """A social account with its credential sealed in the vault; connecting it again replaces the credential."""
    require(actor, MANAGE_CHANNEL, unit)
    channel, _new = Channel.objects.update_or_create(
        network=network,
        handle=handle,
        force_id=actor.force_id,
        defaults={
            "unit": unit,
            "name": name,
            "external_id": external_id,
            "base_url": base_url,
            "coverage": coverage,
            "state": Channel.State.CONNECTED,
            "state_reason": "",
        },
    )
    drawer.put(actor, channel, credentials, expires_at=expires_at)
    record(actor, CHANNEL_CONNECTED, channel, network=network)
    announce(ChannelStateChanged(actor.force_id, channel.pk, Channel.State.CONNECTED))
    live.tell(actor.force_id, "channel", id=channel.pk)
    return channel


@transaction.atomic
def renew_credential(
    *, actor: Actor, channel: Channel, credentials: Mapping[str, str], now: datetime
) -> None:
    """Seal a new credential for a channel and use it again; the next reading shows whether it opens it.

    Raises:
        NotAllowed: connecting accounts is not the actor's to do.
        Unprocessable: a field that the network needs is empty.
    """
    require(actor, MANAGE_CHANNEL, channel)
    for field in get_network(channel.network).credential_fields:
        if field.required and not credentials.get(field.name, "").strip():
            raise Unprocessable(_("Fill in: %(field)s.") % {"field": field.label}, field.name)
    given = {name: value.strip() for name, value in credentials.items() if value.strip()}
    drawer.put(actor, channel, given)
    change_channel_state(
        actor=actor, channel=channel, state=Channel.State.CONNECTED, reason=_("Credential renewed"), now=now
    )


@transaction.atomic
def change_channel_state(
    *, actor: Actor, channel: Channel, state: Channel.State, reason: str, now: datetime
) -> bool:
    """Note that a channel needs a new sign-in, is suspended, or works again; False if that was known."""
    require(actor, MANAGE_CHANNEL, channel)
    before = Channel.objects.select_for_update().get(pk=channel.pk).state
    if before == state:
        return False
    Channel.objects.filter(pk=channel.pk).update(state=state, state_reason=reason, state_since=now)
    channel.state, channel.state_reason, channel.state_since = state, reason, now
    record(actor, CHANNEL_STATE_CHANGED, channel, reason=reason, before=before, after=state.value)
    announce(ChannelStateChanged(actor.force_id, channel.pk, state))
    live.tell(actor.force_id, "channel", id=channel.pk)
    return True


def note_contact(*, channel_id: UUID, ok: bool, now: datetime, failure: str = "") -> None:
    """Keep when the network was last reached, or why it was not; health is no act, so no entry is made."""
    rows = Channel.objects.filter(pk=channel_id)
    if ok:
        rows.update(last_ok_at=now)
    else:
        rows.update(last_failure_at=now, last_failure=failure[:1000])
