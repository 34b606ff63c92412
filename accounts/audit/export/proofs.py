"""Proofs of place for any number of entries, with no more than one file's worth of leaves in memory. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from accounts.audit.hqdash_verify import levels_of, root_over
from accounts.audit.tree import inclusion_proof

CHUNK = 1 << 15
"""Entries in one file of an export: a power of two, so that each full file is a complete subtree."""

Levels = Sequence[Sequence[bytes]]


class Proofs:
    """Takes the leaves chunk by chunk, and then gives the proof of each place that was asked for."""

    def __init__(self) -> None:
        self._roots: list[bytes] = []
        self._inner: dict[int, list[bytes]] = {}

    def take(self, leaves: Sequence[bytes], places: Iterable[int]) -> None:
        """The next chunk of leaves; ``places`` are those in it that will be asked for."""
        levels = levels_of(leaves)
        begin = len(self._roots) * CHUNK
        for place in places:
            self._inner[place] = proof_within(levels, place - begin)
        self._roots.append(_node(levels, (len(leaves) - 1).bit_length(), 0))

    def root(self) -> bytes:
        """The root over everything that was taken."""
        if not self._roots:
            return root_over([])
        levels = levels_of(self._roots)
        return _node(levels, (len(self._roots) - 1).bit_length(), 0)

    def proof(self, place: int) -> list[bytes]:
        """The hashes that lead from the leaf at a place to the root."""
        return [*self._inner[place], *inclusion_proof(self._roots, place // CHUNK)]


def proof_within(levels: Levels, index: int) -> list[bytes]:
    """The proof for the leaf at ``index`` in the tree over these levels alone."""
    size, proof, level = len(levels[0]), [], 0
    while 1 << level < size:
        sibling = (index >> level) ^ 1
        if sibling << level < size:
            proof.append(_node(levels, level, sibling))
        level += 1
    return proof


def _node(levels: Levels, level: int, at: int) -> bytes:
    """The root over the leaves below a node; at the right-hand edge it may be an incomplete subtree."""
    if level < len(levels) and at < len(levels[level]):
        return levels[level][at]
    start, peaks = at << level, []
    rest = len(levels[0]) - start
    for bit in range(rest.bit_length() - 1, -1, -1):
        if rest >> bit & 1:
            peaks.append(levels[bit][start >> bit])
            start += 1 << bit
    return root_over(peaks)
