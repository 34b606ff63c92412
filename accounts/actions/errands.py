"""Errands to a network for one connected account: test its sign-in, renew it, revoke it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.actions.bells import ring_errand
from accounts.actions.binding import is_same_account
from accounts.actions.channels import change_channel_state, note_contact
from accounts.actions.leases import end_lease, take_lease
from accounts.actions.renewing import ask_for_renewal, renew
from accounts.actions.sign_in_lines import client_id_of
from accounts.audit.book import record
from accounts.audited import CHANNEL_TESTED, CREDENTIAL_REVOKED, ROTATION_FINISHED
from accounts.models import Channel, ChannelSignIn, Errand
from accounts.permissions import MANAGE_CHANNEL
from accounts.vault import drawer
from accounts.vault.storing import forget
from hqdash.base import clock, live
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, Refusal
from hqdash.networks.errors import NetworkError, SignInExpired
from hqdash.networks.network import get_network
from hqdash.networks.signing_in import Look

LEASE = timedelta(seconds=60)
_CLAIM = """
UPDATE accounts_errand
SET claimed_until = clock_timestamp() + %s * interval '1 second', attempts = attempts + 1
WHERE id = %s AND state = 'asked' AND attempts < 5 AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an errand came to, in a sentence for whoever asked."""

    done: bool
    sentence: str
    details: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def ask_errand(
    *, actor: Actor, channel: Channel, kind: Errand.Kind, now: datetime, here_only: bool = False
) -> Errand:
    """Send a worker to the network for this account.

    Raises:
        NotAllowed: looking after this account is not the actor's to do.
        Conflict: there is no sign-in that could be tested, renewed or revoked.
    """
    require(actor, MANAGE_CHANNEL, channel)
    if not ChannelSignIn.objects.filter(channel=channel).exists():
        raise Conflict(_("No sign-in is kept for this account. Connect it first."))
    errand = Errand.objects.create(
        channel=channel, kind=kind, here_only=here_only, asked_by_id=actor.user_id, asked_at=now
    )
    ring_errand(actor.force_id, errand.pk)
    return errand


@transaction.atomic
def finish_rotation(*, actor: Actor, channel: Channel) -> None:
    """Note that a person has done at the network what a rotation had left to do."""
    require(actor, MANAGE_CHANNEL, channel)
    left = ChannelSignIn.objects.filter(channel=channel).exclude(left_to_do="").first()
    if left is None:
        raise Conflict(_("Nothing is left to do for this account."))
    record(actor, ROTATION_FINISHED, channel, left_to_do=left.left_to_do)
    ChannelSignIn.objects.filter(pk=left.pk).update(left_to_do="")
    live.tell(actor.force_id, "channel", id=channel.pk)


def run(*, errand_id: UUID) -> None:
    """Do one errand, unless somebody else already is."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [LEASE.total_seconds() * 2, errand_id])
        if cursor.fetchone() is None:
            return
    errand = Errand.objects.select_related("channel", "channel__unit", "asked_by").get(pk=errand_id)
    try:
        outcome = _WORKS[Errand.Kind(errand.kind)](errand)
    except (drawer.VaultError, Refusal) as problem:
        outcome = Outcome(False, problem.sentence)
    errand.state = Errand.State.DONE if outcome.done else Errand.State.FAILED
    errand.outcome, errand.details, errand.finished_at = outcome.sentence, outcome.details, clock.now()
    errand.save(update_fields=["state", "outcome", "details", "finished_at"])
    live.tell(errand.force_id, "errand", id=errand.pk)
    live.tell(errand.force_id, "channel", id=errand.channel_id)


def _test(errand: Errand) -> Outcome:
    channel, now = errand.channel, clock.now()
    try:
        look = _look(errand)
    except SignInExpired as over:
        said = f"{over.sentence} {over.detail}".strip()
        with transaction.atomic():
            note_contact(channel_id=channel.pk, ok=False, now=now, failure=said)
            _needs_sign_in(errand, over.detail or over.sentence, now=now)
            outcome = Outcome(False, said)
            _note_test(errand, outcome)
        return outcome
    except NetworkError as problem:
        # Not reaching a network says nothing about the sign-in: the account stays as it is.
        said = f"{problem.sentence} {problem.detail}".strip()
        with transaction.atomic():
            note_contact(channel_id=channel.pk, ok=False, now=now, failure=said)
            outcome = Outcome(False, said)
            _note_test(errand, outcome)
        return outcome
    with transaction.atomic():
        outcome = _compared(channel, look)
        if outcome.done:
            note_contact(channel_id=channel.pk, ok=True, now=now)
            if look.ends_in is not None:
                ChannelSignIn.objects.filter(channel=channel).update(ends_at=now + look.ends_in)
            if channel.state == Channel.State.SIGN_IN_NEEDED:
                change_channel_state(
                    actor=person_of(errand), channel=channel, state=Channel.State.CONNECTED,
                    reason=_("It answers again."), now=now,
                )  # fmt: skip
        _note_test(errand, outcome)
    return outcome


