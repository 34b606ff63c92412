"""What the sandbox remembers, and what many at once do to it."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.sandbox.process import ROOT, Holder, Sandbox


def test_a_killed_process_forgets_nothing(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "state").start()
    try:
        page = sandbox.account("facebook")
        post_id = page.published_id("Road closed")
        comment_id = page.hears("Useless lot", post_id=post_id)
        page.hide(comment_id)
        sandbox.fault(page, "latency", value=0.01)
        before = (page.stored(), page.said(), sandbox.control("GET", "faults"))

        sandbox.stop(kill=True)
        sandbox.start()

        assert (page.stored(), page.said(), sandbox.control("GET", "faults")) == before
        assert page.read().ok
        assert page.published_id("Road open") > post_id
    finally:
        sandbox.stop()


def test_no_token_is_kept(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "state").start()
    try:
        for network in ("x", "facebook", "wordpress"):
            sandbox.account(network, token=f"verysecret{network}")
    finally:
        sandbox.stop()

    kept = b"".join(path.read_bytes() for path in (tmp_path / "state").iterdir())
    assert b"east_demo" in kept
    assert b"verysecret" not in kept


def test_two_people_comment_at_the_same_time(holder: Holder) -> None:
    post_id = holder.published_id("Road closed")

    def speak(number: int) -> str:
        return holder.hears(f"Message {number}", author=f"Neighbour {number % 2}", post_id=post_id)

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(speak, range(40)))

    assert len(ids) == 40
    assert {comment["text"] for comment in holder.said()} == {f"Message {n}" for n in range(40)}
    assert len({comment["author_handle"] for comment in holder.said()}) == 2


def test_one_slow_account_does_not_slow_the_others(sandbox: Sandbox) -> None:
    slow, quick = sandbox.account("x", "slow_demo"), sandbox.account("x", "quick_demo")
    sandbox.fault(slow, "latency", value=3)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(slow.publish, "Road closed")
        begun = time.monotonic()
        assert quick.publish("Road closed").ok
        assert time.monotonic() - begun < 1.5
        assert waiting.result().ok


def test_a_new_token_ends_the_old_one(sandbox: Sandbox) -> None:
    old = sandbox.account("x", token="first")
    new = sandbox.account("x", token="second")

    assert old.external_id == new.external_id
    assert old.read().status_code == 401
    assert new.read().ok


@pytest.mark.parametrize(
    "told",
    [
        {"network": "myspace", "handle": "east", "token": "t"},
        {"network": "x", "handle": "no way", "token": "t"},
        {"network": "x", "handle": "../..", "token": "t"},
        {"network": "x", "handle": "east"},
        {"network": "x", "handle": "other", "token": "token-x-east_demo"},
        {"network": "x", "handle": "other", "token": "t", "external_id": "abc"},
    ],
)
def test_an_account_that_makes_no_sense_is_refused(x: Holder, told: dict[str, str]) -> None:
    response = requests.post(f"{x.sandbox.base}/_control/accounts", json=told, timeout=5)

    assert response.status_code == 422
    assert response.json()["error"].endswith(".")


def test_the_control_api_takes_no_form_of_another_site(x: Holder) -> None:
    response = requests.post(
        f"{x.sandbox.base}/_control/comments",
        data='{"network": "x", "handle": "east_demo", "author": "A", "text": "B"}',
        headers={"content-type": "text/plain"},
        timeout=5,
    )

    assert response.status_code == 422
    assert x.said() == []


def test_a_port_in_use_is_said_in_one_sentence(sandbox: Sandbox, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hqdash.sandbox", "--port", str(sandbox.port), "--state", str(tmp_path)]

    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=20, check=False)

    assert ended.returncode == 1
    assert ended.stderr == f"Port {sandbox.port} on 127.0.0.1 cannot be used: Address already in use.\n"


def test_every_answer_is_dated(x: Holder) -> None:
    wrong = {"Authorization": "Bearer wrong"}

    assert "date" in x.call("GET", "/2/users/me", headers=wrong).headers
    assert "date" in requests.get(x.sandbox.base, timeout=5).headers


@pytest.mark.parametrize(
    "path",
    [
        "/x/2/users/{id}/mentions?since_id=9999999999999999999",
        "/x/2/users/{id}/mentions?pagination_token=vvvvvvvv",
        "/x/2/tweets/99999999999999999999999999",
        "/a/x/east_demo?before=99999999999999999999",
        "/a/x/%00",
    ],
)
def test_numbers_out_of_bounds_break_nothing(x: Holder, path: str) -> None:
    address = f"{x.sandbox.base}{path.format(id=x.external_id)}"

    assert requests.get(address, headers={"Authorization": f"Bearer {x.token}"}, timeout=5).status_code < 500


def test_half_a_character_is_replaced(x: Holder) -> None:
    response = x.call("POST", "/2/tweets", data=b'{"text": "Road \\ud83d closed"}')

    assert response.json()["data"]["text"] == "Road ? closed"
