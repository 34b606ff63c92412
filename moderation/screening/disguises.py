"""Reads one word that is not English: signs for letters, drawn-out, masked and misspelt words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from moderation.screening.english import is_english
from moderation.screening.letters import SIGNS, STANDS_FOR, Likeness, by_sight
from moderation.screening.spelled_out import LONGEST_TOKEN, SINGLES, exactly, run_of_letters
from moderation.screening.views import GUESSWORK, Disguise, ViewName
from moderation.screening.vocabulary import SHORTEST, SHORTEST_MISSPELT, Vocabulary

Way = tuple[str, ViewName, tuple[str, ...]]

MOST_PARTS = 2_000
ALTERNATIVES = 4
LONG_RUN = 3

MASKS = frozenset("*#%&?^~_-")
LEFT_OUT = "*#_"
DOUBTFUL = MASKS | frozenset(sign for sign in STANDS_FOR if not sign.isalpha())
_EDGES = "".join(sorted(MASKS))

# At the edge of a token these belong to the sentence, not to a word.
_PUNCTUATION = ".,;:?\"'()[]{}<>"

_PART = re.compile(rf"[a-z0-9{re.escape(SIGNS)}{re.escape(_EDGES)}]+")
_PIECES = re.compile(rf"[a-z0-9{re.escape(SIGNS)}]+")
_DRAWN_OUT = re.compile(r"(.)\1{3,}")
_THREE = re.compile(r"(.)\1{2,}")
_MASK_RUN = re.compile(r"([^a-z])\1+")
_QUANTITY = re.compile(r"[€£$]?\d+[a-z]{0,2}[!+]*")
_LETTERLIKE = re.compile(r"[a-z@$]")


def disguises_in(
    token: str, words: Vocabulary, *, thoroughly: bool = True
) -> tuple[tuple[Disguise, ...], ...]:
    """What is disguised in one token: for each place the likely words, the likeliest first."""
    core = token.strip(_PUNCTUATION)
    if core.isalpha() and core.isascii():
        # Most of what is not English is a name or another language: letters and nothing else.
        if len(core) < SHORTEST or core in words or is_english(core):
            return ()
        ways = _letters_only(core, words, thoroughly)
        start = token.find(core)
        return (_placed(ways, start, start + len(core)),) if ways else ()
    if is_english(core) and core == token:
        return ()
    found = [*_runs(token, words)]
    if not found and len(token) <= LONGEST_TOKEN and (whole := _split_by_signs(token, words)):
        found = [whole]
    return tuple(found or _parts(token, words, thoroughly))


def _parts(token: str, words: Vocabulary, thoroughly: bool) -> Iterator[tuple[Disguise, ...]]:
    known: dict[str, tuple[Disguise, ...]] = {}
    for number, part in enumerate(islice(_PART.finditer(token), MOST_PARTS)):
        written = part[0]
        if len(written) < SHORTEST:
            continue
        if written not in known:
            known[written] = _ways_to_read(written, words, thoroughly and number < LONGEST_TOKEN)
        if ways := known[written]:
            yield tuple(one.moved(part.start()) for one in ways)


def _placed(ways: Sequence[Way], start: int, end: int) -> tuple[Disguise, ...]:
    likeliest: dict[str, Disguise] = {}
    for way in ways:
        likeliest.setdefault(way[0], Disguise(start, end, *way))
    return tuple(likeliest.values())[:ALTERNATIVES]


def _letters_only(core: str, words: Vocabulary, thoroughly: bool) -> list[Way]:
    shown = _DRAWN_OUT.sub(r"\1\1\1", core) if len(core) > LONGEST_TOKEN // 2 else core
    if len(shown) > LONGEST_TOKEN:
        return []
    ways = [*_spelt(shown, words), *_stems(shown, words)]
    if not ways and thoroughly:
        ways = [*_misspelt(shown, shown, words)]
    return sorted(ways, key=_guesswork)


def spelling(word: str, how: Likeness) -> tuple[ViewName, tuple[str, ...]] | None:
    """The view that a likeness belongs to and its steps; nothing when it is too far, or as written."""
    steps = [f"{sign} > {letter}" for sign, letter in how.swapped_signs]
    if how.missing:
        if how.missing > 1 or how.extra or len(word) < SHORTEST_MISSPELT:
            return None
        return ViewName.FUZZY, (*steps, "one letter of a pair added")
    if how.extra:
        steps.append("repeated letters read once")
        return (ViewName.ELONGATED if how.longest_run >= LONG_RUN else ViewName.DOUBLED), tuple(steps)
    if any(sign in "il" for sign, _ in how.swapped_signs):
        # Only capital I looks like l; in small letters it may be another word: Kili, klil.
        return ViewName.FUZZY, tuple(steps)
    return (ViewName.LEET, tuple(steps)) if steps else None


def _runs(token: str, words: Vocabulary) -> Iterator[tuple[Disguise, ...]]:
    for run in SINGLES.finditer(token):
        yield from run_of_letters(run[0], run.start(), words)


def _split_by_signs(token: str, words: Vocabulary) -> tuple[Disguise, ...]:
    """A word with signs put into it: fu.ck, sh/it."""
    pieces = list(_PIECES.finditer(token))
    if not 2 <= len(pieces) <= 4:
        return ()
    joined = "".join(piece[0] for piece in pieces)
    if not SHORTEST_MISSPELT <= len(joined) <= LONGEST_TOKEN:
        return ()
    if any(piece[0].isdigit() for piece in pieces):
        return ()
    reads = exactly(joined, words)
    # "mass-age" is two words; "kill-you" is a phrase with another gap.
    if not reads or (" " not in reads and all(is_english(piece[0]) for piece in pieces)):
        return ()
    steps = ("signs inside the word removed",)
    return (Disguise(pieces[0].start(), pieces[-1].end(), reads, ViewName.SPLIT, steps),)


def _ways_to_read(part: str, words: Vocabulary, thoroughly: bool) -> tuple[Disguise, ...]:
    """The likeliest readings of one part of a token, with and without the signs at its edges."""
    start = len(part) - len(part.lstrip(_EDGES))
    core = part.strip(_EDGES)
    bare = core.strip(SIGNS)
    inside = core.find(bare)
    if bare and is_english(bare) and bare == core:
        return ()
    variants = [(start, core)]
    if bare and bare != core and not core.startswith("@"):
        variants.append((start + inside, bare))
    for begins, written in variants:
        if ways := _readings(written, words, thoroughly):
            return _placed(ways, begins, begins + len(written))
    # sh**: what hangs on at the end may be letters that were left out.
    tail = part.rstrip("".join(SIGNS))[start:]
    if thoroughly and tail != core and not start:
        return _placed([*_masked(tail, words)], 0, len(tail))
    return ()


def _readings(written: str, words: Vocabulary, thoroughly: bool) -> list[Way]:
    if len(written) < 3 or not _LETTERLIKE.search(written) or _QUANTITY.fullmatch(written):
        return []
    if written in words or is_english(written):
        return []
    shown = _DRAWN_OUT.sub(r"\1\1\1", written)
    if len(shown) > LONGEST_TOKEN:
        return []
    seen = by_sight(shown)
    if seen != shown and seen not in words and is_english(seen):
        # "b4ck" is "back"; but nobody writes an ordinary word with other signs than digits.
        return [*_masked(shown, words)] if thoroughly and not shown.isalnum() else []
    ways = [*_spelt(shown, words), *_stems(shown, words)]
    if not ways and thoroughly:
        ways = [*_masked(shown, words)] or [*_misspelt(shown, seen, words)]
    return sorted(ways, key=_guesswork)


def _guesswork(way: Way) -> int:
    return GUESSWORK[way[1]]


def _spelt(shown: str, words: Vocabulary) -> Iterator[Way]:
    for word, how in words.spelt_like(shown):
        reads = words.reads(word)
        found = spelling(word, how)
        if found is None and reads != word and not how.extra and not how.missing:
            found = ViewName.SPLIT, ("gaps between words added",)
        if found and not (how.longest_run >= LONG_RUN and _is_drawn_out_english(shown, words)):
            yield reads, *found


def _is_drawn_out_english(shown: str, words: Vocabulary) -> bool:
    """True for "goood", which is "good" and not "god"."""
    pairs = _THREE.sub(r"\1\1", shown)
    return pairs not in words and is_english(pairs)


def _stems(shown: str, words: Vocabulary) -> Iterator[Way]:
    for stem, how, at_the_end in words.begun_like(shown):
        found = None if how.missing else spelling(stem, how)
        if found and not _is_drawn_out_english(shown, words):
            rest = by_sight(shown[: len(shown) - how.used] if at_the_end else shown[how.used :])
            yield (f"{rest}{stem}" if at_the_end else f"{stem}{rest}"), *found


def _masked(shown: str, words: Vocabulary) -> Iterator[Way]:
    for masks in (MASKS, DOUBTFUL):
        for tried in dict.fromkeys((shown, _MASK_RUN.sub(r"\1", shown))):
            hidden = [sign for sign in tried if sign in masks]
            size = len(tried)
            if (
                not hidden
                or size < 3
                or tried[0] in masks
                or len(hidden) * 2 > size
                or size - len(hidden) < 2
            ):
                continue
            if tried[-1] in masks and tried[-1] not in LEFT_OUT:
                continue
            for word in words.shaped_like(tried, masks):
                steps = [
                    f"{sign} read as {letter}"
                    for sign, letter in zip(tried, word, strict=True)
                    if sign in masks
                ]
                yield word, ViewName.MASKED, tuple(dict.fromkeys(steps))


def _misspelt(shown: str, seen: str, words: Vocabulary) -> Iterator[Way]:
    if not seen.isalpha() or not seen.isascii():
        return
    # A sign and a slip in a short word leave too little of it: SH1 is a road.
    if seen != shown and len(seen) < SHORTEST_MISSPELT + 1:
        return
    for word, swapped in words.misspelt_as(seen):
        signs = [f"{sign} > {letter}" for sign, letter in zip(shown, seen, strict=True) if sign != letter]
        how = f"two letters swapped: {word}" if swapped else f"one letter added: {word}"
        yield word, ViewName.FUZZY, (*dict.fromkeys(signs), how)
