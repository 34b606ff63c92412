"""The web's part in connecting an account: send a person to the network, and seal at once what they bring home.

Nothing here calls a network, and nothing here can read again what it sealed.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.actions.bells import ring_connecting
from accounts.audit.book import record
from accounts.audited import CONNECTING_RECEIVED, CONNECTING_REFUSED, CONNECTING_STARTED
from accounts.models import Channel, Connecting, NetworkApp, Unit
from accounts.permissions import MANAGE_CHANNEL
from accounts.vault.storing import forget, store
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, Refusal, Unprocessable
from hqdash.networks.addresses import AddressGuard, AddressRefused
from hqdash.networks.network import Network, NoSuchNetwork, get_network
from hqdash.networks.signing_in import CameBack, Errand, SignInWay, challenge_of, new_verifier

ANSWER_WITHIN = timedelta(minutes=10)


class AnswerRefused(Refusal):
    """What came back from a network is not taken; nothing was changed, and the book says why."""

    status = 400


@dataclass(frozen=True, slots=True)
class Begun:
    """A connection and the address at which the person goes on."""

    connecting: Connecting
    address: str


def start_connecting(
    *,
    actor: Actor,
    network: str,
    unit: Unit,
    back_url: str,
    now: datetime,
    channel: Channel | None = None,
    site: str = "",
    in_session: bool = True,
) -> Begun:
    """Begin to connect a new account for a unit, or one that is there already again.

    Raises:
        NotAllowed: connecting accounts there is not the actor's to do.
        Unprocessable: the network has no such way, its app is missing, or the site's address is none.
    """
    require(actor, MANAGE_CHANNEL, channel or unit)
    card, way = _way_of(network)
    client_id = _client_id(card, way)
    address = _site_of(card, channel.base_url if channel is not None else site) if way.needs_site else ""
    state, verifier = secrets.token_urlsafe(32), new_verifier()
    with transaction.atomic():
        connecting = Connecting.objects.create(
            network=network,
            unit=unit,
            channel=channel,
            base_url=address,
            back_url=back_url,
            state_hash=_hash(state),
            started_by_id=actor.person_id,
            session=actor.session if in_session else "",
            started_at=now,
            expires_at=now + ANSWER_WITHIN,
        )
        if way.needs_app:
            store(actor, connecting, {"verifier": verifier})
        record(actor, CONNECTING_STARTED, connecting, unit=unit, channel=channel, network=card.name)
    errand = Errand(
        state=state, back_url=back_url, client_id=client_id, challenge=challenge_of(verifier), site=address
    )
    return Begun(connecting, way.address(errand))


def take_answer(
    *, actor: Actor, network: str, state: str, query: Mapping[str, str], now: datetime
) -> Connecting:
    """Seal what the person brought home and let a worker go on with it; each answer is taken once.

    Raises:
        AnswerRefused: it is forged, came twice or too late, or was begun by somebody else; nothing changes.
    """
    card, way = _way_of(network)
    with transaction.atomic():
        connecting = (
            Connecting.objects.select_for_update(of=("self",))
            .select_related("unit", "channel")
            .filter(state_hash=_hash(state), network=network)
            .first()
        )
        why = _why_not(actor, connecting, now)
        if connecting is not None and not why:
            return _taken(actor, connecting, card, way.came_back(query), now=now)
        # Committed before it is refused: the line in the book must not go with it.
        record(actor, CONNECTING_REFUSED, connecting, network=card.name, reason=why)
    raise AnswerRefused(why)


def refuse_stranger(*, network: str, state: str, address: str) -> None:
    """Somebody who is not signed in brought an answer: if it was asked for, its force's book says so."""
    from hqdash.base.tenancy import across_forces, acting_for

    with across_forces(reason="an answer from a network without a session"):
        connecting = Connecting.objects.filter(state_hash=_hash(state)).first()
    if connecting is None:
        return
    stranger = Actor(
        force_id=connecting.force_id, user_id=None, username="not signed in", kind="public", address=address
    )
    with acting_for(connecting.force_id), transaction.atomic():
        record(stranger, CONNECTING_REFUSED, network=network, reason=_("Nobody was signed in."))


@transaction.atomic
def choose_accounts(
    *, actor: Actor, connecting: Connecting, units: Mapping[str, Unit], now: datetime
) -> Connecting:
    """Decide which of the offered accounts are connected, and for which unit each.

    Raises:
        Conflict: the choice was made already.
        Unprocessable: nothing was chosen, or something that was not offered.
    """
    for unit in units.values():
        require(actor, MANAGE_CHANNEL, unit)
    held = Connecting.objects.select_for_update().get(pk=connecting.pk)
    if held.state != Connecting.State.CHOOSING or held.started_by_id != actor.user_id:
        raise Conflict(_("This choice was made already, or is somebody else's to make."))
    offered = {offer["id"] for offer in held.offers if not offer["taken"]}
    if not units:
        raise Unprocessable(_("Choose a unit for at least one account."), "units")
    if not set(units) <= offered:
        raise Unprocessable(_("One of these accounts was not offered, or is connected already."), "units")
    held.choices = {external_id: str(unit.pk) for external_id, unit in units.items()}
    _go_on(held, Connecting.State.CHOSEN)
    return held


