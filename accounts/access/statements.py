"""The gate's questions as functions of the database, because they are asked before every act and delivery.

A connection plans a function once; a statement of this size it would plan each time, which takes longer than
the answer. They run with the rights of whoever calls them, so row-level security holds within. The nearest
override up the tree wins over what the tier says by default.
"""

from __future__ import annotations

# Shifts are meant by the clock on the force's walls, so that a night shift ends at seven in summer and in winter.
# A window may reach beyond the cycle's end: its tail is found by looking a whole cycle later.
_ON_SHIFT = """
(g.team_id IS NULL OR EXISTS (
    SELECT 1 FROM accounts_team team
    JOIN accounts_rota rota ON rota.id = team.rota_id
    JOIN accounts_force wall ON wall.id = team.force_id
    CROSS JOIN LATERAL (SELECT rota.cycle_days * 1440 AS whole) AS cycle
    CROSS JOIN LATERAL (
        SELECT floor(extract(epoch FROM (_moment AT TIME ZONE wall.timezone) - rota.first_day::timestamp) / 60)::int
               - team.offset_days * 1440 AS since) AS minutes
    CROSS JOIN LATERAL (SELECT mod(mod(minutes.since, cycle.whole) + cycle.whole, cycle.whole) AS minute) AS place
    WHERE team.id = g.team_id
      AND (place.minute <@ ANY (rota.windows) OR place.minute + cycle.whole <@ ANY (rota.windows))
))
"""
_HOLDING = """
JOIN accounts_role r ON r.id = g.role_id AND (r.retired_at IS NULL OR r.retired_at > _moment)
JOIN accounts_user u ON u.id = g.user_id AND u.is_active
"""
_HELD_ANYWHERE = f"accounts_grant g {_HOLDING}"
_IN_FORCE = f"g.starts_at <= _moment AND (g.ends_at IS NULL OR g.ends_at > _moment) AND {_ON_SHIFT}"
_NEAREST_RULE = """
(SELECT rule.answer FROM accounts_unitpath up
 JOIN accounts_rule rule ON rule.unit_id = up.ancestor_id AND rule.role_id = {role} AND rule.permission = _right
   AND rule.ends_at IS NULL
 WHERE up.descendant_id = {unit} ORDER BY up.depth LIMIT 1)
"""
_BY_DEFAULT = """
CASE WHEN r.permissions @> ARRAY[_right]::varchar[] THEN 'allowed'
     WHEN r.with_approval @> ARRAY[_right]::varchar[] THEN 'approval' ELSE 'no' END
"""
# Who administers does not speak, whatever else was given to them, and off shift as well.
_NOT_ADMINISTERING = """
AND NOT (_speaks AND EXISTS (
    SELECT 1 FROM accounts_grant kept
    JOIN accounts_role desk ON desk.id = kept.role_id AND desk.administers
        AND (desk.retired_at IS NULL OR desk.retired_at > _moment)
    WHERE kept.user_id = g.user_id AND kept.starts_at <= _moment
      AND (kept.ends_at IS NULL OR kept.ends_at > _moment)))
"""
_AT_PLACE = (
    "((g.unit_id IN (SELECT up.ancestor_id FROM accounts_unitpath up WHERE up.descendant_id = _unit))"
    " OR g.channel_id = _channel)"
)
_GRANTS_AT_PLACE = """(
    SELECT own.* FROM accounts_unitpath up JOIN accounts_grant own ON own.unit_id = up.ancestor_id
    WHERE up.descendant_id = _unit
    UNION ALL SELECT own.* FROM accounts_grant own WHERE own.channel_id = _channel
)"""
_ANSWER_AT_PLACE = f"COALESCE({_NEAREST_RULE.format(role='g.role_id', unit='_unit')}, {_BY_DEFAULT})"


