"""What stands in the way is told in one sentence with the way out, never in a traceback."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest

from hqdash.embedded import binaries, trouble
from hqdash.embedded.ports import Ports
from hqdash.embedded.trouble import Trouble, require_room, sentence_for
from tests.embedded.conftest import SetUp


def test_a_port_in_use_is_named_before_anything_starts(set_up: SetUp) -> None:
    with socket.socket() as occupied:
        occupied.bind(("127.0.0.1", 0))
        occupied.listen()
        port = occupied.getsockname()[1]

        told = set_up.run("demo", HQDASH_PORT=str(port))

    assert told.returncode == 1
    assert f"Port {port} for the dashboard is in use" in told.stdout
    assert "HQDASH_PORT=" in told.stdout
    assert "Traceback" not in told.stdout
    assert not set_up.home.exists()


def test_the_practice_networks_port_has_its_own_way_out() -> None:
    with socket.socket() as occupied:
        occupied.bind(("127.0.0.1", 0))
        occupied.listen()
        port = occupied.getsockname()[1]

        with pytest.raises(Trouble, match=f"Port {port} for the practice networks .*HQDASH_SANDBOX_PORT="):
            Ports(web=1024, sandbox=port).require_free()


@pytest.mark.parametrize("value", ["http", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HQDASH_PORT", value)

    with pytest.raises(Trouble, match="HQDASH_PORT is"):
        Ports.wanted()


def test_a_disk_without_room_is_found_before_a_database_is_made(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"has \d+ MB left and needs \d+ MB: free some space"):
        require_room(tmp_path / "not" / "yet", needed=10**18)


def test_a_disk_that_fills_up_later_is_told_from_other_errors(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / "data"))

    assert "is full: free some space" in sentence_for(full, home=tmp_path)
    assert "belongs to another user" in sentence_for(PermissionError(errno.EACCES, "no"), home=tmp_path)


def test_no_program_for_this_machine_names_the_three_ways_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(binaries, "_wheel_folders", list)
    monkeypatch.setattr(binaries, "_system_folders", list)
    monkeypatch.delenv("PG_BIN", raising=False)
    with pytest.raises(Trouble, match=r"apt install postgresql.*PG_BIN.*DATABASE_URL"):
        binaries.find_postgres()

    monkeypatch.setattr(binaries, "_package_folder", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Trouble, match=r"apt install redis-server.*REDIS_URL"):
        binaries.find_valkey()


def test_the_machines_own_programs_are_used_where_no_wheel_fits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = tmp_path / "redis-server"
    server.write_text("#!/bin/sh\necho Redis server v=7.2.4\n")
    server.chmod(0o755)
    monkeypatch.setattr(binaries, "_package_folder", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert binaries.find_valkey() == server


@pytest.mark.parametrize(
    ("said", "told"), [("14.9", "15 or newer is needed"), ("", "no postgres and initdb")]
)
def test_pg_bin_has_to_name_a_recent_postgresql(
    said: str, told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("postgres", "initdb"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {said}'\n")
        program.chmod(0o755)
    monkeypatch.setenv("PG_BIN", str(tmp_path))

    with pytest.raises(Trouble, match=told):
        binaries.find_postgres()


def test_a_database_that_does_not_answer_is_named_without_its_password(set_up: SetUp) -> None:
    told = set_up.run("servers", DATABASE_URL="postgresql://someone:hush@127.0.0.1:1/hqdash")

    assert told.returncode == 1
    assert "DATABASE_URL names a database that does not answer" in told.stdout
    assert "hush" not in told.stdout
    assert "Traceback" not in told.stdout


def test_data_of_another_postgresql_is_left_alone(set_up: SetUp) -> None:
    data = set_up.home / "servers" / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("12\n")

    told = set_up.run("servers")

    assert told.returncode == 1
    assert "was made by PostgreSQL 12" in told.stdout
    assert (data / "PG_VERSION").read_text() == "12\n"


def test_the_least_room_is_less_than_what_a_new_database_needs() -> None:
    assert trouble.ROOM_TO_GO_ON < trouble.ROOM_FOR_A_NEW_DATABASE
