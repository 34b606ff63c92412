"""Coming in and going out: nothing is given away at the door, and everything stands in the book."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import AuditEntry, User
from hqdash.base.tenancy import across_forces, acting_for
from tests.cast import PASSWORD, Cast

DOOR, OUT, INSIDE = "/signin/", "/signin/out/", "/publishing/posts/"
WRONG = "not the password of anybody"


@pytest.fixture(autouse=True)
def _nobody_was_locked_out_before(cast: Cast) -> Iterator[None]:
    """A door without history; and passwords that are quick to check, since these stories try many."""
    cache.clear()
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        with across_forces(reason="a test gives everybody a quick hash"):
            User.objects.update(password=make_password(PASSWORD))
        yield


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: str) -> HttpResponse:
    return client.post(DOOR, {"login": username, "password": password, **more})


def said_by(page: HttpResponse) -> str:
    """What the page says, without what differs from one request to the next."""
    text = page.content.decode()
    text = re.sub(r'nonce="[^"]*"|value="[^"]*"|"X-CSRFToken": "[^"]*"', "", text)
    return text.replace("pc.4512", "NAME").replace("nobody.99", "NAME")


def entries(cast: Cast, action: str) -> list[tuple[str, str, str]]:
    with acting_for(cast.force.pk):
        rows = AuditEntry.objects.filter(action=action).order_by("id")
        return [(row.username, row.kind, row.object_label) for row in rows]


def test_a_wrong_password_and_an_unknown_name_cannot_be_told_apart(cast: Cast) -> None:
    answers = [sign_in(Client(), name, WRONG) for name in ("pc.4512", "nobody.99")]

    assert {answer.status_code for answer in answers} == {200}
    assert said_by(answers[0]) == said_by(answers[1])
    assert "do not belong together" in said_by(answers[0])
    assert not any(answer.cookies.get("hqdash_session") for answer in answers)
    # The book of the force keeps the try at a name that it has; the password is nowhere in it.
    assert entries(cast, "user.sign_in_failed") == [("unknown", "public", "pc.4512")]
    assert not AuditEntry.objects.filter(details__icontains=WRONG).exists()


@pytest.mark.parametrize("name", ["pc.4512", "nobody.99"])
def test_after_five_failures_the_door_says_for_how_many_minutes_it_is_closed(cast: Cast, name: str) -> None:
    client = Client()
    for _try in range(5):
        assert "do not belong together" in sign_in(client, name, WRONG).content.decode()

    closed = sign_in(client, name, WRONG)
    assert "15 minutes" in closed.content.decode()
    # The right password does not open it either, or the lock-out would tell who has found it.
    even_now = sign_in(client, name, PASSWORD)
    assert "15 minutes" in even_now.content.decode()
    assert client.get(INSIDE).status_code == 302
    # Somebody else comes in from elsewhere all the same.
    other = Client(REMOTE_ADDR="192.0.2.7")
    assert sign_in(other, "desk.a3").status_code == 302


def test_coming_in_and_going_out_are_lines_in_the_book(cast: Cast) -> None:
    client = Client()

    came = sign_in(client, "pc.4512")
    assert (came.status_code, came["Location"]) == (302, "/")
    assert client.get(INSIDE).status_code == 200
    assert client.get(OUT).status_code == 200
    assert client.get(INSIDE).status_code == 200
    went = client.post(OUT)

    assert (went.status_code, went["Location"]) == (302, DOOR)
    assert entries(cast, "user.signed_in") == [("pc.4512", "person", "pc.4512")]
    assert entries(cast, "user.signed_out") == [("pc.4512", "person", "pc.4512")]


def test_a_session_that_was_ended_opens_nothing(cast: Cast) -> None:
    client = Client()
    sign_in(client, "pc.4512")
    stolen = Client()
    stolen.cookies["hqdash_session"] = client.cookies["hqdash_session"].value
    assert stolen.get(INSIDE).status_code == 200
    client.post(OUT)

    for each in (client, stolen):
        assert each.get(reverse("live") + "?page=dashboard&id=").status_code == 401
        door = each.get(INSIDE)
        assert door.status_code == 302
        assert door["Location"].startswith(f"{DOOR}?next=%2Fpublishing%2Fposts%2F")


def test_signing_in_leads_back_to_the_page_that_was_asked_for_and_nowhere_else(cast: Cast) -> None:
    assert sign_in(Client(), "pc.4512", next=INSIDE)["Location"] == INSIDE
    assert sign_in(Client(), "desk.a3", next="https://elsewhere.example/")["Location"] == "/"


def test_a_session_gets_a_new_key_when_somebody_signs_in(cast: Cast) -> None:
    client = Client()
    sign_in(client, "pc.4512")
    first = client.cookies["hqdash_session"].value
    client.post(OUT)
    sign_in(client, "pc.4512")
    assert client.cookies["hqdash_session"].value != first
    assert client.cookies["hqdash_session"]["httponly"]
    assert client.cookies["hqdash_session"]["samesite"] == "Lax"


def test_somebody_switched_off_does_not_come_in_and_is_out_at_once(cast: Cast) -> None:
    client = Client()
    sign_in(client, "pc.4512")
    User.objects.filter(pk=cast.pc.user.pk).update(is_active=False)

    assert client.get(INSIDE).status_code == 302
    again = Client()
    answer = again.post(DOOR, {"login": "pc.4512", "password": PASSWORD}, follow=True)
    assert "This account is closed" in answer.content.decode()
    assert again.get(INSIDE).status_code == client.get(INSIDE).status_code == 302


@pytest.mark.parametrize("login", ["pc.4512\x00", "x" * 5000, "", "'; DROP TABLE accounts_user; --"])
def test_a_strange_name_is_only_a_wrong_name(cast: Cast, login: str) -> None:
    assert sign_in(Client(), login, WRONG).status_code == 200
