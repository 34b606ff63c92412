"""The shapes of X's answers: posts, users, lists and problems, in both vocabularies that X speaks."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from hqdash.sandbox.accounts import Account, Person, account_by_id, find_account, person_by_id
from hqdash.sandbox.entries import Entry, count_entries, get_entry
from hqdash.sandbox.state import LARGEST, State
from hqdash.sandbox.x_text import XText, x_text

PROBLEMS = "https://api.x.com/2/problems/"

POST_FIELDS = {
    "attachments", "author_id", "context_annotations", "conversation_id", "created_at", "edit_controls",
    "edit_history_tweet_ids", "edit_history_post_ids", "entities", "geo", "id", "in_reply_to_user_id", "lang",
    "non_public_metrics", "note_tweet", "note_post", "organic_metrics", "possibly_sensitive",
    "promoted_metrics", "public_metrics", "referenced_tweets", "referenced_posts", "reply_settings", "source",
    "text", "withheld", "display_text_range", "username",
}  # fmt: skip
USER_FIELDS = {
    "created_at", "description", "entities", "id", "location", "name", "pinned_tweet_id", "pinned_post_id",
    "profile_image_url", "protected", "public_metrics", "url", "username", "verified", "verified_type",
    "withheld", "most_recent_tweet_id", "affiliation", "subscription_type", "profile_banner_url",
}  # fmt: skip
EXPANSIONS = {
    "author_id", "referenced_tweets.id", "referenced_tweets.id.author_id", "referenced_posts",
    "in_reply_to_user_id", "entities.mentions.username", "attachments.media_keys", "attachments.poll_ids",
    "edit_history_tweet_ids", "edit_history_post_ids", "geo.place_id", "username",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which parts of the answer the caller asked for."""

    post_fields: frozenset[str]
    user_fields: frozenset[str]
    expansions: frozenset[str]
    # Newer callers say post.fields and are answered with "posts"; older ones keep "tweets".
    new_words: bool

    @property
    def referenced(self) -> str:
        return "referenced_posts" if self.new_words else "referenced_tweets"


def problem(
    status: int, title: str, detail: str, *, kind: str = "about:blank", **more: object
) -> JSONResponse:
    """A failed call, in problem+json."""
    body = {"title": title, "detail": detail, "type": kind, "status": status, **more}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def invalid(parameter: str, value: str, message: str) -> JSONResponse:
    """A parameter that X does not take."""
    return problem(
        400,
        "Invalid Request",
        "One or more parameters to your request was invalid.",
        kind=PROBLEMS + "invalid-request",
        errors=[{"parameters": {parameter: [value]}, "message": message}],
    )


def not_found(kind: str, parameter: str, value: str) -> dict[str, object]:
    """What stands in the errors of an answer about something that is not there."""
    return {
        "value": value,
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": PROBLEMS + "resource-not-found",
    }


def wanted(request: Request) -> Wanted | JSONResponse:
    """What the caller asked for, or the refusal of a field that X does not have."""
    new_words = "post.fields" in request.query_params
    found: dict[str, frozenset[str]] = {}
    for name, known in (
        ("tweet.fields", POST_FIELDS),
        ("post.fields", POST_FIELDS),
        ("user.fields", USER_FIELDS),
        ("expansions", EXPANSIONS),
    ):
        asked = frozenset(filter(None, request.query_params.get(name, "").split(",")))
        for value in asked - known:
            message = (
                f"The `{name}` query parameter value [{value}] is not one of [{','.join(sorted(known))}]"
            )
            return invalid(name, value, message)
        found[name] = asked
    return Wanted(
        post_fields=found["tweet.fields"] | found["post.fields"],
        user_fields=found["user.fields"],
        expansions=found["expansions"],
        new_words=new_words,
    )


