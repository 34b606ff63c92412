"""Renewing a sign-in: one call whoever asks, never in place of a newer one; only the network takes an account off."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections

from accounts.actions import renewing
from accounts.models import AuditEntry, Channel, ChannelSignIn
from accounts.vault import caller, drawer
from hqdash.base import clock
from hqdash.base.tenancy import acting_for
from tests.accounts.vault.conftest import Networks, opened


@pytest.fixture
def channel(networks: Networks) -> Channel:
    """An X account that is due to be renewed."""
    channel = Channel.objects.get(pk=networks.connect("x", "Renew_demo").connected[0])
    make_due(channel)
    return channel


def make_due(channel: Channel) -> None:
    ChannelSignIn.objects.filter(channel=channel).update(renew_at=clock.now() - timedelta(seconds=1))


def renew(channel: Channel) -> renewing.Renewed:
    return renewing.renew(channel_id=channel.pk, now=clock.now())


def state_of(channel: Channel) -> str:
    return Channel.objects.get(pk=channel.pk).state


def test_a_due_sign_in_is_renewed_and_used_at_once(channel: Channel) -> None:
    before = opened(channel)
    assert renew(channel).done

    after = opened(channel)
    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] != before["refresh_token"]
    sign_in = ChannelSignIn.objects.get(channel=channel)
    assert (sign_in.version, sign_in.failures, sign_in.renewing_since) == (2, 0, None)
    assert sign_in.renew_at > clock.now() + timedelta(hours=1)
    assert AuditEntry.objects.filter(action="credential.renewed", channel_id=channel.pk).count() == 1
    assert renew(channel).done is None


def test_two_workers_at_once_make_one_call(channel: Channel) -> None:
    done: list[bool | None] = []
    force_id, together = channel.force_id, threading.Barrier(4)

    def work() -> None:
        with acting_for(force_id):
            together.wait()
            done.append(renew(channel).done)
        caller.hang_up()
        connections.close_all()

    crowd = [threading.Thread(target=work) for _ in range(4)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()

    # A second call with the same refresh token would have been refused by the network.
    assert sorted(map(str, done)) == ["None", "None", "None", "True"]
    assert ChannelSignIn.objects.get(channel=channel).version == 2


def test_a_reconnect_is_never_overwritten_by_a_slower_renewal(
    channel: Channel, networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = renewing._asked

    def slow(which: Channel):  # type: ignore[no-untyped-def]  # what the real one returns
        grant = asked(which)
        drawer.put(networks.cast.admin.actor, which, {"access_token": "newer"}, works_for=timedelta(hours=2))
        return grant

    monkeypatch.setattr(renewing, "_asked", slow)
    outcome = renew(channel)

    assert outcome.done is False
    assert "connected anew" in outcome.sentence
    assert opened(channel)["access_token"] == "newer"
    assert ChannelSignIn.objects.get(channel=channel).version == 2


def test_a_refusal_that_comes_after_a_reconnect_disconnects_nothing(
    channel: Channel, networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    networks.end_tokens("x", "Renew_demo", "refresh")
    asked = renewing._asked

    def slow(which: Channel):  # type: ignore[no-untyped-def]
        try:
            return asked(which)
        finally:
            drawer.put(networks.cast.admin.actor, which, {"access_token": "newer"})

    monkeypatch.setattr(renewing, "_asked", slow)
    assert renew(channel).done is False
    assert state_of(channel) == Channel.State.CONNECTED


def test_signing_in_again_keeps_a_refresh_token_that_the_network_does_not_give_anew(
    channel: Channel, networks: Networks
) -> None:
    before = opened(channel)
    drawer.put(networks.cast.admin.actor, channel, {"access_token": "fresh"}, works_for=timedelta(hours=2))

    assert opened(channel) == {"access_token": "fresh", "refresh_token": before["refresh_token"]}
    assert ChannelSignIn.objects.get(channel=channel).renew_at is not None


@pytest.mark.parametrize("kind", ["server_error", "html_error", "cut_before", "lost_answer", "rate_limited"])
def test_a_network_that_fails_never_disconnects_an_account(
    channel: Channel, networks: Networks, kind: str
) -> None:
    networks.fault("x", "Renew_demo", kind)
    assert renew(channel).done is False

    sign_in = ChannelSignIn.objects.get(channel=channel)
    assert state_of(channel) == Channel.State.CONNECTED
    assert (sign_in.failures, sign_in.version, sign_in.renewing_until) == (1, 1, None)
    assert sign_in.failure
    assert sign_in.renew_at > clock.now()
    if kind != "lost_answer":
        make_due(channel)
        assert renew(channel).done


def test_the_networks_own_no_asks_for_a_person_with_its_words(channel: Channel, networks: Networks) -> None:
    networks.end_tokens("x", "Renew_demo", "refresh")
    assert renew(channel).done is False

    known = Channel.objects.get(pk=channel.pk)
    assert known.state == Channel.State.SIGN_IN_NEEDED
    assert "Value passed for the token was invalid" in known.state_reason
    assert ChannelSignIn.objects.get(channel=channel).renew_at is None


def test_an_app_with_a_wrong_secret_disconnects_no_account(channel: Channel, networks: Networks) -> None:
    from accounts.actions.network_apps import keep_app

    keep_app(
        actor=networks.cast.admin.actor,
        network="x",
        client_id="westmere-app",
        client_secret="wrong",
        now=clock.now(),
    )
    assert renew(channel).done is False
    assert state_of(channel) == Channel.State.CONNECTED
    assert "unauthorized_client" in ChannelSignIn.objects.get(channel=channel).failure


def test_a_worker_that_was_killed_after_the_answer_is_said_honestly(
    channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(renewing, "_stored", dies)
        with pytest.raises(Killed):
            renew(channel)

    sign_in = ChannelSignIn.objects.get(channel=channel)
    assert sign_in.renewing_since is not None
    assert renew(channel).done is None, "nobody else begins while it may still be under way"
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_channelsignin SET renewing_until = clock_timestamp() - interval '1 s'"
        )
    assert renew(channel).done is False
    reason = Channel.objects.get(pk=channel.pk).state_reason
    assert "was cut off after the network may have answered" in reason


def test_a_clock_that_runs_ahead_renews_nothing_early(channel: Channel) -> None:
    renew(channel)
    with clock.frozen_at(clock.now() + timedelta(days=3)):
        assert renew(channel).done is None
        assert not renewing.due_renewals(most=10)


def test_suspended_accounts_and_locked_forces_are_not_renewed(channel: Channel, networks: Networks) -> None:
    assert [found for _force, found in renewing.due_renewals(most=10)] == [channel.pk]
    Channel.objects.filter(pk=channel.pk).update(state=Channel.State.SUSPENDED)
    assert renewing.due_renewals(most=10) == []
    Channel.objects.filter(pk=channel.pk).update(state=Channel.State.CONNECTED)
    networks.cast.force.locked_at = clock.now()
    networks.cast.force.save()
    assert renewing.due_renewals(most=10) == []


def test_pauses_grow_and_end_at_a_quarter_of_an_hour() -> None:
    pauses = [renewing.pause_after(failures) for failures in range(12)]
    assert 11 <= pauses[0] <= 15
    assert max(pauses) <= 900
    assert pauses[6] > pauses[0]
