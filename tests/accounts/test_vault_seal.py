"""A sealed credential opens in its own place with its own force's key, and nowhere else."""

from dataclasses import replace
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.vault.key_pair import KeyPair, load_private, make_key_pair
from accounts.vault.seal import Place, SealBroken, seal, unseal

TOKEN = b"practice-token-of-the-press-office"
PAIR = make_key_pair()
ORIGIN = Ed25519PrivateKey.generate()
PLACE = Place(force_id=UUID(int=1), whose=UUID(int=2), field="access_token", version=3, key_id=PAIR.key_id)
SEALED = seal(TOKEN, place=PLACE, public_key=PAIR.public, origin=ORIGIN)


def opened(sealed: bytes, *, place: Place = PLACE, pair: KeyPair = PAIR) -> bytes:
    return unseal(sealed, place=place, private_key=load_private(pair.private), origin=ORIGIN.public_key())


def test_what_was_sealed_comes_out_again() -> None:
    assert opened(SEALED) == TOKEN
    assert TOKEN not in SEALED


def test_the_same_value_never_looks_the_same_twice() -> None:
    again = seal(TOKEN, place=PLACE, public_key=PAIR.public, origin=ORIGIN)

    assert again != SEALED
    assert opened(again) == TOKEN


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"force_id": UUID(int=9)},
        {"whose": UUID(int=9)},
        {"field": "refresh_token"},
        {"version": 4},
        {"key_id": "0" * 16},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_sealed_value_moved_elsewhere_is_refused(elsewhere: dict[str, object]) -> None:
    with pytest.raises(SealBroken):
        opened(SEALED, place=replace(PLACE, **elsewhere))  # type: ignore[arg-type]


@settings(max_examples=300)
@given(st.integers(0, len(SEALED) * 8 - 1))
def test_one_flipped_bit_is_refused(bit: int) -> None:
    flipped = bytearray(SEALED)
    flipped[bit // 8] ^= 1 << bit % 8

    with pytest.raises(SealBroken):
        opened(bytes(flipped))


@given(st.integers(0, len(SEALED) - 1))
def test_a_cut_value_is_refused(length: int) -> None:
    with pytest.raises(SealBroken):
        opened(SEALED[:length])


def test_another_force_cannot_open_it() -> None:
    with pytest.raises(SealBroken):
        opened(SEALED, pair=make_key_pair())


def test_a_value_sealed_by_somebody_else_with_the_public_key_is_refused() -> None:
    forged = seal(b"their token", place=PLACE, public_key=PAIR.public, origin=Ed25519PrivateKey.generate())

    with pytest.raises(SealBroken):
        opened(forged)


def test_a_broken_seal_says_nothing_about_the_value() -> None:
    with pytest.raises(SealBroken) as refusal:
        opened(SEALED[:-1])

    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__
    assert "practice" not in str(refusal.value)
