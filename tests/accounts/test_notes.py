"""Checkpoints are signed notes that other people's tools can check."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accounts.audit.notes import BadNote, Checkpoint, Signer, Verifier, origin_of, split_notes

# The example of the reference implementation, golang.org/x/mod/sumdb/note.
KNOWN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
KNOWN_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
KNOWN_NOTE = (
    KNOWN_TEXT + "\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


@pytest.fixture
def signer() -> Signer:
    return Signer(origin_of("west-midlands"), Ed25519PrivateKey.generate())


@pytest.fixture
def checkpoint() -> Checkpoint:
    return Checkpoint(
        origin_of("west-midlands"), 1_204_551, bytes(range(32)), datetime(2026, 5, 1, 14, 30, tzinfo=UTC)
    )


def test_the_reference_note_opens_with_the_reference_key() -> None:
    verifier = Verifier.from_text(KNOWN_KEY)

    assert verifier.opened(KNOWN_NOTE) == KNOWN_TEXT
    assert verifier.as_text() == KNOWN_KEY


def test_a_checkpoint_comes_back_from_its_note(signer: Signer, checkpoint: Checkpoint) -> None:
    note = signer.signed(checkpoint.as_text())
    verifier = Verifier.from_text(signer.verifier.as_text())

    assert Checkpoint.from_text(verifier.opened(note)) == checkpoint


def test_a_note_with_one_changed_digit_is_refused(signer: Signer, checkpoint: Checkpoint) -> None:
    note = signer.signed(checkpoint.as_text()).replace("1204551", "1204550")

    with pytest.raises(BadNote):
        signer.verifier.opened(note)


def test_a_note_signed_by_another_force_is_refused(signer: Signer, checkpoint: Checkpoint) -> None:
    other = Signer(origin_of("north-coast"), Ed25519PrivateKey.generate())

    with pytest.raises(BadNote):
        signer.verifier.opened(other.signed(checkpoint.as_text()))


def test_a_key_of_the_same_name_is_not_the_same_key(signer: Signer, checkpoint: Checkpoint) -> None:
    impostor = Signer(signer.name, Ed25519PrivateKey.generate())

    with pytest.raises(BadNote):
        signer.verifier.opened(impostor.signed(checkpoint.as_text()))


def test_a_second_signature_by_a_witness_does_no_harm(signer: Signer, checkpoint: Checkpoint) -> None:
    witness = Signer("witness.example", Ed25519PrivateKey.generate())
    note = signer.signed(checkpoint.as_text())
    countersigned = note + witness.signed(checkpoint.as_text()).rpartition("\n\n")[2]

    assert signer.verifier.opened(countersigned) == witness.verifier.opened(countersigned)


def test_a_file_of_notes_is_split_into_notes(signer: Signer, checkpoint: Checkpoint) -> None:
    one = signer.signed(checkpoint.as_text())
    two = signer.signed(checkpoint.as_text().replace("1204551", "1204600"))

    assert split_notes(one + two) == [one, two]
    assert split_notes("") == []


@pytest.mark.parametrize("text", ["", "nothing", "a+b+c", "x+00000000+AAAA"])
def test_what_is_not_a_key_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        Verifier.from_text(text)
