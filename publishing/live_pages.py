"""The receipts page keeps itself up to date."""

from __future__ import annotations

from uuid import UUID

from django.template.loader import render_to_string

from accounts.access.gate import can
from hqdash.base import live
from hqdash.base.actor import Actor
from publishing.permissions import PUBLISH_POST
from publishing.queries import posts_for
from publishing.receipts import receipts_of


@live.page("post", topics={"post"})
def receipts(actor: Actor, key: str) -> list[live.Fragment] | None:
    """The standing and the lines of one post; None when it is not the reader's to see."""
    try:
        post = posts_for(actor).filter(pk=UUID(key)).first()
    except ValueError:
        return None
    if post is None:
        return None
    context = {
        "post": post,
        "receipts": receipts_of(actor, post),
        "can_retry": can(actor, PUBLISH_POST),
    }
    return [
        live.Fragment("#standing", render_to_string("publishing/post.html#standing", context)),
        live.Fragment("#receipts", render_to_string("publishing/post.html#receipts", context)),
    ]
