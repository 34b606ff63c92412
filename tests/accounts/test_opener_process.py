"""The opener as a process: closed to others, hard to look into, and back at once when its database is."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg2
import pytest
from django.conf import settings

from accounts.actions.leases import take_lease
from accounts.vault import caller, drawer, wire
from accounts.vault.key_files import origin_public_key
from accounts.vault.opener import AlreadyRunning, OpenerServer
from accounts.vault.vault import Vault
from tests.cast import Cast
from tests.vault import answering_vault, opener_url, root_key_ring

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def vault(committed_cast: Cast) -> Iterator[Vault]:
    with answering_vault() as vault:
        drawer.put(committed_cast.admin.actor, committed_cast.x, {"access_token": "practice-token"})
        yield vault


def opened(cast: Cast) -> str:
    lease = take_lease(
        channel_id=cast.x.pk, purpose="publish", subject_id=uuid4(), lasts=timedelta(seconds=30)
    )
    with drawer.open(cast.x, lease=lease, purpose="publish") as credential:
        return credential["access_token"].reveal()


def test_a_database_that_drops_its_connections_is_found_again(vault: Vault, committed_cast: Cast) -> None:
    assert opened(committed_cast) == "practice-token"
    with psycopg2.connect(opener_url()) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE application_name = 'hqdash-opener' AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchone()[0] >= 1
    connection.close()

    assert opened(committed_cast) == "practice-token"


def test_a_database_that_is_away_closes_the_vault_and_does_not_end_it(
    committed_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.vault.database.PATIENCE", 0.2)
    nowhere = Vault(
        database_url="postgresql:///nothing?host=/nonexistent",
        ring=root_key_ring(),
        origin=origin_public_key(),
    )
    server = OpenerServer(Path(settings.OPENER_SOCKET), nowhere)
    server.serve_in_background()
    try:
        for _ in range(2):
            with pytest.raises(drawer.VaultClosed, match="database does not answer"):
                opened(committed_cast)
    finally:
        caller.hang_up()
        server.close()


def test_the_socket_is_for_our_own_user_only(vault: Vault) -> None:
    assert Path(settings.OPENER_SOCKET).stat().st_mode & 0o777 == 0o600


def test_a_caller_of_another_user_gets_no_answer(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.vault.opener.caller_uid", lambda connection: os.getuid() + 1)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stranger:
        stranger.settimeout(5)
        stranger.connect(settings.OPENER_SOCKET)
        try:
            wire.send(stranger, {"op": "ping"})
            answer = wire.receive(stranger)
        except OSError:
            answer = None

    assert answer is None


@pytest.mark.parametrize("message", [{}, {"op": "everything"}, {"op": "open"}, {"op": "key", "force": "x"}])
def test_what_it_does_not_understand_it_says_so(vault: Vault, message: dict[str, object]) -> None:
    with pytest.raises(drawer.VaultClosed):
        caller.ask(message)

    assert drawer.is_ready()


def test_a_second_opener_on_the_same_socket_is_refused(vault: Vault) -> None:
    with pytest.raises(AlreadyRunning):
        OpenerServer(Path(settings.OPENER_SOCKET), vault)

    assert drawer.is_ready()


def test_the_command_runs_hardened_and_ends_on_sigterm(transactional_db: None, tmp_path: Path) -> None:
    path = tmp_path / "opener.sock"
    process = subprocess.Popen(
        [sys.executable, "manage.py", "opener", "--sequencer"],
        cwd=PROJECT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "hqdash.settings",
            "HQDASH_ROLE": "opener",
            "DATABASE_URL_OPENER": opener_url(),
            "HQDASH_OPENER_SOCKET": str(path),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not path.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert path.exists(), process.communicate(timeout=5)[0]
        limits = Path(f"/proc/{process.pid}/limits")
        if limits.exists():
            core = next(line for line in limits.read_text().splitlines() if line.startswith("Max core file"))
            assert core.split()[4:6] == ["0", "0"]
            # A process that may not be dumped belongs to root in /proc, whoever runs it.
            assert Path(f"/proc/{process.pid}/environ").stat().st_uid == 0
    finally:
        process.terminate()
        said = process.communicate(timeout=20)[0]

    assert process.returncode == 0, said
    assert "The vault is ready" in said
    assert not path.exists()
