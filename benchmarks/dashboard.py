"""Server time and queries of the command dashboard with 100,000 mentions and 10,000 posts.

python -m hqdash.embedded run --temporary -- python -m benchmarks dashboard --json
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MENTIONS = 100_000
POSTS = 10_000
DELIVERIES_PER_POST = 5
AREAS, TEAMS = 10, 5
CHANNELS = (("facebook", 20), ("x", 79))
PEOPLE = 140
PROMISED_P95_MS = 150
PROMISED_QUERIES = 20

_MENTIONS = """
INSERT INTO monitoring_mention (id, force_id, channel_id, network, external_id, kind, text, author_id, author_handle,
                                author_name, at, received_at, parent_id, post_id, permalink, visibility)
SELECT gen_random_uuid(), %(force)s, channel.id, channel.network, 'm' || number, 'comment',
       'Is the road at the ring way open again? Seen it twice today.', 'a' || number %% 5000,
       'passer_by' || number %% 5000, 'Passer By', moment, moment, '', '', '',
       CASE WHEN number %% 40 = 0 THEN 'hidden' ELSE 'visible' END
FROM generate_series(1, %(mentions)s) AS number
CROSS JOIN LATERAL (SELECT clock_timestamp() - interval '30 days' * power(random() + 0 * number, 2) AS moment) AS times
JOIN (SELECT id, network, row_number() OVER (ORDER BY id) - 1 AS place FROM accounts_channel
      WHERE force_id = %(force)s) AS channel ON channel.place = number %% 99
"""
_POSTS = """
INSERT INTO publishing_post (id, force_id, author_id, unit_id, text, urgent, not_after, form_key, created_at)
SELECT gen_random_uuid(), %(force)s, person.id, %(root)s, 'Road closed at the ring way, please go round.', false,
       moment + interval '1 hour', gen_random_uuid(), moment
FROM generate_series(1, %(posts)s) AS number
CROSS JOIN LATERAL (SELECT clock_timestamp() - interval '30 days' * power(random() + 0 * number, 2) AS moment) AS times
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM accounts_user
      WHERE force_id = %(force)s) AS person ON person.place = number %% %(people)s
"""
_DELIVERIES = """
INSERT INTO publishing_delivery (id, force_id, post_id, channel_id, part, take, text, urgent, state, reason,
                                 sentence, due_at, not_after, rung_at, fence, attempts, looks, clean_looks,
                                 external_id, url, created_at, sent_at, changed_at, superseded)
SELECT gen_random_uuid(), %(force)s, post.id, channel.id, 0, 0, post.text, false,
       CASE WHEN post.place %% 50 = 0 AND copy = 1 THEN 'refused' ELSE 'sent' END, '', '', post.created_at,
       post.not_after, post.created_at, 1, 1, 0, 0,
       CASE WHEN post.place %% 50 = 0 AND copy = 1 THEN '' ELSE post.place || '-' || copy END, '',
       post.created_at, post.created_at + interval '2 seconds', post.created_at, false
FROM (SELECT *, row_number() OVER (ORDER BY id) AS place FROM publishing_post WHERE force_id = %(force)s) AS post
CROSS JOIN generate_series(1, %(copies)s) AS copy
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM accounts_channel
      WHERE force_id = %(force)s) AS channel ON channel.place = (post.place * 7 + copy * 13) %% 99
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill a database that is thrown away, ask for the page, and print what it took; 1 if a promise broke."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks dashboard")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--requests", type=int, default=60, help="of each address")
    options = parser.parse_args(arguments)
    with throw_away_database():
        force, person = fill()
        result = measure(force, person, options.requests)
    print(json.dumps(result, indent=None if options.json else 2))
    return 0 if result["kept"] else 1


