"""Makes and revokes the keys with which programs act under their owner's name."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.access.declared import Permission, all_permissions
from accounts.access.gate import can, require
from accounts.audit.book import record
from accounts.audited import API_KEY_MADE, API_KEY_REVOKED
from accounts.models import ApiKey, User
from accounts.permissions import MANAGE_API_KEYS, UNLOCK_FORCE
from accounts.sign_in.bearer import draw_key
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, NotAllowed, Unprocessable

USUAL_DAYS, MOST_DAYS = 90, 365
MOST_KEYS = 50


@transaction.atomic
def make_key(
    *, actor: Actor, name: str, scopes: Collection[str], now: datetime, days: int = USUAL_DAYS
) -> tuple[ApiKey, str]:
    """A new key for oneself, and the key itself as it is shown this once.

    Rights that a scope requires come with it.

    Raises:
        NotAllowed: making keys is not the actor's to do, or the actor is a key itself.
        Unprocessable: no name, no scopes, one that the actor does not hold, or too long a life.
        Conflict: the actor has very many keys already.
    """
    require(actor, MANAGE_API_KEYS)
    if actor.scopes is not None:
        raise NotAllowed(_("A key cannot make keys: sign in and do it yourself."))
    name = " ".join(name.split())
    if not name or len(name) > 100:
        raise Unprocessable(_("Say in 1 to 100 characters what the key is for."), "name")
    if not 1 <= days <= MOST_DAYS:
        raise Unprocessable(_("A key lives 1 to %(most)s days.") % {"most": MOST_DAYS}, "days")
    lent = _lent(actor, scopes)
    own = ApiKey.objects.filter(owner_id=actor.person_id, revoked_at=None, expires_at__gt=now)
    if own.count() >= MOST_KEYS:
        raise Conflict(
            _("You have %(most)s keys already. Revoke one that is not needed.") % {"most": MOST_KEYS}
        )
    drawn = draw_key()
    key = ApiKey.objects.create(
        owner_id=actor.person_id,
        name=name,
        prefix=drawn.prefix,
        digest=drawn.digest,
        scopes=lent,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    record(actor, API_KEY_MADE, key, scopes=lent, expires_at=key.expires_at)
    return key, drawn.shown


def rights_to_lend(actor: Actor) -> list[Permission]:
    """What the actor may lend to a key: the rights that they hold somewhere themselves."""
    # No program unlocks a force, so there is no use in lending that.
    return [right for right in all_permissions() if right is not UNLOCK_FORCE and can(actor, right)]


def _lent(actor: Actor, scopes: Iterable[str]) -> list[str]:
    wanted = set(scopes)
    if not wanted:
        raise Unprocessable(_("Choose at least one thing that the key may do."), "scopes")
    own = {right.name: right for right in rights_to_lend(actor)}
    if missing := sorted(wanted - set(own)):
        raise Unprocessable(
            _("You cannot lend what you do not hold yourself: %(rights)s.")
            % {"rights": ", ".join(missing)[:300]},
            "scopes",
        )
    lent: set[str] = set()
    for name in wanted:
        step: Permission | None = own[name]
        while step is not None:
            lent.add(step.name)
            step = step.requires
    return sorted(lent)


@transaction.atomic
def revoke_key(*, actor: Actor, key: ApiKey, reason: str, now: datetime) -> ApiKey:
    """Close a key at once: one's own always, another person's with the right to.

    Raises:
        NotAllowed: it is another person's, and keys are not the actor's to manage.
    """
    if key.owner_id != actor.user_id:
        require(actor, MANAGE_API_KEYS)
    _close(actor, ApiKey.objects.filter(pk=key.pk), reason, now)
    key.refresh_from_db()
    return key


@transaction.atomic
def revoke_keys_of_leaver(*, actor: Actor, user: User, now: datetime) -> int:
    """Close every key of somebody who leaves; how many were open."""
    return _close(actor, ApiKey.objects.filter(owner=user), _("The owner has left."), now)


def _close(actor: Actor, keys: QuerySet[ApiKey], reason: str, now: datetime) -> int:
    rows = list(keys.select_for_update().filter(revoked_at=None))
    for key in rows:
        key.revoked_at, key.revoked_by = now, actor.username
        key.revoked_why = " ".join(reason.split())[:300]
        key.save(update_fields=["revoked_at", "revoked_by", "revoked_why"])
        record(actor, API_KEY_REVOKED, key, reason=key.revoked_why)
    return len(rows)
