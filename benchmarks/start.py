"""How long a start takes: from an empty clone to the printed address, and the second time.

python -m benchmarks start --json

What pip does is not in it: the clone is started with the packages of this checkout's own environment.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.product import ROOT, machine, started

GOALS = {"first_s": 90.0, "second_s": 10.0}


def main(arguments: Sequence[str] | None = None) -> int:
    """Clone, start, stop, start again, and print what it took; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks start")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    options = parser.parse_args(arguments)
    before = machine()
    with tempfile.TemporaryDirectory(prefix="hqb-") as folder:
        # The servers' user has to pass through when root starts them.
        Path(folder).chmod(0o711)
        project = _clone(Path(folder) / "clone")
        home = project / ".local"
        with started(home=home, project=project) as first:
            steps = _steps(first.said)
        with started(home=home, project=project) as second:
            pass
    result = {
        "what": "empty clone of the last commit; packages installed already, so pip is not in it",
        "first_s": round(first.seconds_to_start, 1),
        "second_s": round(second.seconds_to_start, 1),
        "first_steps_s": steps,
        "second_steps_s": _steps(second.said),
        "goals": GOALS,
        "kept": first.seconds_to_start < GOALS["first_s"] and second.seconds_to_start < GOALS["second_s"],
        "before": before,
        "after": machine(),
    }
    print(json.dumps(result, indent=None if options.json else 2))
    return 0 if result["kept"] else 1


def _clone(target: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(target)], check=True)
    # A newcomer's folder is as open as git makes it; nothing compiled, nothing collected, no data.
    target.chmod(0o755)
    return target


def _steps(said: str) -> dict[str, float]:
    """The steps that took a second or longer, as the command told them."""
    told = re.findall(r"^\s*(.+?) \.{2,}\s+([0-9.]+) s$", said, re.MULTILINE)
    return {title: float(seconds) for title, seconds in told if float(seconds) >= 1}
