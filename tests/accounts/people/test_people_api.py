"""The JSON door to people says what the pages say, refuses what they refuse, and shows no secret."""

from __future__ import annotations

from django.test import Client

from accounts.actions.invitations import open_invitation
from accounts.models import SignedInSession, User
from hqdash.base import clock
from tests.cast import Cast
from tests.signing_in import signed_in

PEOPLE = "/api/v1/people/"


def send(client: Client, method: str, address: str, body: object = None) -> object:
    return getattr(client, method)(address, body, content_type="application/json")


def test_people_are_listed_and_read_without_anything_they_sign_in_with(cast: Cast) -> None:
    client = signed_in(cast.admin)
    listed = client.get(PEOPLE, {"q": "pc."}).json()["items"]
    assert [one["username"] for one in listed] == ["pc.4512"]
    assert listed[0]["tiers"] == ["Neighbourhood officer"]
    assert set(listed[0]) & {"password", "token_hash", "session_key"} == set()
    assert client.get(f"{PEOPLE}{cast.pc.user.pk}/").json()["state"] == "active"
    assert client.get(f"{PEOPLE}{cast.stranger.user.pk}/").status_code == 404
    assert client.get(PEOPLE, {"state": "asleep"}).status_code == 422
    assert signed_in(cast.press).get(PEOPLE).status_code == 403
    assert Client().get(PEOPLE).status_code == 401


def test_somebody_is_invited_and_the_link_taken_back(cast: Cast) -> None:
    client = signed_in(cast.admin)
    made = send(client, "post", PEOPLE, {"username": "pc.7001"})
    assert made.status_code == 201
    token = made.json()["address"].rstrip("/").split("/")[-1]
    assert open_invitation(token, now=clock.now()) is not None
    taken = send(client, "post", PEOPLE, {"username": "PC.7001"})
    assert taken.status_code == 422
    user = made.json()["user_id"]
    assert send(client, "delete", f"{PEOPLE}{user}/link/").status_code == 204
    assert open_invitation(token, now=clock.now()) is None
    assert send(client, "delete", f"{PEOPLE}{user}/link/").status_code == 404


def test_sessions_are_listed_and_ended(cast: Cast) -> None:
    client, theirs = signed_in(cast.admin), signed_in(cast.pc)
    address = f"{PEOPLE}{cast.pc.user.pk}/sessions/"
    (session,) = client.get(address).json()["items"]
    assert str(theirs.session.session_key) not in str(session)
    assert send(client, "delete", f"{address}{session['id']}/").status_code == 204
    assert not SignedInSession.objects.filter(user=cast.pc.user).exists()
    assert send(client, "delete", address).json() == {"sessions": 0}


def test_somebody_leaves_after_a_fresh_proof_only(cast: Cast) -> None:
    address = f"{PEOPLE}{cast.pc.user.pk}/leave/"
    assert send(signed_in(cast.admin, ago=3600), "post", address, {"reason": "Moved"}).status_code == 403
    client = signed_in(cast.admin)
    assert send(client, "post", address, {"reason": "Moved", "heir": "nobody.1"}).status_code == 422
    assert send(client, "post", address, {"reason": "Moved"}).json()["grants"] == 1
    assert not User.objects.get(pk=cast.pc.user.pk).is_active
    assert send(client, "post", address, {"reason": "Moved"}).status_code == 409
