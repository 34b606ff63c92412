"""A thief with a session: the rule stops it by itself, holds what it wrote, and loses nothing of an honest person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client

from accounts.models import AuditEntry, Force, SignedInSession
from hqdash.base import clock
from hqdash.base.errors import NotAllowed, Refusal, Unprocessable
from hqdash.base.tenancy import across_forces, acting_for
from publishing.actions.held import cancel_held, held_for, release_held
from publishing.actions.publish import publish_post
from publishing.actions.resolve import retry_failed
from publishing.actions.stops import change_pace, lift_stop
from publishing.delivery.claim import claim
from publishing.delivery.steps import start
from publishing.hijack import Stopped
from publishing.models import Delivery, PersonStop, Post, State
from tests.cast import Cast, Person
from tests.signing_in import signed_in


def post(cast: Cast, person: Person, text: str = "Win a phone", **more: object) -> Post:
    words = {"channel_ids": [cast.x.pk], "form_key": uuid4(), "now": clock.now(), **more}
    return publish_post(actor=person.actor, text=text, **words)  # type: ignore[arg-type]


def test_the_fifth_post_within_a_minute_is_refused_and_stops_the_person(cast: Cast) -> None:
    signed_in(cast.pc)
    signed_in(cast.press)
    for number in range(4):
        post(cast, cast.pc, f"Win a phone {number}")

    with pytest.raises(Stopped) as refusal:
        post(cast, cast.pc, "Win a phone 5")

    assert "call an administrator" in refusal.value.sentence
    assert "itsec.01" in refusal.value.sentence
    assert Post.objects.count() == 4
    stop = PersonStop.objects.get(person=cast.pc.user)
    assert (stop.posts, stop.sessions_ended, stop.held) == (5, 1, 4)
    assert list(SignedInSession.objects.values_list("user__username", flat=True)) == ["press.03"]
    entry = AuditEntry.objects.get(action="person.stopped")
    assert (entry.username, entry.object_label, entry.details["held"]) == ("system", "pc.4512", 4)


def test_what_a_stopped_person_wrote_is_not_sent_even_when_a_worker_has_it_in_hand(cast: Cast) -> None:
    first = post(cast, cast.pc).deliveries.get()
    taken = claim(first.pk)
    assert taken is not None
    for _ in range(3):
        post(cast, cast.pc)
    with pytest.raises(Stopped):
        post(cast, cast.pc)

    assert start(taken, frozenset()) is None
    assert [claim(row.pk) for row in Delivery.objects.filter(state=State.SCHEDULED)] == [None] * 3


def test_a_slow_person_a_broadcast_and_another_person_are_not_stopped(cast: Cast) -> None:
    now = clock.now()
    for number in range(8):
        post(cast, cast.pc, now=now + timedelta(seconds=16 * number))
    everywhere = [cast.x.pk, cast.x_dudley.pk, cast.facebook.pk]
    for number in range(4):
        post(cast, cast.press, f"Stay indoors {number}", channel_ids=everywhere)
    assert not PersonStop.objects.exists()


def test_the_same_form_sent_again_is_no_new_post(cast: Cast) -> None:
    key = uuid4()
    for _ in range(9):
        post(cast, cast.pc, form_key=key)
    assert not PersonStop.objects.exists()


def test_posts_for_later_count_as_well(cast: Cast) -> None:
    for _ in range(4):
        post(cast, cast.pc, send_at=clock.now() + timedelta(days=2))
    with pytest.raises(Stopped):
        post(cast, cast.pc, send_at=clock.now() + timedelta(days=2))
    assert held_for(cast.press.actor).count() == 4


def test_a_stopped_person_may_not_try_again_nor_release(cast: Cast) -> None:
    posts = [post(cast, cast.pc) for _ in range(4)]
    with pytest.raises(Stopped):
        post(cast, cast.pc)

    ids = [row.pk for row in held_for(cast.pc.actor)]
    for act in (
        lambda: retry_failed(actor=cast.pc.actor, post=posts[0], now=clock.now()),
        lambda: release_held(actor=cast.pc.actor, delivery_ids=ids, now=clock.now()),
        lambda: post(cast, cast.pc, now=clock.now() + timedelta(hours=1)),
    ):
        with pytest.raises(Stopped):
            act()


def test_an_administrator_lifts_the_stop_after_a_talk_and_what_is_held_stays_a_choice(cast: Cast) -> None:
    for _ in range(4):
        post(cast, cast.pc)
    with pytest.raises(Stopped):
        post(cast, cast.pc)
    stop, now = PersonStop.objects.get(), clock.now()
    held = [row.pk for row in held_for(cast.press.actor)]

    with pytest.raises(NotAllowed):
        lift_stop(actor=cast.press.actor, stop=stop, reason="It was him", now=now)
    with pytest.raises(Unprocessable, match="found out"):
        lift_stop(actor=cast.itsec.actor, stop=stop, reason=" ", now=now)
    with pytest.raises(Refusal, match="still stopped"):
        release_held(actor=cast.press.actor, delivery_ids=held, now=now)
    lift_stop(actor=cast.itsec.actor, stop=stop, reason="A phone was stolen; all is renewed", now=now)
    with pytest.raises(Refusal, match="already"):
        lift_stop(actor=cast.admin.actor, stop=stop, reason="Again", now=now)

    assert [claim(pk) for pk in held] == [None] * 4
    assert release_held(actor=cast.press.actor, delivery_ids=held[:1], now=now) == 1
    assert cancel_held(actor=cast.press.actor, delivery_ids=held[1:], now=now) == 3
    assert claim(held[0]) is not None
    assert set(Delivery.objects.filter(pk__in=held[1:]).values_list("state", flat=True)) == {"cancelled"}
    later = clock.now() + timedelta(minutes=2)
    assert post(cast, cast.pc, "Road closed", now=later).deliveries.get().held_at is None
    entry = AuditEntry.objects.get(action="person.stop_lifted")
    assert (entry.username, entry.object_label) == ("itsec.01", "pc.4512")


def test_the_pace_is_the_forces_own_and_not_a_press_officers_to_change(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        change_pace(actor=cast.press.actor, posts_a_minute=60, now=clock.now())
    for wrong in (0, 61):
        with pytest.raises(Unprocessable):
            change_pace(actor=cast.itsec.actor, posts_a_minute=wrong, now=clock.now())
    change_pace(actor=cast.itsec.actor, posts_a_minute=2, now=clock.now())

    post(cast, cast.pc)
    post(cast, cast.pc)
    with pytest.raises(Stopped):
        post(cast, cast.pc)
    with across_forces(reason="a test looks at the neighbours"):
        assert Force.objects.get(pk=cast.other_force.pk).posts_a_minute == 4


def test_the_form_says_what_happened_and_keeps_every_word(cast: Cast) -> None:
    client: Client = signed_in(cast.pc)
    for _ in range(4):
        post(cast, cast.pc)

    body = {
        "step": "send",
        "text": "Road closed in Foleshill",
        "channels": str(cast.x.pk),
        "form_key": str(uuid4()),
    }
    answer = client.post("/publishing/compose/", body)

    assert answer.status_code == 409
    said = answer.content.decode()
    assert "call an administrator now" in said
    assert "Road closed in Foleshill" in said
    assert client.get("/publishing/posts/").status_code == 302
    # Signed in again, the officer reads the same before a word is typed.
    assert "call an administrator now" in signed_in(cast.pc).get("/publishing/compose/").content.decode()


def test_fourteen_posts_at_once_let_four_through(committed_cast: Cast) -> None:
    cast = committed_cast

    def steal(number: int) -> str:
        try:
            with acting_for(cast.force.pk):
                post(cast, cast.pc, f"Win a phone {number}")
            return "sent"
        except Stopped:
            return "stopped"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(14) as thieves:
        came = list(thieves.map(lambda number: copy_context().run(steal, number), range(14)))

    assert sorted(came) == ["sent"] * 4 + ["stopped"] * 10
    assert PersonStop.objects.count() == 1
    assert Delivery.objects.filter(held_at=None).count() == 0
