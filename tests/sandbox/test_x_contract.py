"""X's answers here, checked against X's own OpenAPI description."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.sandbox.process import Holder

# The older words, which callers get who ask with tweet.fields; the description knows only the newer.
OLDER = {"edit_history_tweet_ids", "referenced_tweets", "tweets", "tweet_count", "retweet_count"}
FIELDS = {
    "post.fields": "author_id,conversation_id,created_at,entities,in_reply_to_user_id,lang,public_metrics,"
    "referenced_posts,reply_settings,possibly_sensitive",
    "user.fields": "created_at,public_metrics,verified,protected",
    "expansions": "author_id,referenced_posts",
}
OLD_FIELDS = {
    "tweet.fields": "author_id,conversation_id,created_at,entities,in_reply_to_user_id,referenced_tweets",
    "expansions": "author_id,referenced_tweets.id",
}


class Description:
    """X's description, and the question whether an answer keeps to it."""

    def __init__(self, path: Path) -> None:
        self.document: dict[str, Any] = json.loads(path.read_text())
        resource = Resource(contents=self.document, specification=DRAFT202012)
        self.registry: Registry[Any] = Registry().with_resource("urn:x", resource)

    def check(self, method: str, path: str, response: requests.Response) -> Any:
        """The answer, if it is what the description says for this call."""
        answers = self.document["paths"][path][method.lower()]["responses"]
        status = str(response.status_code)
        content = (answers.get(status) or answers["default"])["content"]
        kind = response.headers["content-type"].split(";")[0]
        assert kind in content
        told = response.json()
        schema = content[kind]["schema"]
        if told.get("type") == "about:blank":
            # Refusals without a type of their own; the description has only those with one.
            assert {"title", "detail", "status"} <= told.keys()
            return told
        validator = Draft202012Validator({"$ref": f"urn:x{schema['$ref']}"}, registry=self.registry)
        assert [error.message for error in validator.iter_errors(told)] == []
        assert self.strangers(schema, told) == []
        return told

    def strangers(self, schema: Mapping[str, Any], value: Any, at: str = "") -> list[str]:
        """The names in an answer that the description does not have."""
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        if isinstance(value, list):
            inner = schema.get("items", {})
            return [name for item in value for name in self.strangers(inner, item, at)]
        if not isinstance(value, dict) or "properties" not in schema:
            return []
        found = []
        for name, inner in value.items():
            if name in schema["properties"]:
                found += self.strangers(schema["properties"][name], inner, f"{at}.{name}")
            elif name not in OLDER:
                found.append(f"{at}.{name}")
        return found


@pytest.fixture(scope="session")
def description(specifications: Path) -> Description:
    return Description(specifications / "x" / "x-openapi.json")


@pytest.fixture
def conversation(x: Holder) -> tuple[str, str, str]:
    """A post, a reply by the public, and a mention."""
    post_id = x.published_id("Roads & weather: https://example.org/a #gritting @east_demo")
    return post_id, x.hears("Useless lot", post_id=post_id), x.hears("Where is everybody?")


def test_a_new_post(description: Description, x: Holder) -> None:
    response = x.publish("Road closed")

    told = description.check("POST", "/2/tweets", response)
    assert response.status_code == 201
    assert told["data"]["text"] == "Road closed"


def test_the_call_itself_is_described(description: Description) -> None:
    asked = {"text": "Road closed", "reply": {"in_reply_to_tweet_id": "1"}}
    schema = {"$ref": "urn:x#/components/schemas/CreatePostsRequest"}

    Draft202012Validator(schema, registry=description.registry).validate(asked)


@pytest.mark.parametrize("fields", [FIELDS, OLD_FIELDS, {}])
@pytest.mark.parametrize("which", ["tweets", "mentions"])
def test_lists(
    description: Description,
    x: Holder,
    conversation: tuple[str, str, str],
    which: str,
    fields: dict[str, str],
) -> None:
    response = x.call("GET", f"/2/users/{x.external_id}/{which}", params=fields)

    told = description.check("GET", f"/2/users/{{id}}/{which}", response)
    post_id, reply_id, mention_id = conversation
    expected = [post_id] if which == "tweets" else [mention_id, reply_id]
    assert [post["id"] for post in told["data"]] == expected


def test_an_empty_list(description: Description, x: Holder) -> None:
    told = description.check("GET", "/2/users/{id}/tweets", x.call("GET", f"/2/users/{x.external_id}/tweets"))
    assert told == {"meta": {"result_count": 0}}


def test_a_search(description: Description, x: Holder, conversation: tuple[str, str, str]) -> None:
    query = f"conversation_id:{conversation[0]} is:reply -from:east_demo"

    response = x.call("GET", "/2/tweets/search/recent", params={"query": query} | FIELDS)

    told = description.check("GET", "/2/tweets/search/recent", response)
    assert [post["id"] for post in told["data"]] == [conversation[1]]


def test_one_post_and_a_missing_one(
    description: Description, x: Holder, conversation: tuple[str, str, str]
) -> None:
    there = x.call("GET", f"/2/tweets/{conversation[0]}", params=FIELDS)
    missing = x.call("GET", "/2/tweets/20", params=FIELDS)

    assert description.check("GET", "/2/tweets/{id}", there)["data"]["id"] == conversation[0]
    told = description.check("GET", "/2/tweets/{id}", missing)
    assert missing.status_code == 200
    assert "data" not in told
    assert told["errors"][0]["title"] == "Not Found Error"


def test_the_account_itself(description: Description, x: Holder) -> None:
    told = description.check("GET", "/2/users/me", x.read())

    assert told["data"] == {"id": x.external_id, "name": "East team", "username": "east_demo"}


def test_hiding_and_deleting(description: Description, x: Holder, conversation: tuple[str, str, str]) -> None:
    hidden = x.hide(conversation[1])
    deleted = x.call("DELETE", f"/2/tweets/{conversation[0]}")

    assert description.check("PUT", "/2/tweets/{tweet_id}/hidden", hidden)["data"] == {"hidden": True}
    assert description.check("DELETE", "/2/tweets/{id}", deleted)["data"] == {"deleted": True}


def test_refusals(description: Description, x: Holder) -> None:
    x.publish("Road closed")
    answers = {
        403: x.publish("Road closed"),
        401: x.call("POST", "/2/tweets", headers={"Authorization": "Bearer wrong"}, json={"text": "Hi"}),
        400: x.publish(""),
    }
    for status, response in answers.items():
        assert response.status_code == status
        description.check("POST", "/2/tweets", response)
    wrong = x.call("GET", f"/2/users/{x.external_id}/tweets", params={"max_results": 3})
    assert wrong.status_code == 400
    description.check("GET", "/2/users/{id}/tweets", wrong)
