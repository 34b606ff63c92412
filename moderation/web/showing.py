"""Turns a text and its findings into pieces to show: what is marked, what is masked until asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from moderation.models import Case, Screening
from moderation.screening.categories import PROTECTED, Action, Category

# What a moderator should not have to read forty times an hour.
MASKED = frozenset({Category.HATE.value, Category.ABUSE.value, Category.PERSONAL_DATA.value})
LONGEST_BLOCKS = 24

LABELS: dict[str, Any] = {
    "THREAT_TO_LIFE": _("Threat to life"),
    "CHILD_SAFETY": _("Child safety"),
    "WELFARE": _("Welfare"),
    "CRIME_REPORT": _("Crime report"),
    "LEGAL_RISK": _("Legal risk"),
    "PERSONAL_DATA": _("Personal data"),
    "HATE": _("Hate"),
    "SCAM_IMPERSONATION": _("Scam"),
    "SPAM_FLOOD": _("Spam"),
    "CRITICISM_PROTECTED": _("Criticism, protected"),
    "COMPLAINT": _("Complaint"),
    "ABUSE": _("Abuse"),
    "RUMOUR": _("Rumour"),
    "INTEL_TIP": _("Tip"),
    "OUT_LEGAL": _("Law"),
    "OUT_OPSEC": _("Operational security"),
    "OUT_ELECTION": _("Election period"),
    "OUT_TONE": _("Tone"),
    "OUT_ACCESS": _("Accessibility"),
}
_BAD = frozenset({"THREAT_TO_LIFE", "CHILD_SAFETY", "HATE", "PERSONAL_DATA", "LEGAL_RISK"})
_INFO = frozenset({"WELFARE", "CRIME_REPORT", "INTEL_TIP", "RUMOUR"})


@dataclass(frozen=True, slots=True)
class Tag:
    """A category as a badge."""

    label: Any
    tone: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is shown in one way."""

    text: str
    tone: str = ""
    masked: bool = False

    @property
    def blocks(self) -> str:
        """What stands in its place while it is masked: about as long, and never longer than a line."""
        return "█" * min(LONGEST_BLOCKS, max(2, len(self.text)))


@dataclass(frozen=True, slots=True)
class Match:
    """One line of "why it was flagged"."""

    text: SafeString
    dictionary: str
    category: Any
    how: Any
    steps: str
    action: Any


def drawn(pieces: Iterable[Piece]) -> SafeString:
    """The pieces as HTML without a gap between them; what is masked is not in the page at all."""
    return format_html_join("", "{}", ((_drawn(piece),) for piece in pieces))


def _drawn(piece: Piece) -> SafeString:
    shown = format_html("{}", piece.text)
    if piece.masked:
        shown = format_html(
            '<span class="o-mask" aria-hidden="true">{}</span><span class="visually-hidden">{}</span>',
            piece.blocks,
            gettext("[masked]"),
        )
    return format_html('<mark class="is-{}">{}</mark>', piece.tone, shown) if piece.tone else shown


def tag_of(category: str) -> Tag:
    """The badge of a category."""
    if category in {one.value for one in PROTECTED}:
        tone = "ok"
    else:
        tone = "bad" if category in _BAD else "info" if category in _INFO else "warn"
    return Tag(LABELS.get(category, category), tone)


def tags_of(case: Case) -> list[Tag]:
    """All categories of a case, in order of precedence."""
    return [tag_of(category) for category in case.categories]


def pieces_of(text: str, findings: Sequence[dict[str, Any]], *, revealed: bool = False) -> list[Piece]:
    """The text cut where findings begin and end."""
    marking = [found for found in findings if found["action"] != Action.NONE.slug]
    cuts = sorted(
        {0, len(text), *(found["start"] for found in marking), *(found["end"] for found in marking)}
    )
    pieces: list[Piece] = []
    for start, end in pairwise(cuts):
        over = [found for found in marking if found["start"] <= start and end <= found["end"]]
        masked = not revealed and any(found["category"] in MASKED for found in over)
        tone = _tone(over) if over else ""
        before = pieces[-1] if pieces else None
        if before and (before.tone, before.masked) == (tone, masked):
            # A word inside a phrase that is marked already makes no piece of its own.
            pieces[-1] = Piece(before.text + text[start:end], tone, masked)
        else:
            pieces.append(Piece(text[start:end], tone, masked))
    return pieces


def snippet_of(text: str, findings: Sequence[dict[str, Any]], *, length: int = 160) -> list[Piece]:
    """The part of the text around its first finding, always masked."""
    first = min((found["start"] for found in findings if found["action"] != "none"), default=0)
    start = max(0, first - length // 3) if len(text) > length else 0
    shown, at = [], 0
    for piece in pieces_of(text, findings):
        begin, end = max(at, start), min(at + len(piece.text), start + length)
        if begin < end:
            shown.append(Piece(piece.text[begin - at : end - at], "", piece.masked))
        at += len(piece.text)
    if start and shown:
        shown.insert(0, Piece("…"))
    if start + length < len(text):
        shown.append(Piece("…"))
    return shown


def matches_of(text: str, screening: Screening | None, *, revealed: bool = False) -> list[Match]:
    """Every finding with where it comes from and how it was read."""
    if screening is None:
        return []
    return [_match(text, found, revealed=revealed) for found in screening.findings]


def _match(text: str, found: dict[str, Any], *, revealed: bool) -> Match:
    masked = not revealed and found["category"] in MASKED
    tone = _tone([found]) if found["action"] != Action.NONE.slug else ""
    return Match(
        text=drawn([Piece(text[found["start"] : found["end"]], tone, masked)]),
        dictionary=found["version_label"],
        category=LABELS.get(found["category"], found["category"]),
        how=_("As written") if found["view"] == "plain" else _("Through a disguise"),
        steps=", ".join(found["steps"]),
        action=_ACTIONS[found["action"]],
    )


_ACTIONS = {
    "none": _("Record"),
    "alert": _("Alert"),
    "review": _("Review"),
    "hide": _("Hide"),
    "remove": _("Delete"),
}


def _tone(findings: Sequence[dict[str, Any]]) -> str:
    grave = any(found["action"] in ("hide", "remove") or found["category"] in _BAD for found in findings)
    return "bad" if grave else "warn"
