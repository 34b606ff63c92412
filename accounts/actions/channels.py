"""Connects social accounts and keeps what is known of their health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.audit.book import record
from accounts.audited import CHANNEL_CONNECTED, CHANNEL_OWNER_CHANGED, CHANNEL_STATE_CHANGED
from accounts.events import ChannelStateChanged
from accounts.models import Channel, ChannelSignIn, Unit, User
from accounts.permissions import MANAGE_CHANNEL
from accounts.vault import drawer
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, Unprocessable
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
    *,
    actor: Actor,
    channel: Channel,
    credentials: Mapping[str, str],
    now: datetime,
    expires_at: datetime | None = None,
) -> None:
    """Seal a new credential for a channel and use it again; the next reading shows whether it opens it.

    A suspended account stays suspended: a new sign-in is no reason to let it speak again.

    Raises:
        NotAllowed: connecting accounts is not the actor's to do.
        Unprocessable: a field that the network needs is empty.
    """
    require(actor, MANAGE_CHANNEL, channel)
    for field in get_network(channel.network).credential_fields:
        if field.required and not credentials.get(field.name, "").strip():
            raise Unprocessable(_("Fill in: %(field)s.") % {"field": field.label}, field.name)
    if expires_at is not None and expires_at <= now:
        raise Unprocessable(_("The day on which it ends has to lie ahead."), "expires_on")
    given = {name: value.strip() for name, value in credentials.items() if value.strip()}
    drawer.put(actor, channel, given, expires_at=expires_at)
    if channel.state != Channel.State.SUSPENDED:
        change_channel_state(
            actor=actor,
            channel=channel,
            state=Channel.State.CONNECTED,
            reason=_("Credential renewed"),
            now=now,
        )


@transaction.atomic
def change_channel_state(
    *, actor: Actor, channel: Channel, state: Channel.State, reason: str, now: datetime
) -> bool:
    """Note that a channel needs a new sign-in, is suspended, or works again; False if that was known."""
    require(actor, MANAGE_CHANNEL, channel)
    before = Channel.objects.select_for_update().get(pk=channel.pk).state
    # What a worker finds out about a sign-in does not end a suspension: only a person does.
    if before == state or (before == Channel.State.SUSPENDED and not actor.is_person):
        return False
    Channel.objects.filter(pk=channel.pk).update(state=state, state_reason=reason, state_since=now)
    channel.state, channel.state_reason, channel.state_since = state, reason, now
    record(actor, CHANNEL_STATE_CHANGED, channel, reason=reason, before=before, after=state.value)
    announce(ChannelStateChanged(actor.force_id, channel.pk, state))
    live.tell(actor.force_id, "channel", id=channel.pk)
    return True


@transaction.atomic
def suspend_channel(*, actor: Actor, channel: Channel, reason: str, now: datetime) -> None:
    """Let nothing out of an account and read nothing, until somebody resumes it; its sign-in is kept.

    Raises:
        NotAllowed: suspending accounts is not the actor's to do.
        Unprocessable: without a reason.
        Conflict: it is suspended already.
    """
    require(actor, MANAGE_CHANNEL, channel)
    if not reason.strip():
        raise Unprocessable(_("Say why: whoever wants to post there will read it."), "reason")
    if not change_channel_state(
        actor=actor, channel=channel, state=Channel.State.SUSPENDED, reason=reason.strip(), now=now
    ):
        raise Conflict(_("This account is suspended already."))


@transaction.atomic
def resume_channel(*, actor: Actor, channel: Channel, reason: str, now: datetime) -> Channel.State:
    """Use a suspended account again; if its sign-in is gone, it has to be connected first.

    Raises:
        NotAllowed: resuming accounts is not the actor's to do.
        Unprocessable: without a reason.
        Conflict: it is not suspended.
    """
    require(actor, MANAGE_CHANNEL, channel)
    if not reason.strip():
        raise Unprocessable(_("Say why it may be used again."), "reason")
    if Channel.objects.select_for_update().get(pk=channel.pk).state != Channel.State.SUSPENDED:
        raise Conflict(_("This account is not suspended."))
    has_sign_in = ChannelSignIn.objects.filter(channel=channel).exists()
    state = Channel.State.CONNECTED if has_sign_in else Channel.State.SIGN_IN_NEEDED
    change_channel_state(actor=actor, channel=channel, state=state, reason=reason.strip(), now=now)
    return state


@transaction.atomic
def give_owner(*, actor: Actor, channels: Sequence[Channel], username: str) -> int:
    """Make one person the owner of several accounts: the one who hears when a sign-in is about to end.

    Raises:
        NotAllowed: one of the accounts is not the actor's to look after; then none changes.
        Unprocessable: nobody of the force signs in under that name.
    """
    owner = User.objects.filter(username__iexact=username.strip(), is_active=True).first()
    if owner is None:
        raise Unprocessable(
            _("Nobody signs in under the name %(name)s.") % {"name": username.strip()}, "owner"
        )
    if not channels:
        raise Unprocessable(_("Choose at least one account."), "channel")
    changed = 0
    for channel in channels:
        require(actor, MANAGE_CHANNEL, channel)
        if channel.owner_id == owner.pk:
            continue
        before = channel.owner.username if channel.owner is not None else _("nobody")
        Channel.objects.filter(pk=channel.pk).update(owner=owner)
        record(actor, CHANNEL_OWNER_CHANGED, channel, before=before, after=owner.username)
        changed += 1
    return changed


def note_contact(*, channel_id: UUID, ok: bool, now: datetime, failure: str = "") -> None:
    """Keep when the network was last reached, or why it was not; health is no act, so no entry is made."""
    rows = Channel.objects.filter(pk=channel_id)
    if ok:
        rows.update(last_ok_at=now)
    else:
        rows.update(last_failure_at=now, last_failure=failure[:1000])
