"""Stops a person who posts faster than people do: their session may be in a thief's hands.

Every decision to publish takes its turn behind a lock of its author's, so that of any number of posts at
once no more get through than the pace allows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.access.gate import people_who_can
from accounts.audit.book import record
from accounts.models import Force, Unit, User
from accounts.permissions import MANAGE_PEOPLE
from accounts.sign_in.sessions import end_sessions
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict
from publishing.audited import PERSON_STOPPED
from publishing.delivery.holding import hold_of_person
from publishing.models import PersonStop, Post

WINDOW = timedelta(seconds=60)


class Stopped(Conflict):
    """The person may not speak until an administrator has talked to them."""

    kind = "stopped"


class TooFast(Exception):
    """One more post than the pace allows; the caller rolls back and then stops the person."""

    def __init__(self, posts: int) -> None:
        super().__init__(posts)
        self.posts = posts


def take_turn(actor: Actor, *, now: datetime) -> None:
    """Wait for this person's other posts to be decided, then see whether one more is theirs to send.

    A broadcast is one post, to however many accounts it goes.

    Raises:
        Stopped: the person was stopped before.
        TooFast: this post is one too many within a minute.
    """
    person_id = actor.person_id
    _lock(person_id)
    refuse_stopped(actor)
    pace = Force.objects.values_list("posts_a_minute", flat=True).get(pk=actor.force_id)
    before = Post.objects.filter(author_id=person_id, created_at__gt=now - WINDOW).count()
    if before >= pace:
        raise TooFast(before + 1)


def refuse_stopped(actor: Actor) -> None:
    """Let pass whoever was not stopped.

    Raises:
        Stopped: with what happened and whom to call.
    """
    if sentence := why_stopped(actor):
        raise Stopped(sentence)


def why_stopped(actor: Actor) -> str:
    """What a stopped person has to know; empty for everybody else."""
    stop = PersonStop.objects.filter(person_id=actor.user_id, lifted_at=None).first()
    return sentence_of(stop) if stop is not None else ""


def stop_person(*, actor: Actor, posts: int, now: datetime) -> PersonStop:
    """Stop the actor: sessions out, what has not begun is held, and nothing more until somebody lifts it."""
    with transaction.atomic():
        _lock(actor.person_id)
        standing = PersonStop.objects.filter(person_id=actor.person_id, lifted_at=None).first()
        if standing is not None:
            return standing
        person = User.objects.get(pk=actor.person_id)
        stop = PersonStop.objects.create(
            person=person,
            at=now,
            posts=posts,
            sessions_ended=end_sessions(user=person),
            held=hold_of_person(person.pk, now),
        )
        record(
            Actor.clock(actor.force_id),
            PERSON_STOPPED,
            person,
            posts=posts,
            seconds=int(WINDOW.total_seconds()),
            sessions=stop.sessions_ended,
            held=stop.held,
            session=actor.session,
            address=actor.address,
        )
        live.tell(actor.force_id, "post")
        return stop


def sentence_of(stop: PersonStop) -> str:
    """What the person reads: what happened, what became of it, and whom to call."""
    root = Unit.objects.get(parent=None)
    callers = (
        people_who_can(MANAGE_PEOPLE, root).exclude(pk=stop.person_id).values_list("username", flat=True)
    )
    return _(
        "Nothing more goes out in your name. %(posts)s posts within %(seconds)s seconds came from your account, "
        "faster than a person writes, so HQ Dash has stopped it: you were signed out everywhere, and what had not "
        "gone out is held. Whether that was you or somebody else, call an administrator now: %(who)s. They lift "
        "the stop. Copy what you have typed here if you want to keep it."
    ) % {
        "posts": stop.posts,
        "seconds": int(WINDOW.total_seconds()),
        "who": ", ".join(list(callers)[:5]) or _("your comms team"),
    }


def _lock(person_id: UUID) -> None:
    """One decision at a time for each person, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"publishes:{person_id}"])
