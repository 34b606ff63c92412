"""Keeps the files of a preview for an hour, so that they need not be chosen again to be imported."""

from __future__ import annotations

import json
import secrets
import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence

from django.core.cache import cache
from django.utils.translation import gettext as _

from accounts.importing.reading import GivenFile
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict

KEPT_FOR = 3600


def keep_files(actor: Actor, files: Sequence[GivenFile]) -> str:
    """The word by which this person, and nobody else, finds the files again."""
    word = secrets.token_urlsafe(16)
    content = json.dumps([[file.name, b64encode(file.content).decode()] for file in files])
    cache.set(_key(actor, word), zlib.compress(content.encode()), timeout=KEPT_FOR)
    return word


def kept_files(actor: Actor, word: str) -> list[GivenFile]:
    """The files of a preview.

    Raises:
        Conflict: they are no longer kept.
    """
    packed = cache.get(_key(actor, word)) if word.isascii() and len(word) < 64 else None
    if packed is None:
        raise Conflict(_("The files are kept for an hour only, and that is over. Choose them again."))
    found = json.loads(zlib.decompress(packed))
    return [GivenFile(name, b64decode(content)) for name, content in found]


def forget_files(actor: Actor, word: str) -> None:
    """Throw the files away."""
    cache.delete(_key(actor, word))


def _key(actor: Actor, word: str) -> str:
    return f"import:{actor.force_id}:{actor.user_id}:{word}"
