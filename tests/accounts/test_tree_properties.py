"""What holds for every tree: proofs that belong to it verify, and no others do."""

from hashlib import sha256

from hypothesis import assume, given
from hypothesis import strategies as st

from accounts.audit.tree import (
    Frontier,
    consistency_proof,
    hash_leaf,
    hash_pair,
    inclusion_proof,
    is_consistent,
    is_included,
    root_of,
)

leaves_of_any_tree = st.lists(st.binary(max_size=4).map(hash_leaf), min_size=1, max_size=70)


def textbook_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hash_pair(textbook_root(leaves[:split]), textbook_root(leaves[split:]))


@given(leaves_of_any_tree, st.data())
def test_appending_in_any_portions_gives_the_root_by_definition(
    leaves: list[bytes], data: st.DataObject
) -> None:
    frontier, rest = Frontier(), leaves
    while rest:
        portion = data.draw(st.integers(1, len(rest)))
        kept = Frontier.from_bytes(frontier.size, frontier.as_bytes())
        frontier, rest = kept.appended(rest[:portion]), rest[portion:]

    assert frontier.size == len(leaves)
    assert frontier.root() == textbook_root(leaves)


@given(leaves_of_any_tree, st.data())
def test_every_leaf_is_included_and_no_other_hash_is(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof, root = inclusion_proof(leaves, index), root_of(leaves)

    assert is_included(leaves[index], index, len(leaves), proof, root)
    assert not is_included(hash_leaf(b"forged"), index, len(leaves), proof, root)
    assert not is_included(leaves[index], index, len(leaves), [*proof, root], root)
    assert not is_included(leaves[index], len(leaves), len(leaves), proof, root)


@given(leaves_of_any_tree, st.data())
def test_a_tree_is_consistent_with_each_of_its_beginnings(leaves: list[bytes], data: st.DataObject) -> None:
    earlier = data.draw(st.integers(1, len(leaves)))
    proof = consistency_proof(leaves, earlier)

    assert is_consistent(earlier, len(leaves), proof, root_of(leaves[:earlier]), root_of(leaves))


@given(leaves_of_any_tree, st.data())
def test_a_tree_whose_past_was_changed_is_not_consistent(leaves: list[bytes], data: st.DataObject) -> None:
    earlier = data.draw(st.integers(1, len(leaves)))
    changed = data.draw(st.integers(0, earlier - 1))
    rewritten = [*leaves]
    rewritten[changed] = hash_leaf(b"rewritten")
    assume(rewritten != leaves)

    proof = consistency_proof(rewritten, earlier)

    assert not is_consistent(earlier, len(leaves), proof, root_of(leaves[:earlier]), root_of(rewritten))
