"""Every operation of the JSON door, asked with what its description allows and with what it does not.

Whatever comes in, the answer is one that the description names, in the shape that it promises, and no fault
of ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client, override_settings
from drf_spectacular.drainage import GENERATOR_STATS
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as trials
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hqdash.base.api_schema import document
from hqdash.base.tenancy import acting_for
from tests.access.house import PATIENT, House, address_of, body_for, build, undone_afterwards
from tests.access.routes import Route, all_routes
from tests.access.visitors import Visitor

pytestmark = pytest.mark.django_db
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
TRIED = [
    ("admin", 2),
    pytest.param("auditor", 2, marks=pytest.mark.full),
    pytest.param("admin", 60, marks=pytest.mark.full),
    pytest.param("it admin", 30, marks=pytest.mark.full),
]
"""Who asks, and with how many bodies of each kind for every operation."""
TOKEN = "a" * 32
NASTY = [
    "\x00",
    "\ud800",
    "\u202e" * 400,
    "9" * 400,
    "' OR 1=1; --",
    "../../etc/passwd",
    "<script>",
    "𝕏" * 5000,
]


@pytest.fixture(scope="module")
def _connection_stays_open() -> Iterator[None]:
    """A real request drops the connection when it ends; here that would end the house with it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def house(_connection_stays_open: None, django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    """Built once; every question is undone after it."""
    document.cache_clear()
    with django_db_blocker.unblock(), transaction.atomic():
        made = build()
        with acting_for(made.cast.force.pk), override_settings(**PATIENT):
            yield made
        transaction.set_rollback(True)


HEADERS = {"X-CSRFToken": TOKEN, "Accept": "application/json", "Accept-Encoding": "identity"}


def described(visitor: Visitor) -> Any:
    """The product as schemathesis sees it: its real document, and its real WSGI application in this process."""
    product = get_wsgi_application()
    cookies = {**visitor.cookies, settings.CSRF_COOKIE_NAME: TOKEN}
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())

    def as_visitor(environ: dict[str, Any], start_response: Any) -> Any:
        return product({**environ, "HTTP_COOKIE": cookie}, start_response)

    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", as_visitor)


def api_routes() -> list[Route]:
    return [route for route in all_routes() if route.is_api and route.name != "api:openapi"]


def test_every_address_of_the_door_is_described_and_says_its_scope(house: House) -> None:
    document.cache_clear()
    GENERATOR_STATS.reset()
    paths = document()["paths"]
    # Two serializers of one name would describe one of them wrongly.
    said = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
    assert [words for words in said if "identical names" in words or "collisions" in words] == []
    assert not GENERATOR_STATS._error_cache
    missing = [
        f"{method} {route.template}"
        for route in api_routes()
        for method in route.methods
        if method.lower() not in paths.get(route.template, {})
    ]
    assert missing == []
    for path, methods in paths.items():
        for method, operation in methods.items():
            assert operation.get("summary"), f"{method} {path} has no docstring"
            assert operation["security"], f"{method} {path} is open to everybody"


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("name", "examples"), TRIED)
def test_what_the_description_allows_and_what_it_does_not_breaks_nothing(
    house: House, name: str, examples: int
) -> None:
    visitor, faults = house.visitor(name), []
    for found in described(visitor).get_all_operations():
        operation = found.ok()
        faults += _tried(operation, GenerationMode.POSITIVE, house, examples)
        if operation.method.upper() != "GET":
            faults += _tried(operation, GenerationMode.NEGATIVE, house, examples)
    assert not faults, "\n\n".join(faults[:20])


def _tried(operation: Any, mode: GenerationMode, house: House, examples: int) -> list[str]:
    """What is wrong with the answers to a few examples, half of them with ids that there are."""
    turns, faults = iter(range(10**9)), []

    @trials(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        if next(turns) % 2 == 0:
            for place in case.path_parameters or {}:
                case.path_parameters[place] = str(house.ours.ids.get(place, case.path_parameters[place]))
        cache.clear()
        try:
            with undone_afterwards():
                case.call_and_validate(checks=CHECKS, headers=HEADERS)
        except BaseException as problem:  # a group of failures is no plain exception
            if isinstance(problem, KeyboardInterrupt):
                raise
            faults.append(f"{operation.method.upper()} {operation.path}: {problem}"[:1500])

    try:
        ask()
    except Exception as problem:
        if "Unable to satisfy" not in str(problem) and "Unsatisfiable" not in type(problem).__name__:
            faults.append(
                f"{operation.method.upper()} {operation.path}: {type(problem).__name__} {problem}"[:800]
            )
    return faults[:3]


@pytest.mark.parametrize("name", ["admin", "press", "it key"])
def test_a_body_as_the_description_has_it_is_answered_in_the_shape_that_is_promised(
    house: House, name: str
) -> None:
    visitor, faults = house.visitor(name), []
    paths = document()["paths"]
    for route in api_routes():
        for method in route.methods:
            with undone_afterwards():
                answer = visitor.ask(
                    method, address_of(route, house.ours), body_for(route, method, house.ours), as_json=True
                )
            operation = paths[route.template][method.lower()]
            if str(answer.status_code) not in operation["responses"]:
                faults.append(f"{method} {route.template} = {answer.status_code} is not described")
    assert faults == []


def test_strange_texts_in_every_field_are_taken_or_refused(house: House) -> None:
    visitor, faults = house.visitor("admin"), []
    for route in api_routes():
        for method in set(route.methods) & {"POST", "PUT", "PATCH"}:
            body = body_for(route, method, house.ours)
            if not isinstance(body, dict) or not body:
                continue
            for place, text in enumerate(NASTY):
                field = sorted(body)[place % len(body)]
                strange = {**body, field: text if not isinstance(body[field], list) else [text]}
                with undone_afterwards():
                    answer = visitor.ask(method, address_of(route, house.ours), strange, as_json=True)
                if answer.status_code >= 500 or answer.status_code < 200:
                    faults.append(f"{method} {route.name} {field}={text[:9]!r} = {answer.status_code}")
    assert faults == []


@pytest.mark.parametrize(
    "raw",
    [b"{", b"[]", b"null", b'{"a": NaN}', b"\xff", b'{"name": "' + b"x" * 1_000_000 + b'"}'],
    ids=range(6),
)
def test_what_is_no_proper_body_is_refused_everywhere_in_the_same_way(house: House, raw: bytes) -> None:
    client = Client(
        raise_request_exception=False, headers={"Authorization": f"Bearer {house.visitor('it key').key}"}
    )
    for route in api_routes():
        for method in set(route.methods) & {"POST", "PUT", "PATCH"}:
            with undone_afterwards():
                answer = client.generic(
                    method, address_of(route, house.ours), raw, content_type="application/json"
                )
            assert answer.status_code < 500, f"{method} {route.name} = {answer.status_code}"
            if answer.status_code >= 400:
                assert answer["Content-Type"] == "application/problem+json"
                assert json.loads(answer.content)["detail"]
