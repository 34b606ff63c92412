"""Derives `fold_table.txt` from Unicode's own data, so that every Python version folds alike.

Run it by hand when Unicode publishes new confusables:
    python -m moderation.screening.data.build_fold_table path/to/confusables.txt
"""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path

TABLE = Path(__file__).with_name("fold_table.txt")

# DerivedCoreProperties: Default_Ignorable_Code_Point. The standard library does not carry it.
DEFAULT_IGNORABLE = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)

# Letters that Unicode gives no decomposition, but that everybody reads as a Latin letter.
READ_AS_A_LETTER = (
    re.compile(r"NEGATIVE (?:CIRCLED|SQUARED) LATIN CAPITAL LETTER ([A-Z])"),
    re.compile(r"CROSSED NEGATIVE SQUARED LATIN CAPITAL LETTER ([A-Z])"),
    re.compile(r"REGIONAL INDICATOR SYMBOL LETTER ([A-Z])"),
    re.compile(r"LATIN LETTER SMALL CAPITAL ([A-Z])"),
    re.compile(r"LATIN (?:SMALL|CAPITAL) LETTER ([A-Z]) WITH .*"),
)

# Small-capital look-alikes that UTS 39 keeps apart from the letters they are used for.
ALSO_READ_AS = {"\u0138": "k", "\u043a": "k", "\u03ba": "k", "\u0442": "t", "\u03c4": "t", "\u043c": "m"}

HANGUL_SYLLABLES = range(0xAC00, 0xD7A4)  # decomposed by rule when the table is read
SURROGATES = range(0xD800, 0xE000)


def read_confusables(path: Path) -> dict[str, str]:
    """Each non-ASCII source with the characters it is mistaken for."""
    pairs: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        fields = line.split("#", 1)[0].split(";")
        if len(fields) < 3:
            continue
        source = chr(int(fields[0], 16))
        target = "".join(chr(int(code, 16)) for code in fields[1].split())
        if ord(source) < 0x80:
            continue
        if target == "l" and unicodedata.category(source) == "Lu":
            # UTS 39 draws capital I as l; a capital letter in a word is read as an I.
            target = "i"
        pairs[source] = target
    return pairs


def is_ignorable(code: int) -> bool:
    """True for what draws nothing: default-ignorables and control characters."""
    if any(first <= code <= last for first, last in DEFAULT_IGNORABLE):
        return True
    return unicodedata.category(chr(code)) == "Cc" and not chr(code).isspace()


def drop_marks(text: str) -> str:
    """The text without accents and other combining marks."""
    return "".join(c for c in text if unicodedata.category(c) not in ("Mn", "Me"))


def fold_once(char: str, confusables: dict[str, str]) -> str:  # noqa: PLR0911  # a table
    """One character, one step nearer to the letter that a reader sees."""
    code = ord(char)
    if code < 0x80:
        return " " if char.isspace() else char.lower()
    if is_ignorable(code):
        return ""
    if char.isspace():
        return " "
    if char in "\u3002\uff61":  # ideographic full stops separate host names too
        return "."
    if char in ALSO_READ_AS:
        return ALSO_READ_AS[char]
    name = unicodedata.name(char, "")
    for reading in READ_AS_A_LETTER:
        if found := reading.fullmatch(name):
            return found[1].lower()
    plain = unicodedata.normalize("NFKD", char)
    if " " in plain and char in confusables:
        plain = confusables[char]  # a free-standing accent: an apostrophe, not a gap
    letters = drop_marks(plain)
    return "".join(seen_as(letter, confusables) for letter in letters).casefold()


def seen_as(letter: str, confusables: dict[str, str]) -> str:
    """The ASCII that a letter is mistaken for; other look-alikes stay apart."""
    if ord(letter) < 0x80:
        return letter
    target = drop_marks(unicodedata.normalize("NFKD", confusables.get(letter, letter)))
    return target if target.isascii() else letter


def fold_fully(char: str, confusables: dict[str, str]) -> str:
    """Folded until nothing changes any more, so that folding twice is folding once."""
    seen = char
    for _ in range(12):
        following = "".join(fold_once(c, confusables) for c in seen)
        if following == seen:
            return seen
        seen = following
    raise ValueError(f"U+{ord(char):04X} never comes to rest")


def build(confusables: dict[str, str]) -> list[str]:
    """The lines of the table: `hex` or `hex-hex`, a semicolon, and what it becomes in hex."""
    lines: list[tuple[int, int, str]] = []
    for code in range(0x110000):
        if code in HANGUL_SYLLABLES or code in SURROGATES:
            continue
        char = chr(code)
        if not is_ignorable(code) and unicodedata.category(char) == "Cn" and char not in confusables:
            continue
        result = fold_fully(char, confusables)
        if is_ignorable(code):
            result = ""
        if result == char:
            continue
        if lines and not result and not lines[-1][2] and lines[-1][1] == code - 1:
            lines[-1] = (lines[-1][0], code, "")
        else:
            lines.append((code, code, result))
    return [
        f"{first:x}{'' if first == last else f'-{last:x}'};{' '.join(f'{ord(c):x}' for c in result)}"
        for first, last, result in lines
    ]


if __name__ == "__main__":
    rows = build(read_confusables(Path(sys.argv[1])))
    TABLE.write_text("\n".join(rows) + "\n", encoding="ascii")
    sys.stdout.write(f"{len(rows)} rows written to {TABLE.name}\n")
