"""The plain values that cross the border between our words and a network's wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ItemKind = Literal["comment", "mention", "reply", "message"]


@dataclass(frozen=True, slots=True)
class Account:
    """One of our accounts on a network."""

    handle: str
    external_id: str = ""
    # Only networks without a central address (WordPress) are reached through it.
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or film that goes out with a post."""

    content: bytes = field(repr=False)
    media_type: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be said."""

    text: str
    link: str = ""
    reply_to: str = ""
    media: tuple[Attachment, ...] = ()

    @property
    def text_with_link(self) -> str:
        """The text as one piece, for networks that know no separate link."""
        if not self.link or self.link in self.text:
            return self.text
        return f"{self.text}\n{self.link}" if self.text else self.link


@dataclass(frozen=True, slots=True)
class Published:
    """Proof that a post stands: its name at the network."""

    external_id: str
    url: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """Something that somebody else said to us, in our words."""

    external_id: str
    kind: ItemKind
    text: str
    author_id: str
    author_handle: str
    author_name: str
    at: datetime
    permalink: str = ""
    parent_id: str = ""
    post_id: str = ""
    hidden: bool = False
    raw_like: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """Items since the last cursor, oldest first; `more` says that another call has more at once."""

    items: tuple[Item, ...]
    cursor: str
    more: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What an act did, and whom it did not reach."""

    done: bool
    who_still_sees: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """What to look for after an attempt whose outcome is unknown."""

    text: str
    # Taken with recent_ids() before the attempt, so that nothing depends on clocks.
    seen_ids: frozenset[str]
    # Kept for people who read a receipt; matching never uses it.
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Landed:
    """The post is there."""

    published: Published


@dataclass(frozen=True, slots=True)
class Absent:
    """The post is provably not there (as far as the network shows what it has stored)."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """The network's answer proves neither."""

    reason: str


Landing = Landed | Absent | Unsure


@dataclass(frozen=True, slots=True)
class RateState:
    """How much the network still allows, as it said in its last answer."""

    remaining: int
    limit: int
    reset_at: datetime | None = None
