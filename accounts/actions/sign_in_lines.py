"""Opens, for a worker, what a connection brought home, and the line on which the network is asked about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta

from django.utils.translation import gettext as _

from accounts.actions.leases import end_lease, take_lease
from accounts.models import Channel, Connecting, NetworkApp
from accounts.vault import drawer
from hqdash.networks.network import Network, get_network
from hqdash.networks.secret import Secret
from hqdash.networks.signing_in import SignInLine, SignInWay
from hqdash.networks.types import Account

LEASE = timedelta(seconds=90)


class NotBound(Exception):
    """The sign-in is not taken; the sentence says why, and nothing was changed."""


@contextmanager
def opened(connecting: Connecting) -> Iterator[dict[str, Secret]]:
    """What was brought home and is still sealed, for the length of the block."""
    lease = take_lease(connecting_id=connecting.pk, purpose="connect", subject_id=connecting.pk, lasts=LEASE)
    try:
        with drawer.open(connecting, lease=lease, purpose="connect") as kept:
            yield kept
    finally:
        end_lease(lease)


@contextmanager
def line_of(connecting: Connecting) -> Iterator[tuple[SignInLine, SignInWay]]:
    """The worker's line to the network of a connection, with what the vault opened for it."""
    card = get_network(connecting.network)
    way = way_of(card)
    account = Account(handle="", base_url=connecting.base_url)
    with opened(connecting) as kept:
        yield way.line(account, kept, card.http_settings(), client_id=client_id_of(card, way)), way


@contextmanager
def former_of(channel: Channel, *, wanted: bool) -> Iterator[Mapping[str, Secret]]:
    """The sign-in that is about to be replaced, where its network would let it live on; {} when there is none."""
    if not wanted:
        yield {}
        return
    lease = take_lease(channel_id=channel.pk, purpose="connect", subject_id=channel.pk, lasts=LEASE)
    try:
        with ExitStack() as opened:
            former: Mapping[str, Secret] = {}
            # Without one, or with one that cannot be opened now, there is nothing that could be ended.
            with suppress(drawer.VaultError):
                former = opened.enter_context(drawer.open(channel, lease=lease, purpose="connect"))
            yield former
    finally:
        end_lease(lease)


def client_id_of(card: Network, way: SignInWay) -> str:
    """The public id of the force's app; "" where none is needed or registered."""
    app = NetworkApp.objects.filter(network=card.slug).first() if way.needs_app else None
    return app.client_id if app is not None else ""


def way_of(card: Network) -> SignInWay:
    """How accounts of this network are connected."""
    way = card.sign_in
    if way is None:
        raise NotBound(_("Accounts of this network cannot be connected here."))
    return way
