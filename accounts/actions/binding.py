"""Binds an account at a network to a channel of ours: a new one, or the one that it has always been."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.actions.channels import change_channel_state
from accounts.audit.book import record
from accounts.audited import CHANNEL_CONNECTED
from accounts.events import ChannelStateChanged
from accounts.models import Channel, Unit
from accounts.permissions import MANAGE_CHANNEL
from accounts.vault import drawer
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict
from hqdash.base.events import announce
from hqdash.networks.signing_in import Offer
from hqdash.networks.types import Account


def is_same_account(channel: Channel, account: Account) -> bool:
    """Whether a sign-in opens the very account that the channel is bound to."""
    if channel.base_url or account.base_url:
        return channel.base_url.rstrip("/").lower() == account.base_url.rstrip("/").lower()
    if channel.external_id and account.external_id:
        return channel.external_id == account.external_id
    return channel.handle.casefold() == account.handle.casefold()


def bound_already(network: str, account: Account) -> Channel | None:
    """The channel that an account is bound to, whoever may see it."""
    ours = Channel.objects.filter(network=network).select_related("unit")
    if account.base_url:
        return ours.filter(base_url__iexact=account.base_url).first()
    return (
        ours.filter(external_id=account.external_id).first()
        or ours.filter(handle__iexact=account.handle).first()
    )


@transaction.atomic
def bind(
    *,
    actor: Actor,
    unit: Unit,
    network: str,
    offer: Offer,
    channel: Channel | None,
    works_for: timedelta | None,
    now: datetime,
) -> Channel:
    """A channel with the offered sign-in in the vault; its former sign-in is replaced, its unit is not.

    Raises:
        NotAllowed: the right to connect accounts there was taken away meanwhile.
        Conflict: the account was bound to another channel meanwhile.
    """
    require(actor, MANAGE_CHANNEL, channel or unit)
    fields = {name: secret.reveal() for name, secret in offer.grant.fields.items()}
    ends_at = now + offer.grant.ends_in if offer.grant.ends_in is not None else None
    if channel is None:
        channel = _new_channel(actor, unit, network, offer, now=now)
    else:
        _note_names(channel, offer.account)
    put_sign_in(
        actor=actor, channel=channel, fields=fields, ends_at=ends_at, works_for=works_for,
        reason=_("Connected at the network"), now=now,
    )  # fmt: skip
    record(actor, CHANNEL_CONNECTED, channel, network=network, account=offer.account.handle)
    live.tell(actor.force_id, "channel", id=channel.pk)
    return channel


def put_sign_in(
    *,
    actor: Actor,
    channel: Channel,
    fields: Mapping[str, str],
    ends_at: datetime | None,
    works_for: timedelta | None,
    reason: str,
    now: datetime,
) -> None:
    """Seal a sign-in and use it, unless the channel is suspended: that only a person ends."""
    drawer.put(actor, channel, fields, expires_at=ends_at, works_for=works_for)
    if channel.state != Channel.State.SUSPENDED:
        change_channel_state(
            actor=actor, channel=channel, state=Channel.State.CONNECTED, reason=reason, now=now
        )


def _new_channel(actor: Actor, unit: Unit, network: str, offer: Offer, *, now: datetime) -> Channel:
    account = offer.account
    try:
        with transaction.atomic():
            channel = Channel.objects.create(
                unit=unit,
                network=network,
                handle=account.handle,
                name=offer.name[:200],
                external_id=account.external_id,
                base_url=account.base_url,
                owner_id=actor.person_id,
                state_since=now,
            )
    except IntegrityError:
        raise Conflict(
            _("%(account)s is connected already. Open it under Accounts and reconnect it.")
            % {"account": account.handle}
        ) from None
    announce(ChannelStateChanged(actor.force_id, channel.pk, Channel.State.CONNECTED))
    return channel


def _note_names(channel: Channel, account: Account) -> None:
    """People rename their accounts at the network; what an account is bound by does not change."""
    if account.base_url or (channel.handle == account.handle and channel.external_id == account.external_id):
        return
    channel.handle, channel.external_id = account.handle, account.external_id
    channel.save(update_fields=["handle", "external_id"])
