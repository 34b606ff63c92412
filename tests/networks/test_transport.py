"""The wire below the client libraries: nothing leaks, nothing hangs, nothing is followed or repeated."""

from __future__ import annotations

import gc
import io
import logging
import pickle
import time
import traceback
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest
import requests

from hqdash.networks import transport
from hqdash.networks.errors import NetworkError, OutcomeUnknown, Reason, Refused, Unreachable
from hqdash.networks.http import HttpSettings
from hqdash.networks.redaction import redact
from hqdash.networks.secret import Secret, SecretShown
from hqdash.networks.transport import CallFailed
from hqdash.networks.types import Draft
from tests.networks import wire as told
from tests.networks.practice import Practice
from tests.networks.wire import APP_SECRET, TOKEN, Wire, serving

SLUGS = ["x", "facebook", "wordpress"]
every_network = pytest.mark.parametrize("slug", SLUGS)


@every_network
@pytest.mark.parametrize("behaviour", [told.cut, told.half, told.silence, told.html(200), told.html(502)])
def test_a_write_without_a_clear_answer_is_unknown(wire: Wire, slug: str, behaviour: Any) -> None:
    wire.behave = behaviour
    with pytest.raises(OutcomeUnknown):
        wire.connect(slug).publish(Draft("Text."))
    assert len(wire.requests) == 1


@every_network
@pytest.mark.parametrize("behaviour", [told.cut, told.half, told.silence, told.html(200), told.html(502)])
def test_a_question_without_a_clear_answer_may_be_asked_again(wire: Wire, slug: str, behaviour: Any) -> None:
    wire.behave = behaviour
    with pytest.raises(Unreachable):
        wire.connect(slug).recent_ids()


@every_network
def test_a_refused_connection_is_provably_nothing(slug: str) -> None:
    with serving() as gone:
        pass
    with pytest.raises(Unreachable):
        gone.connect(slug).publish(Draft("Text."))


@every_network
def test_a_name_that_does_not_exist_is_provably_nothing(slug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def nowhere(*_: object, **__: object) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with pytest.raises(Unreachable):
        Wire(port=1).connect(slug).publish(Draft("Text."))


@pytest.mark.parametrize("behaviour", [told.drip, told.drip_body])
def test_dripping_bytes_do_not_hold_a_worker(wire: Wire, behaviour: Any) -> None:
    wire.behave = behaviour
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="out of time"):
        wire.connect("x", total_timeout=0.6).publish(Draft("Text."))
    assert time.monotonic() - started < 2.5


def test_two_gigabytes_are_not_taken_in(wire: Wire) -> None:
    wire.behave = told.endless
    with pytest.raises(OutcomeUnknown, match="larger than"):
        wire.connect("facebook", most_bytes=1_000_000).publish(Draft("Text."))
    wire.behave = told.answer(200, b"", {"Content-Length": str(2 * 1024**3)})
    with pytest.raises(Unreachable, match="larger than"):
        wire.connect("facebook", most_bytes=1_000_000).recent_ids()


