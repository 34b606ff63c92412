"""How many credentials the vault opens in a second, and how fast the audit log is followed and verified.

python -m hqdash.embedded run --temporary -- python -m benchmarks vault_and_book --json
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
GOALS = {"opened_per_s": 1000, "sequenced_per_s": 740}
FILL = """
INSERT INTO accounts_auditentry (force_id, action, actor_id, username, kind, session, address, object_type, object_id,
    object_label, unit_id, unit_name, channel_id, channel_name, reason, details, salt)
SELECT %s, 'comment.hidden', gen_random_uuid(), 'desk.a3', 'person', 'ab12', '10.0.0.1', 'monitoring.mention',
    gen_random_uuid()::text, 'Comment ' || n, gen_random_uuid(), 'Coventry', gen_random_uuid(), 'coventry on facebook',
    'reason ' || n, jsonb_build_object('before', 'visible', 'after', 'hidden', 'n', n), sha256(n::text::bytea)
FROM generate_series(1, %s) AS n
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print what came out; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks vault_and_book")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--leases", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--entries", type=int, default=100_000)
    options = parser.parse_args(arguments)
    with _vault() as opener:
        result = _measure(opener, options)
    result["goals"] = GOALS
    result["kept"] = all(result[name] >= goal for name, goal in GOALS.items())
    result["load"] = os.getloadavg()
    print(json.dumps(result, indent=None if options.json else 2))
    return 0 if result["kept"] else 1


@contextmanager
def _vault() -> Iterator[int]:
    """A database with its tables, and the opener in a process of its own."""
    os.environ.setdefault("HQDASH_TESTING", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hqdash.settings")
    manage = [sys.executable, str(ROOT / "manage.py")]
    subprocess.run([*manage, "migrate", "-v0"], check=True, cwd=ROOT)
    subprocess.run([*manage, "opener", "--make-keys"], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    opener = subprocess.Popen([*manage, "opener"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert opener.stdout is not None
    opener.stdout.readline()
    try:
        yield opener.pid
    finally:
        opener.terminate()
        opener.communicate(timeout=20)


def _measure(opener: int, options: argparse.Namespace) -> dict[str, Any]:
    import django

    django.setup()
    from accounts.actions.organisation import create_force
    from accounts.models import Channel, Unit
    from hqdash.base.tenancy import acting_for

    force = create_force(slug="practice", name="Practice Police")
    with acting_for(force.pk):
        unit = Unit.objects.get(parent=None)
        channel = Channel.objects.create(unit=unit, network="x", handle="practice", name="practice")
        result = _opened(opener, channel, options.leases, options.threads)
        return result | _followed(force, options.entries)


def _opened(opener: int, channel: Any, count: int, threads: int) -> dict[str, Any]:
    from accounts.actions.leases import take_lease
    from accounts.vault import drawer
    from hqdash.base.actor import Actor
    from hqdash.base.tenancy import acting_for

    actor = Actor.clock(channel.force_id)
    stored = _seconds(
        lambda: [drawer.put(actor, channel, {"access_token": f"token {n}"}) for n in range(100)]
    )
    leases = [
        take_lease(channel_id=channel.pk, purpose="publish", subject_id=uuid4(), lasts=timedelta(seconds=900))
        for _ in range(count)
    ]
    waits: list[float] = []

    def work(mine: Sequence[Any]) -> None:
        with acting_for(channel.force_id):
            for lease in mine:
                began = time.perf_counter()
                with drawer.open(channel, lease=lease, purpose="publish"):
                    pass
                waits.append(time.perf_counter() - began)

    def all_at_once() -> None:
        crowd = [threading.Thread(target=work, args=(leases[at::threads],)) for at in range(threads)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()

    def in_batches() -> None:
        for at in range(0, count, 99):
            with drawer.open_many([(channel, lease) for lease in leases[at : at + 99]], purpose="publish"):
                pass

    before = _cpu(opener)
    alone = _seconds(all_at_once)
    between = _cpu(opener)
    together = _seconds(in_batches)
    waits.sort()
    return {
        "stored_per_s": round(100 / stored),
        "opened_per_s": round(count / alone),
        "opened_p50_ms": round(waits[count // 2] * 1000, 1),
        "opened_p99_ms": round(waits[count * 99 // 100] * 1000, 1),
        "opener_cpu_ms_each": round((between - before) / count * 1000, 2),
        "opened_per_s_in_batches_of_99": round(count / together),
        "opener_cpu_ms_each_in_batches": round((_cpu(opener) - between) / count * 1000, 2),
    }


def _followed(force: Any, count: int) -> dict[str, Any]:
    from django.conf import settings
    from django.db import connection

    from accounts.audit.checking import anchors, verify_force
    from accounts.audit.sequencer import Sequencer
    from accounts.vault.key_files import book_key

    sequencer = Sequencer(database_url=settings.DATABASE_URL_OPENER, key=book_key(), anchors=anchors(every=0))

    def follow() -> None:
        while sequencer.run_once():
            pass

    follow()
    with connection.cursor() as cursor:
        cursor.execute(FILL, [force.pk, count])
    followed = _seconds(follow)
    sequencer.close()
    cpu = time.process_time()
    began = time.perf_counter()
    report = verify_force(force)
    verified = time.perf_counter() - began
    cpu = time.process_time() - cpu
    if not report.is_intact:
        raise SystemExit(f"The log does not verify: {report.problems[0].sentence}")
    return {
        "entries": report.entries,
        "sequenced_per_s": round(count / followed),
        "verified_per_s": round(report.entries / verified),
        "verify_cpu_us_each": round(cpu / report.entries * 1e6, 1),
    }


def _cpu(pid: int) -> float:
    """Seconds of processor time that the process has used, itself and in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