def _compared(channel: Channel, look: Look) -> Outcome:
    if not is_same_account(channel, look.account):
        return Outcome(
            False,
            _("The sign-in opens %(other)s, but this is %(account)s. Reconnect it as the right account.")
            % {"other": look.account.handle, "account": channel.at_handle},
            {"account": look.account.handle},
        )
    sentence = _("The sign-in works: the network says that it is %(who)s.") % {"who": look.account.handle}
    return Outcome(True, f"{sentence} {look.note}".strip(), {"account": look.account.handle})


def _look(errand: Errand) -> Look:
    channel = errand.channel
    card = get_network(channel.network)
    way = card.sign_in
    lease = take_lease(channel_id=channel.pk, purpose="test", subject_id=errand.pk, lasts=LEASE)
    try:
        with drawer.open(channel, lease=lease, purpose="test") as kept:
            client_id = client_id_of(card, way) if way is not None else ""
            if way is not None and (client_id or not way.needs_app):
                return way.line(channel.account, kept, card.http_settings(), client_id=client_id).look()
            return Look(card.connect(channel.account, kept).who_am_i())
    finally:
        end_lease(lease)


def _renew(errand: Errand) -> Outcome:
    ask_for_renewal(errand.channel)
    renewed = renew(channel_id=errand.channel_id, now=clock.now())
    return Outcome(bool(renewed.done), renewed.sentence)


def _revoke(errand: Errand) -> Outcome:
    """At the network first, then here; when the network cannot be asked, nothing is changed at all."""
    channel, confirmed = errand.channel, ""
    card = get_network(channel.network)
    way = card.sign_in
    if errand.here_only:
        confirmed = _("Removed here only; the network was not asked.")
    elif way is None or not way.can_revoke:
        confirmed = _("Removed here. %(by_hand)s") % {"by_hand": way.ended_by_hand if way else ""}
    else:
        try:
            confirmed = _ended_at_network(errand)
        except SignInExpired as over:
            confirmed = _("The network no longer knew this sign-in (%(said)s).") % {"said": over.detail[:200]}
        except NetworkError as problem:
            said = f"{problem.sentence} {problem.detail}".strip()
            return Outcome(False, _("Nothing was changed. %(said)s") % {"said": said}, {"here_only": True})
    with transaction.atomic():
        forget(channel)
        ChannelSignIn.objects.filter(channel=channel).delete()
        actor = person_of(errand)
        record(actor, CREDENTIAL_REVOKED, channel, confirmed=confirmed)
        _needs_sign_in(
            errand,
            _("Revoked by %(who)s. %(said)s") % {"who": actor.username, "said": confirmed},
            now=clock.now(),
        )
    return Outcome(True, confirmed)


def _ended_at_network(errand: Errand) -> str:
    channel = errand.channel
    card = get_network(channel.network)
    way = card.sign_in
    assert way is not None  # noqa: S101  # asked by whoever calls this
    lease = take_lease(channel_id=channel.pk, purpose="revoke", subject_id=errand.pk, lasts=LEASE)
    try:
        with drawer.open(channel, lease=lease, purpose="revoke") as kept:
            line = way.line(channel.account, kept, card.http_settings(), client_id=client_id_of(card, way))
            return line.revoke()
    finally:
        end_lease(lease)


def _needs_sign_in(errand: Errand, reason: str, *, now: datetime) -> None:
    channel = errand.channel
    if channel.state != Channel.State.SUSPENDED:
        change_channel_state(
            actor=person_of(errand),
            channel=channel,
            state=Channel.State.SIGN_IN_NEEDED,
            reason=reason[:1000],
            now=now,
        )


def _note_test(errand: Errand, outcome: Outcome) -> None:
    record(
        person_of(errand), CHANNEL_TESTED, errand.channel, outcome=outcome.sentence[:500], works=outcome.done
    )


def person_of(errand: Errand) -> Actor:
    """Workers write under the name of whoever asked."""
    person = errand.asked_by
    if person is None:
        return Actor.clock(errand.force_id)
    return Actor(force_id=errand.force_id, user_id=person.pk, username=person.username)


_WORKS = {Errand.Kind.TEST: _test, Errand.Kind.RENEW: _renew, Errand.Kind.REVOKE: _revoke}
