"""Every pair of text and ground that the design uses can be read, in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "assets" / "scss" / "ops" / "_tokens.scss"

TEXT, SHAPE = 4.5, 3.0
GROUNDS = ("bg", "surface", "surface-2", "surface-3")
TONES = ("ok", "warn", "bad", "info", "vio")
PAIRS = [
    *[(ink, ground, TEXT) for ink in ("text", "text-2", "text-3") for ground in GROUNDS],
    *[
        pair
        for tone in TONES
        for pair in (
            (tone, "surface", TEXT),
            (tone, f"{tone}-soft", TEXT),
            ("text", f"{tone}-soft", TEXT),
            ("text-2", f"{tone}-soft", TEXT),
            (tone, "bad-soft", TEXT),
        )
    ],
    *[("accent-text", ground, TEXT) for ground in ("surface", "bg", "surface-2", "surface-3", "accent-soft")],
    *[(ink, "accent-soft", TEXT) for ink in ("text", "text-2", "text-3")],
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-hover", TEXT),
    ("on-bad", "bad-fill", TEXT),
    ("text", "mark-bad", TEXT),
    ("text", "mark-warn", TEXT),
    ("control", "surface", SHAPE),
    ("control", "bg", SHAPE),
    *[(f"c{number}", "surface", SHAPE) for number in range(1, 7)],
]


def colours(opening: str) -> dict[str, str]:
    """The colour tokens of one theme."""
    block = re.search(re.escape(opening) + r"\{(.*?)\n\}", TOKENS.read_text(), re.DOTALL)
    assert block, opening
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-fA-F]{3,6})", block.group(1)))


def brightness(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    digits = colour.lstrip("#")
    digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    dark, light = sorted((brightness(one), brightness(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("opening", [":root,[data-bs-theme=light]", "@mixin dark"])
def test_every_pair_can_be_read(opening: str) -> None:
    theme = colours(opening)
    weak = {
        f"{ink} on {ground}": round(contrast(theme[ink], theme[ground]), 2)
        for ink, ground, least in PAIRS
        if contrast(theme[ink], theme[ground]) < least
    }
    assert weak == {}
