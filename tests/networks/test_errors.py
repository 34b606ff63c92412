"""Every refusal that a network has been seen to give comes out as the right error."""

from __future__ import annotations

import time
from datetime import timedelta
from email.utils import formatdate
from typing import Any

import pytest

from hqdash.networks.errors import (
    NetworkError,
    OutcomeUnknown,
    Reason,
    Refused,
    SignInExpired,
    TryLater,
    Unreachable,
)
from hqdash.networks.types import Draft, RateState
from tests.networks.wire import Wire, answer, html

PROBLEMS = "https://api.twitter.com/2/problems/"


def graph(code: int, subcode: int = 0, message: str = "No.", **more: Any) -> dict[str, Any]:
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "Az123", **more}
    return {"error": error | ({"error_subcode": subcode} if subcode else {})}


def problem(status: int, detail: str, title: str = "Forbidden", kind: str = "about:blank") -> dict[str, Any]:
    return {"title": title, "detail": detail, "type": kind, "status": status}


def wordpress(code: str, status: int, message: str = "Sorry.") -> dict[str, Any]:
    return {"code": code, "message": message, "data": {"status": status}}


DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
TOO_LONG = "Your Tweet text is too long. For more information on how Twitter determines text length see ..."
REPLY = "Reply to this conversation is not allowed because you have not been mentioned"

REFUSALS = [
    ("x", 403, problem(403, DUPLICATE), Reason.DUPLICATE),
    ("x", 400, problem(400, TOO_LONG, "Bad Request"), Reason.TOO_LONG),
    ("x", 403, problem(403, REPLY), Reason.NOT_ALLOWED_REPLY),
    ("x", 403, problem(403, "Your account is suspended and is not permitted to do this."), Reason.SUSPENDED),
    ("x", 403, problem(403, "Wrong scopes.", kind=PROBLEMS + "client-forbidden"), Reason.PERMISSION),
    ("x", 400, problem(400, "Requires at least one of text, media or poll.", "Bad Request"), Reason.UNKNOWN),
    ("facebook", 400, graph(506, message="Duplicate status message"), Reason.DUPLICATE),
    ("facebook", 400, graph(368, message="Deemed abusive"), Reason.POLICY),
    ("facebook", 403, graph(200), Reason.PERMISSION),
    ("facebook", 403, graph(10), Reason.PERMISSION),
    ("facebook", 400, graph(1609005), Reason.BAD_LINK),
    ("facebook", 400, graph(100, 33), Reason.NOT_FOUND),
    ("facebook", 400, graph(2635), Reason.UNSUPPORTED),
    ("facebook", 400, graph(4854002), Reason.SUSPENDED),
    ("facebook", 400, graph(99999), Reason.UNKNOWN),
    ("wordpress", 403, wordpress("rest_cannot_create", 403), Reason.PERMISSION),
    ("wordpress", 404, wordpress("rest_no_route", 404), Reason.UNSUPPORTED),
    ("wordpress", 409, wordpress("comment_duplicate", 409), Reason.DUPLICATE),
    ("wordpress", 400, wordpress("rest_invalid_param", 400), Reason.UNKNOWN),
]


@pytest.mark.parametrize(("slug", "status", "body", "reason"), REFUSALS)
def test_a_refusal_is_named(wire: Wire, slug: str, status: int, body: Any, reason: Reason) -> None:
    wire.behave = answer(status, body)
    with pytest.raises(Refused) as refused:
        wire.connect(slug).publish(Draft("Text."))
    assert refused.value.reason is reason
    assert refused.value.sentence.endswith(".")


SIGNED_OUT = [
    ("x", 401, problem(401, "Unauthorized", "Unauthorized"), False),
    ("x", 401, b"", False),
    ("facebook", 401, graph(190, 463), False),
    ("facebook", 400, graph(190, 459), True),
    ("facebook", 400, graph(102), False),
    ("wordpress", 401, wordpress("rest_not_logged_in", 401), False),
    ("wordpress", 401, wordpress("incorrect_password", 401), False),
]


@pytest.mark.parametrize(("slug", "status", "body", "checkpoint"), SIGNED_OUT)
def test_an_ended_sign_in_is_named(wire: Wire, slug: str, status: int, body: Any, checkpoint: bool) -> None:
    wire.behave = answer(status, body)
    for act in (lambda c: c.publish(Draft("Text.")), lambda c: c.recent_ids()):
        with pytest.raises(SignInExpired) as failure:
            act(wire.connect(slug))
        assert failure.value.checkpoint is checkpoint


@pytest.mark.parametrize(
    ("slug", "status", "body"),
    [
        ("facebook", 500, graph(1, message="An unknown error occurred")),
        ("facebook", 500, graph(2, message="Service temporarily unavailable")),
        ("facebook", 400, graph(77777, is_transient=True)),
        ("facebook", 200, {"unexpected": True}),
        ("x", 503, problem(503, "Service Unavailable")),
        ("x", 201, {"data": {}}),
        ("x", 201, b"null"),
        ("wordpress", 500, wordpress("internal_server_error", 500)),
        ("wordpress", 201, {"ok": True}),
    ],
)
def test_half_an_answer_leaves_a_write_unknown(wire: Wire, slug: str, status: int, body: Any) -> None:
    wire.behave = answer(status, body)
    with pytest.raises(OutcomeUnknown):
        wire.connect(slug).publish(Draft("Text."))


