"""Recognises our own post in a listing: by ids not seen before and by text, never by clocks."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from hqdash.networks.types import Absent, Landed, Landing, Probe, Published, Unsure

_TAG = re.compile(r"<[^>]*>")
_BLOCK_END = re.compile(r"<(?:br\s*/?|/p|/div|/li|/h\d)\s*>", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_LINK = re.compile(r"https?://([^\s/?#]+)(\S*)", re.IGNORECASE)
_LEADING_MENTIONS = re.compile(r"^(?:@\w+\s+)+")


@dataclass(frozen=True, slots=True)
class Listed:
    """One of our posts as a listing shows it, its text already plain."""

    published: Published
    text: str


def plain_text(markup: str) -> str:
    """The words of an HTML fragment."""
    return html.unescape(_TAG.sub("", _BLOCK_END.sub("\n", markup))).strip()


def normalised(text: str) -> str:
    """The text without what networks change on their way: Unicode form, spacing, link dress."""
    text = unicodedata.normalize("NFC", text)
    # Networks complete links: "example.org" comes back as "http://example.org/".
    text = _LINK.sub(lambda found: found[1].lower() + found[2].rstrip("/"), text)
    return _SPACE.sub(" ", text).strip()


def same_text(ours: str, listed: str) -> bool:
    """True if the listed text is ours, also when a link was added at its end or a name in front."""
    wanted = normalised(ours)
    words = listed.split()
    forms = [listed]
    if words and words[-1].lower().startswith(("http://", "https://")):
        forms.append(" ".join(words[:-1]))
    for form in forms:
        text = normalised(form)
        # X puts the names of those who are answered in front of a reply.
        if wanted in (text, _LEADING_MENTIONS.sub("", text)):
            return True
    return False


def landing(probe: Probe, listed: Sequence[Listed], *, whole: bool) -> Landing:
    """What a listing, newest first, proves about an attempt.

    `whole` says that nothing lies beyond it. Otherwise it only proves an absence if it reaches back
    to a post that had been seen before the attempt: everything newer is then in it.
    """
    known = [place for place, post in enumerate(listed) if post.published.external_id in probe.seen_ids]
    # One known post may be pinned to the top and say nothing about how far the listing reaches.
    reaches_back = bool(known) and (whole or len(known) > 1 or known[-1] == len(listed) - 1)
    # What lies below the oldest known post is older, even if it was never seen: after a deletion
    # an old post with the same words slides into the listing.
    window = listed[: known[-1]] if reaches_back else listed
    matching = [
        post.published
        for post in window
        if post.published.external_id not in probe.seen_ids and same_text(probe.text, post.text)
    ]
    if matching:
        # The oldest one: a later twin was somebody's second thought.
        return Landed(matching[-1])
    if reaches_back or (whole and not probe.seen_ids):
        return Absent()
    if not listed:
        return Unsure("The network listed no posts at all.")
    return Unsure("The network's list does not reach back to the posts that were there before.")
