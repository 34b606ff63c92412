"""Keeps what somebody has typed until they send it or throw it away."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import FormDraft
from hqdash.base.actor import Actor
from hqdash.base.errors import Unprocessable

LONGEST_KEY = 120
MOST_BYTES = 500_000
MOST_DRAFTS = 20
_KEY = re.compile(r"[A-Za-z0-9_./:-]+")
_SECRET = re.compile(r"passw|secret|token|credential|(^|_)(code|key|pin)($|_)|^csrf", re.IGNORECASE)
KEPT_ALTHOUGH_KEY = {"form_key"}
"""Named like a secret, but the mark that makes sending twice harmless."""

Fields = Mapping[str, Sequence[str]]


def is_secret(name: str) -> bool:
    """Whether a field of this name is never written down, whatever its form says."""
    return name not in KEPT_ALTHOUGH_KEY and _SECRET.search(name) is not None


@transaction.atomic
def keep_draft(*, actor: Actor, key: str, fields: Fields, now: datetime) -> FormDraft:
    """Keep these fields in place of what was kept under the key before; secret ones are left out.

    Raises:
        Unprocessable: the key is none, or it is more than a form of ours can hold.
    """
    if not _KEY.fullmatch(key) or len(key) > LONGEST_KEY:
        raise Unprocessable(_("There is no form of this name."))
    kept = {name: list(values) for name, values in fields.items() if not is_secret(name)}
    if len(json.dumps(kept).encode()) > MOST_BYTES:
        raise Unprocessable(_("This is too long to be kept. Save it elsewhere before you go."))
    draft, _created = FormDraft.objects.update_or_create(
        user_id=actor.person_id, key=key, defaults={"fields": kept, "updated_at": now}
    )
    # Forms that nobody came back to: the oldest make room.
    mine = FormDraft.objects.filter(user_id=actor.person_id)
    newest = mine.order_by("-updated_at").values_list("pk", flat=True)[:MOST_DRAFTS]
    mine.exclude(pk__in=list(newest)).delete()
    return draft


def draft_of(actor: Actor, key: str) -> FormDraft | None:
    """What is kept for this person under the key."""
    return FormDraft.objects.filter(user_id=actor.person_id, key=key).first()


def discard_draft(*, actor: Actor, key: str) -> None:
    """Throw it away: it was sent, or is not wanted any more."""
    FormDraft.objects.filter(user_id=actor.person_id, key=key).delete()


def drafts_for(actor: Actor) -> QuerySet[FormDraft]:
    """Everything that is kept for this person; nobody sees what others have typed."""
    return FormDraft.objects.filter(user_id=actor.person_id)
