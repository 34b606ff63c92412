"""What the practice networks play of signing in, against the networks' own descriptions and recorded answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hqdash.networks.facebook.signing_in import SCOPES as FACEBOOK_SCOPES
from hqdash.networks.facebook.signing_in import FacebookWay
from hqdash.networks.network import get_network
from hqdash.networks.signing_in import Errand, challenge_of, code_or_refusal, new_verifier
from hqdash.networks.wordpress.signing_in import WordPressWay
from hqdash.networks.x.signing_in import SCOPES, XWay
from hqdash.sandbox.graph_sign_in import WANTS as FACEBOOK_WANTS
from hqdash.sandbox.x_sign_in import WANTS

ERRAND = Errand(
    state="st",
    back_url="https://hq.example/back/",
    client_id="id",
    challenge="ch",
    site="https://n.example/blog/",
)


@pytest.fixture(autouse=True)
def _networks_own_addresses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for slug in ("X", "FACEBOOK"):
        monkeypatch.delenv(f"HQDASH_{slug}_BASE_URL", raising=False)
    yield


@pytest.fixture(scope="session")
def x_flow(shared_data: Path) -> dict[str, Any]:
    document = json.loads((shared_data / "networks" / "x" / "x-openapi.json").read_text())
    flow: dict[str, Any] = document["components"]["securitySchemes"]["OAuth2UserToken"]["flows"][
        "authorizationCode"
    ]
    return flow


def test_x_is_asked_for_scopes_that_it_has_at_the_address_that_it_names(x_flow: dict[str, Any]) -> None:
    assert set(SCOPES) <= set(x_flow["scopes"])
    assert set(WANTS) <= set(x_flow["scopes"])
    assert f"{get_network('x').default_base_url}/2/oauth2/token" == x_flow["tokenUrl"]


def test_the_address_at_x_has_everything_that_pkce_wants() -> None:
    parts = urlsplit(XWay().address(ERRAND))
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert (parts.netloc, parts.path) == ("x.com", "/i/oauth2/authorize")
    assert asked == {
        "response_type": "code",
        "client_id": "id",
        "redirect_uri": "https://hq.example/back/",
        "scope": " ".join(SCOPES),
        "state": "st",
        "code_challenge": "ch",
        "code_challenge_method": "S256",
    }


def test_the_challenge_is_that_of_the_standard() -> None:
    # RFC 7636, appendix B.
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert 43 <= len(new_verifier()) <= 128
    assert new_verifier() != new_verifier()


def test_facebook_is_asked_for_what_pages_need() -> None:
    parts = urlsplit(FacebookWay().address(ERRAND))
    asked = parse_qs(parts.query)
    assert (parts.netloc, parts.path) == ("www.facebook.com", "/v26.0/dialog/oauth")
    assert asked["scope"] == [",".join(FACEBOOK_SCOPES)]
    assert set(FACEBOOK_SCOPES) == set(FACEBOOK_WANTS)


def test_wordpress_is_asked_on_its_own_page() -> None:
    parts = urlsplit(WordPressWay().address(ERRAND))
    asked = parse_qs(parts.query)
    assert (parts.netloc, parts.path) == ("n.example", "/blog/wp-admin/authorize-application.php")
    assert asked["success_url"] == ["https://hq.example/back/?state=st"]
    assert asked["reject_url"] == ["https://hq.example/back/?state=st&declined=1"]
    assert len(asked["app_id"][0]) == 36


@pytest.mark.parametrize(
    ("query", "declined", "problem"),
    [
        ({"code": "c"}, False, ""),
        ({"error": "access_denied"}, True, "access_denied"),
        ({"error": "server_error", "error_description": "Try later"}, False, "Try later"),
        ({"error_message": "odd"}, False, "The network sent no code."),
        ({"code": ""}, False, "The network sent no code."),
        ({}, False, "The network sent no code."),
    ],
)
def test_every_way_home_is_understood(query: dict[str, str], declined: bool, problem: str) -> None:
    came = code_or_refusal(query)
    assert (came.declined, came.problem) == (declined, problem)
    assert dict(came.values) == ({"code": "c"} if not problem else {})
    assert "'c'" not in repr(came)