@transaction.atomic
def retry_connecting(*, actor: Actor, connecting: Connecting, now: datetime) -> Connecting:
    """Go on where a failure stopped it; the person need not go to the network again.

    Raises:
        Conflict: there is nothing that could be tried again.
    """
    require(actor, MANAGE_CHANNEL, connecting.channel or connecting.unit)
    held = Connecting.objects.select_for_update().get(pk=connecting.pk)
    if held.state != Connecting.State.FAILED or not held.failed_at_step:
        raise Conflict(_("There is nothing to try again here. Begin anew."))
    _go_on(held, Connecting.State(held.failed_at_step))
    return held


def _taken(
    actor: Actor, connecting: Connecting, card: Network, came: CameBack, *, now: datetime
) -> Connecting:
    problem = _problem_with(connecting, card, came)
    connecting.received_at = now
    if problem:
        connecting.state, connecting.reason = Connecting.State.REFUSED, problem
        connecting.save(update_fields=["state", "reason", "received_at"])
        forget(connecting)
        record(actor, CONNECTING_REFUSED, connecting, network=card.name, reason=problem)
        live.tell(actor.force_id, "connecting", id=connecting.pk)
        return connecting
    store(actor, connecting, came.values)
    connecting.save(update_fields=["received_at"])
    record(actor, CONNECTING_RECEIVED, connecting, network=card.name)
    _go_on(connecting, Connecting.State.RECEIVED)
    return connecting


def _problem_with(connecting: Connecting, card: Network, came: CameBack) -> str:
    if came.declined:
        return _("Access was not given at %(network)s. Nothing was changed.") % {"network": card.name}
    if came.problem:
        return _("%(network)s sent no sign-in: %(said)s Nothing was changed.") % {
            "network": card.name,
            "said": came.problem.rstrip(".") + ".",
        }
    if came.site and _place(came.site) != _place(connecting.base_url):
        return _("The answer came from %(other)s, but %(site)s was asked. Nothing was changed.") % {
            "other": came.site[:200],
            "site": connecting.base_url,
        }
    return ""


def _go_on(connecting: Connecting, state: Connecting.State) -> None:
    connecting.state, connecting.reason, connecting.failed_at_step, connecting.attempts = state, "", "", 0
    connecting.save(update_fields=["state", "reason", "failed_at_step", "attempts", "choices"])
    Connecting.objects.filter(pk=connecting.pk).update(due_at=Now(), claimed_until=None)
    live.tell(connecting.force_id, "connecting", id=connecting.pk)
    ring_connecting(connecting.force_id, connecting.pk)


def _why_not(actor: Actor, connecting: Connecting | None, now: datetime) -> str:
    """Why an answer is not taken; empty when it is."""
    if connecting is None:
        return _(
            "This answer was not asked for here. Begin again, and follow only the link that HQ Dash shows."
        )
    if connecting.started_by_id != actor.user_id:
        return _("Somebody else began this. Whoever connects an account goes to the network themselves.")
    if connecting.session and connecting.session != actor.session:
        return _("This was begun in another session of yours. Begin again in this one.")
    if connecting.state != Connecting.State.STARTED:
        return _("This answer was taken already. Each is good for one time; begin again.")
    if now > connecting.expires_at:
        return _("This answer came too late: it has to come within ten minutes. Begin again.")
    return ""


def _way_of(network: str) -> tuple[Network, SignInWay]:
    try:
        card = get_network(network)
    except NoSuchNetwork:
        raise Unprocessable(_("There is no such network."), "network") from None
    way = card.sign_in
    if way is None:
        raise Unprocessable(_("Accounts of this network cannot be connected here."), "network")
    return card, way


def _client_id(card: Network, way: SignInWay) -> str:
    if not way.needs_app:
        return ""
    app = NetworkApp.objects.filter(network=card.slug).first()
    if app is None:
        raise Unprocessable(
            _("Your force has not registered an app at %(network)s yet. Add it under Vault, Network apps.")
            % {"network": card.name},
            "network",
        )
    return app.client_id


def _site_of(card: Network, typed: str) -> str:
    site = typed.strip().rstrip("/")
    if site and "://" not in site:
        site = f"https://{site}"
    try:
        AddressGuard(card.http_settings().allowed_hosts).check_url(site)
    except AddressRefused as refused:
        raise Unprocessable(
            _("Enter the address of the site as it stands in the browser. %(why)s") % {"why": refused}, "site"
        ) from None
    if len(site) > 400 or urlsplit(site).query:
        raise Unprocessable(_("Enter the address of the site alone, without a question mark."), "site")
    return site


def _place(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    return parts.netloc.lower(), parts.path.rstrip("/")


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
