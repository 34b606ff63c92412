"""Which API keys somebody may see: their own, or all of the force for who manages them."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.access.gate import can
from accounts.models import ApiKey
from accounts.permissions import MANAGE_API_KEYS
from hqdash.base.actor import Actor


def keys_for(actor: Actor) -> QuerySet[ApiKey]:
    """Newest first; expired and revoked ones too, so that it can be seen what there was."""
    keys = ApiKey.objects.select_related("owner").order_by("-created_at", "id")
    return keys if can(actor, MANAGE_API_KEYS) else keys.filter(owner_id=actor.user_id)
