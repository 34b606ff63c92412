"""Finds the person behind an API key, and keeps keys away from everything but the JSON door."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import ApiKey
from hqdash.base import clock, refusals
from hqdash.base.actor import Actor
from hqdash.base.once import remembering
from hqdash.base.tenancy import across_forces, acting_for

SHAPE = re.compile(r"hqd_([a-z0-9]{12})_([A-Za-z0-9]{43})")
USE_NOTED_EVERY = timedelta(minutes=5)
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was drawn: what is shown once, and what is kept."""

    prefix: str
    digest: bytes
    shown: str


def draw_key() -> NewKey:
    """A fresh key; 43 letters and digits are 256 bits that nobody guesses."""
    prefix = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(12))
    secret = "".join(secrets.choice(_LETTERS) for _ in range(43))
    return NewKey(prefix, digest_of(prefix, secret), f"hqd_{prefix}_{secret}")


def digest_of(prefix: str, secret: str) -> bytes:
    """What is kept of a key. A plain hash is enough: there is no dictionary of 256 random bits."""
    return hashlib.sha256(f"hqdash/api-key/1\0{prefix}\0{secret}".encode()).digest()


def bearer_of(request: HttpRequest) -> str | None:
    """The key that a request shows; None when it shows none."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def answer_for_key(
    request: HttpRequest, token: str, get_response: Callable[[HttpRequest], HttpResponse]
) -> HttpResponse:
    """Answer in the name of the key's owner; pages for people refuse every key."""
    request.actor = None  # type: ignore[attr-defined]
    if not request.path.startswith("/api/"):
        return refusals.answer(
            request, 403, _("API keys open addresses below /api/ only. Sign in to see pages.")
        )
    now = clock.now()
    key, fault = find_key(token, now)
    if key is None:
        refused = refusals.answer(request, 401, fault)
        refused["WWW-Authenticate"] = 'Bearer realm="HQ Dash", error="invalid_token"'
        return refused
    owner = key.owner
    if owner.force.locked_at is not None:
        return refusals.answer(
            request, 403, _("Your force is locked down: API keys rest until two people have unlocked it.")
        )
    request.user = owner
    request.actor = Actor(  # type: ignore[attr-defined]
        force_id=owner.force_id,
        user_id=owner.pk,
        username=owner.username,
        # The key's open part: with it an entry in the book leads to the key.
        session=f"hqd_{key.prefix}",
        address=request.META.get("REMOTE_ADDR", ""),
        scopes=frozenset(key.scopes),
    )
    with acting_for(owner.force_id), remembering() if request.method == "GET" else nullcontext():
        _note_use(key, now)
        return get_response(request)


def find_key(token: str, now: datetime) -> tuple[ApiKey | None, str]:
    """The key, or why it opens nothing. Only who holds the secret learns more than that."""
    unknown = _("This API key is not known. Check that it was copied whole.")
    shape = SHAPE.fullmatch(token)
    if shape is None:
        return None, unknown
    prefix, secret = shape.groups()
    with across_forces(reason="whose API key is this"):
        key = ApiKey.objects.select_related("owner", "owner__force").filter(prefix=prefix).first()
    kept = bytes(key.digest) if key is not None else bytes(32)
    if not hmac.compare_digest(kept, digest_of(prefix, secret)) or key is None:
        return None, unknown
    if key.revoked_at is not None:
        return None, _("This API key was revoked. Make a new one under API access.")
    if key.expires_at <= now:
        return None, _("This API key has expired. Make a new one under API access.")
    if not key.owner.is_active:
        return None, _("The owner of this API key has left.")
    return key, ""


def _note_use(key: ApiKey, now: datetime) -> None:
    """When it was used, to within a few minutes."""
    if key.last_used_at is None or key.last_used_at < now - USE_NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
