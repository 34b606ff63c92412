"""The workers' part in connecting an account: trade what came home, ask whose it is, and bind it.

Every step writes down how far it came before the next one begins, so that a worker that is killed costs
one step at most, and a failure of the network is tried again without the person.
"""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.actions.binding import bind, bound_already, is_same_account
from accounts.actions.sign_in_lines import LEASE, NotBound, former_of, line_of, opened
from accounts.audit.book import record
from accounts.audited import CONNECTING_REFUSED
from accounts.models import Channel, ChannelSignIn, Connecting, Unit
from accounts.vault import drawer
from accounts.vault.storing import forget, store
from hqdash.base import clock, live
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, NotAllowed
from hqdash.base.refusals import remember
from hqdash.networks.errors import NetworkError, OutcomeUnknown, Refused, SignInExpired, TryLater, Unreachable
from hqdash.networks.network import get_network
from hqdash.networks.secret import Secret
from hqdash.networks.signing_in import Grant, Offer, SignInLine, SignInWay
from hqdash.networks.types import Account

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
_CLAIM = """
UPDATE accounts_connecting
SET claimed_until = clock_timestamp() + %s * interval '1 second', attempts = attempts + 1
WHERE id = %s AND state IN ('received', 'exchanged', 'chosen') AND due_at <= clock_timestamp()
    AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
RETURNING attempts
"""
_LATER = """
UPDATE accounts_connecting SET reason = %s, claimed_until = NULL,
    due_at = clock_timestamp() + %s * interval '1 second'
WHERE id = %s
"""


def carry_on(*, connecting_id: UUID) -> None:
    """Do what is to be done for a connection, unless somebody else already is."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [LEASE.total_seconds(), connecting_id])
        claimed = cursor.fetchone()
    if claimed is None:
        return
    connecting = Connecting.objects.select_related("unit", "channel", "channel__unit", "started_by").get(
        pk=connecting_id
    )
    try:
        while connecting.is_at_work:
            _STEPS[Connecting.State(connecting.state)](connecting)
    except (TryLater, Unreachable, OutcomeUnknown) as problem:
        _later(connecting, problem, attempts=claimed[0])
    except (SignInExpired, Refused) as refusal:
        # The network will not change its mind about a used code or a wrong secret.
        _fail(connecting, f"{refusal.sentence} {refusal.detail}".strip(), step="")
    except drawer.VaultClosed as closed:
        _later(connecting, closed, attempts=claimed[0])
    except drawer.VaultRefused as refused:
        _fail(connecting, refused.sentence, step=connecting.state)
    except (NotBound, Conflict) as why:
        _refuse(connecting, str(why))
    except NotAllowed as why:
        remember(why)
        _refuse(connecting, why.sentence)
    finally:
        live.tell(connecting.force_id, "connecting", id=connecting.pk)


def person_of(connecting: Connecting) -> Actor:
    """Workers write under the name of the person who went to the network."""
    person = connecting.started_by
    return Actor(
        force_id=connecting.force_id, user_id=person.pk, username=person.username, session=connecting.session
    )


def _trade(connecting: Connecting) -> None:
    """What came home for a sign-in, which is sealed before anything else is asked."""
    with line_of(connecting) as (line, _way):
        grant = line.exchange(back_url=connecting.back_url)
        kept = {name: secret.reveal() for name, secret in grant.fields.items()}
    with transaction.atomic():
        store(person_of(connecting), connecting, kept)
        forget(connecting, but=frozenset(kept))
        if grant.works_for is not None:
            connecting.works_until = clock.now() + grant.works_for
        _to(connecting, Connecting.State.EXCHANGED)


def _ask_who(connecting: Connecting) -> None:
    with line_of(connecting) as (line, way):
        offers = line.offers()
        if not offers:
            raise NotBound(_("The sign-in opens no account. Allow at least one at the network."))
        if connecting.channel is not None:
            _bind_again(connecting, connecting.channel, offers, line, way)
        elif way.offers_several:
            _show_offers(connecting, offers)
        else:
            with transaction.atomic():
                _bind_new(connecting, offers[0], connecting.unit)
                _finish(connecting)


def _bind_again(
    connecting: Connecting, channel: Channel, offers: list[Offer], line: SignInLine, way: SignInWay
) -> None:
    found = next((offer for offer in offers if is_same_account(channel, offer.account)), None)
    if found is None:
        raise NotBound(
            _("The sign-in opens %(other)s, but this is %(account)s. Nothing was changed.")
            % {"other": _names(offers), "account": channel.at_handle}
        )
    if str(channel.pk) in connecting.connected:
        # An earlier try put it in and was cut off. What the vault holds now is the new sign-in: it must not be ended.
        left = _("The former sign-in may still work at the network.") if way.former_lives_on else ""
    else:
        left = _replaced(connecting, channel, found, line, way)
    if left:
        ChannelSignIn.objects.filter(channel=channel).update(left_to_do=left)
    _finish(connecting)


def _replaced(
    connecting: Connecting, channel: Channel, offer: Offer, line: SignInLine, way: SignInWay
) -> str:
    """Put the new sign-in in place of the former one and end that; what is left to do, or ""."""
    with former_of(channel, wanted=way.former_lives_on) as former:
        with transaction.atomic():
            bind(
                actor=person_of(connecting),
                unit=channel.unit,
                network=connecting.network,
                offer=offer,
                channel=channel,
                works_for=_works_for(connecting),
                now=clock.now(),
            )
            connecting.connected = [str(channel.pk)]
            connecting.save(update_fields=["connected"])
        return line.retire(former) if former else ""


def _show_offers(connecting: Connecting, offers: list[Offer]) -> None:
    """Seal each account's own sign-in until the person has chosen; what opens all of them is forgotten."""
    now = clock.now()
    listed, kept = [], {}
    for offer in offers:
        bound = bound_already(connecting.network, offer.account)
        listed.append(
            {
                "id": offer.account.external_id,
                "handle": offer.account.handle,
                "name": offer.name,
                "lacks": offer.lacks,
                "ends_at": (now + offer.grant.ends_in).isoformat() if offer.grant.ends_in else "",
                "taken": str(bound.unit) if bound else "",
            }
        )
        fields = {name: secret.reveal() for name, secret in offer.grant.fields.items()}
        kept[f"offer.{offer.account.external_id}"] = json.dumps(fields)
    with transaction.atomic():
        store(person_of(connecting), connecting, kept)
        forget(connecting, but=frozenset(kept))
        connecting.offers = listed
        _to(connecting, Connecting.State.CHOOSING)


