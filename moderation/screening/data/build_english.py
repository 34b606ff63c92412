"""Derives `english.txt` from SCOWL's British and American word lists, folded as the engine reads them.

Run it by hand when a newer SCOWL is taken, with the lists of Debian's `wbritish` and `wamerican`:
    python -m moderation.screening.data.build_english british-english american-english
"""

from __future__ import annotations

import sys
from pathlib import Path

from moderation.screening.fold import fold

WORDS = Path(__file__).with_name("english.txt")


def main(lists: list[str]) -> None:
    """Write every word of the lists once; the owner's s is read off by the engine."""
    words = {
        fold(line.strip()).strip()
        for path in lists
        for line in Path(path).read_text(encoding="utf-8").splitlines()
        if not line.strip().endswith("'s")
    }
    WORDS.write_text("\n".join(sorted(word for word in words if len(word) > 1)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
