"""One calm line per step, with the seconds it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

WIDTH = 46


class Progress:
    """Writes steps to a terminal as they begin, and to a file as they end."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._open = False
        self._stream = sys.stderr

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show what is being waited for, then how long it took."""
        began = time.monotonic()
        if self._stream.isatty():
            self._write(f"  {title} {'.' * (WIDTH - len(title))} ")
            self._open = True
        yield
        took = f"{time.monotonic() - began:5.1f} s\n"
        self._write(took if self._open else f"  {title} {'.' * (WIDTH - len(title))} {took}")
        self._open = False

    def say(self, sentence: str) -> None:
        """A line of its own, also in the middle of a step."""
        self._write(f"{chr(10) if self._open else ''}{sentence}\n")
        self._open = False

    def _write(self, text: str) -> None:
        if not self.quiet:
            self._stream.write(text)
            self._stream.flush()
