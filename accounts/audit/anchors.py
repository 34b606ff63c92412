"""Keeps checkpoints outside the database, where whoever can rewrite the one cannot rewrite the other."""

from __future__ import annotations

import os
import time
from pathlib import Path

from accounts.audit.notes import Verifier, split_notes


class Anchors:
    """A folder with one file of signed notes for each force; it can lie on another machine or be sent away."""

    def __init__(self, folder: Path, *, every: float = 10.0) -> None:
        self.folder = folder
        self._every = every
        self._last: dict[str, tuple[str, float]] = {}

    def keep(self, slug: str, note: str | None, *, verifier: Verifier) -> bool:
        """Write this checkpoint down, unless it is there already or the last one is too recent."""
        if not note:
            return False
        last, at = self._last.get(slug) or (self._newest(slug), 0.0)
        if note == last or (at and time.monotonic() - at < self._every):
            self._last[slug] = (last, at)
            return False
        self._write(slug, note, verifier)
        self._last[slug] = (note, time.monotonic())
        return True

    def notes(self, slug: str) -> list[str]:
        """What is kept of a force, oldest first."""
        path = self.file(slug)
        return split_notes(path.read_text(encoding="utf-8")) if path.exists() else []

    def newest(self) -> dict[str, str]:
        """What was kept last of each force, by this process."""
        return {slug: note for slug, (note, _at) in self._last.items() if note}

    def file(self, slug: str) -> Path:
        """Where the notes of a force are."""
        return self.folder / f"{slug}.txt"

    def verifier(self, slug: str) -> Verifier | None:
        """The key with which the notes of a force are checked."""
        path = self.folder / f"{slug}.key"
        return Verifier.from_text(path.read_text(encoding="utf-8")) if path.exists() else None

    def _newest(self, slug: str) -> str:
        notes = self.notes(slug)
        return notes[-1] if notes else ""

    def _write(self, slug: str, note: str, verifier: Verifier) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = self.folder / f"{slug}.key"
        if not key.exists():
            key.write_text(f"{verifier.as_text()}\n", encoding="utf-8")
        with self.file(slug).open("a", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