def _bind_chosen(connecting: Connecting) -> None:
    offered = {offer["id"]: offer for offer in connecting.offers}
    missed: list[str] = []
    with opened(connecting) as kept:
        for external_id, unit_id in connecting.choices.items():
            about = offered[external_id]
            fields = json.loads(kept[f"offer.{external_id}"].reveal())
            ends_at = parse_datetime(about["ends_at"]) if about["ends_at"] else None
            grant = Grant(
                {name: Secret(value) for name, value in fields.items()},
                ends_in=ends_at - clock.now() if ends_at else None,
            )
            account = Account(handle=about["handle"], external_id=external_id)
            if _is_bound_by(connecting, account):
                continue  # an earlier try came this far
            try:
                _bind_new(connecting, Offer(account, about["name"], grant), Unit.objects.get(pk=unit_id))
            except NotBound as why:
                missed.append(str(why))
    if missed and not connecting.connected:
        raise NotBound(" ".join(missed))
    _finish(connecting, reason=" ".join(missed))


def _is_bound_by(connecting: Connecting, account: Account) -> bool:
    bound = bound_already(connecting.network, account)
    return bound is not None and str(bound.pk) in connecting.connected


def _bind_new(connecting: Connecting, offer: Offer, unit: Unit) -> None:
    bound = bound_already(connecting.network, offer.account)
    if bound is not None:
        raise NotBound(
            _(
                "%(account)s is connected already, for %(unit)s. Open it under Accounts and reconnect it there."
            )
            % {"account": bound.at_handle, "unit": bound.unit}
        )
    with transaction.atomic():
        channel = bind(
            actor=person_of(connecting),
            unit=unit,
            network=connecting.network,
            offer=offer,
            channel=None,
            works_for=_works_for(connecting),
            now=clock.now(),
        )
        connecting.connected = [*connecting.connected, str(channel.pk)]
        connecting.save(update_fields=["connected"])


def _finish(connecting: Connecting, *, reason: str = "") -> None:
    with transaction.atomic():
        forget(connecting)
        _to(connecting, Connecting.State.CONNECTED, reason=reason)


def _to(connecting: Connecting, state: Connecting.State, *, reason: str = "") -> None:
    connecting.state, connecting.reason = state, reason
    connecting.save(update_fields=["state", "reason", "works_until", "offers", "connected"])


def _later(connecting: Connecting, problem: NetworkError | drawer.VaultError, *, attempts: int) -> None:
    said = f"{problem.sentence} {getattr(problem, 'detail', '')}".strip()
    if attempts >= MOST_ATTEMPTS:
        _fail(connecting, said, step=connecting.state)
        return
    wait = getattr(problem, "wait", None)
    pause = wait.total_seconds() if wait is not None else float(2 ** (attempts - 1))
    with connection.cursor() as cursor:
        cursor.execute(_LATER, [said[:1000], pause, connecting.pk])


def _fail(connecting: Connecting, reason: str, *, step: str) -> None:
    with transaction.atomic():
        if not step:
            forget(connecting)
        connecting.state, connecting.reason = Connecting.State.FAILED, reason[:1000]
        connecting.failed_at_step, connecting.claimed_until = step, None
        connecting.save(update_fields=["state", "reason", "failed_at_step", "claimed_until"])
        _note(connecting)


def _refuse(connecting: Connecting, reason: str) -> None:
    with transaction.atomic():
        forget(connecting)
        connecting.state, connecting.reason = Connecting.State.REFUSED, reason[:1000]
        connecting.save(update_fields=["state", "reason"])
        _note(connecting)


def _note(connecting: Connecting) -> None:
    card = get_network(connecting.network)
    record(person_of(connecting), CONNECTING_REFUSED, connecting, network=card.name, reason=connecting.reason)


def _works_for(connecting: Connecting) -> timedelta | None:
    if connecting.works_until is None or connecting.offers:
        return None
    return max(connecting.works_until - clock.now(), timedelta(0))


def _names(offers: list[Offer]) -> str:
    return ", ".join(offer.account.handle or offer.account.base_url for offer in offers)


_STEPS = {
    Connecting.State.RECEIVED: _trade,
    Connecting.State.EXCHANGED: _ask_who,
    Connecting.State.CHOSEN: _bind_chosen,
}
