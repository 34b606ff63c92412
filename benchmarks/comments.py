"""Comments for the measurements of the screening engine: composed anew from public texts, a seed each."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.detection import SETS
from moderation.screening.english import english

NAMES = Path(__file__).resolve().parent.parent / "moderation" / "screening" / "data" / "place_words.txt"
SYLLABLES = "ba ke lor min zu tra pel gon dri sha vex nu qui mor tak wob fli gru sny chy".split()  # noqa: SIM905
BEYOND_ASCII = ("’", "…", "é", "👏", "😡", "“no”", "£", "ŵ", "спасибо", "zażółć", "ありがとう", "❤️")
SHARE_BEYOND_ASCII = 0.43


def comments(count: int, *, seed: int) -> Iterator[str]:
    """Comments that nobody has screened before: pieces of real ones with new names, numbers and words between."""
    chance = random.Random(seed)
    pieces = _pieces()
    names = NAMES.read_text(encoding="utf-8").split("\n")[1:-1]
    words = sorted(english())
    for _ in range(count):
        parts = [chance.choice(pieces)]
        if chance.random() < 0.5:
            parts.append(chance.choice(pieces))
        extras: tuple[tuple[float, Callable[[], str]], ...] = (
            (0.3, lambda: chance.choice(names).strip("=").title()),
            (0.3, lambda: chance.choice(words)),
            (0.15, lambda: str(chance.randrange(10_000))),
            (0.1, lambda: f"@{_named(chance)}{chance.randrange(100)}"),
            (0.05, lambda: f"https://{_named(chance)}.example/{_named(chance)}"),
            (SHARE_BEYOND_ASCII, lambda: chance.choice(BEYOND_ASCII)),
        )
        for likelihood, extra in extras:
            if chance.random() < likelihood:
                parts.insert(chance.randrange(len(parts) + 1), extra())
        yield " ".join(parts)


def terms(count: int) -> list[str]:
    """A list of so many terms: public ones first, then coined words and phrases."""
    chance = random.Random(count)
    listed = SETS / "ldnoobw_en.txt"
    made: dict[str, None] = {}
    if listed.exists():
        public = [line for line in listed.read_text(encoding="utf-8").splitlines() if line.isascii()]
        made.update(dict.fromkeys(public[: min(count // 2, 400)]))
    while len(made) < count:
        word = _coined(chance)
        made[f"{word} {_coined(chance)}" if chance.random() < 0.1 else word] = None
    return list(made)


def _coined(chance: random.Random) -> str:
    return "".join(chance.choice(SYLLABLES) for _ in range(chance.choice((2, 3, 3, 4)))) + chance.choice(
        "xdnst"
    )


def _named(chance: random.Random) -> str:
    return "".join(chance.choice("bcdfghjklmnprstvw") + chance.choice("aeiou") for _ in range(4))


def _pieces() -> list[str]:
    """Real comments where the public sets are at hand, else runs of ordinary words."""
    texts: list[str] = []
    if SETS.is_dir():
        with (SETS / "flood_scenarios.jsonl").open(encoding="utf-8") as lines:
            texts += [str(json.loads(line)["text"]) for line in lines]
        with (SETS / "police_criticism.csv").open(encoding="utf-8", newline="") as table:
            texts += [row["text"] for row in csv.DictReader(table)]
    if not texts:
        chance = random.Random(1)
        words = sorted(english())
        texts = [" ".join(chance.sample(words, 9)) for _ in range(4000)]
    return sorted({text for text in texts if len(text) < 400})
