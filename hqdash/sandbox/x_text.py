"""Turns a text as written into the text X gives back: links shortened, signs escaped, parts marked."""

import hashlib
import re
import warnings
from dataclasses import dataclass
from html import escape

with warnings.catch_warnings():
    # The library finds its tables through pkg_resources, which warns of its own end at every start.
    warnings.simplefilter("ignore", UserWarning)
    from twitter_text import extract_urls_with_indices, parse_tweet

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
NAMED = re.compile(r"(?<![A-Za-z0-9_@])(?P<sign>[@#])(?P<word>\w{1,100})")


@dataclass(frozen=True, slots=True)
class XText:
    """The text as the API shows it, and where its links, mentions and hashtags stand."""

    text: str
    urls: tuple[dict[str, object], ...]
    mentions: tuple[dict[str, object], ...]
    hashtags: tuple[dict[str, object], ...]

    @property
    def mentioned(self) -> list[str]:
        return [str(mention["username"]) for mention in self.mentions]

    def entities(self) -> dict[str, object]:
        named = {"urls": self.urls, "mentions": self.mentions, "hashtags": self.hashtags}
        return {name: list(found) for name, found in named.items() if found}


def short_link(url: str, *, entry_id: str) -> str:
    """The t.co address that stands for a link: 23 characters, always the same for the same post."""
    number = int.from_bytes(hashlib.sha256(f"{entry_id} {url}".encode()).digest()[:8], "big")
    code = ""
    for _ in range(10):
        number, digit = divmod(number, len(ALPHABET))
        code += ALPHABET[digit]
    return f"https://t.co/{code}"


def x_text(written: str, *, entry_id: str) -> XText:
    """What X makes of a text."""
    out: list[str] = []
    length = 0
    urls: list[dict[str, object]] = []
    mentions: list[dict[str, object]] = []
    hashtags: list[dict[str, object]] = []

    def put(piece: str) -> tuple[int, int]:
        nonlocal length
        out.append(piece)
        length += len(piece)
        return length - len(piece), length

    def put_words(words: str) -> None:
        at = 0
        for found in NAMED.finditer(words):
            put(escape(words[at : found.start()], quote=False))
            start, end = put(found.group())
            if found["sign"] == "@":
                mentions.append({"start": start, "end": end, "username": found["word"]})
            else:
                hashtags.append({"start": start, "end": end, "tag": found["word"]})
            at = found.end()
        put(escape(words[at:], quote=False))

    at = 0
    for link in extract_urls_with_indices(written):
        first, last = link["indices"]
        put_words(written[at:first])
        full = link["url"] if "://" in link["url"] else f"http://{link['url']}"
        short = short_link(full, entry_id=entry_id)
        start, end = put(short)
        shown = re.sub(r"^https?://(www\.)?", "", full)
        shown = shown if len(shown) <= 27 else f"{shown[:26]}…"
        urls.append({"start": start, "end": end, "url": short, "expanded_url": full, "display_url": shown})
        at = last
    put_words(written[at:])
    return XText("".join(out), tuple(urls), tuple(mentions), tuple(hashtags))


def weighted_length(text: str) -> int:
    """How long X counts this text: emoji two, links 23."""
    return int(parse_tweet(text).weightedLength)


def handles_in(text: str) -> list[str]:
    """The handles that a text mentions."""
    return [found["word"] for found in NAMED.finditer(text) if found["sign"] == "@"]
