"""What every network folder must do: one suite, whatever speaks at the other end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import pytest

from hqdash.networks import Network
from hqdash.networks.capabilities import (
    ALL_CAPABILITIES,
    DeletesOthers,
    Hides,
    ReadsComments,
    ReadsMentions,
    Replies,
)
from hqdash.networks.connector import Connector
from hqdash.networks.errors import Reason, Refused
from hqdash.networks.types import Absent, Account, Draft, Item, Landed, Probe

TEXT = (
    "High Street is closed: fire & rescue at work <now>.\n\nMore: https://example.org/roads?a=1&copy=2 🚒 é"
)


class Peer(Protocol):
    """The other end: a practice network or a real server."""

    network: Network
    account: Account

    def connect(self, **changes: Any) -> Connector: ...

    def public_says(self, text: str, *, author: str = "passer_by", post_id: str = "") -> str: ...


def listening(connector: Connector, network: Network) -> Callable[[str], tuple[list[Item], str]]:
    """Reads all there is since a cursor, in whichever of the two ways the network offers."""
    read = connector.comments if network.can(ReadsComments) else connector.mentions

    def all_since(cursor: str) -> tuple[list[Item], str]:
        items: list[Item] = []
        for _ in range(60):
            batch = read(cursor)
            items += batch.items
            cursor = batch.cursor
            if not batch.more:
                return items, cursor
        raise AssertionError("The walk never ends.")

    return all_since


class Contract:
    """Inherit it, give a `peer` fixture, and the network is tested."""

    def test_the_card_and_the_connector_agree(self, peer: Peer) -> None:
        connector = peer.connect()
        for capability in ALL_CAPABILITIES:
            assert isinstance(connector, capability)
        assert peer.network.icon.read_text().startswith("<svg")
        assert len(peer.network.setup_guide.read_text()) > 500

    def test_it_knows_whose_credential_it_holds(self, peer: Peer) -> None:
        me = peer.connect().who_am_i()
        assert me.external_id
        assert me.handle

    def test_a_post_stands_where_it_says(self, peer: Peer) -> None:
        published = peer.connect().publish(Draft(TEXT), key="k-1")
        assert published.external_id
        assert published.url.startswith("http")
        assert published.external_id in peer.connect().recent_ids()

    def test_a_post_is_recognised_by_its_text(self, peer: Peer) -> None:
        connector = peer.connect()
        connector.publish(Draft("Something else came before."))
        seen = connector.recent_ids()
        published = connector.publish(Draft(TEXT))
        found = peer.connect().find_landed(Probe(TEXT, seen))
        assert isinstance(found, Landed)
        assert found.published.external_id == published.external_id

    def test_a_post_with_a_link_is_recognised(self, peer: Peer) -> None:
        connector = peer.connect()
        seen = connector.recent_ids()
        published = connector.publish(Draft("Read the whole story.", link="https://example.org/story"))
        found = connector.find_landed(Probe("Read the whole story.", seen))
        assert isinstance(found, Landed)
        assert found.published.external_id == published.external_id

    def test_an_old_post_with_the_same_words_is_not_taken_for_the_new_one(self, peer: Peer) -> None:
        connector = peer.connect()
        connector.publish(Draft("Good morning."))
        found = connector.find_landed(Probe("Good morning.", connector.recent_ids()))
        assert found == Absent()

    def test_a_withdrawn_post_is_gone(self, peer: Peer) -> None:
        connector = peer.connect()
        published = connector.publish(Draft("To be taken back."))
        assert connector.withdraw(published.external_id).done
        assert published.external_id not in connector.recent_ids()

    def test_what_people_say_comes_once_and_nothing_is_lost(self, peer: Peer) -> None:
        connector = peer.connect()
        connector.publish(Draft("Say what you think."))
        read = listening(connector, peer.network)
        _, cursor = read("")
        first = [peer.public_says(f"First round, number {n}.", author=f"person{n}") for n in range(3)]
        items, cursor = read(cursor)
        assert {item.external_id for item in items} == set(first)
        assert len(items) == len(first)
        assert items[0].text.endswith("number 0.")
        assert items[0].at.tzinfo is not None
        assert items[0].author_name
        second = peer.public_says("Second round.", author="person9")
        items, cursor = read(cursor)
        assert [item.external_id for item in items] == [second]
        items, cursor = read(cursor)
        assert items == []

    def test_a_cursor_can_be_used_again_after_a_crash(self, peer: Peer) -> None:
        connector = peer.connect()
        connector.publish(Draft("Say it again."))
        read = listening(connector, peer.network)
        _, cursor = read("")
        said = peer.public_says("Only once said.")
        before, _ = read(cursor)
        after, _ = listening(peer.connect(), peer.network)(cursor)
        assert [item.external_id for item in before] == [item.external_id for item in after] == [said]

    def test_a_hidden_comment_is_hidden_and_can_come_back(self, peer: Peer) -> None:
        if not peer.network.can(Hides):
            pytest.skip("This network hides nothing.")
        connector = peer.connect()
        published = connector.publish(Draft("A post with a comment to hide."))
        said = peer.public_says("Rude words.", post_id=published.external_id)
        effect = connector.hide(said)
        assert effect.done
        assert effect.who_still_sees
        assert connector.unhide(said).done

    def test_a_removed_comment_is_gone(self, peer: Peer) -> None:
        connector = peer.connect()
        published = connector.publish(Draft("A post with a comment to remove."))
        said = peer.public_says("Very rude words.", post_id=published.external_id)
        if peer.network.can(DeletesOthers):
            assert connector.remove(said).done
        else:
            with pytest.raises(Refused) as refused:
                connector.remove(said)
            assert refused.value.reason is Reason.UNSUPPORTED

    def test_a_reply_stands_and_is_not_read_back_as_somebody_elses(self, peer: Peer) -> None:
        if not peer.network.can(Replies):
            pytest.skip("This network takes no replies.")
        connector = peer.connect()
        published = connector.publish(Draft("A post with a question below it."))
        read = listening(connector, peer.network)
        _, cursor = read("")
        said = peer.public_says("When will it end?", post_id=published.external_id)
        reply = connector.reply(said, Draft("At about six."))
        assert reply.external_id
        items, _ = read(cursor)
        assert [item.external_id for item in items] == [said]

    def test_a_mention_cursor_stays_usable(self, peer: Peer) -> None:
        if not peer.network.can(ReadsMentions):
            pytest.skip("This network knows no mentions.")
        batch = peer.connect().mentions("")
        assert peer.connect().mentions(batch.cursor).items == ()
