"""A channel on the practice networks with moderation at work: say something, screen it, let the worker run."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Channel
from accounts.vault import drawer
from hqdash.base import clock
from hqdash.networks.types import Draft
from moderation.actions.carrying_out import carry_out
from moderation.actions.claiming import due_acts
from moderation.actions.screening import screen_mentions
from moderation.models import Case, NetworkAct
from moderation.rules import Outcome
from monitoring.models import Mention
from tests.cast import Cast
from tests.networks.practice import TOKEN_FIELDS, Practice

LONG_AGO = "2026-01-01T00:00Z"


@dataclass(frozen=True, slots=True)
class Connected:
    """One channel, its lever at the network, and the people around it."""

    cast: Cast
    channel: Channel
    practice: Practice

    @classmethod
    def on(cls, cast: Cast, address: str, slug: str) -> Connected:
        """Connect a channel of Coventry, with its credential in the vault."""
        practice = Practice.on(address, slug)
        channel = Channel.objects.create(
            unit=cast.coventry,
            network=slug,
            handle=practice.account.handle,
            name="City Desk",
            external_id=practice.account.external_id,
            base_url=practice.account.base_url,
        )
        fields = {TOKEN_FIELDS[slug]: practice.token}
        drawer.put(cast.system, channel, {"username": "desk", **fields} if slug == "wordpress" else fields)
        return cls(cast, channel, practice)

    def public_says(self, text: str) -> Mention:
        """A comment under a post of ours, as monitoring stores it."""
        post = self.practice.connect().publish(Draft(text="Road closed at the ring way."))
        external_id = self.practice.public_says(text, post_id=post.external_id)
        return Mention.objects.create(
            channel=self.channel,
            network=self.channel.network,
            external_id=external_id,
            kind="comment",
            text=text,
            author_handle="passer_by",
            at=clock.now(),
            post_id=post.external_id,
        )

    def screen(self, mention: Mention) -> Case:
        """What the system makes of it."""
        screen_mentions(actor=self.cast.system, mention_ids=[mention.pk], now=clock.now())
        return Case.objects.get(mention=mention)

    def work(self) -> list[Outcome | None]:
        """One round of a worker over everything that is due."""
        return [carry_out(actor=self.cast.system, act_id=one, now=clock.now()) for one in due_acts()]

    def hurry(self) -> None:
        """Let the time pass that an act has to wait."""
        NetworkAct.objects.filter(state__in=["due", "unknown"]).update(due_at=LONG_AGO)

    def is_hidden(self, mention: Mention) -> bool:
        """What the public sees at the network itself."""
        return bool(self.practice.comment(mention.external_id)["hidden"])
