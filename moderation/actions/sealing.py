"""Takes the sealed copy, in the same transaction as the decision and before anything is done."""

from __future__ import annotations

from datetime import datetime

from moderation.models import Decision, Evidence
from monitoring.models import Mention


def seal_evidence(*, decision: Decision, mention: Mention, now: datetime) -> Evidence:
    """Copy what was said, by whom, where and when, with a hash over all of it."""
    copy = Evidence(
        decision=decision,
        mention=mention,
        network=mention.network,
        channel_handle=mention.channel.handle,
        external_id=mention.external_id,
        text=mention.text,
        author_id=mention.author_id,
        author_handle=mention.author_handle,
        author_name=mention.author_name,
        post_id=mention.post_id,
        parent_id=mention.parent_id,
        permalink=mention.permalink,
        network_time=mention.at,
        sealed_at=now,
    )
    copy.sha256 = copy.hash_now()
    copy.save(force_insert=True)
    return copy
