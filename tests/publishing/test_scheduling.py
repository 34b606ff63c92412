"""A post that waits for its time: when it may be, who answers for it, and that it goes out once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from accounts.actions.organisation import add_user, grant_role
from accounts.models import AuditEntry, Role
from hqdash.base import clock
from hqdash.base.errors import Unprocessable
from publishing import leaving
from publishing.actions.hand_over import hand_over_posts, waiting_posts_of
from publishing.delivery.send import deliver_one
from publishing.local_time import moment_on_the_wall
from publishing.models import Delivery, Post
from tests.cast import Cast
from tests.publishing.conftest import Connect, Connected, delivery_of, write
from tests.publishing.plain_forms import form_on
from tests.signing_in import signed_in

LONDON = ZoneInfo("Europe/London")


def test_a_time_on_the_wall_is_a_moment() -> None:
    assert moment_on_the_wall("2026-07-01T18:30", zone=LONDON) == datetime(2026, 7, 1, 17, 30, tzinfo=UTC)
    assert moment_on_the_wall("2026-12-01T18:30", zone=LONDON) == datetime(2026, 12, 1, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2027-03-28T01:30", "does not exist"),
        ("2026-10-25T01:30", "happens twice"),
        ("tomorrow", "Write day and time"),
    ],
)
def test_a_time_that_is_none_or_two_is_asked_about(written: str, words: str) -> None:
    with pytest.raises(Unprocessable, match=words):
        moment_on_the_wall(written, zone=LONDON)


def test_nothing_is_sent_before_its_time_and_once_after_it(connect: Connect, committed_cast: Cast) -> None:
    x = connect("x")
    post = write(committed_cast.pc, "Surgery at the library", x, send_at=clock.now() + timedelta(hours=3))
    deliver_one(delivery_of(post).pk)
    assert not x.posts
    assert delivery_of(post).state == "scheduled"
    _its_time_has_come(post)
    deliver_one(delivery_of(post).pk)
    deliver_one(delivery_of(post).pk)
    assert [each["text"] for each in x.posts] == ["Surgery at the library"]


def test_what_a_leaver_scheduled_goes_out_in_the_name_of_the_heir(
    connect: Connect, committed_cast: Cast
) -> None:
    cast, x = committed_cast, connect("x")
    sergeant = add_user(actor=cast.system, username="sgt.2087")
    grant_role(
        actor=cast.system,
        user=sergeant,
        unit=cast.coventry,
        role=Role.objects.get(slug=Role.AREA_EDITOR),
        now=clock.now(),
        reason="takes over",
    )
    post = write(cast.pc, "Bike marking on Sunday", x, send_at=clock.now() + timedelta(hours=3))
    assert hand_over_posts(actor=cast.admin.actor, leaver=cast.pc.user, heir=sergeant) == 1
    assert not waiting_posts_of(cast.pc.user).exists()
    cast.pc.user.is_active = False
    cast.pc.user.save()
    _its_time_has_come(post)
    deliver_one(delivery_of(post).pk)
    assert delivery_of(post).state == "sent"
    sent = AuditEntry.objects.get(action="delivery.sent", object_id=str(delivery_of(post).pk))
    assert sent.username == "sgt.2087"
    assert AuditEntry.objects.get(action="post.handed_over").details["before"] == "pc.4512"


def test_what_nobody_took_over_says_that_it_did_not_go_out(connect: Connect, committed_cast: Cast) -> None:
    x = connect("x")
    post = write(committed_cast.pc, "Street surgery", x, send_at=clock.now() + timedelta(hours=3))
    committed_cast.pc.user.is_active = False
    committed_cast.pc.user.save()
    _its_time_has_come(post)
    deliver_one(delivery_of(post).pk)
    receipt = delivery_of(post)
    assert (receipt.state, receipt.reason) == ("refused", "no_right")
    assert "pc.4512 may no longer post" in receipt.sentence
    assert not x.posts


def test_scheduling_on_the_page_reads_the_day_back_and_shows_when_it_goes_out(cast: Cast) -> None:
    client = signed_in(cast.pc)
    later = (clock.now() + timedelta(days=2)).astimezone(LONDON).replace(hour=18, minute=30)
    form = form_on(client.get("/publishing/compose/"), to="/publishing/compose/")
    form.fill("text", "Drop-in on Friday").tick("channels", cast.x.pk).fill(
        "send_at", f"{later:%Y-%m-%dT%H:%M}"
    )
    review = form.send(client, button=("step", "review"))
    assert f"on {later:%A} {later.day} {later:%B %Y}, 18:30" in review.content.decode()
    receipts = form_on(review, to="/publishing/compose/").send(client, button=("step", "send"), follow=True)
    assert f"Goes out on {later:%A} {later.day} {later:%B}, 18:30" in receipts.content.decode()
    assert Post.objects.get().send_at == later.astimezone(UTC).replace(second=0, microsecond=0)


def test_a_time_that_has_passed_is_refused_and_nothing_typed_is_lost(cast: Cast) -> None:
    client = signed_in(cast.pc)
    form = form_on(client.get("/publishing/compose/"), to="/publishing/compose/")
    form.fill("text", "Too late").tick("channels", cast.x.pk).fill("send_at", "2020-01-01T10:00")
    page = form.send(client, button=("step", "review"))
    assert page.status_code == 422
    assert "That time has passed" in page.content.decode()
    assert "Too late" in page.content.decode()
    assert "2020-01-01T10:00" in page.content.decode()
    assert not Post.objects.exists()


def _its_time_has_come(post: Post) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE publishing_delivery SET due_at = clock_timestamp() - interval '1 second' WHERE post_id = %s",
            [post.pk],
        )
    assert Delivery.objects.filter(post=post).exists()


def test_somebody_without_rights_there_cannot_be_the_heir(cast: Cast) -> None:
    write(cast.pc, "Later", Connected(cast.x, None, ""), send_at=clock.now() + timedelta(hours=3))  # type: ignore[arg-type]
    assert leaving.count_of(cast.pc.user) == 1
    assert "desk.a3 may not post to @Coventry_demo" in leaving.obstacle(cast.pc.user, cast.desk.user)
    assert leaving.obstacle(cast.pc.user, cast.press.user) == ""
