"""Every network folder keeps the contract, and every fault of a network comes out as the right error."""

from __future__ import annotations

import pytest

from hqdash.networks.capabilities import DeletesOthers, ReadsComments
from hqdash.networks.errors import (
    NetworkError,
    OutcomeUnknown,
    Reason,
    Refused,
    SignInExpired,
    TryLater,
    Unreachable,
)
from hqdash.networks.types import Absent, Draft, Landed, Probe
from tests.networks.contract import TEXT, Contract, listening
from tests.networks.practice import Practice


@pytest.fixture
def peer(practice: Practice) -> Practice:
    return practice


class TestPracticeNetwork(Contract):
    """X, Facebook and WordPress as the practice networks speak them."""

    def test_the_text_arrives_unchanged(self, peer: Practice) -> None:
        peer.connect().publish(Draft("Plain words, kept as they are."))
        assert "Plain words, kept as they are." in peer.posts()[0]["text"]

    def test_hiding_and_removing_reach_the_network(self, peer: Practice) -> None:
        connector = peer.connect()
        published = connector.publish(Draft("Below this somebody is rude."))
        said = peer.public_says("Rude words.", post_id=published.external_id)
        connector.hide(said)
        assert peer.comment(said)["hidden"]
        connector.unhide(said)
        assert not peer.comment(said)["hidden"]
        if peer.network.can(DeletesOthers):
            connector.remove(said)
            assert peer.comment(said)["removed"]

    def test_a_flood_is_read_to_its_end(self, peer: Practice) -> None:
        connector = peer.connect()
        published = connector.publish(Draft("Everybody wants to say something."))
        read = listening(connector, peer.network)
        _, cursor = read("")
        target = published.external_id if peer.network.can(ReadsComments) else ""
        said = [peer.public_says(f"Flood {n}.", author=f"person{n % 7}", post_id=target) for n in range(230)]
        items, cursor = read(cursor)
        assert sorted(item.external_id for item in items) == sorted(said)
        items, _ = read(cursor)
        assert items == []

    def test_a_lost_answer_is_unknown_and_then_found(self, peer: Practice) -> None:
        connector = peer.connect()
        seen = connector.recent_ids()
        peer.fault("lost_answer", "publish")
        with pytest.raises(OutcomeUnknown):
            connector.publish(Draft(TEXT))
        found = peer.connect().find_landed(Probe(TEXT, seen))
        assert isinstance(found, Landed)
        assert found.published.external_id == peer.posts()[0]["external_id"]
        assert len(peer.posts()) == 1

    def test_a_cut_before_storing_is_unknown_and_then_absent(self, peer: Practice) -> None:
        connector = peer.connect()
        connector.publish(Draft("An earlier post."))
        seen = connector.recent_ids()
        peer.fault("cut_before", "publish")
        with pytest.raises(OutcomeUnknown):
            connector.publish(Draft(TEXT))
        assert peer.connect().find_landed(Probe(TEXT, seen)) == Absent()

    def test_a_wrong_clock_at_the_network_changes_nothing(self, peer: Practice) -> None:
        connector = peer.connect()
        connector.publish(Draft("An earlier post."))
        seen = connector.recent_ids()
        peer.fault("clock_skew", times=None, value=-7200)
        peer.fault("lost_answer", "publish")
        with pytest.raises(OutcomeUnknown):
            connector.publish(Draft(TEXT))
        assert isinstance(connector.find_landed(Probe(TEXT, seen)), Landed)

    def test_too_many_calls_say_how_long_to_wait(self, peer: Practice) -> None:
        peer.fault("rate_limited", value=120)
        with pytest.raises(TryLater) as failure:
            peer.connect().publish(Draft(TEXT))
        assert failure.value.wait is not None
        assert 100 <= failure.value.wait.total_seconds() <= 130
        assert peer.posts() == []

    @pytest.mark.parametrize("kind", ["server_error", "html_error"])
    def test_a_broken_network_leaves_a_write_unknown_and_a_question_unanswered(
        self, peer: Practice, kind: str
    ) -> None:
        peer.fault(kind, times=2)
        with pytest.raises(OutcomeUnknown):
            peer.connect().publish(Draft(TEXT))
        with pytest.raises(Unreachable):
            peer.connect().recent_ids()

    def test_silence_ends_with_the_time_out(self, peer: Practice) -> None:
        peer.fault("hang", times=2, value=30)
        with pytest.raises(OutcomeUnknown):
            peer.connect(read_timeout=0.3).publish(Draft(TEXT))
        with pytest.raises(Unreachable):
            peer.connect(read_timeout=0.3).recent_ids()

    def test_an_expired_token_asks_for_a_new_sign_in(self, peer: Practice) -> None:
        peer.fault("token_expired", times=2)
        with pytest.raises(SignInExpired):
            peer.connect().publish(Draft(TEXT))
        with pytest.raises(SignInExpired):
            peer.connect().recent_ids()

    def test_a_refused_duplicate_is_named(self, peer: Practice) -> None:
        if peer.network.slug == "wordpress":
            pytest.skip("WordPress takes the same post twice.")
        connector = peer.connect()
        connector.publish(Draft("Twice the same."))
        with pytest.raises(Refused) as refused:
            connector.publish(Draft("Twice the same."))
        assert refused.value.reason is Reason.DUPLICATE

    def test_a_refused_hiding_is_named(self, peer: Practice) -> None:
        connector = peer.connect()
        published = connector.publish(Draft("Below this nothing can be hidden."))
        said = peer.public_says("Rude words.", post_id=published.external_id)
        peer.fault("hide_refused", "hide")
        with pytest.raises(Refused) as refused:
            connector.hide(said)
        assert refused.value.reason is Reason.PERMISSION

    def test_what_is_not_there_is_named(self, peer: Practice) -> None:
        with pytest.raises(Refused):
            peer.connect().hide("999999999999")

    def test_no_failure_shows_the_credential(self, peer: Practice) -> None:
        for kind in ("server_error", "html_error", "token_expired", "rate_limited", "cut_before"):
            peer.fault(kind)
            with pytest.raises(NetworkError) as failure:
                peer.connect().publish(Draft(TEXT))
            shown = repr(failure.value) + str(failure.value) + failure.value.detail + failure.value.sentence
            assert peer.token not in shown
            assert failure.value.__context__ is None
            assert failure.value.__cause__ is None
