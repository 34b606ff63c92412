"""One of everything that can be asked for by its id, with a word in it by which a leak is recognised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

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
from tests.access.papers import papers_of
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
    papers: dict[str, Any]

    @property
    def ids(self) -> dict[str, Any]:
        """What goes into an address, by the name of its place there."""
        return {
            **{f"{name}_id": paper.pk for name, paper in self.papers.items()},
            "pk": self.papers["device"].pk,
            "token": "no-such-token",
            "network": self.channel.network,
            "draft_key": self.papers["draft"].key,
            "change_set": self.papers["change_set"].pk,
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
    def body(self) -> dict[str, Any]:
        """A body that every form finds something in, with the ids of what is here."""
        ids = {name.removesuffix("_id"): str(pk) for name, pk in self.ids.items()}
        person = dict.fromkeys(("person", "heir", "owner", "user"), self.papers["user"].pk)
        return {
            **ids,
            **person,
            **{
                "parent": self.unit.pk,
                "below": self.unit.pk,
                "units": self.unit.pk,
                "people": person["user"],
            },
            **{"step": "send", "text": "Hello", "channels": str(self.channel.pk), "form_key": str(uuid4())},
            **{"delivery": str(self.failed.pk), "outcome": "not_sent", "reason": "other", "note": "Looked"},
            **{"deliveries": str(self.failed.pk), "act": "cancel", "posts_a_minute": "5"},
            **{
                "d": "allow",
                "name": "Another list",
                "direction": "inbound",
                "pattern": "lorem",
                "kind": "literal",
                "username": "new.0815",
                "code": "LPU/NEW/1",
                "permission": "accounts.view_channel",
                "answer": "allowed",
                "scopes": "accounts.view_channel",
                "email": "nobody@example.org",
            },
            **{"category": "ABUSE", "action": "review", "severity": "2", "exceptions": "", "theme": "dark"},
        }

    @property
    def filters(self) -> list[str]:
        """Queries that point a list at what is here."""
        papers, person = self.papers, self.papers["user"]
        return [
            f"?channel={self.channel.pk}&account={self.channel.pk}&case={self.case.pk}&role={papers['role'].pk}"
            f"&user={person.pk}&user_id={person.pk}&channel_id={self.channel.pk}&object={self.post.pk}",
            f"?author={self.author.user.username}&person={self.author.user.username}",
            f"?unit={self.unit.pk}&by=account&range=30d&unit_id={self.unit.pk}&parent={self.unit.pk}&below={self.unit.pk}",
        ]


def belongings_of(author: Person, admin: Person, unit: Unit, word: str) -> Belongings:
    """Fill a unit with one of everything: ``author`` has written what is public, ``admin`` keeps the papers."""
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
            papers=papers_of(admin, unit, channel, word),
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
