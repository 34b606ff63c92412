"""Graph's answers here, checked against Meta's own lists of fields and edges."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.process import Holder

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000")
COMMENT = (
    "id,message,from,created_time,is_hidden,can_hide,can_remove,can_comment,can_like,can_reply_privately,"
    "is_private,user_likes,like_count,comment_count,permalink_url,parent,object"
)
POST = "id,message,created_time,updated_time,permalink_url,from,is_published,is_hidden,status_type"


class Node:
    """One kind of node: its fields with their types, and its edges."""

    def __init__(self, path: Path) -> None:
        told = json.loads(path.read_text())
        self.types = {field["name"]: field["type"] for field in told["fields"]}
        self.edges = {(api["method"], api["endpoint"]) for api in told["apis"] if api.get("endpoint")}
        self.words = {
            (api["method"], api.get("endpoint")): {param["name"] for param in api.get("params", [])}
            for api in told["apis"]
        }

    def check(self, answer: dict[str, Any]) -> None:
        for name, value in answer.items():
            if ("GET", name) in self.edges:
                assert isinstance(value["data"], list)
                continue
            assert name in self.types, f"the node has no field {name}"
            self._check_type(name, self.types[name], value)

    def _check_type(self, name: str, kind: str, value: Any) -> None:
        match kind:
            case "string":
                assert isinstance(value, str), name
            case "bool":
                assert isinstance(value, bool), name
            case "datetime":
                assert TIME.fullmatch(value), name
            case "unsigned int":
                assert isinstance(value, int), name
                assert not isinstance(value, bool), name
            case _:
                assert isinstance(value, dict), name


@pytest.fixture(scope="session")
def nodes(specifications: Path) -> dict[str, Node]:
    folder = specifications / "meta-specs"
    return {name: Node(folder / f"{name}.json") for name in ("Page", "PagePost", "Comment")}


@pytest.fixture
def conversation(page: Holder) -> tuple[str, str]:
    post_id = page.published_id("Road closed")
    return post_id, page.hears("Useless lot", post_id=post_id)


def test_a_page(nodes: dict[str, Node], page: Holder) -> None:
    fields = "id,name,username,link,is_published,feed{id,message}"

    answer = page.call("GET", "/v26.0/me", params={"fields": fields}).json()

    nodes["Page"].check(answer)
    assert answer["name"] == "East team"


@pytest.mark.parametrize("edge", ["feed", "published_posts", "posts", "tagged"])
def test_the_lists_of_a_page(
    nodes: dict[str, Node], page: Holder, conversation: tuple[str, str], edge: str
) -> None:
    tag_id = page.hears("Look at this", kind="mention")
    fields = f"{POST},comments.filter(stream).order(reverse_chronological).limit(25){{{COMMENT}}}"

    answer = page.call("GET", f"/v26.0/me/{edge}", params={"fields": fields}).json()

    assert ("GET", edge) in nodes["Page"].edges
    for post in answer["data"]:
        nodes["PagePost"].check(post)
        for comment in post["comments"]["data"]:
            nodes["Comment"].check(comment)
    expected = tag_id if edge == "tagged" else conversation[0]
    assert [post["id"] for post in answer["data"]] == [expected]


def test_a_comment_and_its_answer(
    nodes: dict[str, Node], page: Holder, conversation: tuple[str, str]
) -> None:
    _, comment_id = conversation
    answer_id = page.call("POST", f"/v26.0/{comment_id}/comments", data={"message": "Thank you"}).json()["id"]

    answer = page.call("GET", f"/v26.0/{answer_id}", params={"fields": COMMENT}).json()

    nodes["Comment"].check(answer)
    assert answer["parent"]["id"] == comment_id
    assert answer["can_hide"] is False


def test_the_words_of_the_calls_are_known(nodes: dict[str, Node]) -> None:
    assert {"message", "link"} <= nodes["Page"].words["POST", "feed"]
    assert {"is_hidden", "message"} <= nodes["Comment"].words["POST", None]
    assert "message" in nodes["PagePost"].words["POST", "comments"]


def test_an_error_has_the_documented_form(specifications: Path, page: Holder) -> None:
    documented = json.loads((specifications / "restfb" / "exampleErrorNew.json").read_text())["error"]

    answer = page.call("GET", "/v26.0/me", headers={"Authorization": "Bearer wrong"})

    assert answer.status_code == 401
    error = answer.json()["error"]
    assert error["code"] == documented["code"] == 190
    assert error.keys() <= documented.keys() | {"is_transient"}


def test_an_unknown_field_is_refused(page: Holder) -> None:
    answer = page.call("GET", "/v26.0/me", params={"fields": "id,shoe_size"})

    assert answer.json()["error"]["message"].startswith(
        "(#100) Tried accessing nonexisting field (shoe_size)"
    )