@every_network
@pytest.mark.parametrize("target", ["http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "/other"])
def test_a_redirect_is_never_followed(wire: Wire, slug: str, target: str) -> None:
    wire.behave = told.answer(302, b"", {"Location": target})
    for act in ("publish", "recent_ids"):
        arguments = (Draft("Text."),) if act == "publish" else ()
        with pytest.raises(Refused) as refused:
            getattr(wire.connect(slug), act)(*arguments)
        assert refused.value.reason is Reason.ADDRESS
    assert len(wire.requests) == 2


def test_an_address_that_was_not_named_is_refused_before_anything_leaves(wire: Wire) -> None:
    connector = wire.connect("wordpress")
    settings = HttpSettings(allowed_hosts=frozenset({"127.0.0.1:1"}))
    stranger = type(connector)(connector.account, connector._credentials, settings)
    with pytest.raises(Refused) as refused:
        stranger.publish(Draft("Text."))
    assert refused.value.reason is Reason.ADDRESS
    assert wire.requests == []


@every_network
def test_the_credential_travels_in_a_header_only(wire: Wire, slug: str) -> None:
    wire.behave = told.answer(200, {"data": [], "id": "1"})
    for act in ("publish", "recent_ids"):
        arguments = (Draft("Text."),) if act == "publish" else ()
        with suppress(NetworkError):
            getattr(wire.connect(slug), act)(*arguments)
    for request in wire.requests:
        head, _, body = request.decode().partition("\r\n\r\n")
        line = head.split("\r\n")[0]
        assert "authorization:" in head.lower()
        assert "held-by-the-transport" not in head + body
        for secret in (TOKEN, quote(TOKEN, safe=""), APP_SECRET, "access_token"):
            assert secret not in line
            assert secret not in body
        assert ("appsecret_proof" in line) is (slug == "facebook")


@every_network
@pytest.mark.parametrize("behaviour", [told.cut, told.silence, told.html(500, f"You sent {TOKEN}")])
def test_no_log_no_error_and_no_traceback_holds_the_credential(wire: Wire, slug: str, behaviour: Any) -> None:
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    wire.behave = behaviour
    try:
        with pytest.raises(NetworkError) as failure:
            wire.connect(slug).publish(Draft("Text."))
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    error = failure.value
    shown = "".join(traceback.format_exception(error)) + repr(error) + error.detail + log.getvalue()
    assert TOKEN not in shown
    assert "127.0.0.1" in log.getvalue()
    assert error.__context__ is None
    # Nothing that lives on holds a request with the credential still on it.
    gc.collect()
    for thing in gc.get_objects():
        # Not isinstance: that would wake lazy objects of other libraries.
        if type(thing) is requests.PreparedRequest:
            assert TOKEN not in str(thing.headers)
            assert "Authorization" not in thing.headers


@every_network
def test_no_cookie_and_no_environment_reaches_the_next_account(
    wire: Wire, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    wire.behave = told.answer(429, {}, {"Set-Cookie": "account=first; Path=/"})
    for _ in range(2):
        with pytest.raises(NetworkError):
            wire.connect(slug).publish(Draft("Text."))
    assert len(wire.requests) == 2
    assert all(b"cookie" not in request.lower() for request in wire.requests)


def test_a_failed_call_knows_no_request() -> None:
    failure = CallFailed(f"Max retries: /x?access_token={TOKEN}", sent=False)
    assert TOKEN not in str(failure)


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abc.def-123",
        "{'Authorization': 'Basic ZGVzazpwYXNz'}",
        "https://graph.facebook.com/me?access_token=abc.def-123&x=1",
        '{"access_token": "abc.def-123", "refresh_token":"abc.def-123"}',
        "client_secret=abc.def-123",
    ],
)
def test_secrets_are_taken_out_of_texts(text: str) -> None:
    cleaned = redact(text)
    assert "abc.def-123" not in cleaned
    assert "ZGVzazpwYXNz" not in cleaned


def test_a_known_secret_is_taken_out_in_every_dress() -> None:
    for form in (TOKEN, quote(TOKEN, safe="")):
        assert redact(f"before {form} after", [TOKEN]) == "before [removed] after"


def test_a_secret_cannot_be_seen_stored_or_compared() -> None:
    secret = Secret(TOKEN)
    assert repr(secret) == "<Secret>"
    assert TOKEN not in repr({"token": secret})
    for attempt in (
        lambda: str(secret),
        lambda: f"{secret}",
        lambda: pickle.dumps(secret),
        lambda: secret == secret,
        lambda: hash(secret),
    ):
        with pytest.raises(TypeError):
            attempt()
    assert secret.reveal() == TOKEN
    secret.wipe()
    with pytest.raises(SecretShown):
        secret.reveal()


def test_a_connection_that_was_idle_for_long_is_not_used_again(
    sandbox_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector = Practice.on(sandbox_address, "x").connect()
    pools = connector._session.get_adapter(connector._base_url).poolmanager
    connector.recent_ids()
    connector.recent_ids()
    (key,) = pools.pools.keys()
    pool = pools.pools[key]
    first = pool.pool.queue[-1].sock
    connector.recent_ids()
    assert pool.pool.queue[-1].sock is first
    monkeypatch.setattr(transport, "IDLE_LIMIT", 0.0)
    connector.recent_ids()
    assert pool.pool.queue[-1].sock is not first
