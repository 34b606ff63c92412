"""The private keys of the forces are wrapped by a root key that lives outside the database."""

import os
from pathlib import Path
from uuid import UUID

import pytest
from django.test import override_settings

from accounts.vault.key_files import (
    KeyFile,
    KeyFileMissing,
    make_missing_keys,
    origin_key,
    origin_public_key,
    read_key,
)
from accounts.vault.key_pair import KeyPair, make_key_pair
from accounts.vault.keys import KeyName, LocalRootKey, RootKeyRing, WrongRootKey


@pytest.fixture
def pair() -> KeyPair:
    return make_key_pair()


@pytest.fixture
def name(pair: KeyPair) -> KeyName:
    return KeyName(force_id=UUID(int=1), key_id=pair.key_id, epoch=1)


@pytest.fixture
def key_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for which in KeyFile:
        variable, file_name = which.value
        monkeypatch.setenv(variable, str(tmp_path / "keys" / file_name))
    return tmp_path / "keys"


def test_a_wrapped_key_comes_back_whole(pair: KeyPair, name: KeyName) -> None:
    root = LocalRootKey(os.urandom(32))

    wrapped = root.wrap(pair.private, name=name)

    assert pair.private not in wrapped
    assert root.unwrap(wrapped, name=name) == pair.private


@pytest.mark.parametrize("change", [{"force_id": UUID(int=2)}, {"key_id": "f" * 16}, {"epoch": 2}])
def test_a_wrapped_key_moved_to_another_row_is_refused(
    pair: KeyPair, name: KeyName, change: dict[str, object]
) -> None:
    root = LocalRootKey(os.urandom(32))
    elsewhere = KeyName(**{"force_id": name.force_id, "key_id": name.key_id, "epoch": name.epoch, **change})  # type: ignore[arg-type]

    with pytest.raises(WrongRootKey):
        root.unwrap(root.wrap(pair.private, name=name), name=elsewhere)


def test_another_root_key_does_not_open_it(pair: KeyPair, name: KeyName) -> None:
    wrapped = LocalRootKey(os.urandom(32)).wrap(pair.private, name=name)

    with pytest.raises(WrongRootKey):
        LocalRootKey(os.urandom(32)).unwrap(wrapped, name=name)


def test_after_a_change_of_root_key_the_earlier_one_still_unwraps(pair: KeyPair, name: KeyName) -> None:
    earlier, present = LocalRootKey(os.urandom(32)), LocalRootKey(os.urandom(32))
    wrapped = earlier.wrap(pair.private, name=name)
    ring = RootKeyRing(present, [earlier])

    assert ring.unwrap(wrapped, name=name, root_key_id=earlier.root_key_id) == pair.private
    assert ring.root_key_id == present.root_key_id
    with pytest.raises(WrongRootKey, match="lacks the root key"):
        RootKeyRing(present).unwrap(wrapped, name=name, root_key_id=earlier.root_key_id)


def test_a_key_pair_does_not_print_itself(pair: KeyPair) -> None:
    assert pair.private.hex()[:8] not in repr(pair)
    assert "private" not in repr(pair)


def test_missing_keys_are_made_once_and_kept(key_folder: Path) -> None:
    made = make_missing_keys()
    root = read_key(KeyFile.ROOT)

    assert {path.name for path in made} == {"root.key", "origin.key", "origin.pub", "book.key", "sign_in.key"}
    assert make_missing_keys() == []
    assert read_key(KeyFile.ROOT) == root
    assert origin_key().public_key() == origin_public_key()
    assert (key_folder / "root.key").stat().st_mode & 0o777 == 0o600


def test_a_key_file_that_others_can_read_is_refused(key_folder: Path) -> None:
    make_missing_keys()
    (key_folder / "root.key").chmod(0o644)

    with pytest.raises(KeyFileMissing, match="chmod 600"):
        read_key(KeyFile.ROOT)


def test_a_missing_key_file_says_how_to_get_one(key_folder: Path) -> None:
    with pytest.raises(KeyFileMissing, match="--make-keys"):
        read_key(KeyFile.BOOK)


def test_where_no_file_is_named_all_but_the_root_key_are_made_when_first_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for which in KeyFile:
        monkeypatch.delenv(which.value[0], raising=False)

    with override_settings(HOME=tmp_path):
        assert origin_public_key() == origin_key().public_key()
        assert read_key(KeyFile.BOOK) == read_key(KeyFile.BOOK)
        with pytest.raises(KeyFileMissing):
            read_key(KeyFile.ROOT)


@pytest.mark.parametrize("content", [b"", b"too short", b"z" * 64, b"\xff" * 31])
def test_a_key_file_with_something_else_in_it_is_refused(key_folder: Path, content: bytes) -> None:
    key_folder.mkdir()
    (key_folder / "root.key").write_bytes(content)
    (key_folder / "root.key").chmod(0o600)

    with pytest.raises(KeyFileMissing, match="does not hold 32 bytes"):
        read_key(KeyFile.ROOT)
