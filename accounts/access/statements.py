"""The gate's questions as SQL: one statement each, because they are asked before every act and delivery.

Written out: composing them by the ORM costs more time than the answer. All take the parameters ``user``,
``permission`` and ``now``; the nearest override up the tree wins over what the tier says by default.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from django.db.models.expressions import RawSQL

from accounts.access.declared import Permission

_NAMED = re.compile(r"%\((\w+)\)s")

# Shifts are meant by the clock on the force's walls, so that a night shift ends at seven in summer and in winter.
# A window may reach beyond the cycle's end: its tail is found by looking a whole cycle later.
_ON_SHIFT = """
(g.team_id IS NULL OR EXISTS (
    SELECT 1 FROM accounts_team team
    JOIN accounts_rota rota ON rota.id = team.rota_id
    JOIN accounts_force wall ON wall.id = team.force_id
    CROSS JOIN LATERAL (SELECT rota.cycle_days * 1440 AS whole) AS cycle
    CROSS JOIN LATERAL (
        SELECT floor(extract(epoch FROM (%(now)s AT TIME ZONE wall.timezone) - rota.first_day::timestamp) / 60)::int
               - team.offset_days * 1440 AS since) AS minutes
    CROSS JOIN LATERAL (SELECT mod(mod(minutes.since, cycle.whole) + cycle.whole, cycle.whole) AS minute) AS place
    WHERE team.id = g.team_id
      AND (place.minute <@ ANY (rota.windows) OR place.minute + cycle.whole <@ ANY (rota.windows))
))
"""
_HOLDING = """
JOIN accounts_role r ON r.id = g.role_id AND (r.retired_at IS NULL OR r.retired_at > %(now)s)
JOIN accounts_user u ON u.id = g.user_id AND u.is_active
"""
_HELD_ANYWHERE = f"accounts_grant g {_HOLDING}"
_IN_FORCE = f"g.starts_at <= %(now)s AND (g.ends_at IS NULL OR g.ends_at > %(now)s) AND {_ON_SHIFT}"
_NEAREST_RULE = """
(SELECT rule.answer FROM accounts_unitpath up
 JOIN accounts_rule rule ON rule.unit_id = up.ancestor_id AND rule.role_id = {role} AND rule.permission = %(permission)s
   AND rule.ends_at IS NULL
 WHERE up.descendant_id = {unit} ORDER BY up.depth LIMIT 1)
"""
_BY_DEFAULT = """
CASE WHEN r.permissions @> ARRAY[%(permission)s]::varchar[] THEN 'allowed'
     WHEN r.with_approval @> ARRAY[%(permission)s]::varchar[] THEN 'approval' ELSE 'no' END
"""
# Who administers does not speak, whatever else was given to them, and off shift as well.
_NOT_ADMINISTERING = """
AND NOT EXISTS (
    SELECT 1 FROM accounts_grant kept
    JOIN accounts_role desk ON desk.id = kept.role_id AND desk.administers
        AND (desk.retired_at IS NULL OR desk.retired_at > %(now)s)
    WHERE kept.user_id = g.user_id AND kept.starts_at <= %(now)s
      AND (kept.ends_at IS NULL OR kept.ends_at > %(now)s))
"""
_AT_PLACE = (
    "((g.unit_id IN (SELECT up.ancestor_id FROM accounts_unitpath up WHERE up.descendant_id = %(unit)s))"
    " OR g.channel_id = %(channel)s)"
)
_GRANTS_AT_PLACE = """(
    SELECT own.* FROM accounts_unitpath up JOIN accounts_grant own ON own.unit_id = up.ancestor_id
    WHERE up.descendant_id = %(unit)s
    UNION ALL SELECT own.* FROM accounts_grant own WHERE own.channel_id = %(channel)s
)"""
_ANSWER_AT_PLACE = f"COALESCE({_NEAREST_RULE.format(role='g.role_id', unit='%(unit)s')}, {_BY_DEFAULT})"


def ids_of(statement: str, values: Mapping[str, object]) -> RawSQL:
    """The statement as part of a query of the ORM, which wants its parameters in a row."""
    sql, names = _in_a_row(statement)
    return RawSQL(sql, [values[name] for name in names])  # noqa: S611  # values travel beside the text


@lru_cache(maxsize=256)
def _in_a_row(statement: str) -> tuple[str, tuple[str, ...]]:
    return _NAMED.sub("%s", statement), tuple(_NAMED.findall(statement))


def _apart(permission: Permission) -> str:
    return _NOT_ADMINISTERING if permission.speaks else ""


@lru_cache(maxsize=256)
def standing_statement(permission: Permission) -> str:
    """The best answer of any tier that the user holds at ``unit`` (or on ``channel``): 2 allowed, 1 approval, 0 no."""
    return f"""
