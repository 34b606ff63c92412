"""Derives `place_words.txt` from OS Open Names: the words of British place names that are not English words, and
(with =) the names of one word that are.

Run it by hand with a CSV of the names in a column `name`:
    python -m moderation.screening.data.build_place_words names.csv
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

from moderation.screening.english import is_english
from moderation.screening.fold import fold

PLACE_WORDS = Path(__file__).with_name("place_words.txt")
HEADING = (
    "# Words of British place names. Contains OS data (c) Crown copyright and database right"
    " (OS Open Names, OGL v3).\n"
)


def main(path: str) -> None:
    """Write each word once, folded."""
    with Path(path).open(encoding="utf-8", newline="") as table:
        names = [row["name"] for row in csv.DictReader(table)]
    words = {word for name in names for word in re.findall(r"[^\W\d_]{3,}", fold(name))}
    kept = sorted(word for word in words if not is_english(word))
    kept += sorted(f"={name}" for name in {fold(name) for name in names} if is_english(name))
    PLACE_WORDS.write_text(HEADING + "\n".join(kept) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
