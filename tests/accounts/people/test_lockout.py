"""Guessing is stopped; keeping a colleague out is not possible with it."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.sign_in.lockout import locked_out
from tests.cast import PASSWORD, Cast
from tests.signing_in import signed_in

WRONG = "not the password of anybody"


@pytest.fixture(autouse=True)
def _no_earlier_attempts() -> None:
    cache.clear()


def attempt(client: Client, name: str, password: str, address: str = "192.0.2.1") -> HttpResponse:
    return client.post("/signin/", {"login": name, "password": password}, REMOTE_ADDR=address)


def test_guessing_one_name_from_many_places_is_stopped(cast: Cast) -> None:
    for number in range(5):
        attempt(Client(), "press.03", WRONG, f"192.0.2.{number}")
    refused = attempt(Client(), "Press.03", PASSWORD, "198.51.100.7")
    assert refused.status_code == 200
    assert "closed for 15 minutes" in refused.content.decode()


def test_guessing_many_names_from_one_place_is_stopped(cast: Cast) -> None:
    for number in range(30):
        attempt(Client(), f"pc.{number}", WRONG)
    assert "closed for" in attempt(Client(), "press.03", PASSWORD).content.decode()
    assert attempt(Client(), "press.03", PASSWORD, "198.51.100.7").status_code == 302


def test_nobody_can_lock_a_colleague_out_of_a_browser_that_they_use(cast: Cast) -> None:
    own = Client()
    assert attempt(own, "press.03", PASSWORD, "198.51.100.7").status_code == 302
    own.post("/signin/out/")
    for _ in range(8):
        attempt(Client(), "press.03", WRONG)

    assert attempt(Client(), "press.03", PASSWORD, "198.51.100.8").status_code == 200
    assert attempt(own, "press.03", PASSWORD, "198.51.100.7").status_code == 302


def test_a_known_browser_is_no_way_to_guess_on(cast: Cast) -> None:
    own = Client()
    attempt(own, "press.03", PASSWORD)
    own.post("/signin/out/")
    for _ in range(5):
        attempt(own, "press.03", WRONG)
    assert "closed for" in attempt(own, "press.03", PASSWORD).content.decode()


def test_a_browser_is_known_for_its_own_people_only_and_cannot_be_forged(cast: Cast) -> None:
    own = Client()
    attempt(own, "pc.4512", PASSWORD)
    own.post("/signin/out/")
    for _ in range(5):
        attempt(Client(), "press.03", WRONG)
    assert attempt(own, "press.03", PASSWORD).status_code == 200
    own.cookies["hqdash_device"] = "eyJpZCI6ICJ4In0:forged"
    assert attempt(own, "press.03", PASSWORD).status_code == 200


def test_the_list_of_people_shows_who_is_locked_out(cast: Cast) -> None:
    for _ in range(5):
        attempt(Client(), "press.03", WRONG)
    assert locked_out(["press.03", "pc.4512"]) == {"press.03"}
    assert "Locked out" in signed_in(cast.admin).get(reverse("accounts:people")).content.decode()