SELECT max(CASE {_ANSWER_AT_PLACE} WHEN 'allowed' THEN 2 WHEN 'approval' THEN 1 ELSE 0 END)
FROM {_HELD_ANYWHERE}
WHERE g.user_id = %(user)s AND {_AT_PLACE} AND {_IN_FORCE} {_apart(permission)}
"""


@lru_cache(maxsize=256)
def people_statement(permission: Permission) -> str:
    """The ids of everybody whose answer at ``unit`` (or on ``channel``) is ``answer``."""
    return f"""
SELECT g.user_id FROM {_GRANTS_AT_PLACE} AS g {_HOLDING}
WHERE {_IN_FORCE} {_apart(permission)} AND {_ANSWER_AT_PLACE} = %(answer)s
"""


# A grant opens its own unit, and each override below it opens or shuts a part of its tree. A unit is open if
# nothing lies shut between it and something open above it.
_OPEN_UNITS = f"""
WITH held AS MATERIALIZED (
    SELECT g.id, g.role_id, g.unit_id, g.channel_id, {_BY_DEFAULT} AS answer
    FROM {_HELD_ANYWHERE}
    WHERE g.user_id = %(user)s AND {_IN_FORCE} {{apart}}
), points AS MATERIALIZED (
    SELECT held.id, held.unit_id,
           COALESCE({_NEAREST_RULE.format(role="held.role_id", unit="held.unit_id")}, held.answer) = 'allowed' AS opens
    FROM held WHERE held.unit_id IS NOT NULL
    UNION ALL
    SELECT held.id, rule.unit_id, rule.answer = 'allowed'
    FROM held
    JOIN accounts_rule rule ON rule.role_id = held.role_id AND rule.permission = %(permission)s AND rule.ends_at IS NULL
    JOIN accounts_unitpath below
        ON below.ancestor_id = held.unit_id AND below.descendant_id = rule.unit_id AND below.depth > 0
), shut AS (
    SELECT opening.id, opening.unit_id, path.descendant_id
    FROM points opening
    JOIN points closing ON closing.id = opening.id AND NOT closing.opens
    JOIN accounts_unitpath below
        ON below.ancestor_id = opening.unit_id AND below.descendant_id = closing.unit_id AND below.depth > 0
    JOIN accounts_unitpath path ON path.ancestor_id = closing.unit_id
    WHERE opening.opens
), units AS (
    SELECT path.descendant_id AS id FROM points
    JOIN accounts_unitpath path ON path.ancestor_id = points.unit_id
    WHERE points.opens AND NOT EXISTS (
        SELECT 1 FROM shut WHERE shut.id = points.id AND shut.unit_id = points.unit_id
          AND shut.descendant_id = path.descendant_id)
)
"""
_OPEN_CHANNELS = f"""
SELECT channel.id FROM units JOIN accounts_channel channel ON channel.unit_id = units.id
UNION ALL
SELECT channel.id FROM held JOIN accounts_channel channel ON channel.id = held.channel_id
WHERE COALESCE({_NEAREST_RULE.format(role="held.role_id", unit="channel.unit_id")}, held.answer) = 'allowed'
"""


@lru_cache(maxsize=256)
def units_statement(permission: Permission) -> str:
    """The ids of every unit on which the user holds the right outright."""
    return f"{_OPEN_UNITS.format(apart=_apart(permission))} SELECT id FROM units"


@lru_cache(maxsize=256)
def channels_statement(permission: Permission) -> str:
    """The ids of every channel on which the user holds the right outright."""
    return f"{_OPEN_UNITS.format(apart=_apart(permission))} {_OPEN_CHANNELS}"


# Everything that a page may ask about, at once: each grant with what its tier says at the grant's own place, and
# what the units below it say otherwise.
HELD_STATEMENT = f"""
SELECT g.unit_id, g.channel_id, place.parent_id IS NULL AND g.unit_id IS NOT NULL, r.permissions,
    here.rules, below.rules,
    EXISTS (SELECT 1 FROM accounts_grant kept JOIN accounts_role desk ON desk.id = kept.role_id AND desk.administers
                AND (desk.retired_at IS NULL OR desk.retired_at > %(now)s)
            WHERE kept.user_id = g.user_id AND kept.starts_at <= %(now)s
              AND (kept.ends_at IS NULL OR kept.ends_at > %(now)s))
