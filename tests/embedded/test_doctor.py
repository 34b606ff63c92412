"""The doctor finds what is missing and says how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hqdash.embedded import doctor
from hqdash.embedded.doctor import DatabaseFacts, Finding, KeyFacts

GOOD = DatabaseFacts(version=180004, login="hqdash_web", is_superuser=False, bypasses_row_security=False)
KEY = Path("/keys/root.key")


@pytest.mark.parametrize(
    "finding",
    [
        doctor.python_version((3, 12)),
        doctor.database("web", GOOD),
        doctor.separate_logins({"owner": "a", "web": "b", "worker": "c", "opener": "d"}),
        doctor.broker("", policy="noeviction"),
        doctor.opener("/run/opener.sock", answers=True),
        doctor.root_key(KeyFacts(path=KEY, length=32, mode=0o100600)),
        doctor.disk(doctor.ROOM, place=Path("/")),
        doctor.migrations([]),
        doctor.allowed_hosts("", demo=False),
        doctor.allowed_hosts("127.0.0.1:8300", demo=True),
        doctor.secret_key("x" * 50),
    ],
)
def test_what_is_in_order_is_left_alone(finding: Finding) -> None:
    assert finding.is_fine


@pytest.mark.parametrize(
    ("finding", "mend"),
    [
        (doctor.python_version((3, 10)), "3.11"),
        (doctor.database("web", "connection refused"), "DATABASE_URL_WEB"),
        (doctor.database("owner", "connection refused"), "correct DATABASE_URL."),
        (doctor.database("web", DatabaseFacts(140009, "x", False, False)), "15 or newer"),
        (doctor.database("web", DatabaseFacts(180004, "x", True, False)), "NOSUPERUSER"),
        (doctor.database("web", DatabaseFacts(180004, "x", False, True)), "NOBYPASSRLS"),
        (doctor.separate_logins({"owner": "a", "web": "a"}), "DATABASE_URL_WEB"),
        (doctor.broker("refused"), "REDIS_URL"),
        (doctor.broker("", policy="allkeys-lru"), "noeviction"),
        (doctor.opener("/run/opener.sock", answers=False), "manage.py opener"),
        (doctor.root_key("cannot be read"), "HQDASH_ROOT_KEY_FILE"),
        (doctor.root_key(KeyFacts(path=KEY, length=7, mode=0o100600)), "32 bytes"),
        (doctor.root_key(KeyFacts(path=KEY, length=32, mode=0o100644)), "chmod 600"),
        (doctor.disk(0, place=Path("/")), "Free some space"),
        (doctor.migrations(["accounts 0002_more"]), "manage.py migrate"),
        (doctor.migrations(None), "database first"),
        (doctor.allowed_hosts("10.0.0.1", demo=False), "HQDASH_ALLOWED_HOSTS"),
        (doctor.secret_key("short"), "SECRET_KEY"),
    ],
)
def test_what_is_not_in_order_comes_with_the_way_to_mend_it(finding: Finding, mend: str) -> None:
    assert mend in finding.mend
    assert mend in doctor.report([finding])
    assert "1 of 1 need mending" in doctor.report([finding])
