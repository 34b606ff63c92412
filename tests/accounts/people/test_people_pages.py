"""The list of people and the page of one: found, read, and written down as read."""

from __future__ import annotations

from django.urls import reverse

from accounts.actions.invitations import invite_person
from accounts.models import AuditEntry, User
from hqdash.base import clock
from hqdash.base.tenancy import across_forces
from tests.cast import Cast
from tests.signing_in import signed_in

PEOPLE = reverse("accounts:people")


def names(page: str) -> list[str]:
    return [part.split(">")[1].split("<")[0] for part in page.split('py-1" href="/people/')[1:]]


def test_everybody_of_the_force_is_listed_and_nobody_else(cast: Cast) -> None:
    shown = names(signed_in(cast.admin).get(PEOPLE).content.decode())
    assert shown == sorted(["admin.comms01", "desk.a3", "itsec.01", "pc.4512", "press.03", "psd.01"])


def test_people_are_found_by_words_and_by_state(cast: Cast) -> None:
    invite_person(actor=cast.admin.actor, username="pc.7001", email="new@example.org", now=clock.now())
    client = signed_in(cast.admin)
    assert names(client.get(PEOPLE, {"q": "pc."}).content.decode()) == ["pc.4512", "pc.7001"]
    assert names(client.get(PEOPLE, {"q": "new@"}).content.decode()) == ["pc.7001"]
    assert names(client.get(PEOPLE, {"state": "invited"}).content.decode()) == ["pc.7001"]
    assert names(client.get(PEOPLE, {"state": "left"}).content.decode()) == []
    assert len(names(client.get(PEOPLE, {"state": "no_factor"}).content.decode())) == 7
    assert client.get(PEOPLE, {"after": "broken"}).status_code == 422


def test_a_long_list_goes_on_by_the_last_name(cast: Cast) -> None:
    with across_forces(reason="a test fills the force"):
        User.objects.bulk_create(User(username=f"x.{n:04}", force=cast.force) for n in range(60))
    client = signed_in(cast.admin)
    first = client.get(PEOPLE)
    rest = client.get(PEOPLE, {"after": first.context["next_cursor"]})
    assert len(names(first.content.decode())) == 50
    assert len(names(rest.content.decode())) == 16


def test_the_list_costs_the_same_for_many_people(cast: Cast, django_assert_max_num_queries: object) -> None:
    with across_forces(reason="a test fills the force"):
        User.objects.bulk_create(User(username=f"x.{n:04}", force=cast.force) for n in range(40))
    client = signed_in(cast.admin)
    client.get(PEOPLE)
    with django_assert_max_num_queries(14):
        client.get(PEOPLE)


def test_looking_at_somebody_is_written_down(cast: Cast) -> None:
    client = signed_in(cast.admin)
    address = reverse("accounts:person", args=[cast.pc.user.pk])
    for _ in range(2):
        assert "Neighbourhood officer" in client.get(address).content.decode()
    assert AuditEntry.objects.filter(action="person.read", object_label="pc.4512").exists()
    assert client.get(reverse("accounts:person", args=[cast.stranger.user.pk])).status_code == 404


def test_an_e_mail_address_is_corrected(cast: Cast) -> None:
    client, address = signed_in(cast.admin), reverse("accounts:person", args=[cast.pc.user.pk])
    assert client.post(address, {"email": "not an address"}).status_code == 422
    assert client.post(address, {"email": "pc@example.org"}).status_code == 302
    entry = AuditEntry.objects.get(action="person.edited")
    assert (entry.details["before"], entry.details["after"]) == ("", "pc@example.org")


def test_the_limits_of_sessions_are_set_on_a_page(cast: Cast) -> None:
    client, address = signed_in(cast.admin), reverse("accounts:sign_in_rules")
    assert client.get(address).status_code == 200
    for idle in ("", "ten", "3", "²"):
        wrong = client.post(address, {"idle_minutes": idle, "session_hours": "8"})
        assert wrong.status_code == 422
    assert client.post(address, {"idle_minutes": "15", "session_hours": "8"}).status_code == 302
    assert signed_in(cast.press).get(address).status_code == 403
