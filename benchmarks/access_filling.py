"""A force of the size that the product is built for, written by the database itself in under a minute."""

from __future__ import annotations

import os
from typing import Any

REGIONS, AREAS, SECTORS, TEAMS = 5, 10, 20, 25
SIZES = {
    "units": 1 + REGIONS + REGIONS * AREAS + REGIONS * AREAS * SECTORS * (1 + TEAMS),
    "channels": 10_000,
    "users": 25_000,
    "grants": 150_000,
    "overrides": 5_000,
}
ADMINISTRATORS = 40

_LEVEL = """
WITH added AS (
    INSERT INTO accounts_unit (id, force_id, parent_id, name, code, position)
    SELECT gen_random_uuid(), %(force)s, above.id, %(letter)s || ' ' || n,
           CASE WHEN above.parent_id IS NULL THEN '' ELSE above.code || '/' END || %(letter)s || n, n
    FROM accounts_unit above CROSS JOIN generate_series(1, %(each)s) AS n
    WHERE above.force_id = %(force)s AND above.code ~ %(above)s
    RETURNING id, parent_id
)
INSERT INTO accounts_unitpath (id, force_id, ancestor_id, descendant_id, depth)
SELECT gen_random_uuid(), %(force)s, id, id, 0 FROM added
UNION ALL
SELECT gen_random_uuid(), %(force)s, path.ancestor_id, added.id, path.depth + 1
FROM added JOIN accounts_unitpath path ON path.descendant_id = added.parent_id
"""
_CHANNELS = """
INSERT INTO accounts_channel (id, force_id, unit_id, network, handle, name, external_id, base_url, coverage, state,
                              state_reason, last_failure, created_at)
SELECT gen_random_uuid(), %(force)s, place.id, 'x', 'bench' || place.place, 'Bench ' || place.place,
       'x' || place.place, '', '', 'connected', '', '', now()
FROM (SELECT id, row_number() OVER (ORDER BY md5(id::text)) AS place FROM accounts_unit
      WHERE force_id = %(force)s) AS place WHERE place.place <= %(channels)s
"""
_USERS = """
INSERT INTO accounts_user (id, force_id, username, password, is_active, must_enrol, email, theme, created_at)
SELECT gen_random_uuid(), %(force)s, 'bench.' || lpad(n::text, 5, '0'), '!', true, false, '', 'auto', now()
FROM generate_series(1, %(users)s) AS n
"""
# Six each: two of them over, one held on shift only, one on a single account; every hundredth person has the whole
# force. A few administer and hold nothing else.
_GRANTS = """
INSERT INTO accounts_grant (id, force_id, user_id, role_id, unit_id, channel_id, team_id, starts_at, ends_at,
                            given_by, reason)
SELECT gen_random_uuid(), %(force)s, person.id, role.id,
       CASE WHEN copy = 6 THEN NULL WHEN copy = 1 AND person.place %% 100 = 0 THEN %(root)s ELSE unit.id END,
       CASE WHEN copy = 6 THEN channel.id END,
       CASE WHEN copy = 5 THEN %(team)s::uuid END,
       now() - interval '60 days',
       CASE WHEN copy IN (3, 4) THEN now() - interval '2 days' END, 'system', 'benchmark'
FROM (SELECT id, row_number() OVER (ORDER BY username) AS place FROM accounts_user WHERE force_id = %(force)s) AS person
CROSS JOIN generate_series(1, 6) AS copy
JOIN (SELECT id, row_number() OVER (ORDER BY md5(id::text || 'g')) - 1 AS place FROM accounts_unit
      WHERE force_id = %(force)s) AS unit ON unit.place = (person.place * 7 + copy * 4001) %% %(units)s
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM accounts_channel WHERE force_id = %(force)s)
      AS channel ON channel.place = (person.place * 3 + copy) %% %(channels)s
JOIN (SELECT id, row_number() OVER (ORDER BY slug) - 1 AS place, count(*) OVER () AS many FROM accounts_role
      WHERE force_id = %(force)s AND NOT administers) AS role ON role.place = (person.place + copy) %% role.many
WHERE person.place > %(administrators)s
"""
_ADMINISTRATORS = """
INSERT INTO accounts_grant (id, force_id, user_id, role_id, unit_id, starts_at, given_by, reason)
SELECT gen_random_uuid(), %(force)s, person.id, (SELECT id FROM accounts_role WHERE force_id = %(force)s
       AND slug = CASE WHEN person.place %% 2 = 0 THEN 'central_admin' ELSE 'it_admin' END),
       %(root)s, now() - interval '60 days', 'system', 'benchmark'
FROM (SELECT id, row_number() OVER (ORDER BY username) AS place FROM accounts_user WHERE force_id = %(force)s) AS person
WHERE person.place <= %(administrators)s
"""
_OVERRIDES = """
INSERT INTO accounts_rule (id, force_id, unit_id, role_id, permission, answer, starts_at)
SELECT gen_random_uuid(), %(force)s, unit.id, role.id, 'publishing.publish_post',
       (ARRAY['allowed', 'approval', 'no'])[1 + unit.place %% 3], now() - interval '30 days'
FROM (SELECT id, row_number() OVER (ORDER BY md5(id::text || 'r')) AS place FROM accounts_unit
      WHERE force_id = %(force)s) AS unit
JOIN (SELECT id, row_number() OVER (ORDER BY slug) - 1 AS place, count(*) OVER () AS many FROM accounts_role
      WHERE force_id = %(force)s AND NOT administers) AS role ON role.place = unit.place %% role.many
WHERE unit.place <= %(overrides)s
"""


def fill(seed: int) -> Any:
    """The force with its tree, accounts, people, grants and overrides."""
    from accounts.access.shifts import two_two_two_four
    from accounts.actions.organisation import create_force
    from accounts.actions.rotas import add_rota
    from accounts.models import Unit
    from hqdash.base import clock
    from hqdash.base.actor import Actor
    from hqdash.base.tenancy import acting_for

    force = create_force(slug=f"bench-{seed}", name="Benchmark Police")
    with acting_for(force.pk):
        root = Unit.objects.get(parent=None)
        rota = add_rota(
            actor=Actor.clock(force.pk), name="2-2-2-4", cycle_days=10, first_day=clock.now().date(),
            windows=two_two_two_four(), teams=[("A", 0), ("B", 2)], now=clock.now(),
        )  # fmt: skip
        values = SIZES | {
            "force": force.pk,
            "root": root.pk,
            "team": rota.teams.order_by("offset_days")[0].pk,
            "administrators": ADMINISTRATORS,
        }
        levels = (("R", REGIONS, "^FORCE$"), ("A", AREAS, r"^R\d+$"), ("S", SECTORS, r"^R\d+/A\d+$"),
                  ("T", TEAMS, r"^R\d+/A\d+/S\d+$"))  # fmt: skip
        for letter, each, above in levels:
            _run(_LEVEL, values | {"letter": letter, "each": each, "above": above})
        for statement in (_CHANNELS, _USERS, _GRANTS, _ADMINISTRATORS, _OVERRIDES):
            _run(statement, values)
    return force


def _run(statement: str, values: dict[str, Any]) -> None:
    """The web writes; the owner counts what is there, without which the next statement is planned blindly."""
    import psycopg2
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    owner = psycopg2.connect(os.environ["DATABASE_URL"])
    owner.autocommit = True
    with owner.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    owner.close()
