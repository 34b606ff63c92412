"""What Facebook does with a Page's posts and the comments below them."""

import pytest

from tests.sandbox.process import Holder, Sandbox


def test_a_comment_is_hidden_shown_and_removed(page: Holder) -> None:
    post_id = page.published_id("Road closed")
    comment_id = page.hears("Useless lot", post_id=post_id)

    assert page.hide(comment_id).json() == {"success": True}
    assert page.said()[0]["hidden"]
    page.call("POST", f"/v26.0/{comment_id}", data={"is_hidden": "false"})
    assert not page.said()[0]["hidden"]
    assert page.call("DELETE", f"/v26.0/{comment_id}").json() == {"success": True}
    assert page.said()[0]["removed"]
    gone = page.call("GET", f"/v26.0/{comment_id}").json()["error"]
    assert (gone["code"], gone["error_subcode"]) == (100, 33)


def test_the_newest_comments_of_all_levels_come_with_the_feed(page: Holder) -> None:
    post_id = page.published_id("Road closed")
    first = page.hears("First", post_id=post_id)
    second = page.hears("Second", post_id=first)
    fields = "id,comments.limit(1).filter(stream).order(reverse_chronological){id,parent{id}}"

    feed = page.call("GET", "/v26.0/me/feed", params={"fields": fields}).json()

    comments = feed["data"][0]["comments"]
    assert comments["data"] == [{"id": second, "parent": {"id": first}}]
    after = comments["paging"]["cursors"]["after"]
    more = page.call(
        "GET",
        f"/v26.0/{post_id}/comments",
        params={"filter": "stream", "order": "reverse_chronological", "after": after},
    ).json()
    assert [comment["id"] for comment in more["data"]] == [first]
    assert "next" not in more["paging"]


def test_the_top_level_leaves_answers_out(page: Holder) -> None:
    post_id = page.published_id("Road closed")
    first = page.hears("First", post_id=post_id)
    page.hears("Second", post_id=first)

    top = page.call("GET", f"/v26.0/{post_id}/comments").json()
    below = page.call("GET", f"/v26.0/{first}/comments").json()

    assert [comment["message"] for comment in top["data"]] == ["First"]
    assert [comment["message"] for comment in below["data"]] == ["Second"]


def test_a_next_link_leads_on(page: Holder) -> None:
    for number in range(3):
        page.publish(f"Post {number}")

    first = page.call("GET", "/v26.0/me/feed", params={"limit": 2, "fields": "message"}).json()
    path = first["paging"]["next"].removeprefix(page.base_url)
    second = page.call("GET", path).json()

    assert [post["message"] for post in first["data"] + second["data"]] == ["Post 2", "Post 1", "Post 0"]


def test_the_same_words_go_out_once(page: Holder) -> None:
    page.publish("Road closed")

    assert page.publish("Road closed").json()["error"]["code"] == 506


def test_another_page_is_out_of_reach(sandbox: Sandbox, page: Holder) -> None:
    other = sandbox.account("facebook", "west.demo")
    post_id = other.published_id("Road closed")
    comment_id = other.hears("Useless lot", post_id=post_id)

    assert page.hide(comment_id).json()["error"]["code"] == 100
    assert page.call("DELETE", f"/v26.0/{post_id}").json()["error"]["code"] == 100
    posted = page.call("POST", f"/v26.0/{other.external_id}/feed", data={"message": "Hello"})
    assert posted.json()["error"]["code"] == 200
    assert not other.said()[0]["hidden"]


@pytest.mark.parametrize("version", ["v20.0", "v27.0", "2.8", "now"])
def test_only_living_versions_answer(page: Holder, version: str) -> None:
    assert page.call("GET", f"/{version}/me").json()["error"]["code"] == 2635


@pytest.mark.parametrize("fields", ["id,,name", "id{", "feed.limit(", "feed.limit(x", "}", "id name"])
def test_a_broken_field_list_is_a_syntax_error(page: Holder, fields: str) -> None:
    response = page.call("GET", "/v26.0/me", params={"fields": fields})

    assert response.status_code == 400
    assert response.json()["error"]["code"] == 2500


def test_who_tags_the_page_is_withheld(page: Holder) -> None:
    page.hears("Look at this", kind="mention")

    told = page.call("GET", "/v26.0/me/tagged", params={"fields": "message,from"}).json()["data"]

    assert [post.keys() for post in told] == [{"message", "id"}]
