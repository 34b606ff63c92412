"""Writes a line into the book, in the same transaction as the change that it tells of."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import connection, models

from accounts.audit.declared import Audited
from hqdash.base.actor import Actor
from hqdash.base.tenancy import current_force_id

_COLUMNS = (
    "force_id, action, actor_id, username, kind, session, address, object_type, object_id, object_label, "
    "unit_id, unit_name, channel_id, channel_name, reason, details, salt"
)
# No RETURNING and no ORM: the web's login may not name the columns that only the database fills
# (id, at, txid).
_INSERT = f"INSERT INTO accounts_auditentry ({_COLUMNS}) VALUES ({', '.join(['%s'] * 17)})"


def record(
    actor: Actor,
    action: Audited,
    what: models.Model | None = None,
    *,
    unit: models.Model | None = None,
    channel: models.Model | None = None,
    reason: str = "",
    **details: Any,
) -> None:
    """Add one entry under the actor's name.

    ``what`` is the thing acted on; its unit and channel are taken from it unless given. ``details`` are kept
    as JSON (before and after values, counts); never put a secret there.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, _line(actor, action, what, unit, channel, reason, details))


def record_all(actor: Actor, action: Audited, lines: Iterable[tuple[models.Model, dict[str, Any]]]) -> None:
    """Add one entry for each thing of a long list, all in one go, each with its own details."""
    rows = [_line(actor, action, what, None, None, "", details) for what, details in lines]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_INSERT, rows)


def _line(
    actor: Actor,
    action: Audited,
    what: models.Model | None,
    unit: models.Model | None,
    channel: models.Model | None,
    reason: str,
    details: dict[str, Any],
) -> list[Any]:
    channel = channel or _related(what, "channel")
    unit = unit or _related(what, "unit") or _related(channel, "unit")
    return [
        current_force_id(),
        action.name,
        actor.user_id,
        actor.username,
        actor.kind,
        actor.session,
        actor.address,
        what._meta.label_lower if what is not None else "",
        str(what.pk) if what is not None else "",
        str(what)[:300] if what is not None else "",
        unit.pk if unit is not None else None,
        str(unit)[:200] if unit is not None else "",
        channel.pk if channel is not None else None,
        str(channel)[:300] if channel is not None else "",
        reason,
        json.dumps(details, default=_plain, ensure_ascii=False),
        secrets.token_bytes(32),
    ]


def _related(what: models.Model | None, name: str) -> models.Model | None:
    """What a row is or points at under ``name``, without a query when it was loaded with the row."""
    if what is not None and what._meta.model_name == name:
        return what
    if what is None or name not in {field.name for field in what._meta.fields}:
        return None
    related: models.Model | None = getattr(what, name)
    return related


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    return str(value)
