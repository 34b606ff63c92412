"""What X does with texts, replies and lists."""

import pytest

from tests.sandbox.process import Holder, Sandbox


def test_links_are_shortened_and_signs_escaped(x: Holder) -> None:
    told = x.publish("Cops & robbers <live> https://example.org/a/b?c=d #news").json()["data"]

    listed = x.call("GET", f"/2/users/{x.external_id}/tweets", params={"tweet.fields": "entities"}).json()[
        "data"
    ][0]
    link = listed["entities"]["urls"][0]
    assert told["text"] == listed["text"] == f"Cops &amp; robbers &lt;live&gt; {link['url']} #news"
    assert len(link["url"]) == 23
    assert link["expanded_url"] == "https://example.org/a/b?c=d"
    assert listed["text"][link["start"] : link["end"]] == link["url"]


def test_the_same_words_go_out_once(x: Holder) -> None:
    first = x.published_id("Road closed")

    assert x.publish("Road closed").status_code == 403
    x.call("DELETE", f"/2/tweets/{first}")
    assert x.publish("Road closed").status_code == 201


@pytest.mark.parametrize(
    ("text", "status"),
    [("a" * 280, 201), ("a" * 281, 400), ("🚓" * 140, 201), ("🚓" * 141, 400)],
)
def test_the_length_is_counted_as_x_counts_it(x: Holder, text: str, status: int) -> None:
    assert x.publish(text).status_code == status


def test_only_who_addressed_the_account_can_be_answered(sandbox: Sandbox, x: Holder) -> None:
    other = sandbox.account("x", "west_demo")
    stranger = other.hears("Nothing to do with you")
    friend = x.hears("What about the road?")

    def answer(to: str) -> int:
        words = {"text": "Thank you", "reply": {"in_reply_to_tweet_id": to}}
        return x.call("POST", "/2/tweets", json=words).status_code

    assert answer(stranger) == 403
    assert answer(friend) == 201


def test_only_replies_in_ones_own_conversation_can_be_hidden(sandbox: Sandbox, x: Holder) -> None:
    other = sandbox.account("x", "west_demo")
    post_id = other.published_id("Road closed")
    reply_id = other.hears("Useless", post_id=post_id)
    mention_id = x.hears("Useless too")

    assert x.hide(reply_id).status_code == 403
    assert x.hide(mention_id).status_code == 403
    assert other.hide(reply_id).status_code == 200


def test_mentions_are_walked_page_by_page_and_from_a_known_one(x: Holder) -> None:
    ids = [x.hears(f"Message {number}") for number in range(12)]
    path = f"/2/users/{x.external_id}/mentions"

    first = x.call("GET", path, params={"max_results": 5}).json()
    second = x.call(
        "GET", path, params={"max_results": 5, "pagination_token": first["meta"]["next_token"]}
    ).json()
    newer = x.call("GET", path, params={"since_id": ids[9]}).json()

    assert [post["id"] for post in first["data"] + second["data"]] == ids[::-1][:10]
    assert [post["id"] for post in newer["data"]] == [ids[11], ids[10]]
    assert "next_token" not in newer["meta"]


def test_every_answer_says_what_is_left(x: Holder) -> None:
    left = [int(x.publish(f"Post {n}").headers["x-rate-limit-remaining"]) for n in range(3)]

    assert left == [99, 98, 97]


def test_the_limit_bites(x: Holder) -> None:
    for _ in range(50):
        assert x.call("DELETE", "/2/tweets/20").ok

    response = x.call("DELETE", "/2/tweets/20")

    assert response.status_code == 429
    assert response.headers["x-rate-limit-remaining"] == "0"


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"text": 5}', b'{"text": "a", "poll": {}}'])
def test_nonsense_is_refused(x: Holder, body: bytes) -> None:
    assert x.call("POST", "/2/tweets", data=body).status_code == 400
    assert x.stored() == []
