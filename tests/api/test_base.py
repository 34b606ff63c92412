"""The base of the JSON door: who comes in, what is read, and that every failure is a problem in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, override_settings
from redis.exceptions import ConnectionError as Away

from accounts.models import AuditEntry, Unit
from hqdash.base.api import ApiView
from hqdash.base.api_schema import document
from tests.cast import Cast
from tests.signing_in import signed_in

pytestmark = pytest.mark.urls("tests.api.practice_urls")
UNITS, BROKEN = "/api/v1/practice/", "/api/v1/practice/broken/"


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> Iterator[None]:
    cache.clear()
    document.cache_clear()
    yield
    document.cache_clear()


def problem_of(answer: HttpResponse) -> dict[str, Any]:
    assert answer["Content-Type"] == "application/problem+json", answer.content[:300]
    problem: dict[str, Any] = json.loads(answer.content)
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["detail"].endswith((".", "…", "!"))
    return problem


def send(client: Client, body: object, **more: Any) -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(UNITS, raw, content_type=more.pop("content_type", "application/json"), **more)


def test_a_stranger_gets_a_problem_and_learns_how_to_come_in(cast: Cast) -> None:
    answer = Client().get(UNITS)

    problem = problem_of(answer)
    assert answer.status_code == 401
    assert "Bearer hqd_" in problem["detail"]
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_session_reads_but_writes_only_with_the_token_of_our_own_pages(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(cast.admin).cookies

    assert client.get(UNITS).status_code == 200
    refused = send(client, {"name": "Traffic"})
    assert refused.status_code == 403
    assert "CSRF" in problem_of(refused)["detail"]

    token = "a" * 32
    client.cookies[settings.CSRF_COOKIE_NAME] = token
    assert send(client, {"name": "Traffic"}, HTTP_X_CSRFTOKEN=token).status_code == 201


def test_a_list_is_read_page_by_page_without_losing_or_repeating_any(cast: Cast) -> None:
    client, found, address = signed_in(cast.admin), [], f"{UNITS}?limit=2"
    while address:
        answer = client.get(address)
        page = answer.json()
        found += [item["code"] for item in page["items"]]
        assert len(page["items"]) <= 2
        assert ("Link" in answer) == bool(page["next"])
        address = page["next"]

    assert found == sorted(found)
    assert len(found) == len(set(found)) == Unit.objects.count()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("limit=١", "limit"),
        ("cursor=nonsense", "cursor"),
        ("cursor=WyJcdTAwMDAiLCJhIl0", "cursor"),
    ],
)
def test_a_page_that_cannot_be_given_names_what_is_wrong(cast: Cast, query: str, field: str) -> None:
    answer = signed_in(cast.admin).get(f"{UNITS}?{query}")
    assert answer.status_code == 422
    assert problem_of(answer)["errors"][0]["field"] == field


def test_every_field_that_has_to_change_is_named_at_once(cast: Cast) -> None:
    people = [{"name": "A"}, {"age": "old"}]
    answer = send(signed_in(cast.admin), {"name": "x" * 21, "people": people, "force": "another"})

    assert answer.status_code == 422
    fields = {error["field"] for error in problem_of(answer)["errors"]}
    assert fields == {"name", "people.1.name", "people.1.age", "force"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"name": NaN}', 400),
        (b'{"name": 1e999}', 400),
        (b'{"name": ' + b"9" * 5000 + b"}", 400),
        (b'{"name": "a", "name": "b"}', 400),
        (b"[" * 100_000, 400),
        (b'{"name": "a\\u0000b"}', 422),
        (b'{"name": "\\ud800"}', 422),
        (b'{"\\u0000": 1}', 422),
        (b"[]", 422),
        (b'"Traffic"', 422),
        (b"null", 422),
        (b'{"name": "' + b"x" * 1_000_000 + b'"}', 422),
        (b'{"name": "' + b"x" * 2_000_000 + b'"}', 413),
        (b'{"name": "a", "people": [{"name": "a", "age": 99999999999999999999}]}', 201),
    ],
    ids=range(17),
)
def test_whatever_is_sent_is_taken_or_refused_but_breaks_nothing(
    cast: Cast, body: bytes, status: int
) -> None:
    answer = send(signed_in(cast.admin), body)
    assert answer.status_code == status, answer.content[:300]
    if status != 201:
        problem_of(answer)


def test_only_json_comes_in_and_goes_out(cast: Cast) -> None:
    client = signed_in(cast.admin)
    assert problem_of(client.post(UNITS, {"name": "x"}))["status"] == 415
    assert problem_of(client.get(UNITS, HTTP_ACCEPT="text/html"))["status"] == 406
    assert problem_of(client.put(UNITS))["status"] == 405
    assert problem_of(client.options(UNITS))["status"] == 405
    assert problem_of(client.get("/api/v1/nothing/here/"))["status"] == 404
    assert problem_of(client.get(f"{UNITS}?q=%00"))["status"] == 400


def test_a_refusal_says_the_right_that_is_missing_and_stands_in_the_book(cast: Cast) -> None:
    answer = send(signed_in(cast.pc), {"name": "Traffic"})

    assert answer.status_code == 403
    assert "Change the organisation" in problem_of(answer)["detail"]
    entry = AuditEntry.objects.filter(action="access.refused").latest("id")
    assert (entry.username, entry.details["permission"]) == ("pc.4512", "accounts.manage_organisation")


def test_a_conflict_is_a_conflict(cast: Cast) -> None:
    answer = signed_in(cast.pc).post(BROKEN, content_type="application/json")
    assert problem_of(answer)["detail"] == "Somebody else was quicker."
    assert answer.status_code == 409


def test_a_fault_of_ours_gives_a_reference_and_nothing_else_away(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    answer = signed_in(cast.pc).get(BROKEN)

    problem = problem_of(answer)
    assert answer.status_code == 500
    assert problem["reference"] in caplog.text
    assert "swordfish" not in answer.content.decode()


def test_too_many_requests_are_told_to_wait(cast: Cast) -> None:
    client = signed_in(cast.pc)
    with override_settings(API_REQUESTS_PER_PERSON=3):
        answers = [client.get("/api/v1/openapi.json") for _ in range(7)]

    # A minute may begin in between; even so nobody gets through more often than twice three times.
    told = next(answer for answer in answers if answer.status_code == 429)
    assert 1 <= int(told["Retry-After"]) <= 60
    assert "Wait" in problem_of(told)["detail"]


def test_without_redis_the_door_stays_open_and_still_counts(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object, **_more: object) -> None:
        raise Away("no bell")

    client = signed_in(cast.admin)
    monkeypatch.setattr(cache, "add", away)
    assert client.get(UNITS).status_code == 200
    with override_settings(API_REQUESTS_PER_PERSON=3):
        assert 429 in [client.get(UNITS).status_code for _ in range(7)]


def test_a_view_that_does_not_say_what_opens_it_cannot_be_written() -> None:
    with pytest.raises(TypeError, match="name the scope"):

        class Open(ApiView):
            def get(self, request: object) -> None: ...


def test_the_description_names_scopes_pages_and_problems(cast: Cast) -> None:
    answer = signed_in(cast.pc).get("/api/v1/openapi.json")

    described = answer.json()
    reading = described["paths"]["/api/v1/practice/"]["get"]
    assert reading["x-scope"] == "accounts.view_organisation"
    assert {"cursor", "limit"} <= {parameter["name"] for parameter in reading["parameters"]}
    page = described["components"]["schemas"]["PaginatedUnitOutList"]
    assert page["required"] == ["items", "next"]
    assert "application/problem+json" in reading["responses"]["401"]["content"]
    assert described["paths"]["/api/v1/practice/people/"]["post"]["security"] == [{"session": []}]
    assert Client().get("/api/v1/openapi.json").status_code == 401
