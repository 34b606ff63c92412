"""Every fault, over a real socket, on every network that has it."""

import json
import time
from email.utils import parsedate_to_datetime

import pytest
import requests

from tests.sandbox.process import Holder, Sandbox


def test_a_lost_answer_leaves_the_post_behind(sandbox: Sandbox, holder: Holder) -> None:
    sandbox.fault(holder, "lost_answer", operation="publish", times=1)

    with pytest.raises(requests.ConnectionError):
        holder.publish("Road closed")

    assert len(holder.stored()) == 1
    assert holder.listed() == ["Road closed"]
    assert sandbox.control("GET", "faults") == []


def test_a_lost_answer_can_also_be_a_long_silence(sandbox: Sandbox, holder: Holder) -> None:
    sandbox.fault(holder, "lost_answer", operation="publish", value=30)

    with pytest.raises(requests.ReadTimeout):
        holder.publish("Road closed", timeout=0.5)

    assert len(holder.stored()) == 1


def test_a_connection_cut_before_leaves_nothing(sandbox: Sandbox, holder: Holder) -> None:
    sandbox.fault(holder, "cut_before", operation="publish", times=1)

    with pytest.raises(requests.ConnectionError):
        holder.publish("Road closed")

    assert holder.stored() == []
    assert holder.publish("Road closed").ok


def test_a_hanging_network_never_answers_and_stores_nothing(sandbox: Sandbox, holder: Holder) -> None:
    sandbox.fault(holder, "hang", operation="publish", times=1)

    with pytest.raises(requests.ReadTimeout):
        holder.publish("Road closed", timeout=0.5)

    assert holder.stored() == []


def test_a_hang_ends_with_a_cut_after_its_time(sandbox: Sandbox, holder: Holder) -> None:
    sandbox.fault(holder, "hang", value=0.3, times=1)
    begun = time.monotonic()

    with pytest.raises(requests.ConnectionError):
        holder.publish("Road closed")

    assert 0.25 < time.monotonic() - begun < 3


def test_latency_is_added_to_each_call(sandbox: Sandbox, holder: Holder) -> None:
    sandbox.fault(holder, "latency", value=0.25)
    begun = time.monotonic()

    assert holder.publish("Road closed").ok

    assert 0.25 <= time.monotonic() - begun < 2


def test_a_server_error_stores_nothing(sandbox: Sandbox, holder: Holder) -> None:
    sandbox.fault(holder, "server_error", operation="publish", value=500)

    response = holder.publish("Road closed")

    assert response.status_code == 500
    assert response.json()
    assert holder.stored() == []
    assert holder.read().ok


def test_a_gateway_answers_with_a_page(sandbox: Sandbox, holder: Holder) -> None:
    sandbox.fault(holder, "html_error")

    response = holder.publish("Road closed")

    assert response.status_code == 502
    assert response.headers["content-type"].startswith("text/html")
    assert "Bad Gateway" in response.text


def test_a_read_lag_hides_new_posts_until_it_is_used_up(sandbox: Sandbox, holder: Holder) -> None:
    sandbox.fault(holder, "read_lag", value=3600, times=1)
    holder.publish("Road closed")

    assert holder.listed() == []
    assert holder.listed() == ["Road closed"]


def test_a_wrong_clock_shows_in_times_and_headers(sandbox: Sandbox, holder: Holder) -> None:
    sandbox.fault(holder, "clock_skew", value=7200)

    response = holder.publish("Road closed")

    told = parsedate_to_datetime(response.headers["date"]).timestamp()
    assert 7100 < told - time.time() < 7300
    assert 7100 < holder.stored()[0]["at"] - time.time() < 7300


def test_a_hide_can_be_refused(sandbox: Sandbox, holder: Holder) -> None:
    post_id = holder.published_id("Road closed")
    comment_id = holder.hears("You lot again", post_id=post_id)
    sandbox.fault(holder, "hide_refused", times=1)

    assert holder.hide(comment_id).status_code == 403
    assert not holder.said()[0]["hidden"]
    assert holder.hide(comment_id).ok
    assert holder.said()[0]["hidden"]


def test_x_words_its_refusals(sandbox: Sandbox, x: Holder) -> None:
    sandbox.fault(x, "rate_limited", times=1, value=120)
    sandbox.fault(x, "token_expired", times=1, operation="read")
    limited = x.publish("One")

    assert limited.status_code == 429
    assert limited.headers["x-rate-limit-remaining"] == "0"
    assert 115 < int(limited.headers["x-rate-limit-reset"]) - time.time() < 125
    assert limited.headers["content-type"] == "application/problem+json"
    assert x.read().status_code == 401

    sandbox.fault(x, "duplicate_refused", times=1)
    refused = x.publish("Two")
    assert refused.status_code == 403
    assert "duplicate content" in refused.json()["detail"]


def test_facebook_words_its_refusals(sandbox: Sandbox, page: Holder) -> None:
    sandbox.fault(page, "rate_limited", times=1, value=600)
    limited = page.publish("One")

    assert limited.json()["error"]["code"] == 32
    usage = json.loads(limited.headers["x-business-use-case-usage"])[page.external_id][0]
    assert (usage["call_count"], usage["estimated_time_to_regain_access"]) == (100, 10)
    assert json.loads(limited.headers["x-app-usage"])["call_count"] == 100

    sandbox.fault(page, "token_expired", times=1)
    expired = page.publish("One").json()["error"]
    assert (expired["code"], expired["error_subcode"]) == (190, 463)

    sandbox.fault(page, "duplicate_refused", times=1)
    assert page.publish("One").json()["error"]["code"] == 506


def test_wordpress_words_its_refusals(sandbox: Sandbox, site: Holder) -> None:
    sandbox.fault(site, "rate_limited", times=1, value=30)
    limited = site.publish("One")

    assert (limited.status_code, limited.headers["retry-after"]) == (429, "30")

    sandbox.fault(site, "token_expired", times=1)
    expired = site.publish("One")
    assert (expired.status_code, expired.json()["code"]) == (401, "rest_not_logged_in")


def test_a_fault_strikes_only_its_account_and_operation(sandbox: Sandbox) -> None:
    east, west = sandbox.account("x", "east_demo"), sandbox.account("x", "west_demo")
    sandbox.fault(east, "server_error", operation="publish")

    assert east.publish("Road closed").status_code == 503
    assert east.read().ok
    assert west.publish("Road closed").ok

    sandbox.control("DELETE", "faults")
    assert east.publish("Road closed").ok


@pytest.mark.parametrize(
    "told",
    [
        {"kind": "earthquake"},
        {"kind": "latency", "value": 250},
        {"kind": "hang", "value": -1},
        {"kind": "hang", "times": 0},
        {"kind": "hang", "operation": "dance"},
        {"kind": "hang", "network": "myspace"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(sandbox: Sandbox, told: dict[str, object]) -> None:
    body = {"network": "x", "handle": "*", "operation": "*"} | told

    response = requests.post(f"{sandbox.base}/_control/faults", json=body, timeout=5)

    assert response.status_code == 422
    assert response.json()["error"]
    assert sandbox.control("GET", "faults") == []
