"""Runs one measurement by its name, or all of them: `python -m benchmarks [NAME] [--json]`."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module

from benchmarks.product import ROOT

NAMES = (
    "start",
    "deliveries",
    "comment_to_hidden",
    "polling",
    "dashboard",
    "vault_and_book",
    "book",
    "row_security",
    "access",
    "screening",
    "detection",
)
LONGEST = 1200


def main(arguments: list[str]) -> int:
    """The exit code is 1 when a goal was missed or a measurement could not be made."""
    if arguments and not arguments[0].startswith("-"):
        name, *rest = arguments
        if name not in NAMES:
            print(f"There is no measurement {name}; there are {', '.join(NAMES)}.", file=sys.stderr)
            return 2
        code: int = import_module(f"benchmarks.{name}").main(rest)
        return code
    results = {name: _measured(name) for name in NAMES}
    print(json.dumps(results, indent=2))
    return 0 if all(result.get("kept", True) for result in results.values()) else 1


def _measured(name: str) -> dict[str, object]:
    """In a process of its own: each sets up Django for other servers, and one may not disturb the next."""
    print(f"measuring {name} ...", file=sys.stderr, flush=True)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks", name, "--json"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            timeout=LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"kept": False, "problem": f"took longer than {LONGEST} s"}
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        return {"kept": False, "problem": f"ended with code {done.returncode} and said nothing"}
    result: dict[str, object] = json.loads(lines[-1])
    return result


sys.exit(main(sys.argv[1:]))
