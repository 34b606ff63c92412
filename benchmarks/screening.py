"""How fast the screening engine reads, beside other word filters in the same run.

python -m benchmarks screening --json [--comments N] [--stored N]

The peers glin-profanity and better-profanity are measured when they can be imported, for example with
`pip install --target DIR glin-profanity better-profanity` and DIR in PYTHONPATH. Rates are comments a second of
one core (processor time); a cold stream is one that the rule set has never seen.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from typing import Any

from benchmarks.comments import comments, terms
from benchmarks.detection import entries
from benchmarks.peers import PEERS, peer
from moderation.screening.compiled import RuleSet
from moderation.screening.many import screen_many
from moderation.screening.screen import screen

SIZES = (100, 1_000, 10_000, 50_000)
LONGEST_MESSAGE = 63_206
LONG_FOR_A_PEER = 3.0
GOALS = {
    "P1 glin at 10k": 100.0,
    "P1 discourse at 10k": 25.0,
    "P2 glin at 1k": 20.0,
    "P2 discourse at 1k": 3.0,
    "P2 glin at 100": 8.0,
    "P3 50k to 100": 0.5,
}
MOST = {
    "P4 seconds for 1,000,000 stored": 5.0,
    "P5 seconds to build 50k": 2.0,
    "P5 megabytes of 50k": 120.0,
    "P5 p99 to p50": 10.0,
    "P5 milliseconds of the longest message": 100.0,
}
ROUND = {"glin-profanity": "glin", "discourse-style regex": "discourse"}
SAID = {10_000: "10k", 1_000: "1k", 100: "100"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print what came out; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks screening")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--comments", type=int, default=20_000)
    parser.add_argument("--stored", type=int, default=1_000_000)
    options = parser.parse_args(arguments)
    result = _measure(options.comments, options.stored)
    print(json.dumps(result, indent=None if options.json else 2))
    return 0 if result["kept"] else 1


def _measure(count: int, stored: int) -> dict[str, Any]:
    # What a process loads once is not counted against the first list.
    screen("W0rds — and @ place in Oxford", RuleSet(entries(["words and"])))
    measured: dict[str, float] = dict(_built())
    stream = list(comments(count, seed=5))
    rates: dict[str, dict[str, float]] = {}
    absent: set[str] = set()
    for size in SIZES:
        listed = terms(size)
        rules = RuleSet(entries(listed))
        rate = rates[f"{size} terms"] = {
            "ours, cold": _rate(stream, _ours(rules)),
            "ours, warm": _rate(stream, _ours(rules)),
        }
        if size == 10_000:
            measured |= _spread(rules, stream[: count // 2]) | _longest(rules) | _stored(rules, stored)
        for name in PEERS if size <= 10_000 else ():
            check = peer(name, listed)
            if check is None:
                absent.add(name)
                continue
            rate[name] = _rate(stream, check, within=LONG_FOR_A_PEER)
            if name in ROUND and size in SAID:
                label = f"{'P1' if size == 10_000 else 'P2'} {ROUND[name]} at {SAID[size]}"
                measured[label] = round(rate["ours, cold"] / rate[name], 1)
    most, least = rates["50000 terms"], rates["100 terms"]
    measured["P3 50k to 100"] = round(most["ours, cold"] / least["ours, cold"], 2)
    missed = [name for name, goal in GOALS.items() if name in measured and measured[name] < goal]
    missed += [name for name, goal in MOST.items() if measured[name] > goal]
    return {
        "comments_per_second": rates,
        "measured": measured,
        "goals": {"at_least": GOALS, "at_most": MOST},
        "missed": missed,
        "left_out": f"not installed: {', '.join(sorted(absent))}" if absent else "",
        "of_which_ascii": round(sum(text.isascii() for text in stream) / len(stream), 2),
        "average_length": round(sum(map(len, stream)) / len(stream)),
        "load": os.getloadavg(),
        "kept": not missed,
    }


def _ours(rules: RuleSet) -> Callable[[str], object]:
    return lambda text: screen(text, rules)


def _rate(stream: Sequence[str], check: Callable[[str], object], *, within: float = 600.0) -> float:
    began, done = time.process_time(), 0
    for text in stream:
        check(text)
        done += 1
        if time.process_time() - began > within:
            break
    return round(done / (time.process_time() - began), 1)


def _built() -> dict[str, float]:
    listed = entries(terms(50_000))
    gc.collect()
    before, began = _resident(), time.process_time()
    rules = RuleSet(listed)
    took = time.process_time() - began
    gc.collect()
    size = _resident() - before
    screen("kept until here", rules)
    return {"P5 seconds to build 50k": round(took, 2), "P5 megabytes of 50k": round(size / 1e6, 1)}


def _resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as memory:  # noqa: PTH123
        return int(memory.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _spread(rules: RuleSet, stream: Sequence[str]) -> dict[str, float]:
    took = []
    for text in stream:
        began = time.process_time_ns()
        screen(text, rules)
        took.append(time.process_time_ns() - began)
    took.sort()
    return {"P5 p99 to p50": round(took[len(took) * 99 // 100] / took[len(took) // 2], 1)}


def _longest(rules: RuleSet) -> dict[str, float]:
    worst = 0.0
    for text in longest_messages():
        began = time.process_time()
        screen(text[:LONGEST_MESSAGE], rules)
        worst = max(worst, time.process_time() - began)
    return {"P5 milliseconds of the longest message": round(worst * 1000, 1)}


def longest_messages() -> list[str]:
    """Messages of the greatest length that are meant to take long."""
    gibberish = [f"{number * 7919 % 1_000_003:x}" for number in range(12_000)]
    letters = [word.translate(str.maketrans("0123456789", "ghijklmnop")) for word in gibberish]
    return [
        "\u0301" * 60_000,
        "a b " * 15_000,
        "f u c k " * 7_900,
        "*" * LONGEST_MESSAGE,
        "f*ck " * 12_641,
        "a" * LONGEST_MESSAGE,
        "\u200b" * 60_000 + "fuck",
        "f\u200bu\u200bc\u200bk " * 7_900,
        "fu ck " * 10_534,
        "fukc " * 12_641,
        "a.b." * 15_800,
        "www.fuck.com/a " * 4_200,
        "1-" * 31_603,
        "abcd=" * 12_641,
        " ".join(gibberish),
        " ".join(letters),
        " ".join(f"{word[:2]}*{word[2:]}" for word in letters),
    ]


def _stored(rules: RuleSet, count: int) -> dict[str, float]:
    """A quarter of them is composed and goes round four times: what is stored is not all different."""
    composed = list(comments(max(1, count // 4), seed=11))
    texts = islice(cycle(composed), count)
    began = time.process_time()
    found = sum(1 for _ in screen_many(texts, rules, told=_progress(count)))
    took = time.process_time() - began
    return {
        "P4 seconds for 1,000,000 stored": round(took * 1_000_000 / count, 2),
        "stored comments": count,
        "of which found": found,
    }


def _progress(count: int) -> Callable[[int], None]:
    def told(done: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done:,} of {count:,}", end="" if done < count else "\n", file=sys.stderr)

    return told


if __name__ == "__main__":
    sys.exit(main())
