"""The token by which a process proves to the database for which force it speaks.

``force|expiry.mac`` with an HMAC-SHA256 over the part before the dot. The key is known to the processes
and to one SECURITY DEFINER function, not to the roles that run statements: an injected statement can set
the setting, but cannot sign it.
"""

from __future__ import annotations

import hashlib
import hmac
import time
import uuid
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings

TOKEN_SECONDS = 600
_ROUND = 300


@cache
def context_key() -> bytes:
    """The 32-byte signing key: from its own file, else derived from SECRET_KEY."""
    if settings.CONTEXT_KEY_FILE:
        return hashlib.sha256(Path(settings.CONTEXT_KEY_FILE).read_bytes()).digest()
    return hashlib.sha256(b"hqdash row-level context\0" + settings.SECRET_KEY.encode()).digest()


def token_for(force_id: uuid.UUID) -> str:
    """A token for this force that holds for at least five minutes."""
    return _signed(force_id, int(time.time()) // _ROUND)


@lru_cache(maxsize=512)
def _signed(force_id: uuid.UUID, period: int) -> str:
    payload = f"{force_id}|{period * _ROUND + TOKEN_SECONDS}"
    return f"{payload}.{hmac.new(context_key(), payload.encode(), hashlib.sha256).hexdigest()}"


def hmac_pads() -> tuple[bytes, bytes]:
    """The inner and outer key blocks of HMAC-SHA256, for a database that has sha256() but no hmac()."""
    block = context_key().ljust(64, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)
