"""What a WordPress site does with posts and comments."""

from typing import Any

import pytest

from tests.sandbox.process import Holder, Sandbox

POSTS = "/wp-json/wp/v2/posts"
COMMENTS = "/wp-json/wp/v2/comments"


def test_a_taken_slug_gets_a_number_and_can_be_looked_up(site: Holder) -> None:
    words = {"title": "Road closed", "content": "By the bridge", "status": "publish", "slug": "hq-1"}

    first = site.call("POST", POSTS, json=words)
    second = site.call("POST", POSTS, json=words)
    found = site.call("GET", POSTS, params={"slug": "hq-1", "status": "any"}).json()

    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.json()["slug"], second.json()["slug"]) == ("hq-1", "hq-1-2")
    assert [post["id"] for post in found] == [first.json()["id"]]


def test_a_post_goes_into_the_bin_once_and_then_for_good(site: Holder) -> None:
    path = f"{POSTS}/{site.published_id('Road closed')}"

    assert site.call("DELETE", path).json()["status"] == "trash"
    again = site.call("DELETE", path)
    assert (again.status_code, again.json()["code"]) == (410, "rest_already_trashed")
    erased = site.call("DELETE", path, params={"force": "true"}).json()
    assert erased["deleted"] is True
    assert site.call("GET", path).json()["code"] == "rest_post_invalid_id"


@pytest.mark.parametrize(("status", "listed"), [("hold", "hold"), ("spam", "spam"), ("trash", "trash")])
def test_a_comment_is_set_aside_and_approved_again(site: Holder, status: str, listed: str) -> None:
    post_id = site.published_id("Road closed")
    comment_id = site.hears("Useless lot", post_id=post_id)

    changed = site.call("POST", f"{COMMENTS}/{comment_id}", json={"status": status})
    aside = site.call("GET", COMMENTS, params={"status": listed}).json()
    shown = site.call("GET", COMMENTS).json()

    assert changed.json()["status"] == status
    assert [comment["id"] for comment in aside] == [int(comment_id)]
    assert shown == []
    site.call("POST", f"{COMMENTS}/{comment_id}", json={"status": "approved"})
    assert len(site.call("GET", COMMENTS).json()) == 1


def test_a_status_that_it_has_already_is_an_error(site: Holder) -> None:
    comment_id = site.hears("Useless lot", post_id=site.published_id("Road closed"))
    site.hide(comment_id)

    again = site.hide(comment_id)

    assert (again.status_code, again.json()["code"]) == (500, "rest_comment_failed_edit")


def test_the_same_comment_comes_once(site: Holder) -> None:
    post_id = int(site.published_id("Road closed"))
    words = {"post": post_id, "content": "Thank you all"}

    assert site.call("POST", COMMENTS, json=words).status_code == 201
    again = site.call("POST", COMMENTS, json=words)

    assert (again.status_code, again.json()["code"]) == (409, "comment_duplicate")


def test_lists_have_totals_pages_and_a_time_from_which(site: Holder) -> None:
    post_id = site.published_id("Road closed")
    for number in range(5):
        site.hears(f"Comment {number}", post_id=post_id)

    def ask(**asked: Any) -> Any:
        return site.call("GET", COMMENTS, params={"per_page": 2, "order": "asc"} | asked)

    third = ask(page=3)
    assert (third.headers["x-wp-total"], third.headers["x-wp-totalpages"]) == ("5", "3")
    assert [comment["content"]["rendered"] for comment in third.json()] == ["<p>Comment 4</p>\n"]
    assert ask(page=9).json() == []
    assert ask(offset=1).json()[0]["content"]["rendered"] == "<p>Comment 1</p>\n"
    assert ask(after="2100-01-01T00:00:00").json() == []
    assert len(ask(after="2011-08-01T00:00:00").json()) == 2
    assert ask(after="yesterday").json()["code"] == "rest_invalid_param"
    assert ask(per_page=101).json()["code"] == "rest_invalid_param"


def test_the_editor_sees_the_raw_text_as_it_is_kept(site: Holder) -> None:
    site.hears("You & <b>your</b> lot < nothing", post_id=site.published_id("Road closed"))

    comment = site.call("GET", COMMENTS, params={"context": "edit"}).json()[0]

    assert comment["content"]["raw"] == "You &amp; your lot &lt; nothing"
    assert comment["author_email"].endswith(".invalid")


@pytest.mark.parametrize("password", ["", "wrong", "token wordpress"])
def test_a_wrong_password_opens_nothing(site: Holder, password: str) -> None:
    response = site.call("GET", POSTS, auth=("editor", password))

    assert (response.status_code, response.json()["code"]) == (401, "rest_not_logged_in")


def test_the_spaces_in_a_password_do_not_count(sandbox: Sandbox) -> None:
    site = sandbox.account("wordpress", "spaced", token="abcd EFGH 1234")

    assert site.call("GET", POSTS, auth=("editor", "abcdEFGH 1234")).ok
    assert site.call("GET", POSTS, auth=("someone", "abcdEFGH1234")).status_code == 401


def test_one_site_does_not_open_another(sandbox: Sandbox, site: Holder) -> None:
    other = sandbox.account("wordpress", "west")
    post_id = other.published_id("Road closed")

    assert site.call("GET", f"{POSTS}/{post_id}").json()["code"] == "rest_post_invalid_id"
    assert site.call("GET", POSTS).json() == []
