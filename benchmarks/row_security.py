"""What row-level security with the signed context costs on the queries of the dashboard and of delivery.

python -m hqdash.embedded run --temporary -- python -m benchmarks row_security --json

The statements of each page are recorded once and then replayed in turns, with policies and signed context and
without either, on the same data and the same connection: what else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from benchmarks.dashboard import fill, throw_away_database

PROMISED_PERCENT = 20
_SIGNED = "SELECT set_config('app.ctx'"
Statement = tuple[str, Any]
_SCHEDULE = """
INSERT INTO publishing_delivery (id, force_id, post_id, channel_id, part, take, text, urgent, state, reason, sentence,
    due_at, not_after, rung_at, fence, attempts, looks, clean_looks, external_id, url, created_at, changed_at,
    superseded)
SELECT gen_random_uuid(), force_id, post_id, channel_id, part, take + 1, text, false, 'scheduled', '', '',
    clock_timestamp(), clock_timestamp() + interval '1 hour', clock_timestamp(), 0, 0, 0, 0, '', '',
    clock_timestamp(), clock_timestamp(), false
FROM (SELECT DISTINCT ON (channel_id) * FROM publishing_delivery WHERE force_id = %s) AS one_each
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print what came out; 1 if the promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks row_security")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--repeats", type=int, default=3, help="of each page in a round")
    options = parser.parse_args(arguments)
    with throw_away_database():
        force, person = fill()
        result = _measure(force, person, options)
    result["promised_percent"] = PROMISED_PERCENT
    result["kept"] = result["cost_percent"] <= PROMISED_PERCENT
    result["load"] = os.getloadavg()
    print(json.dumps(result, indent=None if options.json else 2))
    return 0 if result["kept"] else 1


def _measure(force: Any, person: Any, options: argparse.Namespace) -> dict[str, Any]:
    recorded = _recorded(force, person)
    ratios: dict[str, list[float]] = {name: [] for name in recorded}
    times: dict[tuple[str, bool], list[float]] = {(name, on): [] for name in recorded for on in (True, False)}
    for number in range(options.rounds):
        found: dict[tuple[str, bool], float] = {}
        for secured in (True, False) if number % 2 else (False, True):
            _secure(secured)
            for name, statements in recorded.items():
                _replay(statements, force.pk if secured else None)
                spent = [
                    _replay(statements, force.pk if secured else None) for _time in range(options.repeats)
                ]
                found[name, secured] = min(spent)
                times[name, secured].append(min(spent))
        for name in recorded:
            ratios[name].append(found[name, True] / found[name, False])
    _secure(True)
    pages = {
        name: {
            "statements": len(recorded[name]),
            "with_ms": round(statistics.median(times[name, True]) * 1000, 2),
            "without_ms": round(statistics.median(times[name, False]) * 1000, 2),
            "cost_percent": round((statistics.median(ratios[name]) - 1) * 100, 1),
        }
        for name in recorded
    }
    total = [
        sum(times[name, True][at] for name in recorded) / sum(times[name, False][at] for name in recorded)
        for at in range(options.rounds)
    ]
    return {
        "rounds": options.rounds,
        "pages": pages,
        "cost_of_all_percent": round((statistics.median(total) - 1) * 100, 1),
        "cost_percent": max(page["cost_percent"] for page in pages.values()),
    }


def _recorded(force: Any, person: Any) -> dict[str, list[Statement]]:
    """The statements of each page and of taking deliveries, as they were without the context before them."""
    from django.db import connection, transaction
    from django.test import Client
    from django.urls import reverse

    from accounts.models import Role
    from hqdash.base.tenancy import acting_for
    from publishing.delivery.claim import claim
    from publishing.models import Delivery, Post

    client = Client(SERVER_NAME="localhost")
    with acting_for(force.pk):
        # What is measured is the queries, not the way in.
        Role.objects.update(second_factor="optional")
        client.force_login(person)
        post = Post.objects.order_by("-created_at").first()
        with connection.cursor() as cursor:
            cursor.execute(_SCHEDULE, [str(force.pk)])
    assert post is not None
    pages = {
        "dashboard, an hour": reverse("overview:dashboard") + "?range=1h",
        "dashboard, a day": reverse("overview:dashboard") + "?range=24h",
        "dashboard, 30 days": reverse("overview:dashboard") + "?range=30d",
        "dashboard by account": reverse("overview:dashboard") + "?range=30d&by=account",
        "receipts of a post": reverse("publishing:post", args=[post.pk]),
    }

    def look(address: str) -> None:
        if client.get(address).status_code not in (200, 403):
            raise SystemExit(f"{address} did not answer.")

    def deliver() -> None:
        # Taken back at the end, so that the same ones can be taken again when this is replayed.
        with acting_for(force.pk), transaction.atomic():
            for delivery_id in list(
                Delivery.objects.filter(state="scheduled").values_list("pk", flat=True)[:20]
            ):
                claim(delivery_id)
            transaction.set_rollback(True)

    recorded = {
        name: _statements_of(lambda address=address: look(address)) for name, address in pages.items()
    }
    recorded["taking deliveries"] = _statements_of(deliver)
    return {name: statements for name, statements in recorded.items() if statements}


def _statements_of(work: Callable[[], object]) -> list[Statement]:
    from django.db import connection

    found: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(_SIGNED):
            # Only what speaks for a force has policies; sessions and the like cost the same either way.
            found.append((sql.partition("; ")[2], params))
        return execute(sql, params, many, context)

    work()
    with connection.execute_wrapper(note):
        work()
    return [(sql, params) for sql, params in found if not sql.startswith(("SAVEPOINT", "RELEASE"))]


def _replay(statements: Sequence[Statement], force_id: Any) -> float:
    """Seconds that the statements take; nothing of them stays."""
    from hqdash.base.context_token import token_for

    token = token_for(force_id) if force_id else ""
    context = f"{_SIGNED}, '{token}', true); " if token else ""
    with _transaction() as cursor:
        began = time.perf_counter()
        for sql, params in statements:
            cursor.execute(context + sql, params)
            if cursor.description:
                cursor.fetchall()
        return time.perf_counter() - began


@contextmanager
def _transaction() -> Iterator[Any]:
    from django.db import connection

    raw = connection.connection
    was = raw.autocommit
    raw.autocommit = False
    try:
        with raw.cursor() as cursor:
            yield cursor
    finally:
        raw.rollback()
        raw.autocommit = was


def _secure(secured: bool) -> None:
    from django.db import connection

    from hqdash.base.schema_guard import tenant_models

    words = "ENABLE" if secured else "DISABLE"
    tables = [*(model._meta.db_table for model in tenant_models()), "accounts_force"]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" {words} ROW LEVEL SECURITY')
