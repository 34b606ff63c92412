"""Gathers the facts of a set-up, lets `hqdash.embedded.doctor` judge them, and says what is missing."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

import psycopg2
import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from hqdash.base.checkups import all_checkups
from hqdash.embedded import doctor

ROLES = ("web", "worker", "opener")


class Command(BaseCommand):
    """Looks at everything, then fails if anything needs mending."""

    help = "Check this set-up and say what is missing and how to mend it."
    # The checks of Django touch the database; this command has to speak when it is away.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        findings = [
            doctor.python_version(sys.version_info[:2]),
            doctor.secret_key(settings.SECRET_KEY),
            *_databases(),
            doctor.migrations(_pending_migrations()),
            _broker(),
            doctor.opener(settings.OPENER_SOCKET, answers=_listens(settings.OPENER_SOCKET)),
            doctor.root_key(_root_key()),
            *(doctor.Finding(one.subject, one.seen, one.mend) for one in all_checkups()),
            doctor.disk(_free(settings.HOME), place=settings.HOME),
            doctor.allowed_hosts(os.environ.get("HQDASH_ALLOWED_HOSTS", ""), demo=settings.DEMO),
        ]
        self.stdout.write(doctor.report(findings))
        if not all(finding.is_fine for finding in findings):
            raise CommandError("This set-up needs mending.")


def _databases() -> list[doctor.Finding]:
    """One finding for each login, and one for their being different."""
    urls = {"owner": os.environ.get("DATABASE_URL") or settings.DATABASE_URL}
    urls |= {role: os.environ.get(f"DATABASE_URL_{role.upper()}") or urls["owner"] for role in ROLES}
    facts = {role: _ask_database(url) for role, url in urls.items()}
    logins = {role: fact.login for role, fact in facts.items() if not isinstance(fact, str)}
    return [
        *(doctor.database(role, fact) for role, fact in facts.items()),
        doctor.separate_logins(logins),
    ]


def _ask_database(url: str) -> doctor.DatabaseFacts | str:
    try:
        asked = psycopg2.connect(url, connect_timeout=5)
    except psycopg2.Error as error:
        return " ".join(str(error).split())[:200]
    try:
        with asked.cursor() as cursor:
            cursor.execute(
                "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
            )
            login, is_superuser, bypasses = cursor.fetchone() or ("", True, True)
    finally:
        asked.close()
    return doctor.DatabaseFacts(
        version=asked.server_version, login=login, is_superuser=is_superuser, bypasses_row_security=bypasses
    )


def _pending_migrations() -> list[str] | None:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return None
    return [f"{migration.app_label} {migration.name}" for migration, _backwards in plan]


def _broker() -> doctor.Finding:
    asked = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5)
    try:
        asked.ping()
        policy = str(dict(asked.info("memory")).get("maxmemory_policy", ""))
    except redis.RedisError as error:
        return doctor.broker(" ".join(str(error).split())[:200] or type(error).__name__)
    finally:
        asked.close()
    return doctor.broker("", policy=policy)


def _listens(path: str) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as plug:
            plug.settimeout(2)
            plug.connect(path)
    except OSError:
        return False
    return True


def _root_key() -> doctor.KeyFacts | str:
    path = Path(settings.ROOT_KEY_FILE)
    try:
        return doctor.KeyFacts(path=path, length=len(path.read_bytes()), mode=path.stat().st_mode)
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})"


def _free(place: Path) -> int:
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free
