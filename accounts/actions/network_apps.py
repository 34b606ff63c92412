"""Keeps the force's own apps at the networks: the public id in clear, the client secret sealed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.audit.book import record
from accounts.audited import NETWORK_APP_KEPT
from accounts.models import NetworkApp, Unit
from accounts.permissions import MANAGE_CHANNEL
from accounts.vault.storing import store
from hqdash.base.actor import Actor
from hqdash.base.errors import Unprocessable
from hqdash.networks.network import NoSuchNetwork, get_network

CLIENT_SECRET = "client_secret"  # noqa: S105  # the name of the field


@transaction.atomic
def keep_app(*, actor: Actor, network: str, client_id: str, client_secret: str, now: datetime) -> NetworkApp:
    """Put a network app into the vault, or a new secret in place of the old one; it cannot be read again.

    Raises:
        NotAllowed: connecting accounts for the whole force is not the actor's to do.
        Unprocessable: the network needs no app, or a part is missing.
    """
    require(actor, MANAGE_CHANNEL, Unit.objects.get(parent=None))
    try:
        way = get_network(network).sign_in
    except NoSuchNetwork:
        way = None
    if way is None or not way.needs_app:
        raise Unprocessable(_("Accounts of this network are connected without an app."), "network")
    client_id, client_secret = client_id.strip(), client_secret.strip()
    if not client_id:
        raise Unprocessable(_("Enter the client id that the network shows."), "client_id")
    known = NetworkApp.objects.filter(network=network).first()
    if not client_secret and (known is None or known.client_id != client_id):
        raise Unprocessable(_("Enter the client secret that belongs to this client id."), "client_secret")
    app, _new = NetworkApp.objects.update_or_create(
        network=network,
        force_id=actor.force_id,
        defaults={"client_id": client_id, "put_by_name": actor.username, "put_at": now},
    )
    if client_secret:
        store(actor, app, {CLIENT_SECRET: client_secret})
    record(actor, NETWORK_APP_KEPT, app, network=network, client_id=client_id, new_secret=bool(client_secret))
    return app
