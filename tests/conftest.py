"""What every test stands on: real PostgreSQL, a real broker, two forces and their people."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management.commands import flush
from django.db import connections
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from hqdash.base.tenancy import acting_for
from tests.cast import Cast, make_cast

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


class WholeFiles(LoadScopeScheduling):
    """What runs side by side is whole files, and all stories that share one running product together."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        folder = path.rpartition("/")[0]
        return folder if folder in {"tests/browser", "tests/administering"} else path


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WholeFiles:
    """Marks of groups do not reach the scheduler, so it reads the paths."""
    return WholeFiles(config, log)


@pytest.fixture(autouse=True, scope="session")
def _book_may_be_emptied_between_tests() -> Iterator[None]:
    """Tests that commit are followed by a flush, which the append-only book would refuse."""
    original = flush.sql_flush
    tables = ("accounts_auditentry", "accounts_auditleaf", "accounts_auditcheckpoint")

    def unlocked(style: object, connection: object, **options: object) -> list[str]:
        statements = original(style, connection, **options)
        if not statements:
            return statements
        off = [f"ALTER TABLE {table} DISABLE TRIGGER append_only" for table in tables]
        on = [f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only" for table in tables]
        return [*off, *statements, *on]

    flush.sql_flush = unlocked
    yield
    flush.sql_flush = original


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    """Two forces with their people; the test acts for the first one."""
    cast = make_cast()
    with acting_for(cast.force.pk):
        yield cast


@pytest.fixture
def committed_cast(transactional_db: None) -> Iterator[Cast]:
    """The same, committed, for tests in which several connections or processes look on."""
    cast = make_cast()
    with acting_for(cast.force.pk):
        yield cast
    for connection in connections.all():
        connection.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The development sets beside the checkout; tests that read them are skipped where they are absent."""
    folder = Path(os.environ.get("HQDASH_SHARED", SHARED)) / "data"
    if not folder.is_dir():
        pytest.skip("the development sets (../shared/data) are not here")
    return folder
