"""The real door: nothing about which part was wrong, and minutes when it is closed."""

from __future__ import annotations

import pytest
from allauth.account import views as account
from django.core.cache import cache
from django.test import Client
from django.urls import path

from tests.cast import Cast

# The door alone, whatever stands behind it.
pytestmark = pytest.mark.urls(__name__)
urlpatterns = [
    path("signin/", account.login, name="account_login"),
    path("signin/out/", account.logout, name="account_logout"),
]


@pytest.fixture(autouse=True)
def _no_earlier_attempts() -> None:
    cache.clear()


def test_the_sign_in_page_stands_under_the_security_policy(cast: Cast, client: Client) -> None:
    page = client.get("/signin/")
    assert page.status_code == 200
    assert "base_plain.html" in {template.name for template in page.templates}
    assert "script-src 'self' 'nonce-" in page.headers["Content-Security-Policy"]


def test_a_wrong_name_and_a_wrong_password_read_the_same(cast: Cast, client: Client) -> None:
    wrong = "something else entirely"
    answers = [
        client.post("/signin/", {"login": name, "password": wrong}).content.decode().split("<main")[1]
        for name in (cast.press.user.username, "nobody.99")
    ]
    said = [answer[answer.index('role="alert"') : answer.index("</div>")] for answer in answers]
    assert said[0] == said[1]
    assert "do not belong together" in said[0]


def test_after_five_attempts_the_door_says_how_long_it_is_closed(cast: Cast, client: Client) -> None:
    for _ in range(6):
        page = client.post("/signin/", {"login": "nobody.99", "password": "something else entirely"})
    assert "15 minutes" in page.content.decode()
