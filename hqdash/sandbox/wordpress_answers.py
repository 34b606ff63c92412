"""The shapes of WordPress's answers: posts, comments, users, the index and its one error form."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape, unescape
from typing import Any

from starlette.responses import JSONResponse

from hqdash.sandbox.accounts import Account
from hqdash.sandbox.entries import Entry


class WordPressRefusal(Exception):
    """A call that WordPress answers with its error form."""

    def __init__(self, status: int, code: str, message: str, **data: object) -> None:
        super().__init__(message)
        self.response = error(status, code, message, **data)


def error(status: int, code: str, message: str, **data: object) -> JSONResponse:
    """The form of a failed call."""
    body = {"code": code, "message": message, "data": {"status": status, **data}}
    return JSONResponse(body, status_code=status)


def moment(at: float) -> str:
    """A moment as WordPress writes it: UTC, without saying so."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def plain(html: str) -> str:
    """The words of a piece of HTML."""
    broken = re.sub(r"(?i)<br\s*/?>|</p>", "\n", html)
    return unescape(re.sub(r"<[^>]*>", "", broken)).strip()


def as_kept(text: str) -> str:
    """What WordPress stores of a visitor's comment: unknown tags gone, other signs as entities."""
    return escape(re.sub(r"</?[A-Za-z][^>]*>", "", text), quote=False)


def rendered(raw: str) -> str:
    """What WordPress makes of a text: paragraphs, unless it is HTML already."""
    if re.search(r"<(p|div|ul|ol|h[1-6]|blockquote|figure)\b", raw):
        return raw
    paragraphs = [part.strip().replace("\n", "<br />\n") for part in re.split(r"\n{2,}", raw)]
    return "".join(f"<p>{part}</p>\n" for part in paragraphs if part)


@dataclass(frozen=True, slots=True)
class Site:
    """One site: the account that it is, and the address under which it was called."""

    account: Account
    address: str

    @property
    def rest(self) -> str:
        return f"{self.address}/wp-json/wp/v2"

    def index_json(self) -> dict[str, Any]:
        """What /wp-json/ says of the site."""
        return {
            "name": self.account.name,
            "description": "A practice site. Nothing here is public.",
            "url": self.address,
            "home": self.address,
            "gmt_offset": "0",
            "timezone_string": "UTC",
            "namespaces": ["wp/v2"],
            "authentication": {
                "application-passwords": {
                    "endpoints": {"authorization": f"{self.address}/wp-admin/authorize-application.php"}
                }
            },
            "routes": {},
        }

    def user_json(self, context: str) -> dict[str, Any]:
        """The user whose application password it is."""
        answer: dict[str, Any] = {
            "id": 1,
            "name": self.account.name,
            "url": "",
            "description": "",
            "link": f"{self.address}/author/{self.account.username}/",
            "slug": self.account.username,
            "avatar_urls": {},
            "meta": [],
        }
        if context == "edit":
            answer |= {
                "username": self.account.username,
                "email": f"{self.account.username}@site.invalid",
                "roles": ["editor"],
                "capabilities": {"moderate_comments": True, "publish_posts": True, "edit_others_posts": True},
            }
        return answer

    def post_link(self, entry: Entry) -> str:
        return f"{self.address}/?p={entry.external_id}"

    def post_json(self, entry: Entry, context: str) -> dict[str, Any]:
        """One post."""
        title = {"rendered": escape(entry.title, quote=False)}
        content = {"rendered": rendered(entry.text), "protected": False}
        excerpt = {"rendered": f"<p>{escape(plain(entry.text)[:200], quote=False)}</p>\n", "protected": False}
        guid = {"rendered": self.post_link(entry)}
        if context == "edit":
            title["raw"] = entry.title
            content |= {"raw": entry.text, "block_version": 0}
            excerpt["raw"] = ""
            guid["raw"] = guid["rendered"]
        return {
            "id": int(entry.external_id),
            "date": moment(entry.at),
            "date_gmt": moment(entry.at),
            "guid": guid,
            "modified": moment(entry.at),
            "modified_gmt": moment(entry.at),
            "slug": entry.slug,
            "status": entry.status,
            "type": "post",
            "link": self.post_link(entry),
            "title": title,
            "content": content,
            "excerpt": excerpt,
            "author": 1,
            "featured_media": 0,
            "comment_status": "open",
            "ping_status": "open",
            "sticky": False,
            "template": "",
            "format": "standard",
            "meta": {"footnotes": ""},
            "categories": [1],
            "tags": [],
        }

    def comment_json(self, entry: Entry, context: str) -> dict[str, Any]:
        """One comment."""
        kept = entry.text if entry.by_account else as_kept(entry.text)
        content = {"rendered": rendered(kept)}
        answer: dict[str, Any] = {
            "id": int(entry.external_id),
            "post": int(entry.post_id),
            "parent": int(entry.parent_id) if entry.parent_id != entry.post_id else 0,
            "author": 1 if entry.by_account else 0,
            "author_name": entry.author_name,
            "author_url": "",
            "date": moment(entry.at),
            "date_gmt": moment(entry.at),
            "content": content,
            "link": f"{self.address}/?p={entry.post_id}#comment-{entry.external_id}",
            "status": entry.status,
            "type": "comment",
            "author_avatar_urls": {},
            "meta": [],
        }
        if context == "edit":
            content["raw"] = kept
            answer |= {
                "author_email": f"{entry.author_handle}@people.invalid",
                "author_ip": "127.0.0.1",
                "author_user_agent": "",
            }
        return answer


def slug_of(title: str) -> str:
    """A title as part of an address."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:180]
    return words or hashlib.sha256(title.encode()).hexdigest()[:12]


def raw_text(value: object) -> str:
    """A text that may come as it is or as {"raw": ...}."""
    if isinstance(value, Mapping):
        value = value.get("raw", "")
    return value if isinstance(value, str) else ""
