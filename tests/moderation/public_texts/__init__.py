"""Reads the texts of the public that the tests screen."""

from __future__ import annotations

import csv
from pathlib import Path

FOLDER = Path(__file__).parent


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the tables beside this file."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def lines(name: str) -> list[str]:
    """The lines of one of the plain lists beside this file."""
    return (FOLDER / name).read_text(encoding="utf-8").splitlines()
