"""One-time links: shown once, kept as a fingerprint, and silent about whose they were."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from accounts.actions.invitations import (
    HandedOut,
    accept_invitation,
    invite_again,
    invite_person,
    open_invitation,
    revoke_invitation,
)
from accounts.models import AuditEntry, Invitation, User
from hqdash.base import clock
from hqdash.base.errors import Conflict, Missing, NotAllowed, Unprocessable
from hqdash.base.tenancy import across_forces, acting_for
from tests.cast import Cast
from tests.signing_in import signed_in

GOOD = "seven quiet lighthouses"


def invited(cast: Cast, name: str = "pc.7001") -> HandedOut:
    return invite_person(actor=cast.admin.actor, username=name, email="pc@example.org", now=clock.now())


def use(client: Client, link: HandedOut, password: str = GOOD, again: str = GOOD) -> object:
    client.get(reverse("open_link", args=[link.token]))
    return client.post(reverse("choose_password"), {"password": password, "again": again})


def test_an_invited_person_chooses_a_password_and_comes_in(cast: Cast) -> None:
    link = invited(cast)
    assert link.token not in str(Invitation.objects.values())
    assert link.token not in repr(link)
    assert not link.invitation.user.has_usable_password()
    client = Client()

    opened = client.get(reverse("open_link", args=[link.token]))
    assert opened["Location"] == reverse("choose_password")
    page = client.get(opened["Location"])
    assert b"pc.7001" in page.content
    assert link.token.encode() not in page.content
    done = client.post(reverse("choose_password"), {"password": GOOD, "again": GOOD})

    assert done["Location"] == reverse("account_login")
    assert client.post("/signin/", {"login": "pc.7001", "password": GOOD}).status_code == 302
    assert client.get("/me/security/").status_code == 200
    assert AuditEntry.objects.filter(action="invitation.used", username="pc.7001").count() == 1


def test_a_password_that_will_not_do_costs_nothing_but_another_try(cast: Cast) -> None:
    link, client = invited(cast), Client()
    for password, again, why in [
        ("short", "short", "too short"),
        ("password1234", "password1234", "too common"),
        (GOOD, GOOD + "x", "differ"),
    ]:
        answer = use(client, link, password, again)
        assert answer.status_code == 422
        assert why in answer.content.decode()
    assert use(client, link).status_code == 302


def test_used_expired_revoked_and_invented_links_cannot_be_told_apart(cast: Cast) -> None:
    used, expired, revoked = (invited(cast, f"pc.700{n}") for n in range(3))
    use(Client(), used)
    Invitation.objects.filter(pk=expired.invitation.pk).update(expires_at=clock.now())
    revoke_invitation(actor=cast.admin.actor, user=revoked.invitation.user, now=clock.now())

    answers = {
        Client()
        .get(reverse("open_link", args=[token]))
        .content.decode()
        .split("<main")[1]
        .split("<script")[0]
        for token in (used.token, expired.token, revoked.token, "invented")
    }

    assert len(answers) == 1
    assert "does not work" in answers.pop()
    assert Client().get(reverse("choose_password")).status_code == 410


def test_two_who_have_the_same_link_do_not_both_get_in(cast: Cast) -> None:
    link = invited(cast)
    accept_invitation(token=link.token, password=GOOD, again=GOOD, now=clock.now())
    with pytest.raises(Missing):
        accept_invitation(token=link.token, password=GOOD + "!", again=GOOD + "!", now=clock.now())
    assert User.objects.get(username="pc.7001").check_password(GOOD)


def test_another_link_stops_the_first_and_seven_days_stop_any(cast: Cast) -> None:
    first = invited(cast)
    second = invite_again(actor=cast.admin.actor, user=first.invitation.user, now=clock.now())
    assert open_invitation(first.token, now=clock.now()) is None
    assert open_invitation(second.token, now=clock.now() + timedelta(days=6, hours=23)) is not None
    assert open_invitation(second.token, now=clock.now() + timedelta(days=7, seconds=1)) is None


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "Give a user name"),
        ("pc 4512", "without spaces"),
        ("pc/4512", "letters, digits"),
        ("x" * 151, "at most 150"),
        ("PC.4512", "already"),
        ("fen.press01", "already"),
    ],
)
def test_names_that_will_not_do_are_refused_with_what_to_do(cast: Cast, name: str, why: str) -> None:
    before = User.objects.count()
    page = signed_in(cast.admin).post(
        reverse("accounts:invite"), {"username": name, "email": "a@example.org"}
    )
    assert page.status_code == 422
    assert why in page.content.decode()
    assert "a@example.org" in page.content.decode()
    assert User.objects.count() == before


def test_the_link_is_shown_once_and_sent_where_mail_is_set_up(cast: Cast) -> None:
    with override_settings(
        EMAIL_HOST="mail.example", EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"
    ):
        page = signed_in(cast.admin).post(
            reverse("accounts:invite"), {"username": "pc.7001", "email": "pc@example.org"}
        )
    shown = page.content.decode()
    address = shown.split('id="one-time-link"')[1].split(">")[1].split("<")[0]
    assert "/signin/invitation/" in address
    assert address in mail.outbox[0].body
    assert mail.outbox[0].to == ["pc@example.org"]
    assert "It was sent to pc@example.org" in shown
    person = User.objects.get(username="pc.7001")
    assert (
        address
        not in signed_in(cast.admin).get(reverse("accounts:person", args=[person.pk])).content.decode()
    )


def test_only_who_manages_people_invites(cast: Cast) -> None:
    for person in (cast.press, cast.pc, cast.auditor):
        with pytest.raises(NotAllowed):
            invite_person(actor=person.actor, username="pc.7001", now=clock.now())
        assert signed_in(person).get(reverse("accounts:people")).status_code == 403
        assert signed_in(person).post(reverse("accounts:invite"), {"username": "pc.7001"}).status_code == 403


def test_nobody_makes_a_link_for_themselves_or_for_another_force(cast: Cast) -> None:
    with pytest.raises(Unprocessable, match="own account"):
        invite_again(actor=cast.admin.actor, user=cast.admin.user, now=clock.now())
    with across_forces(reason="a test looks at both"):
        stranger = User.objects.get(username="fen.press01")
    assert signed_in(cast.admin).post(reverse("accounts:new_link", args=[stranger.pk])).status_code == 404


def test_an_administrator_of_a_part_does_not_reach_those_above(cast: Cast) -> None:
    from accounts.actions.organisation import grant_role
    from accounts.models import Role

    local = invited(cast, "admin.cov").invitation.user
    grant_role(
        actor=cast.system,
        user=local,
        unit=cast.coventry,
        role=Role.objects.get(slug=Role.IT_ADMIN),
        now=clock.now(),
        reason="looks after Coventry",
    )
    from tests.cast import Person

    with pytest.raises(NotAllowed):
        invite_again(actor=Person(local).actor, user=cast.admin.user, now=clock.now())
    assert invite_again(actor=Person(local).actor, user=cast.pc.user, now=clock.now()).token
    client = signed_in(Person(local))
    assert client.get(reverse("accounts:person", args=[cast.admin.user.pk])).status_code == 404
    assert client.get(reverse("accounts:person", args=[cast.pc.user.pk])).status_code == 200


def test_a_leaver_gets_no_link(cast: Cast) -> None:
    with acting_for(cast.force.pk):
        User.objects.filter(pk=cast.pc.user.pk).update(is_active=False)
    with pytest.raises(Conflict):
        invite_again(actor=cast.admin.actor, user=cast.pc.user, now=clock.now())
