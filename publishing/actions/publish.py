"""Decides to publish: the post and one delivery per channel are written in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.gate import require
from accounts.audit.book import record
from accounts.audited import ACCESS_REFUSED
from accounts.lockdown_queries import require_unlocked
from accounts.models import Channel, Unit, UnitPath
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.errors import NotAllowed, Unprocessable
from hqdash.base.events import announce
from hqdash.base.tenancy import acting_for
from hqdash.networks.counting import fits
from hqdash.networks.network import get_network
from publishing.audited import POST_PUBLISHED, POST_SCHEDULED
from publishing.delivery.bells import ring_deliveries
from publishing.events import PostPublished
from publishing.hijack import Stopped, TooFast, sentence_of, stop_person, take_turn
from publishing.models import Delivery, Post, State, Variant
from publishing.permissions import PUBLISH_POST

GOOD_FOR = timedelta(hours=2)
LONGEST_TEXT = 63_206
LONGEST_AHEAD = timedelta(days=366)


def publish_post(
    *,
    actor: Actor,
    text: str,
    channel_ids: Sequence[UUID],
    form_key: UUID,
    now: datetime,
    variants: Mapping[str, str] | None = None,
    send_at: datetime | None = None,
    not_after: datetime | None = None,
    urgent: bool = False,
) -> Post:
    """Send ``text`` to the channels now or at ``send_at``; ``variants`` has another text for networks named there.

    Sending the same form twice returns the post that is already there.

    Raises:
        NotAllowed: one of the channels is not the actor's to post to.
        Unprocessable: nothing to say, nowhere to say it, no time for it, or a text that does not fit its network.
        Conflict: the force is locked, or the actor posts faster than people do and is stopped.
    """
    try:
        return _publish(
            actor=actor,
            text=text,
            channel_ids=channel_ids,
            form_key=form_key,
            now=now,
            variants=variants,
            send_at=send_at,
            not_after=not_after,
            urgent=urgent,
        )
    except TooFast as pace:
        # Written after the roll-back of what was refused, or it would be rolled back too.
        raise Stopped(sentence_of(stop_person(actor=actor, posts=pace.posts, now=now))) from None


@transaction.atomic
def _publish(
    *,
    actor: Actor,
    text: str,
    channel_ids: Sequence[UUID],
    form_key: UUID,
    now: datetime,
    variants: Mapping[str, str] | None,
    send_at: datetime | None,
    not_after: datetime | None,
    urgent: bool,
) -> Post:
    again = Post.objects.filter(form_key=form_key).first()
    if again is not None:
        return again
    channels = _channels(actor, channel_ids)
    wording = _wording(text, variants or {}, channels)
    require_unlocked(actor)
    take_turn(actor, now=now)
    due = due_at(send_at, now=now)
    post = Post(
        author_id=actor.person_id,
        unit=lowest_common_unit(channels),
        text=text.strip(),
        urgent=urgent,
        send_at=send_at,
        not_after=not_after or due + GOOD_FOR,
        form_key=form_key,
        created_at=now,
    )
    try:
        with transaction.atomic():
            post.save()
    except IntegrityError:
        # The same form, sent twice within a blink: the other request was first.
        return Post.objects.get(form_key=form_key)
    Variant.objects.bulk_create(
        [
            Variant(post=post, network=network, text=words)
            for network, words in wording.items()
            if words != post.text
        ]
    )
    deliveries = Delivery.objects.bulk_create(
        [
            Delivery(
                post=post,
                channel=channel,
                text=wording[channel.network],
                urgent=urgent,
                state=State.SCHEDULED,
                due_at=due,
                not_after=post.not_after,
                created_at=now,
            )
            for channel in channels
        ]
    )
    when: dict[str, Any] = {"send_at": send_at} if send_at else {}
    record(
        actor,
        POST_SCHEDULED if send_at else POST_PUBLISHED,
        post,
        channels=len(deliveries),
        handles=[str(c) for c in channels],
        text=post.text,
        **when,
    )
    announce(PostPublished(actor.force_id, post.pk))
    if send_at is None:
        # What is due later is woken by the sweep: a bell cannot wait.
        ring_deliveries(actor.force_id, [delivery.pk for delivery in deliveries], urgent=urgent)
    live.tell(actor.force_id, "post", id=post.pk)
    return post


def due_at(send_at: datetime | None, *, now: datetime) -> datetime:
    """When deliveries become due.

    Raises:
        Unprocessable: the time has passed, or lies more than a year ahead.
    """
    if send_at is None:
        return now
    if send_at <= now:
        raise Unprocessable(_("That time has passed. Choose a later one, or send it at once."), "send_at")
    if send_at > now + LONGEST_AHEAD:
        raise Unprocessable(_("Choose a time within the next year."), "send_at")
    return send_at


def _channels(actor: Actor, channel_ids: Sequence[UUID]) -> list[Channel]:
    wanted = set(channel_ids)
    if not wanted:
        raise Unprocessable(_("Choose at least one account to post to."), "channels")
    channels = list(
        Channel.objects.filter(pk__in=wanted).select_related("unit").order_by("network", "handle")
    )
    if len(channels) != len(wanted):
        # A channel of another force is not there for us; asking for it is not an accident of typing.
        missing = sorted(wanted.difference(channel.pk for channel in channels))
        raise NotAllowed(
            _("One of the chosen accounts does not exist in your force."),
            remember=partial(_record_unknown, actor, missing),
        )
    allowed = _units_allowed(actor, channels)
    for channel in channels:
        if channel.unit_id not in allowed:
            require(actor, PUBLISH_POST, channel)
    return channels


def _record_unknown(actor: Actor, channel_ids: Iterable[UUID]) -> None:
    with acting_for(actor.force_id), transaction.atomic():
        for channel_id in channel_ids:
            record(actor, ACCESS_REFUSED, permission=PUBLISH_POST.name, asked_for=str(channel_id))


def _units_allowed(actor: Actor, channels: Iterable[Channel]) -> set[UUID]:
    """One query for all channels; the gate itself is asked only about the ones that are left over."""
    from accounts.access.gate import visible_units

    units = {channel.unit_id for channel in channels}
    return set(visible_units(actor, PUBLISH_POST).filter(pk__in=units).values_list("pk", flat=True))


def _wording(text: str, variants: Mapping[str, str], channels: Iterable[Channel]) -> dict[str, str]:
    """The text for each network that is posted to.

    Raises:
        Unprocessable: naming each network on which the text is empty or too long.
    """
    networks = sorted({channel.network for channel in channels})
    wording = {network: (variants.get(network) or text).strip() for network in networks}
    if any(not words for words in wording.values()):
        raise Unprocessable(_("Write what you want to say."), "text")
    for network, problem in unfit_networks(wording).items():
        field = f"variant_{network}" if variants.get(network) else "text"
        raise Unprocessable(problem, field)
    return wording


def unfit_networks(wording: Mapping[str, str]) -> dict[str, str]:
    """For each network on which its text does not fit: the sentence that says by how much."""
    problems = {}
    for slug, words in wording.items():
        network = get_network(slug)
        count = fits(network, words)
        if not count.fits:
            over = -count.left
            problems[slug] = ngettext(
                "%(network)s takes %(limit)s characters; the text is %(over)s too long.",
                "%(network)s takes %(limit)s characters; the text is %(over)s too long.",
                over,
            ) % {"network": network.name, "limit": f"{count.limit:,}", "over": f"{over:,}"}
    return problems


def lowest_common_unit(channels: Iterable[Channel]) -> Unit:
    """The lowest unit that all the channels belong to."""
    units = {channel.unit_id for channel in channels}
    common: dict[UUID, int] = {}
    paths = UnitPath.objects.filter(descendant_id__in=units).values_list("ancestor_id", "depth")
    seen: dict[UUID, int] = {}
    for ancestor, depth in paths:
        seen[ancestor] = seen.get(ancestor, 0) + 1
        common[ancestor] = max(common.get(ancestor, 0), depth)
    above_all = {ancestor: common[ancestor] for ancestor, count in seen.items() if count == len(units)}
    return Unit.objects.get(pk=min(above_all, key=lambda unit_id: above_all[unit_id]))
