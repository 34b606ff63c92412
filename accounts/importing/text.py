"""Turns the bytes of a file into text, or says in plain words why that is not possible."""

from __future__ import annotations

import codecs

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hqdash.base.errors import Unprocessable

LARGEST = 10 * 1024 * 1024
_BINARY = {
    b"PK\x03\x04": gettext_lazy(
        "This is a workbook or a packed file. Save the table as CSV and choose that file."
    ),
    b"\xd0\xcf\x11\xe0": gettext_lazy(
        "This is an old Excel workbook. Save the table as CSV and choose that file."
    ),
    b"%PDF": gettext_lazy("This is a PDF. Export the table as CSV and choose that file."),
}


def text_of(name: str, content: bytes) -> tuple[str, str]:
    """The text of a file, and a note where its encoding had to be guessed.

    Raises:
        Unprocessable: it is empty, too large, or no text.
    """
    if len(content) > LARGEST:
        raise Unprocessable(
            _("%(file)s is larger than 10 MB. Split it into several files.") % {"file": name}, "file"
        )
    if not content.strip():
        raise Unprocessable(_("%(file)s is empty.") % {"file": name}, "file")
    for beginning, sentence in _BINARY.items():
        if content.startswith(beginning):
            raise Unprocessable(f"{name}: {sentence}", "file")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(name, content, "utf-16"), ""
    if b"\x00" in content:
        raise Unprocessable(
            _("%(file)s is no text file. Choose a CSV or JSON file.") % {"file": name}, "file"
        )
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        note = _("%(file)s is not written in UTF-8; it was read as Windows-1252. Look at names with accents.")
        return _decoded(name, content, "cp1252"), note % {"file": name}


def _decoded(name: str, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Unprocessable(
            _("%(file)s is written in an unknown way. Save it as UTF-8 and try again.") % {"file": name},
            "file",
        ) from None
