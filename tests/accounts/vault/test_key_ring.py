"""The ring of root keys, and sealing everything again while the vault goes on opening."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections

from accounts.actions.leases import take_lease
from accounts.models import AuditEntry, Channel, Credential, ForceKey
from accounts.vault import caller, drawer
from accounts.vault.caller import ask
from accounts.vault.key_files import KeyFile, KeyFileMissing, make_missing_keys, origin_public_key
from accounts.vault.opener import OpenerServer
from accounts.vault.root_keys import former_files, load_ring
from accounts.vault.vault import Vault
from hqdash.base.tenancy import acting_for
from tests.cast import Cast
from tests.vault import opener_url

MANY = 1500


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Key files that this test alone may turn over."""
    for which in KeyFile:
        variable, name = which.value
        monkeypatch.setenv(variable, str(tmp_path / "keys" / name))
    make_missing_keys()
    return tmp_path / "keys"


class Opener:
    """An opener that can be started anew, with whatever keys lie there then."""

    def start(self) -> None:
        self.vault = Vault(database_url=opener_url(), ring=load_ring(), origin=origin_public_key())
        self.server = OpenerServer(Path(settings.OPENER_SOCKET), self.vault)
        self.server.serve_in_background()

    def stop(self) -> None:
        caller.hang_up()
        self.server.close()
        self.vault.close()

    def restart(self) -> None:
        self.stop()
        self.start()


@pytest.fixture
def opener(keys: Path, committed_cast: Cast) -> Iterator[Opener]:
    opener = Opener()
    opener.start()
    yield opener
    opener.stop()


def opened(channel: Channel) -> str:
    lease = take_lease(
        channel_id=channel.pk, purpose="publish", subject_id=uuid4(), lasts=timedelta(seconds=60)
    )
    with drawer.open(channel, lease=lease, purpose="publish") as credential:
        return credential["access_token"].reveal()


def said(*words: str) -> str:
    out = io.StringIO()
    call_command("vault", *words, stdout=out)
    return out.getvalue()


def test_a_new_root_key_takes_over_and_the_former_one_is_forgotten_when_nothing_needs_it(
    opener: Opener, committed_cast: Cast, keys: Path
) -> None:
    drawer.put(committed_cast.admin.actor, committed_cast.x, {"access_token": "kept"})
    first = ask({"op": "status"})["present"]

    assert "The root key is now" in said("rotate", "--new-root")
    status = ask({"op": "status"})
    assert status["present"] != first
    assert status["ring"] == [status["present"], first]
    assert opened(committed_cast.x) == "kept"
    assert (keys / "former" / f"{first}.key").stat().st_mode & 0o777 == 0o600

    opener.restart()
    assert opened(committed_cast.x) == "kept"
    assert "Deleted" in said("forget", first)
    assert former_files() == []
    opener.restart()
    assert opened(committed_cast.x) == "kept"
    with pytest.raises(CommandError, match="present root key"):
        said("forget", status["present"])


def test_a_root_key_that_something_needs_is_not_forgotten(opener: Opener, committed_cast: Cast) -> None:
    drawer.put(committed_cast.admin.actor, committed_cast.x, {"access_token": "kept"})
    first = ask({"op": "status"})["present"]
    # A run that was killed after the files were turned over and before anything was wrapped again.
    from accounts.vault.root_keys import turn_over

    turn_over(opener.vault._ring)
    opener.restart()

    assert opened(committed_cast.x) == "kept"
    with pytest.raises(CommandError, match="still needed by 1 keys and 1 credentials"):
        said("forget", first)
    assert "1 keys wrapped again" in said("rotate", "--wrap-again")
    assert "Deleted" in said("forget", first)


def test_a_missing_root_key_is_named_with_what_needs_it(
    opener: Opener, committed_cast: Cast, keys: Path
) -> None:
    cast = committed_cast
    drawer.put(cast.admin.actor, cast.x, {"access_token": "kept", "refresh_token": "too"})
    needed = ask({"op": "status"})["present"]
    (keys / "root.key").rename(keys / "lost.key")
    make_missing_keys()
    opener.restart()

    with pytest.raises(drawer.VaultClosed, match=f"lacks the root key {needed}"):
        opened(cast.x)
    with pytest.raises(CommandError, match=f"{needed} is missing: 2 credentials of 1 forces") as told:
        said("status")
    assert str(keys / "root.key") in str(told.value)
    # Others go on: a force whose key is made now is wrapped with the key that is here.
    with acting_for(cast.other_force.pk):
        drawer.put(cast.stranger.actor, cast.other_channel, {"access_token": "theirs"})
        assert opened(cast.other_channel) == "theirs"

    (keys / "former").mkdir()
    (keys / "lost.key").rename(keys / "former" / "back.key")
    opener.restart()
    assert opened(cast.x) == "kept"
    assert "former" in said("status")


