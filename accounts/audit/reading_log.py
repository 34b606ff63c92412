"""Lets the book know who looked at something sensitive, once in a while and not at every reload."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db import models, transaction

from accounts.audit.book import record
from accounts.audit.declared import Audited
from hqdash.base.actor import Actor

READ_AGAIN_AFTER = 15
"""Minutes; whoever still looks after that is written down again."""


def note_read(
    actor: Actor,
    kind: Audited,
    obj: models.Model | None = None,
    *,
    once_per: int = READ_AGAIN_AFTER,
    **details: Any,
) -> bool:
    """Write down that the actor read ``obj``; True when a line was added.

    The same session reading the same thing with the same details within ``once_per`` minutes is one reading;
    ``once_per=0`` writes each. The remembrance is the cache's: when that is emptied, a reading stands in the
    book twice, never not at all.
    """
    key = _key(actor, kind, obj, details)
    if once_per and cache.get(key):
        return False
    record(actor, kind, obj, **details)
    if once_per:
        # Only once the line is committed: a page that failed was not read.
        transaction.on_commit(lambda: cache.set(key, True, timeout=once_per * 60))
    return True


def _key(actor: Actor, kind: Audited, obj: models.Model | None, details: dict[str, Any]) -> str:
    reader = f"{actor.force_id}:{actor.user_id or actor.username}:{actor.session}:{actor.address}"
    what = f"{obj._meta.label_lower}:{obj.pk}" if obj is not None else ""
    told = ":".join(f"{name}={details[name]}" for name in sorted(details))
    # A hash: memcached and its kin refuse spaces, and nobody can read names out of the broker's keys.
    return "read:" + sha256(f"{reader}|{kind.name}|{what}|{told}".encode()).hexdigest()[:40]
