"""The leaver in one action: everything ends now, and what waits goes to somebody who stays."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.access.gate import can
from accounts.actions.invitations import invite_again, open_invitation
from accounts.actions.leaving import come_back, leave
from accounts.models import AuditEntry, Channel, Grant, User
from accounts.permissions import MANAGE_PEOPLE, VIEW_DASHBOARD
from hqdash.base import clock
from hqdash.base.errors import Conflict, NotAllowed, Unprocessable
from publishing.actions.publish import publish_post
from publishing.models import Post
from tests.cast import Cast
from tests.signing_in import signed_in


def scheduled(cast: Cast) -> Post:
    Channel.objects.filter(pk=cast.x.pk).update(state=Channel.State.CONNECTED)
    return publish_post(
        actor=cast.pc.actor,
        text="Open day on Saturday",
        channel_ids=[cast.x.pk],
        form_key=uuid4(),
        now=clock.now(),
        send_at=clock.now() + timedelta(days=2),
    )


def test_everything_of_a_leaver_ends_and_their_posts_go_on_in_another_name(cast: Cast) -> None:
    post, client = scheduled(cast), signed_in(cast.pc)
    link = invite_again(actor=cast.admin.actor, user=cast.pc.user, now=clock.now())

    left = leave(
        actor=cast.admin.actor, user=cast.pc.user, heir=cast.press.user, now=clock.now(), reason="Moved away"
    )

    assert (left.sessions, left.grants, left.handed_over) == (1, 1, {"scheduled posts": 1})
    assert client.get("/").status_code == 302
    assert not can(cast.pc.actor, VIEW_DASHBOARD)
    assert open_invitation(link.token, now=clock.now()) is None
    post.refresh_from_db()
    assert (post.author_id, post.responsible_id) == (cast.pc.user.pk, cast.press.user.pk)
    entry = AuditEntry.objects.get(action="user.left")
    assert (entry.reason, entry.details["heir"]) == ("Moved away", "press.03")


def test_nothing_happens_where_the_heir_cannot_hold_it(cast: Cast) -> None:
    post = scheduled(cast)
    for heir, why in (
        (None, "Choose who takes over"),
        (cast.desk.user, "may not post"),
        (cast.pc.user, "stays"),
    ):
        with pytest.raises(Unprocessable, match=why):
            leave(actor=cast.admin.actor, user=cast.pc.user, heir=heir, now=clock.now(), reason="Moved away")
    post.refresh_from_db()
    assert post.responsible_id in (None, cast.pc.user.pk)
    assert User.objects.get(pk=cast.pc.user.pk).is_active
    assert Grant.objects.get(user=cast.pc.user).ends_at is None


def test_nobody_records_their_own_leaving_nor_that_of_the_last_administrator(cast: Cast) -> None:
    def go(actor: object, user: User) -> None:
        leave(actor=actor, user=user, heir=None, now=clock.now(), reason="Moved away")

    with pytest.raises(Unprocessable, match="your own"):
        go(cast.admin.actor, cast.admin.user)
    go(cast.admin.actor, cast.itsec.user)
    with pytest.raises(Unprocessable, match="last person"):
        go(cast.system, cast.admin.user)
    with pytest.raises(NotAllowed):
        go(cast.press.actor, cast.pc.user)
    with pytest.raises(Conflict):
        go(cast.admin.actor, cast.itsec.user)


def test_who_comes_back_has_no_tier_no_password_and_no_second_factor(cast: Cast) -> None:
    leave(actor=cast.admin.actor, user=cast.itsec.user, heir=None, now=clock.now(), reason="Moved away")

    link = come_back(actor=cast.admin.actor, user=cast.itsec.user, now=clock.now())

    assert open_invitation(link.token, now=clock.now()) is not None
    user = User.objects.get(pk=cast.itsec.user.pk)
    assert user.is_active
    assert not user.has_usable_password()
    assert not can(cast.itsec.actor, MANAGE_PEOPLE)
    with pytest.raises(Conflict):
        come_back(actor=cast.admin.actor, user=user, now=clock.now())


def test_the_page_says_what_will_happen_and_keeps_what_was_typed(cast: Cast) -> None:
    scheduled(cast)
    client, address = signed_in(cast.admin), reverse("accounts:leave", args=[cast.pc.user.pk])
    page = client.get(address).content.decode()
    assert "1 scheduled posts" in page
    assert "1 tier ends" in page

    wrong = client.post(address, {"heir": "nobody.1", "reason": "Moved away"})
    assert wrong.status_code == 422
    assert "Nobody active is called nobody.1" in wrong.content.decode()
    assert "Moved away" in wrong.content.decode()

    assert client.post(address, {"heir": "PRESS.03", "reason": "Moved away"}).status_code == 302
    after = client.get(reverse("accounts:person", args=[cast.pc.user.pk])).content.decode()
    assert "Let them come back" in after
    assert AuditEntry.objects.filter(action="person.read", object_label="pc.4512").exists()


def test_it_takes_a_fresh_proof(cast: Cast) -> None:
    late = signed_in(cast.admin, ago=3600)
    address = reverse("accounts:leave", args=[cast.pc.user.pk])
    assert late.get(address)["Location"].startswith(reverse("account_reauthenticate"))
    door = late.post(address, {"heir": "", "reason": "Moved away"})
    assert "late" in door["Location"]
    assert User.objects.get(pk=cast.pc.user.pk).is_active