_STANDING = f"""
SELECT max(CASE {_ANSWER_AT_PLACE} WHEN 'allowed' THEN 2 WHEN 'approval' THEN 1 ELSE 0 END)
FROM {_HELD_ANYWHERE}
WHERE g.user_id = _person AND {_AT_PLACE} AND {_IN_FORCE} {_NOT_ADMINISTERING}
"""
_PEOPLE = f"""
SELECT g.user_id FROM {_GRANTS_AT_PLACE} AS g {_HOLDING}
WHERE {_IN_FORCE} {_NOT_ADMINISTERING} AND {_ANSWER_AT_PLACE} = _answer
"""
# A grant opens its own unit, and each override below it opens or shuts a part of its tree. A unit is open if
# nothing lies shut between it and something open above it.
_OPEN_UNITS = f"""
WITH held AS MATERIALIZED (
    SELECT g.id, g.role_id, g.unit_id, g.channel_id, {_BY_DEFAULT} AS answer
    FROM {_HELD_ANYWHERE}
    WHERE g.user_id = _person AND {_IN_FORCE} {_NOT_ADMINISTERING}
), points AS MATERIALIZED (
    SELECT held.id, held.unit_id,
           COALESCE({_NEAREST_RULE.format(role="held.role_id", unit="held.unit_id")}, held.answer) = 'allowed' AS opens
    FROM held WHERE held.unit_id IS NOT NULL
    UNION ALL
    SELECT held.id, rule.unit_id, rule.answer = 'allowed'
    FROM held
    JOIN accounts_rule rule ON rule.role_id = held.role_id AND rule.permission = _right AND rule.ends_at IS NULL
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


# Everything that a page may ask about, at once: each grant with what its tier says at the grant's own place, and
# what the units below it say otherwise.
_HELD = f"""
SELECT g.unit_id, g.channel_id, place.parent_id IS NULL AND g.unit_id IS NOT NULL, r.permissions::varchar[],
    here.rules, below.rules,
    EXISTS (SELECT 1 FROM accounts_grant kept JOIN accounts_role desk ON desk.id = kept.role_id AND desk.administers
                AND (desk.retired_at IS NULL OR desk.retired_at > _moment)
            WHERE kept.user_id = g.user_id AND kept.starts_at <= _moment
              AND (kept.ends_at IS NULL OR kept.ends_at > _moment))
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
        WHERE rule.role_id = g.role_id AND rule.ends_at IS NULL AND rule.unit_id <> g.unit_id
          AND (place.parent_id IS NULL OR EXISTS (
              SELECT 1 FROM accounts_unitpath down
              WHERE down.ancestor_id = g.unit_id AND down.descendant_id = rule.unit_id))
        GROUP BY rule.permission) AS said) AS below
WHERE g.user_id = _person AND {_IN_FORCE}
"""


# Who holds each of several rights at one place, by name: what an explanation needs at once.
_PEOPLE_BY_RIGHT = f"""
WITH keepers AS MATERIALIZED (
    SELECT kept.user_id FROM accounts_role desk JOIN accounts_grant kept ON kept.role_id = desk.id
    WHERE desk.administers AND (desk.retired_at IS NULL OR desk.retired_at > _moment)
      AND kept.starts_at <= _moment AND (kept.ends_at IS NULL OR kept.ends_at > _moment)
), holding AS MATERIALIZED (
    SELECT DISTINCT g.user_id, u.username, g.role_id, r.permissions,
        g.user_id IN (SELECT user_id FROM keepers) AS administers
    FROM {_GRANTS_AT_PLACE} AS g {_HOLDING}
    WHERE {_IN_FORCE}
), said AS MATERIALIZED (
    SELECT wanted.permission, tier.role_id, COALESCE(
        (SELECT rule.answer FROM accounts_unitpath up
         JOIN accounts_rule rule ON rule.unit_id = up.ancestor_id AND rule.role_id = tier.role_id
             AND rule.permission = wanted.permission AND rule.ends_at IS NULL
         WHERE up.descendant_id = _unit ORDER BY up.depth LIMIT 1),
        CASE WHEN tier.permissions @> ARRAY[wanted.permission]::varchar[] THEN 'allowed' ELSE 'no' END) AS answer
    FROM (SELECT DISTINCT role_id, permissions FROM holding) AS tier
    CROSS JOIN unnest(_rights) AS wanted(permission)
)
SELECT said.permission, (array_agg(DISTINCT holding.username))[1:_most]
FROM said JOIN holding ON holding.role_id = said.role_id
WHERE said.answer = 'allowed' AND NOT (holding.administers AND said.permission = ANY (_speaking))
GROUP BY said.permission
"""

_ASKED = "_person uuid, _right text, _moment timestamptz, _speaks boolean"
_ASKED_AT = "_right text, _unit uuid, _channel uuid, _moment timestamptz, _speaks boolean"
FUNCTIONS = {
    "accounts_standing": (f"_person uuid, {_ASKED_AT}", "integer", f"RETURN ({_STANDING});"),
    "accounts_people_at": (f"{_ASKED_AT}, _answer text", "SETOF uuid", f"RETURN QUERY {_PEOPLE};"),
    "accounts_open_units": (_ASKED, "SETOF uuid", f"RETURN QUERY {_OPEN_UNITS} SELECT id FROM units;"),
    "accounts_open_channels": (_ASKED, "SETOF uuid", f"RETURN QUERY {_OPEN_UNITS} {_OPEN_CHANNELS};"),
    "accounts_held": (
        "_person uuid, _moment timestamptz",
        "TABLE (held_unit uuid, held_channel uuid, whole boolean, defaults varchar[], here json, elsewhere json, "
        "administering boolean)",
        f"RETURN QUERY {_HELD};",
    ),
    "accounts_people_by_right": (
        "_unit uuid, _channel uuid, _rights text[], _speaking text[], _moment timestamptz, _most integer",
        "TABLE (held_right text, people varchar[])",
        f"RETURN QUERY {_PEOPLE_BY_RIGHT};",
    ),
}
"""Each with its arguments, what it returns and its body."""
