"""One of everything that can be asked for by its id, with a word in it by which a leak is recognised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from accounts.models import Channel, Unit
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.tenancy import acting_for
from moderation.actions.dictionaries import add_dictionary, add_term, publish_version
from moderation.actions.screening import screen_mentions
from moderation.models import Case, Dictionary, Entry, Version
from monitoring.models import Mention
from publishing.actions.publish import publish_post
from publishing.delivery import steps
from publishing.delivery.claim import claim
from publishing.models import Delivery, Post
from publishing.rules import Event
from tests.cast import Person


@dataclass(frozen=True, slots=True)
class Belongings:
    """What one unit has; ``word`` stands in every text of it."""

    word: str
    author: Person
    unit: Unit
    channel: Channel
    post: Post
    unproven: Delivery
    failed: Delivery
    mention: Mention
    case: Case
    dictionary: Dictionary
    draft: Version
    term: Entry

    @property
    def ids(self) -> dict[str, UUID]:
        """What goes into an address, by the name of its place there."""
        return {
            "channel_id": self.channel.pk,
            "post_id": self.post.pk,
            "delivery_id": self.unproven.pk,
            "case_id": self.case.pk,
            "dictionary_id": self.dictionary.pk,
            "version_id": self.draft.pk,
            "term_id": self.term.pk,
            "unit_id": self.unit.pk,
            "mention_id": self.mention.pk,
        }

    @property
    def body(self) -> dict[str, str]:
        """A body that every form finds something in, with the ids of what is here."""
        return {
            **{"step": "send", "text": "Hello", "channels": str(self.channel.pk), "form_key": str(uuid4())},
            **{"delivery": str(self.failed.pk), "outcome": "not_sent", "reason": "other", "note": "Looked"},
            **{
                "d": "allow",
                "name": "Another list",
                "direction": "inbound",
                "pattern": "lorem",
                "kind": "literal",
            },
            **{"category": "ABUSE", "action": "review", "severity": "2", "exceptions": "", "theme": "dark"},
        }

    @property
    def filters(self) -> list[str]:
        """Queries that point a list at what is here."""
        return [
            f"?channel={self.channel.pk}&account={self.channel.pk}",
            f"?case={self.case.pk}",
            f"?author={self.author.user.username}&person={self.author.user.username}",
            f"?unit={self.unit.pk}&by=account&range=30d&object={self.post.pk}",
        ]


def belongings_of(author: Person, unit: Unit, word: str) -> Belongings:
    """Fill a unit with one of everything, written by ``author``."""
    with acting_for(author.user.force_id):
        system, now = Actor.clock(author.user.force_id), clock.now()
        channel, second = (
            Channel.objects.create(
                unit=unit,
                network=network,
                handle=f"{word}_{network}",
                name=f"The {word} desk",
                external_id=f"{word}-{network}",
            )
            for network in ("x", "facebook")
        )
        post = publish_post(
            actor=author.actor,
            text=f"The {word} is out",
            channel_ids=[channel.pk, second.pk],
            form_key=uuid4(),
            now=now,
        )
        unproven, failed = post.deliveries.get(channel=channel), post.deliveries.get(channel=second)
        _lose(unproven, word)
        _fail(failed, word)
        dictionary = add_dictionary(actor=system, name=f"Words about the {word}")
        _term(system, dictionary, word)
        publish_version(actor=system, version=dictionary.versions.get(), now=now)
        mention = Mention.objects.create(
            **{"channel": channel, "network": "x", "external_id": f"{word}-1", "kind": "comment", "at": now},
            **{"text": f"A {word}, of all things", "author_handle": f"{word}_fan", "author_name": word},
        )
        screen_mentions(actor=system, mention_ids=[mention.pk], now=now)
        term = _term(system, dictionary, f"{word}s")
        return Belongings(
            word=word,
            author=author,
            unit=unit,
            channel=channel,
            post=post,
            unproven=unproven,
            failed=failed,
            mention=mention,
            case=Case.objects.get(mention=mention),
            dictionary=dictionary,
            draft=term.version,
            term=term,
        )


def _lose(delivery: Delivery, word: str) -> None:
    taken = claim(delivery.pk)
    assert taken is not None
    assert steps.start(taken, frozenset()) is not None
    steps.lose_sight(taken.delivery, sentence=f"No answer about the {word}.", settle=timedelta())
    steps.hand_over(taken.delivery, sentence=f"Look for the {word} yourself.")


def _fail(delivery: Delivery, word: str) -> None:
    taken = claim(delivery.pk)
    assert taken is not None
    steps.fail(taken.delivery, event=Event.NO_RIGHT, reason="policy", sentence=f"The {word} was not taken.")


def _term(system: Actor, dictionary: Dictionary, pattern: str) -> Entry:
    return add_term(
        actor=system,
        dictionary=dictionary,
        pattern=pattern,
        kind="literal",
        category="ABUSE",
        severity=2,
        action="review",
        note=f"Because of the {pattern}",
    )