@contextmanager
def throw_away_database() -> Iterator[None]:
    """A database of its own beside the real one, as tests have."""
    import django

    os.environ.setdefault("HQDASH_TESTING", "1")
    os.environ.setdefault("SECRET_KEY", secrets.token_hex(32))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hqdash.settings")
    django.setup()
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def fill() -> tuple[Any, Any]:
    """A force like a large one of 2011, with a month behind it."""
    from django.db import connection

    from accounts.actions.organisation import add_unit, add_user, create_force, grant_role
    from accounts.models import Channel, Role, Unit
    from hqdash.base import clock
    from hqdash.base.actor import Actor
    from hqdash.base.tenancy import acting_for

    force = create_force(slug="bench", name="Benchmark Police", guarded=False)
    system = Actor.clock(force.pk)
    with acting_for(force.pk):
        root = Unit.objects.get(parent=None)
        teams = []
        for area in range(AREAS):
            above = add_unit(actor=system, name=f"Area {area}", code=f"A{area}", parent=root)
            teams += [
                add_unit(actor=system, name=f"Team {area}.{team}", code=f"A{area}/T{team}", parent=above)
                for team in range(TEAMS)
            ]
        for slug, count in CHANNELS:
            for number in range(count):
                Channel.objects.create(
                    unit=teams[number % len(teams)], network=slug, handle=f"bench{number}", name=f"Bench {number}",
                    external_id=f"{slug}{number}", last_ok_at=clock.now(),
                )  # fmt: skip
        people = [add_user(actor=system, username=f"bench.{number:04d}") for number in range(PEOPLE)]
        roles = {role.slug: role for role in Role.objects.all()}
        for number, person in enumerate(people):
            unit = root if number == 0 else teams[number % len(teams)]
            role = roles[Role.CENTRAL_ADMIN if number == 0 else Role.CONTRIBUTOR]
            grant_role(actor=system, user=person, unit=unit, role=role, now=clock.now(), reason="benchmark")
        values = {
            "force": force.pk,
            "root": root.pk,
            "mentions": MENTIONS,
            "posts": POSTS,
            "people": PEOPLE,
            "copies": DELIVERIES_PER_POST,
        }
        with connection.cursor() as cursor:
            for statement in (_MENTIONS, _POSTS, _DELIVERIES):
                cursor.execute(statement, values)
        connection.commit() if connection.in_atomic_block else None
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return force, people[0]


def measure(force: Any, person: Any, requests: int) -> dict[str, Any]:
    """Each address with and without the frame's own work is asked for ``requests`` times."""
    from django.test import Client
    from django.urls import reverse

    from hqdash.base.tenancy import acting_for

    client = Client(SERVER_NAME="localhost")
    with acting_for(force.pk):
        client.force_login(person)
    looks = {
        **{f"range {chosen}": f"?range={chosen}" for chosen in ("1h", "24h", "7d", "30d")},
        **{f"30 days by {by}": f"?range=30d&by={by}" for by in ("account", "user", "network")},
    }
    measured = {
        name: _asked(lambda query=query: client.get(reverse("overview:dashboard") + query), requests)
        for name, query in looks.items()
    }
    worst = max(one["p95_ms"] for one in measured.values())
    most = max(one["queries"] for one in measured.values())
    return {
        "mentions": MENTIONS,
        "posts": POSTS,
        "deliveries": POSTS * DELIVERIES_PER_POST,
        "requests_each": requests,
        "looks": measured,
        "worst_p95_ms": worst,
        "most_queries": most,
        "kept": worst < PROMISED_P95_MS and most <= PROMISED_QUERIES,
    }


def _asked(ask: Callable[[], Any], requests: int) -> dict[str, Any]:
    from django.db import connection

    statements: list[str] = []

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(sql)
        return execute(sql, params, many, context)

    # The first one compiles templates; a server does that once.
    answer = ask()
    if answer.status_code != 200:
        raise SystemExit(f"The dashboard answered {answer.status_code}.")
    with connection.execute_wrapper(count):
        ask()
    times = []
    cpu, database_cpu = time.process_time(), database_seconds()
    for _number in range(requests):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    # Time on the processor alone: what the same machine would take with nothing else to do.
    own = (time.process_time() - cpu) * 1000 / requests
    database = (database_seconds() - database_cpu) * 1000 / requests
    times.sort()
    return {
        "cpu_ms": round(own + database, 1),
        "p50_ms": round(times[len(times) // 2], 1),
        "p95_ms": round(times[min(len(times) - 1, int(len(times) * 0.95))], 1),
        "queries": len(statements),
        "html_bytes": len(answer.content),
        **({"statements": statements} if os.environ.get("BENCH_STATEMENTS") else {}),
    }


def database_seconds() -> float:
    """Seconds that the server process of this connection has worked; 0 where it is on another machine."""
    from django.db import connection

    try:
        status = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text()
    except OSError:
        return 0.0
    fields = status.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
