"""What the screening engine sees through, and what it leaves alone, on sets of real texts.

python -m benchmarks detection --json [--set CSV ...] [--misses]

The sets are read from `../shared/data/moderation`, or from the folder in `HQDASH_MODERATION_SETS`. A CSV given
with `--set` is measured by its columns: `changed_from, changed_to` (a term and its evaded form in `text`),
`canonical, obfuscated`, `expected`, `max_action`, `min_action`, or `name` (innocent).
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from moderation.screening.categories import Action, Category
from moderation.screening.compiled import RuleSet
from moderation.screening.entries import Entry, Kind, PatternError, needle_for
from moderation.screening.explanation import Finding
from moderation.screening.screen import screen
from moderation.screening.starter import starter_dictionaries
from moderation.screening.views import ViewName

SETS = Path(
    os.environ.get("HQDASH_MODERATION_SETS")
    or Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "moderation"
)
HATECHECK = {
    "spell_leet_h": 0.99,
    "spell_space_add_h": 0.98,
    "spell_char_swap_h": 0.98,
    "spell_char_del_h": 0.85,
}
NOISYHATE, SURGE, WORDGUARD, ADDED = 0.85, 0.84, 32, 0.015
AS_WRITTEN = (ViewName.PLAIN, ViewName.FOLDED)

Rows = list[dict[str, str]]
Result = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every set that is there; 1 if a goal was missed or a set was missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks detection")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument(
        "--set", action="append", type=Path, default=[], help="a CSV with the columns of a known set"
    )
    parser.add_argument("--misses", action="store_true", help="name what was missed or wrongly found")
    options = parser.parse_args(arguments)
    results: Result = {}
    if options.set:
        for path in options.set:
            results[path.name] = _by_columns(_rows(path))
    elif SETS.is_dir():
        results = _all_sets()
    else:
        results = {"problem": f"There are no sets in {SETS}; name the folder in HQDASH_MODERATION_SETS."}
    measured = [result for result in results.values() if isinstance(result, dict)]
    for result in measured:
        if not options.misses:
            result["examples"] = result.get("examples", [])[:3]
    results["kept"] = bool(measured) and all(result["kept"] for result in measured)
    print(json.dumps(results, indent=None if options.json else 2, ensure_ascii=False))
    return 0 if results["kept"] else 1


def entries(
    patterns: Iterable[str], *, category: Category = Category.ABUSE, action: Action = Action.REMOVE
) -> list[Entry]:
    """One word or phrase each; what no dictionary would accept is left out."""
    made = []
    for pattern in dict.fromkeys(pattern.strip() for pattern in patterns):
        try:
            needle_for(pattern, Kind.PHRASE)
        except PatternError:
            continue
        made.append(
            Entry(
                id=pattern,
                version_id="set",
                version_label="Set v1",
                pattern=pattern,
                kind=Kind.PHRASE,
                category=category,
                severity=3,
                action=action,
            )
        )
    return made


def public_terms() -> list[str]:
    """The words of the two public lists, which a force would load."""
    listed = (SETS / "ldnoobw_en.txt").read_text(encoding="utf-8").splitlines()
    return [*listed, *(row["Word"] for row in _rows(SETS / "ofcom_2016_offensive_words.csv"))]


def _all_sets() -> Result:
    spelt = _rows(SETS / "evasion_hatecheck_spell.csv")
    results: Result = {
        f"D {kind}": _evaded([row for row in spelt if row["functionality"] == kind], goal, among=spelt)
        for kind, goal in HATECHECK.items()
    }
    results["D noisyhate"] = _evaded(_rows(SETS / "evasion_noisyhate.csv"), NOISYHATE)
    results["D surge"] = _obfuscated(_rows(SETS / "evasion_surge_profanity.csv"))
    results["D wordguard"] = _expected(_rows(SETS / "evasion_wordguard.csv"))
    public = RuleSet(entries(public_terms()))
    places = [row["name"] for row in _rows(SETS / "gb_placenames_os_open_names.csv")]
    said = [f"Road closed at {name} this morning" for name in dict.fromkeys(places)]
    results["F place names"] = _innocent(said, public)
    results["F place names alone, evaded"] = _innocent(
        dict.fromkeys(places), public, beyond=(ViewName.FUZZY, *AS_WRITTEN)
    )
    identifiers = (SETS / "innocent_uk_identifiers.txt").read_text(encoding="utf-8").splitlines()
    results["F identifiers"] = _innocent(
        filter(None, identifiers), public, beyond=(ViewName.FUZZY, *AS_WRITTEN)
    )
    english = Path(screen.__code__.co_filename).parent / "data" / "english.txt"
    words = english.read_text(encoding="utf-8").split()
    results["F english words"] = _innocent(words, public, beyond=(ViewName.FUZZY, *AS_WRITTEN))
    results["F ordinary messages"] = _ordinary(public)
    results["C criticism"] = _criticism(_rows(SETS / "police_criticism.csv"))
    results["C actionable"] = _actionable(_rows(SETS / "actionable_contrast.csv"))
    return results


def _by_columns(rows: Rows) -> Result:
    columns = set(rows[0]) if rows else set()
    kinds: list[tuple[set[str], Callable[[Rows], Result]]] = [
        ({"text", "changed_from", "changed_to"}, lambda rows: _evaded(rows, NOISYHATE)),
        ({"text", "canonical", "obfuscated"}, _obfuscated),
        ({"text", "expected"}, _expected),
        ({"text", "max_action"}, _criticism),
        ({"text", "min_action"}, _actionable),
        ({"name"}, lambda rows: _innocent((row["name"] for row in rows), RuleSet(entries(public_terms())))),
    ]
    for needed, measure in kinds:
        if needed <= columns:
            return measure(rows)
    return {"kept": False, "problem": f"No known set has the columns {', '.join(sorted(columns))}."}


def _evaded(rows: Rows, goal: float, *, among: Rows | None = None) -> Result:
    """Found where the evaded form stands, with all terms of the set in the dictionary."""
    rules = RuleSet(entries(row["changed_from"] for row in among or rows))
    found, missed = 0, []
    for row in rows:
        at = row["text"].lower().find(row["changed_to"].lower())
        begins, ends = (at, at + len(row["changed_to"])) if at >= 0 else (0, len(row["text"]))
        if any(hit.start < ends and begins < hit.end for hit in screen(row["text"], rules).findings):
            found += 1
        else:
            missed.append(f"{row['changed_from']}: {row['changed_to']}")
    return _share(found, len(rows), goal, missed)


def _obfuscated(rows: Rows) -> Result:
    """The plain rows are the dictionary; the obfuscated ones are to be found by it."""
    plain = [row["text"] for row in rows if row["obfuscated"] != "1"]
    names = [row[name] for row in rows for name in ("canonical", "canonical2") if row.get(name)]
    rules = RuleSet(entries([*plain, *names]))
    hidden = [row for row in rows if row["obfuscated"] == "1"]
    missed = [row["text"] for row in hidden if screen(row["text"], rules).is_clean]
    return _share(len(hidden) - len(missed), len(hidden), SURGE, missed)


def _expected(rows: Rows) -> Result:
    """Eight words of swearing find what should be found and nothing else."""
    rules = RuleSet(entries(("fuck", "shit", "bitch", "ass", "damn", "bastard", "cock", "cunt")))
    should = [row for row in rows if row["expected"] == "true"]
    missed = [row["text"] for row in should if screen(row["text"], rules).is_clean]
    wrong = [
        row["text"] for row in rows if row["expected"] != "true" and not screen(row["text"], rules).is_clean
    ]
    result = _share(
        len(should) - len(missed), len(should), min(1.0, WORDGUARD / max(1, len(should))), missed + wrong
    )
    result["wrongly_found"] = len(wrong)
    result["kept"] = result["kept"] and not wrong
    return result


def _innocent(
    texts: Iterable[str], rules: RuleSet, *, beyond: Sequence[ViewName] = (ViewName.FUZZY,)
) -> Result:
    """Nothing may be found, beyond the views that are allowed to."""
    count, wrong = 0, []
    for text in texts:
        count += 1
        hits = [hit for hit in screen(text, rules).findings if hit.view not in beyond]
        wrong += [_said(text, hit) for hit in hits[:1]]
    return {"found": len(wrong), "of": count, "goal": 0, "kept": not wrong, "examples": wrong}


def _ordinary(rules: RuleSet) -> Result:
    """How many ordinary messages only the evasion views find something in."""
    with (SETS / "flood_scenarios.jsonl").open(encoding="utf-8") as lines:
        told = [json.loads(line) for line in lines]
    texts = {row["text"] for row in told if row["label"] == "ham"}
    texts |= {row["text"] for row in _rows(SETS / "hatecheck_functional.csv")}
    added = []
    for text in sorted(texts):
        findings = screen(text, rules).findings
        if findings and all(hit.view not in AS_WRITTEN for hit in findings):
            added.append(_said(text, findings[0]))
    share = len(added) / max(1, len(texts))
    return {
        "found": len(added),
        "of": len(texts),
        "share": round(share, 4),
        "goal": ADDED,
        "kept": share <= ADDED,
        "examples": added,
    }


def _criticism(rows: Rows) -> Result:
    """With the supplied dictionaries, nothing is hidden, and nothing goes beyond what the row allows."""
    rules = _supplied()
    hidden, beyond = [], []
    for row in rows:
        action = screen(row["text"], rules).action
        if action >= Action.HIDE:
            hidden.append(row["text"])
        elif action > Action.of(row["max_action"]):
            beyond.append(f"{action.slug}: {row['text']}")
    return {
        "found": len(hidden),
        "beyond_what_the_row_allows": len(beyond),
        "of": len(rows),
        "goal": 0,
        "kept": not hidden and not beyond,
        "examples": hidden + beyond,
    }


def _actionable(rows: Rows) -> Result:
    """With the supplied dictionaries and a public list of slurs, every line reaches a person."""
    listed = public_terms() if SETS.is_dir() else []
    slurs = entries([*listed, *(f"{word}s" for word in listed)], category=Category.HATE)
    rules = _supplied(slurs)
    missed = [row["text"] for row in rows if screen(row["text"], rules).action < Action.of(row["min_action"])]
    return _share(len(rows) - len(missed), len(rows), 1.0, missed)


def _supplied(others: Iterable[Entry] = ()) -> RuleSet:
    return RuleSet([*(entry for listed in starter_dictionaries() for entry in listed.entries()), *others])


def _share(found: int, count: int, goal: float, missed: list[str]) -> Result:
    share = found / max(1, count)
    return {
        "found": found,
        "of": count,
        "share": round(share, 4),
        "goal": round(goal, 4),
        "kept": share >= goal,
        "examples": list(dict.fromkeys(missed)),
    }


def _said(text: str, hit: Finding) -> str:
    return f"{text[:80]!r}: {hit.pattern} in {text[hit.start : hit.end]!r}, {hit.view.value}"


def _rows(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


if __name__ == "__main__":
    sys.exit(main())
