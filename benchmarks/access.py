"""How fast the gate, its lists, its explanations and a move in the tree are at the size the product is built for.

python -m hqdash.embedded run --temporary -- python -m benchmarks access --json
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.access_filling import SIZES, fill
from benchmarks.dashboard import database_seconds
from benchmarks.product import machine

ROOT = Path(__file__).resolve().parent.parent
GOALS_P95_MS = {"can": 2.0, "visible_channels": 5.0, "explain": 5.0, "move_unit": 20.0, "revoked": 1000.0}
GOALS_QUERIES = {"can": 1, "visible_channels": 1}
SEED = 2011


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill a database that is thrown away, ask as the web does, and print what it took; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks access")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--asked", type=int, default=1000, help="times each question is asked")
    options = parser.parse_args(arguments)
    before = machine()
    _migrate()
    import django

    django.setup()
    began = time.perf_counter()
    force = fill(SEED)
    filled = time.perf_counter() - began
    result = measure(force, options.asked)
    result |= {"fill_seconds": round(filled, 1), "before": before, "after": machine()}
    print(json.dumps(result, indent=None if options.json else 2))
    return 0 if result["kept"] else 1


def _migrate() -> None:
    """The owner makes the tables; from then on this process is the web, held by row-level security."""
    os.environ.setdefault("HQDASH_TESTING", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hqdash.settings")
    manage = [sys.executable, str(ROOT / "manage.py"), "migrate", "-v0"]
    subprocess.run(manage, check=True, cwd=ROOT, env=os.environ | {"HQDASH_ROLE": "owner"})
    os.environ["HQDASH_ROLE"] = "web"


def measure(force: Any, asked: int) -> dict[str, Any]:
    """Each question, asked about people and places drawn at random."""
    from hqdash.base.tenancy import acting_for

    chance = random.Random(SEED)
    with acting_for(force.pk):
        told = {name: _timed(ask, asked) for name, ask in _questions(force, chance).items()}
        told["move_unit"] = _timed(_moves(force, chance), min(asked, 200))
        told["revoked"] = _timed(_revocations(force, chance), min(asked, 20))
    slow = [name for name, goal in GOALS_P95_MS.items() if told[name]["p95_ms"] >= goal]
    chatty = [name for name, goal in GOALS_QUERIES.items() if told[name]["queries"] > goal]
    return {
        "sizes": SIZES,
        "login": _login(),
        "asked": asked,
        **told,
        "goals_p95_ms": GOALS_P95_MS,
        "missed": slow + chatty,
        "kept": not slow and not chatty,
    }


def _login() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def _questions(force: Any, chance: random.Random) -> dict[str, Callable[[], object]]:
    from accounts.access.explain import explain
    from accounts.access.gate import can, visible_channels
    from accounts.models import Channel, Grant, User
    from hqdash.base.actor import Actor
    from publishing.permissions import PUBLISH_POST

    people = list(User.objects.filter(is_active=True))
    channels = list(Channel.objects.all())
    by_unit = {channel.unit_id: channel for channel in channels}
    of_person = {grant.user_id: grant for grant in Grant.objects.filter(unit_id__in=by_unit)}

    def somebody() -> Any:
        return chance.choice(people)

    def somewhere(person: Any) -> Any:
        """Half of the time an account of a unit of theirs, else any."""
        grant = of_person.get(person.pk)
        if grant is not None and grant.unit_id is not None and chance.random() < 0.5:
            return by_unit[grant.unit_id]
        return chance.choice(channels)

    def acting(person: Any) -> Actor:
        return Actor(force_id=force.pk, user_id=person.pk, username=person.username)

    def ask_gate() -> object:
        person = somebody()
        return can(acting(person), PUBLISH_POST, somewhere(person))

    def ask_channels() -> object:
        return list(visible_channels(acting(somebody()), PUBLISH_POST).values_list("pk", flat=True))

    def ask_why() -> object:
        person = somebody()
        return explain(person, PUBLISH_POST, somewhere(person))

    return {"can": ask_gate, "visible_channels": ask_channels, "explain": ask_why}


def _moves(force: Any, chance: random.Random) -> Callable[[], object]:
    """Sectors with everything below them go to another area."""
    from accounts.actions.units import move_unit
    from accounts.models import Unit
    from hqdash.base import clock
    from hqdash.base.actor import Actor

    areas = list(Unit.objects.filter(code__regex=r"^R\d+/A\d+$"))
    sectors = list(Unit.objects.filter(code__regex=r"^R\d+/A\d+/S\d+$"))

    def move() -> object:
        unit = Unit.objects.get(pk=chance.choice(sectors).pk)
        parent = chance.choice([area for area in areas if area.pk != unit.parent_id])
        return move_unit(actor=Actor.clock(force.pk), unit=unit, parent=parent, now=clock.now())

    return move


def _revocations(force: Any, chance: random.Random) -> Callable[[], object]:
    """From the second administrator's word to the gate's no, at the next delivery for what was scheduled."""
    from accounts.access.gate import can
    from accounts.actions.changes import collect, propose, put_into_force
    from accounts.models import Grant, User
    from hqdash.base import clock
    from hqdash.base.actor import Actor
    from publishing.permissions import PUBLISH_POST

    administrators = list(User.objects.filter(grants__role__slug="central_admin").order_by("username")[:2])
    first, second = (Actor(force.pk, user.pk, user.username) for user in administrators)
    grants = list(
        Grant.objects.filter(role__slug="contributor", ends_at=None, team=None, channel=None).select_related(
            "unit"
        )[:400]
    )
    chance.shuffle(grants)

    def revoke() -> float:
        grant = grants.pop()
        change = collect(actor=first, now=clock.now(), kind="grant.end", grant=grant)
        waiting = propose(actor=first, change_set=change.change_set, reason="Left the team", now=clock.now())
        others = Grant.objects.filter(user_id=grant.user_id).exclude(pk=grant.pk)
        others.update(ends_at=None, starts_at=clock.now().replace(year=2099))
        began = time.perf_counter()
        put_into_force(actor=second, change_set=waiting, now=clock.now())
        if can(Actor(force.pk, grant.user_id, "-"), PUBLISH_POST, grant.unit):
            raise SystemExit("A right that was revoked is still held.")
        return (time.perf_counter() - began) * 1000

    return revoke


def _timed(ask: Callable[[], object], times: int) -> dict[str, Any]:
    from django.db import connection

    statements: list[str] = []

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(sql)
        return execute(sql, params, many, context)

    ask()
    with connection.execute_wrapper(count):
        ask()
    taken = []
    cpu, database_cpu = time.process_time(), database_seconds()
    for _number in range(times):
        began = time.perf_counter()
        said = ask()
        # A question that measures a part of itself says how long that part took.
        taken.append(said if isinstance(said, float) else (time.perf_counter() - began) * 1000)
    taken.sort()
    # Time on the processor alone: what the same machine would take with nothing else to do.
    worked = time.process_time() - cpu + database_seconds() - database_cpu
    return {
        "cpu_ms": round(worked * 1000 / times, 2),
        "p50_ms": round(taken[len(taken) // 2], 2),
        "p95_ms": round(taken[min(len(taken) - 1, int(len(taken) * 0.95))], 2),
        "max_ms": round(taken[-1], 2),
        "queries": len(statements),
    }


if __name__ == "__main__":
    sys.exit(main())
