"""The way in for files: from bytes to rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.importing.csv_file import read_csv
from accounts.importing.json_file import read_json
from accounts.importing.rows import Contents
from accounts.importing.text import LARGEST, text_of
from hqdash.base.errors import Unprocessable

MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file as somebody chose it."""

    name: str
    content: bytes


def read_files(files: Sequence[GivenFile]) -> Contents:
    """What all of them say together.

    Raises:
        Unprocessable: one of them cannot be read at all; single wrong rows are kept as problems.
    """
    if not files:
        raise Unprocessable(_("Choose a file."), "file")
    if sum(len(file.content) for file in files) > LARGEST:
        raise Unprocessable(
            _("The files are larger than 10 MB together. Import them one after the other."), "file"
        )
    contents = Contents()
    for file in files:
        text, note = text_of(file.name, file.content)
        is_json = text.lstrip()[:1] in ("{", "[")
        contents.take(read_json(file.name, text) if is_json else read_csv(file.name, text))
        if note:
            contents.notes.append(note)
    if contents.rows > MOST_ROWS:
        raise Unprocessable(
            _("These are %(n)d rows; at most %(most)d can be imported at once. Split the file.")
            % {"n": contents.rows, "most": MOST_ROWS},
            "file",
        )
    return contents
