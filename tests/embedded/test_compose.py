"""The Compose file holds together: who may know which secret, who is watched, and that no queue is forgotten."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from hqdash.embedded.family import WORKERS
from hqdash.embedded.home import PROJECT
from hqdash.embedded.secret_files import contents

COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OF_OURS = {name: service for name, service in SERVICES.items() if "build" in service}


def queues_of(command: list[str]) -> set[str]:
    return set(command[command.index("-Q") + 1].split(","))


def test_every_queue_has_a_worker_and_the_groups_are_those_of_the_demo() -> None:
    groups = [
        queues_of(service["command"]) for name, service in SERVICES.items() if name.startswith("worker-")
    ]

    assert sorted(map(sorted, groups)) == sorted(
        sorted(queues.split(",")) for queues, _threads in WORKERS.values()
    )


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_that_stays_is_watched(name: str) -> None:
    assert "healthcheck" in SERVICES[name] or SERVICES[name]["restart"] == "no"


def test_every_secret_is_made_and_used() -> None:
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", ())}

    assert used == set(COMPOSE["secrets"]) == set(contents())


def test_only_the_opener_knows_the_root_key_and_nobody_that_stays_knows_the_owner() -> None:
    def knows(secret: str) -> set[str]:
        return {name for name, service in SERVICES.items() if secret in service.get("secrets", ())}

    assert knows("root_key") == {"opener"}
    assert knows("database_url_owner") == knows("database_url_admin") == {"migrate"}
    assert knows("database_url_opener") == {"opener", "sequencer", "migrate"}


def test_the_vault_and_the_database_cannot_be_reached_from_outside() -> None:
    for name in ("postgres", "redis", "opener", "sequencer", "migrate"):
        assert SERVICES[name]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]


@pytest.mark.parametrize("name", OF_OURS)
def test_our_processes_have_no_privileges(name: str) -> None:
    service = OF_OURS[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["user"].startswith("${HQDASH_UID")


@pytest.mark.parametrize("name", OF_OURS)
def test_every_secret_file_that_a_process_reads_is_given_to_it(name: str) -> None:
    named = {
        str(value).removeprefix("/run/secrets/")
        for value in OF_OURS[name]["environment"].values()
        if str(value).startswith("/run/secrets/")
    }

    assert named == set(OF_OURS[name]["secrets"])


def test_every_setting_of_the_compose_file_is_explained() -> None:
    explained = (PROJECT / ".env.example").read_text()
    asked = {
        part.split(":")[0].split("}")[0]
        for part in (PROJECT / "docker-compose.yml").read_text().split("${")[1:]
    }

    assert asked
    assert all(f"\n{name}=" in explained for name in asked)