def test_a_block_page_is_not_taken_for_the_networks_own_word(wire: Wire) -> None:
    wire.behave = html(403)
    with pytest.raises(OutcomeUnknown):
        wire.connect("wordpress").publish(Draft("Text."))
    with pytest.raises(Unreachable):
        wire.connect("wordpress").recent_ids()


def waits(wire: Wire, slug: str, status: int, body: Any, headers: dict[str, str]) -> TryLater:
    wire.behave = answer(status, body, headers)
    with pytest.raises(TryLater) as failure:
        wire.connect(slug).publish(Draft("Text."))
    return failure.value


def test_x_says_when_its_quarter_of_an_hour_ends_by_its_own_clock(wire: Wire) -> None:
    there = time.time() + 5000  # the network's clock is far from ours
    headers = {"Date": formatdate(there, usegmt=True), "x-rate-limit-reset": str(int(there) + 300)}
    failure = waits(wire, "x", 429, problem(429, "Too Many Requests"), headers)
    assert failure.scope == "endpoint"
    assert failure.wait == timedelta(seconds=300)
    assert "5 min" in failure.sentence


def test_the_days_allowance_outlasts_the_quarter_of_an_hour(wire: Wire) -> None:
    now = time.time()
    headers = {
        "Date": formatdate(now, usegmt=True),
        "x-rate-limit-reset": str(int(now) + 300),
        "x-app-limit-24hour-remaining": "0",
        "x-app-limit-24hour-reset": str(int(now) + 7200),
    }
    failure = waits(wire, "x", 429, problem(429, "Too Many Requests"), headers)
    assert (failure.scope, failure.wait) == ("app", timedelta(seconds=7200))


@pytest.mark.parametrize(
    ("status", "kind"), [(402, "https://api.x.com/2/problems/credits"), (429, PROBLEMS + "usage-capped")]
)
def test_a_used_up_allowance_is_not_cured_by_waiting(wire: Wire, status: int, kind: str) -> None:
    failure = waits(wire, "x", status, problem(status, "Used up.", kind=kind), {"x-rate-limit-reset": "1"})
    assert (failure.scope, failure.wait) == ("quota", None)


@pytest.mark.parametrize(
    ("code", "scope"), [(4, "app"), (17, "account"), (32, "account"), (80001, "account")]
)
def test_graph_says_for_how_many_minutes_access_is_closed(wire: Wire, code: int, scope: str) -> None:
    usage = '{"4711":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":7}]}'
    failure = waits(wire, "facebook", 400, graph(code), {"X-Business-Use-Case-Usage": usage})
    assert (failure.scope, failure.wait) == (scope, timedelta(minutes=7))


def test_a_plain_429_is_waited_for(wire: Wire) -> None:
    failure = waits(wire, "wordpress", 429, b"<html>slow down</html>", {"Retry-After": "90"})
    assert failure.wait == timedelta(seconds=90)
    assert waits(wire, "facebook", 429, b"", {}).wait is None


def test_what_is_left_can_be_asked(wire: Wire) -> None:
    reset = int(time.time()) + 60
    headers = {"x-rate-limit-limit": "100", "x-rate-limit-remaining": "98", "x-rate-limit-reset": str(reset)}
    wire.behave = answer(201, {"data": {"id": "1", "text": "Text."}}, headers)
    connector = wire.connect("x")
    assert connector.rate_state() is None
    connector.publish(Draft("Text."))
    state = connector.rate_state()
    assert isinstance(state, RateState)
    assert (state.remaining, state.limit) == (98, 100)
    wire.behave = answer(200, {"id": "4711_1"}, {"X-App-Usage": '{"call_count":28,"total_time":40}'})
    connector = wire.connect("facebook")
    connector.publish(Draft("Text."))
    state = connector.rate_state()
    assert state is not None
    assert state.remaining == 60


def test_details_are_cut_and_carry_the_networks_own_name_of_the_call(wire: Wire) -> None:
    wire.behave = answer(400, graph(368, message="a" * 9000))
    with pytest.raises(NetworkError) as failure:
        wire.connect("facebook").publish(Draft("Text."))
    assert len(failure.value.detail) <= 4096
    assert failure.value.request_id == "Az123"
    assert (failure.value.network, failure.value.operation) == ("facebook", "publish")


def test_a_success_that_holds_only_errors_is_a_refusal(wire: Wire) -> None:
    gone = {"errors": [{"title": "Not Found Error", "detail": "Could not find user with id: [4711]."}]}
    wire.behave = answer(200, gone)
    with pytest.raises(Refused) as refused:
        wire.connect("x").recent_ids()
    assert refused.value.reason is Reason.NOT_FOUND
