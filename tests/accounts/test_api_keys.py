"""API keys: shown once, lent a part of one's rights, closed at once, and of no use anywhere else."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from accounts.actions.api_keys import make_key, revoke_key
from accounts.events import UserLeft
from accounts.models import ApiKey, AuditEntry, Grant, Role, User
from accounts.permissions import LOCK_FORCE, MANAGE_ORGANISATION, VIEW_ORGANISATION
from accounts.subscribers import close_keys
from hqdash.base import clock
from hqdash.base.errors import NotAllowed, Unprocessable
from hqdash.base.tenancy import acting_for
from publishing.permissions import PUBLISH_POST
from tests.cast import Cast, Person
from tests.signing_in import signed_in

KEYS, LOCK = "/api/v1/api-keys/", "/api/v1/lockdown/"
VIEWING, ALL = [VIEW_ORGANISATION.name], [MANAGE_ORGANISATION.name, LOCK_FORCE.name]


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> None:
    cache.clear()


def key_of(person: Person, scopes: list[str], days: int = 90) -> str:
    with acting_for(person.user.force_id):
        return make_key(actor=person.actor, name="Roster", scopes=scopes, days=days, now=clock.now())[1]


def by_key(key: str, **more: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {key}"}, **more)


def said(answer: HttpResponse) -> str:
    assert answer["Content-Type"] == "application/problem+json"
    return str(answer.json()["detail"])


def test_a_key_is_shown_once_and_only_its_hash_is_kept(cast: Cast) -> None:
    client = signed_in(cast.itsec)
    body = {"name": "Roster", "days": "30", "scopes": VIEWING}
    page = client.post("/api-access/new/", body)

    assert page.status_code == 201
    assert "no-store" in page["Cache-Control"]
    shown = re.search(r"hqd_[a-z0-9]{12}_[A-Za-z0-9]{43}", page.content.decode())
    assert shown is not None
    secret = shown[0].rsplit("_", 1)[1]
    kept = ApiKey.objects.get()
    assert secret.encode() not in bytes(kept.digest)
    assert kept.expires_at - kept.created_at == timedelta(days=30)
    for address in ("/api-access/", "/audit/"):
        assert secret not in client.get(address).content.decode()
    entry = AuditEntry.objects.get(action="api_key.made")
    assert (entry.username, entry.details["scopes"]) == ("itsec.01", VIEWING)
    assert secret not in str(entry.details)
    assert by_key(shown[0]).get(LOCK).status_code == 200


def test_making_a_key_takes_the_right_a_fresh_proof_and_a_person(cast: Cast) -> None:
    body = {"name": "Roster", "scopes": VIEWING}
    assert signed_in(cast.press).post("/api-access/new/", body).status_code == 403
    stale = signed_in(cast.itsec, ago=3600).post("/api-access/new/", body)
    assert (stale.status_code, ApiKey.objects.count()) == (302, 0)

    fresh = signed_in(cast.itsec).post(f"{KEYS}new/", body, content_type="application/json")
    assert fresh.status_code == 201
    by_itself = by_key(fresh.json()["key"]).post(f"{KEYS}new/", body, content_type="application/json")
    assert by_itself.status_code == 403
    assert "do it yourself" in said(by_itself)
    late = signed_in(cast.itsec, ago=3600).post(f"{KEYS}new/", body, content_type="application/json")
    assert late.json()["type"].endswith("#problem-prove-yourself")


def test_nobody_lends_what_they_do_not_hold(cast: Cast) -> None:
    with pytest.raises(Unprocessable, match=r"publishing\.publish_post"):
        key_of(cast.itsec, [PUBLISH_POST.name])
    with pytest.raises(Unprocessable, match="no_such"):
        key_of(cast.itsec, ["accounts.no_such_right"])
    for days in (0, 366):
        with pytest.raises(Unprocessable, match="1 to 365"):
            key_of(cast.itsec, VIEWING, days=days)
    with pytest.raises(Unprocessable, match="at least one"):
        key_of(cast.itsec, [])


def test_a_key_does_what_is_in_its_scopes_and_in_its_owners_rights(cast: Cast) -> None:
    refused = by_key(key_of(cast.itsec, VIEWING)).post(LOCK, {"reason": "x"}, content_type="application/json")
    assert refused.status_code == 403
    assert LOCK_FORCE.name in said(refused)

    full = key_of(cast.itsec, ALL)
    Grant.objects.filter(user=cast.itsec.user).delete()
    gone = by_key(full).post(LOCK, {"reason": "x"}, content_type="application/json")
    assert gone.status_code == 403
    assert "Lock down" in said(gone)
    cast.force.refresh_from_db()
    assert cast.force.locked_at is None


def test_a_key_opens_no_page_for_people(cast: Cast) -> None:
    client = by_key(key_of(cast.itsec, VIEWING))
    for address in ("/", "/audit/", "/live/?page=dashboard", "/lockdown/", "/api-access/reference/"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "API keys open addresses below /api/ only" in answer.content.decode()
    assert client.post("/lockdown/", {"reason": "x", "words": "stop all posts"}).status_code == 403


def test_a_wrong_key_is_told_from_none_and_gives_nothing_away(cast: Cast) -> None:
    key = key_of(cast.itsec, VIEWING)
    wrong = [key[:-1] + ("a" if key[-1] != "a" else "b"), "hqd_abc", "nonsense", "", key + "x", key.upper()]
    for each in wrong:
        answer = Client(headers={"Authorization": f"Bearer {each}"}).get(LOCK)
        assert answer.status_code == 401
        assert said(answer) == "This API key is not known. Check that it was copied whole."
        assert answer["WWW-Authenticate"].startswith("Bearer")
    # A good session beside a bad key helps nobody.
    client = signed_in(cast.itsec)
    assert client.get(LOCK, headers={"Authorization": "Bearer hqd_wrong"}).status_code == 401


def test_a_key_ends_when_it_is_revoked_expires_or_its_owner_leaves(cast: Cast) -> None:
    revoked, expired, left = (
        key_of(cast.itsec, VIEWING),
        key_of(cast.itsec, VIEWING),
        key_of(cast.admin, VIEWING),
    )
    row = ApiKey.objects.get(prefix=revoked.split("_")[1])
    revoke_key(actor=cast.itsec.actor, key=row, reason="Laptop stolen", now=clock.now())
    assert "revoked" in said(by_key(revoked).get(LOCK))

    with clock.frozen_at(clock.now() + timedelta(days=91)):
        assert "expired" in said(by_key(expired).get(LOCK))

    User.objects.filter(pk=cast.admin.user.pk).update(is_active=False)
    assert "left" in said(by_key(left).get(LOCK))
    close_keys(UserLeft(cast.force.pk, cast.admin.user.pk, None))
    assert ApiKey.objects.get(owner=cast.admin.user).revoked_why == "The owner has left."
    reasons = (
        AuditEntry.objects.filter(action="api_key.revoked").order_by("id").values_list("reason", flat=True)
    )
    assert list(reasons) == ["Laptop stolen", "The owner has left."]


def test_administrators_see_and_close_all_keys_others_only_their_own(cast: Cast) -> None:
    key_of(cast.itsec, VIEWING)
    row = ApiKey.objects.get()

    assert "Roster" not in signed_in(cast.press).get("/api-access/").content.decode()
    assert signed_in(cast.press).post(f"/api-access/{row.pk}/revoke/").status_code == 404
    assert signed_in(cast.stranger).post(f"/api-access/{row.pk}/revoke/").status_code == 404
    assert "Roster" in signed_in(cast.admin).get("/api-access/").content.decode()
    assert signed_in(cast.admin).post(f"/api-access/{row.pk}/revoke/").status_code == 302
    row.refresh_from_db()
    assert row.revoked_by == "admin.comms01"
    with pytest.raises(NotAllowed):
        revoke_key(actor=cast.press.actor, key=row, reason="", now=clock.now())


def test_a_key_of_one_force_finds_nothing_of_another(cast: Cast) -> None:
    theirs = key_of(cast.itsec, [*VIEWING])
    row = ApiKey.objects.get()
    with acting_for(cast.other_force.pk):
        Grant.objects.filter(user=cast.stranger.user).update(role=Role.objects.get(slug=Role.IT_ADMIN))
        ours = key_of(cast.stranger, ["accounts.manage_people"])
    assert theirs != ours
    for address in (f"{KEYS}{row.pk}/revoke/", f"{KEYS}{uuid4()}/revoke/"):
        answer = by_key(ours).post(address, {}, content_type="application/json")
        assert answer.status_code in {403, 404}
    row.refresh_from_db()
    assert row.revoked_at is None


def test_its_last_use_is_noted_without_a_write_for_every_request(cast: Cast) -> None:
    client = by_key(key_of(cast.itsec, VIEWING))
    client.get(LOCK)
    first = ApiKey.objects.get().last_used_at
    client.get(LOCK)
    assert ApiKey.objects.get().last_used_at == first
    with clock.frozen_at(clock.now() + timedelta(minutes=6)):
        client.get(LOCK)
    assert ApiKey.objects.get().last_used_at > first


def test_what_a_key_does_stands_in_the_book_with_owner_and_key(cast: Cast) -> None:
    key = key_of(cast.itsec, ALL)
    assert by_key(key).post(LOCK, {"reason": "Test"}, content_type="application/json").status_code == 201
    entry = AuditEntry.objects.get(action="force.locked")
    assert entry.username == "itsec.01"
    assert entry.session == "_".join(key.split("_")[:2])
    # The key rests now like all the others.
    assert "rest until" in said(by_key(key).get(LOCK))