def moment(at: float) -> str:
    """A moment as X writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(at * 1000) % 1000:03d}Z"


def shown_text(state: State, entry: Entry) -> XText:
    """The text with the handle of the one it answers in front, as X puts it there."""
    text = entry.text
    parent = get_entry(state, network="x", external_id=entry.parent_id) if entry.parent_id else None
    if parent and parent.author_id != entry.author_id:
        prefix = f"@{parent.author_handle}"
        if prefix.lower() not in text.lower().split():
            text = f"{prefix} {text}"
    return x_text(text, entry_id=entry.external_id)


def post_json(state: State, entry: Entry, want: Wanted) -> dict[str, Any]:
    """One post, with the fields that were asked for."""
    shown = shown_text(state, entry)
    parent = get_entry(state, network="x", external_id=entry.parent_id) if entry.parent_id else None
    history = "edit_history_post_ids" if want.new_words else "edit_history_tweet_ids"
    fields: dict[str, Callable[[], Any]] = {
        "author_id": lambda: entry.author_id,
        "username": lambda: entry.author_handle,
        "conversation_id": lambda: entry.post_id or entry.external_id,
        "created_at": lambda: moment(entry.at),
        "entities": shown.entities,
        "in_reply_to_user_id": lambda: parent.author_id if parent else None,
        "lang": lambda: "en",
        "possibly_sensitive": lambda: False,
        "reply_settings": lambda: "everyone",
        "source": lambda: "HQ Dash practice network",
        "display_text_range": lambda: [0, len(shown.text)],
        "public_metrics": lambda: _metrics(state, entry, want),
        "referenced_tweets": lambda: _referenced(entry),
        "referenced_posts": lambda: _referenced(entry),
    }
    answer: dict[str, Any] = {"id": entry.external_id, "text": shown.text, history: [entry.external_id]}
    for name in sorted(want.post_fields & fields.keys()):
        value = fields[name]()
        if value not in (None, {}, []):
            answer[name] = value
    return answer


def _referenced(entry: Entry) -> list[dict[str, str]]:
    return [{"type": "replied_to", "id": entry.parent_id}] if entry.parent_id else []


def _metrics(state: State, entry: Entry, want: Wanted) -> dict[str, int]:
    replies = count_entries(
        state, "network = 'x' AND parent_id = ? AND status = 'published'", (entry.external_id,)
    )
    repost = "repost_count" if want.new_words else "retweet_count"
    return {
        repost: 0,
        "reply_count": replies,
        "like_count": 0,
        "quote_count": 0,
        "bookmark_count": 0,
        "impression_count": 0,
    }


def user_json(user: Account | Person, want: Wanted) -> dict[str, Any]:
    """One user, with the fields that were asked for."""
    answer: dict[str, Any] = {"id": user.external_id, "name": user.name, "username": user.handle}
    made_at = user.made_at if isinstance(user, Account) else 0.0
    count = "post_count" if want.new_words else "tweet_count"
    fields: dict[str, Any] = {
        "created_at": moment(made_at),
        "verified": isinstance(user, Account),
        "protected": False,
        "description": "A practice account. Nothing here is public.",
        "public_metrics": {
            "followers_count": 0, "following_count": 0, count: 0, "listed_count": 0, "like_count": 0,
        },
    }  # fmt: skip
    answer.update({name: fields[name] for name in sorted(want.user_fields & fields.keys())})
    return answer


def included(state: State, entries: Sequence[Entry], want: Wanted) -> dict[str, Any]:
    """The users and posts that the expansions bring along, each once."""
    users: dict[str, dict[str, Any]] = {}
    posts: dict[str, dict[str, Any]] = {}

    def bring(user: Account | Person | None) -> None:
        if user is not None:
            users.setdefault(user.external_id, user_json(user, want))

    for entry in entries:
        parent = get_entry(state, network="x", external_id=entry.parent_id) if entry.parent_id else None
        if "author_id" in want.expansions:
            bring(_user(state, entry.author_id))
        if "in_reply_to_user_id" in want.expansions and parent:
            bring(_user(state, parent.author_id))
        if want.expansions & {"referenced_tweets.id", "referenced_posts"} and parent and not parent.gone:
            posts.setdefault(parent.external_id, post_json(state, parent, want))
        if "referenced_tweets.id.author_id" in want.expansions and parent:
            bring(_user(state, parent.author_id))
        if "entities.mentions.username" in want.expansions:
            for handle in shown_text(state, entry).mentioned:
                bring(find_account(state, network="x", handle=handle))
    named = {"users": users, ("posts" if want.new_words else "tweets"): posts}
    return {name: list(found.values()) for name, found in named.items() if found}


def _user(state: State, external_id: str) -> Account | Person | None:
    return account_by_id(state, external_id) or person_by_id(state, external_id)


def list_json(state: State, entries: Sequence[Entry], want: Wanted, *, more: bool) -> dict[str, Any]:
    """A page of posts, newest first. An empty page has no data at all, only its count."""
    answer: dict[str, Any] = {"meta": {"result_count": len(entries)}}
    if entries:
        answer["data"] = [post_json(state, entry, want) for entry in entries]
        answer["meta"] |= {"newest_id": entries[0].external_id, "oldest_id": entries[-1].external_id}
        includes = included(state, entries, want)
        if includes:
            answer["includes"] = includes
        if more:
            answer["meta"]["next_token"] = page_token(entries[-1].number)
    return answer


def page_token(number: int) -> str:
    """Where the next page begins."""
    return base64.b32hexencode(str(number).encode()).decode().rstrip("=").lower()


def number_in(token: str) -> int | None:
    """What a page token says, or nothing when it is not one of ours."""
    padded = token.upper() + "=" * (-len(token) % 8)
    try:
        return min(int(base64.b32hexdecode(padded)), LARGEST)
    except ValueError:
        return None