FROM {_HELD_ANYWHERE}
LEFT JOIN accounts_channel channel ON channel.id = g.channel_id
JOIN accounts_unit place ON place.id = COALESCE(g.unit_id, channel.unit_id)
CROSS JOIN LATERAL (
    SELECT json_object_agg(nearest.permission, nearest.answer) AS rules FROM (
        SELECT DISTINCT ON (rule.permission) rule.permission, rule.answer
        FROM accounts_unitpath up
        JOIN accounts_rule rule ON rule.unit_id = up.ancestor_id AND rule.role_id = g.role_id AND rule.ends_at IS NULL
        WHERE up.descendant_id = place.id ORDER BY rule.permission, up.depth) AS nearest) AS here
CROSS JOIN LATERAL (
    SELECT json_object_agg(said.permission, said.opens) AS rules FROM (
        SELECT rule.permission, bool_or(rule.answer = 'allowed') AS opens
        FROM accounts_rule rule
        JOIN accounts_unitpath down
            ON down.ancestor_id = g.unit_id AND down.descendant_id = rule.unit_id AND down.depth > 0
        WHERE rule.role_id = g.role_id AND rule.ends_at IS NULL GROUP BY rule.permission) AS said) AS below
WHERE g.user_id = %(user)s AND {_IN_FORCE}
"""


# Who holds each of several rights at one place, by name: what an explanation needs at once.
PEOPLE_BY_RIGHT = f"""
WITH holding AS MATERIALIZED (
    SELECT DISTINCT g.user_id, u.username, g.role_id, r.permissions, EXISTS (SELECT 1 FROM accounts_grant kept
        JOIN accounts_role desk ON desk.id = kept.role_id AND desk.administers
            AND (desk.retired_at IS NULL OR desk.retired_at > %(now)s)
        WHERE kept.user_id = g.user_id AND kept.starts_at <= %(now)s
          AND (kept.ends_at IS NULL OR kept.ends_at > %(now)s)) AS administers
    FROM {_GRANTS_AT_PLACE} AS g {_HOLDING}
    WHERE {_IN_FORCE}
), said AS MATERIALIZED (
    SELECT wanted.permission, tier.role_id, COALESCE(
        (SELECT rule.answer FROM accounts_unitpath up
         JOIN accounts_rule rule ON rule.unit_id = up.ancestor_id AND rule.role_id = tier.role_id
             AND rule.permission = wanted.permission AND rule.ends_at IS NULL
         WHERE up.descendant_id = %(unit)s ORDER BY up.depth LIMIT 1),
        CASE WHEN tier.permissions @> ARRAY[wanted.permission]::varchar[] THEN 'allowed' ELSE 'no' END) AS answer
    FROM (SELECT DISTINCT role_id, permissions FROM holding) AS tier
    CROSS JOIN unnest(%(rights)s::text[]) AS wanted(permission)
)
SELECT said.permission, (array_agg(DISTINCT holding.username))[1:%(most)s]
FROM said JOIN holding ON holding.role_id = said.role_id
WHERE said.answer = 'allowed' AND NOT (holding.administers AND said.permission = ANY (%(speaking)s::text[]))
GROUP BY said.permission
"""
