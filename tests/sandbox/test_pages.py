"""The pages of the public: what they show, what they refuse, and that they need no script."""

import re

import pytest
import requests

from tests.sandbox.process import Holder, Sandbox

BANNER = "Nothing here is public."


def get(sandbox: Sandbox, path: str) -> requests.Response:
    return requests.get(f"{sandbox.base}{path}", timeout=10)


def thread_of(holder: Holder, post_id: str) -> str:
    return f"/a/{holder.network}/{holder.handle}/{post_id}"


def test_all_accounts_are_listed_with_what_is_newest(sandbox: Sandbox, holder: Holder) -> None:
    post_id = holder.published_id("Road closed")
    holder.hears("Useless lot", post_id=post_id)

    page = get(sandbox, "/")

    assert BANNER in page.text
    assert "East team" in page.text
    assert "Useless lot" in page.text


def test_every_page_has_a_strict_policy_and_no_script(sandbox: Sandbox, holder: Holder) -> None:
    post_id = holder.published_id("Road closed")

    for path in ("/", f"/a/{holder.network}/{holder.handle}", thread_of(holder, post_id), "/_faults", "/no"):
        page = get(sandbox, path)
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page.text)
        assert page.text.count("<h1") == 1


def test_a_member_of_the_public_comments_and_answers(sandbox: Sandbox, holder: Holder) -> None:
    post_id = holder.published_id("Road closed")
    thread = f"{sandbox.base}{thread_of(holder, post_id)}"

    first = requests.post(thread, data={"author": "Neighbour", "text": "Why <b>now</b>?"}, timeout=5)
    comment_id = holder.said()[0]["external_id"]
    requests.post(thread, data={"author": "Another", "text": "Indeed", "over": comment_id}, timeout=5)

    assert first.status_code == 200
    assert "Why &lt;b&gt;now&lt;/b&gt;?" in first.text
    assert holder.said()[0]["parent_id"] == comment_id
    assert holder.said()[0]["author"] == "Another"


@pytest.mark.parametrize(("network", "shown"), [("x", True), ("facebook", False), ("wordpress", False)])
def test_a_hidden_comment_is_shown_as_the_network_shows_it(
    sandbox: Sandbox, network: str, shown: bool
) -> None:
    holder = sandbox.account(network)
    post_id = holder.published_id("Road closed")
    comment_id = holder.hears("Useless lot", post_id=post_id)
    assert "Useless lot" in get(sandbox, thread_of(holder, post_id)).text

    holder.hide(comment_id)

    page = get(sandbox, thread_of(holder, post_id)).text
    assert ("Useless lot" in page) is shown
    assert ("Replies hidden by the author of the post (1)" in page) is shown
    assert "Useless lot" not in get(sandbox, "/").text


def test_a_post_taken_down_is_gone(sandbox: Sandbox, x: Holder) -> None:
    post_id = x.published_id("Road closed")
    x.call("DELETE", f"/2/tweets/{post_id}")

    assert get(sandbox, thread_of(x, post_id)).status_code == 404
    assert "Road closed" not in get(sandbox, "/a/x/east_demo").text


def test_an_account_on_x_is_mentioned(sandbox: Sandbox, x: Holder) -> None:
    told = {"author": "Neighbour", "text": "Where is everybody?"}

    page = requests.post(f"{sandbox.base}/a/x/east_demo/mention", data=told, timeout=5)

    assert "@east_demo Where is everybody?" in page.text
    mentions = x.call("GET", f"/2/users/{x.external_id}/mentions").json()["data"]
    assert [post["text"] for post in mentions] == ["@east_demo Where is everybody?"]


def test_an_empty_comment_comes_back_with_what_was_typed(sandbox: Sandbox, x: Holder) -> None:
    post_id = x.published_id("Road closed")
    thread = f"{sandbox.base}{thread_of(x, post_id)}"

    page = requests.post(thread, data={"author": "Neighbour", "text": "  "}, timeout=5)

    assert page.status_code == 422
    assert "Write something first." in page.text
    assert 'value="Neighbour"' in page.text
    assert x.said() == []


def test_another_site_cannot_send_the_forms(sandbox: Sandbox, x: Holder) -> None:
    post_id = x.published_id("Road closed")
    foreign = {"Sec-Fetch-Site": "cross-site"}
    told = {"author": "Neighbour", "text": "Hello", "kind": "hang", "where": "*/*"}

    for path in (thread_of(x, post_id), "/a/x/east_demo/mention", "/_faults"):
        answer = requests.post(f"{sandbox.base}{path}", data=told, headers=foreign, timeout=5)
        assert answer.status_code == 403

    assert x.said() == []
    assert sandbox.control("GET", "faults") == []


def test_faults_are_switched_on_and_lifted_by_hand(sandbox: Sandbox, x: Holder) -> None:
    form = {"where": "x/east_demo", "kind": "server_error", "operation": "publish", "times": "", "value": ""}

    page = requests.post(f"{sandbox.base}/_faults", data=form, timeout=5)

    assert "Until lifted" in page.text
    assert x.publish("Road closed").status_code == 503
    number = str(sandbox.control("GET", "faults")[0]["number"])
    page = requests.post(f"{sandbox.base}/_faults", data={"lift": number}, timeout=5)
    assert "None. All networks work as they should." in page.text
    assert x.publish("Road closed").ok


@pytest.mark.parametrize("wrong", [{"value": "much"}, {"times": "often"}, {"kind": "no"}, {"value": "nan"}])
def test_a_fault_typed_wrongly_is_explained(sandbox: Sandbox, wrong: dict[str, str]) -> None:
    form = {"where": "*/*", "kind": "latency", "operation": "*", "times": "", "value": "1"} | wrong

    page = requests.post(f"{sandbox.base}/_faults", data=form, timeout=5)

    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert sandbox.control("GET", "faults") == []


def test_addresses_of_the_networks_lead_to_the_pages(sandbox: Sandbox, x: Holder) -> None:
    post_id = x.published_id("Road closed")
    site = sandbox.account("wordpress")
    link = site.publish("Road open").json()["link"]

    assert "Road closed" in get(sandbox, f"/x/east_demo/status/{post_id}").text
    assert "Road open" in requests.get(link, timeout=5).text


@pytest.mark.parametrize(
    "path", ["/a/x/nobody", "/a/myspace/east", "/a/x/east_demo/7", "/_static/../state.py"]
)
def test_what_is_not_there_is_said_calmly(sandbox: Sandbox, x: Holder, path: str) -> None:
    page = get(sandbox, path)

    assert page.status_code == 404
    assert "Traceback" not in page.text