def test_without_its_root_key_the_opener_says_how_much_hangs_on_it(
    opener: Opener, committed_cast: Cast, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawer.put(committed_cast.admin.actor, committed_cast.x, {"access_token": "kept"})
    needed = ask({"op": "status"})["present"]
    (keys / "root.key").unlink()
    monkeypatch.setattr(settings, "DATABASE_URL_OPENER", opener_url())
    with pytest.raises(CommandError, match=f"1 credentials of 1 forces need the root key {needed}"):
        call_command("opener")


@pytest.mark.parametrize("which", ["root.key", "former/old.key"])
def test_a_key_file_that_others_can_read_is_refused(keys: Path, which: str) -> None:
    path = keys / which
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"k" * 32)
    path.chmod(0o644)
    with pytest.raises(KeyFileMissing, match="can be read by others"):
        load_ring()


def many_channels(cast: Cast) -> list[Channel]:
    Channel.objects.bulk_create(
        [Channel(unit=cast.root, network="x", handle=f"m{n:05}", name="m") for n in range(MANY)]
    )
    channels = list(Channel.objects.filter(handle__startswith="m0"))
    for channel in channels:
        drawer.put(cast.admin.actor, channel, {"access_token": channel.handle})
    return channels


def test_everything_is_sealed_again_while_the_vault_goes_on_opening(
    opener: Opener, committed_cast: Cast
) -> None:
    channels = many_channels(committed_cast)
    force_id, failures, openings = committed_cast.force.pk, [], []
    done = threading.Event()

    def open_all_the_time() -> None:
        with acting_for(force_id):
            at = 0
            while not done.is_set():
                channel = channels[(at := at + 37) % MANY]
                try:
                    assert opened(channel) == channel.handle
                    openings.append(1)
                except Exception as failure:
                    failures.append(failure)
        caller.hang_up()
        connections.close_all()

    crowd = [threading.Thread(target=open_all_the_time) for _ in range(2)]
    for one in crowd:
        one.start()
    began = time.perf_counter()
    words = said("rotate", "--force", "westmere")
    took = time.perf_counter() - began
    done.set()
    for one in crowd:
        one.join()

    assert f"{MANY} credentials sealed again" in words
    assert not failures
    assert len(openings) > 5
    newest = ForceKey.objects.order_by("-epoch")[0]
    assert set(Credential.objects.values_list("key_id", flat=True)) == {newest.key_id}
    assert AuditEntry.objects.filter(action="vault.rotated").count() == 1
    print(f"{MANY} sealed again in {took:.1f} s beside {len(openings)} openings")


def test_a_rotation_that_was_killed_is_taken_up_where_it_ended(opener: Opener, committed_cast: Cast) -> None:
    cast = committed_cast
    for channel in (cast.x, cast.x_dudley, cast.facebook):
        drawer.put(cast.admin.actor, channel, {"access_token": "kept"})
    ask({"op": "new_key", "force": str(cast.force.pk)})
    from accounts.vault.rotation import seal_again

    opener.vault._database.ask(
        lambda cursor: seal_again(
            cursor, force_id=cast.force.pk, ring=opener.vault._ring, origin=origin_public_key(), most=1
        )
    )
    assert "2 still under an earlier key" in said("status")
    assert {opened(channel) for channel in (cast.x, cast.x_dudley, cast.facebook)} == {"kept"}

    assert "westmere: 2 credentials sealed again" in said("rotate", "--go-on")
    assert "still under" not in said("status")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT key_id) FROM accounts_credential")
        assert cursor.fetchone()[0] == 1


def test_the_command_says_when_there_is_no_such_force(opener: Opener) -> None:
    with pytest.raises(CommandError, match="no force"):
        said("rotate", "--force", "atlantis")
