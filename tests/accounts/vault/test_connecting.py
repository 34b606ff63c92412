"""Connecting an account by the network's own way: what comes home is bound to the right account, or nothing changes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.actions.connecting import AnswerRefused, choose_accounts, retry_connecting
from accounts.models import AuditEntry, Channel, ChannelSignIn, Connecting, Credential, Lease
from hqdash.base import clock
from hqdash.base.errors import NotAllowed, Unprocessable
from tests.accounts.vault.conftest import Networks, opened
from tests.cast import Cast

State = Connecting.State


def last_refusal() -> AuditEntry:
    return AuditEntry.objects.filter(action="connecting.refused").latest("id")


def test_an_x_account_is_connected_with_pkce_and_renews_itself(networks: Networks) -> None:
    done = networks.connect("x", "Moorside_demo")

    assert done.state == State.CONNECTED
    channel = Channel.objects.get(handle="Moorside_demo")
    assert done.connected == [str(channel.pk)]
    assert (channel.unit, channel.owner, channel.state) == (
        networks.cast.coventry,
        networks.cast.admin.user,
        Channel.State.CONNECTED,
    )
    assert set(opened(channel)) == {"access_token", "refresh_token"}
    sign_in = ChannelSignIn.objects.get(channel=channel)
    assert sign_in.ends_at is None
    assert timedelta(minutes=85) < sign_in.renew_at - clock.now() < timedelta(minutes=95)
    # Nothing is left of the walk: neither code nor verifier.
    assert not Credential.objects.filter(connecting=done).exists()
    acts = AuditEntry.objects.filter(username="admin.comms01").values_list("action", flat=True)
    assert {"connecting.started", "connecting.received", "channel.connected", "credential.stored"} <= set(
        acts
    )


def test_the_web_tier_seals_the_code_and_only_a_worker_trades_it(networks: Networks) -> None:
    begun = networks.begin("x")
    query = networks.agree(begun.address, new="Sealed_demo")
    received = networks.come_home("x", query)

    assert received.state == State.RECEIVED
    assert set(Credential.objects.filter(connecting=received).values_list("field", flat=True)) == {
        "code",
        "verifier",
    }
    assert not Channel.objects.filter(handle="Sealed_demo").exists()
    assert networks.work(received).state == State.CONNECTED
    lease = Lease.objects.get(connecting=received)
    assert (lease.purpose, lease.channel_id) == ("connect", None)


def test_facebook_pages_are_chosen_by_the_person_each_for_a_unit(networks: Networks) -> None:
    cast = networks.cast
    begun = networks.begin("facebook")
    first = networks.work(networks.come_home("facebook", networks.agree(begun.address, new="moor.one")))
    assert first.state == State.CHOOSING
    assert [offer["handle"] for offer in first.offers] == ["moor.one"]
    assert Credential.objects.filter(connecting=first, field__startswith="offer.").count() == 1
    assert not Credential.objects.filter(connecting=first, field="user_token").exists()

    page_id = first.offers[0]["id"]
    with pytest.raises(Unprocessable):
        choose_accounts(actor=cast.admin.actor, connecting=first, units={}, now=clock.now())
    with pytest.raises(Unprocessable, match="not offered"):
        choose_accounts(actor=cast.admin.actor, connecting=first, units={"1": cast.dudley}, now=clock.now())
    chosen = choose_accounts(
        actor=cast.admin.actor, connecting=first, units={page_id: cast.dudley}, now=clock.now()
    )
    assert networks.work(chosen).state == State.CONNECTED

    channel = Channel.objects.get(external_id=page_id)
    assert (channel.unit, channel.handle) == (cast.dudley, "moor.one")
    assert set(opened(channel)) == {"page_access_token"}
    sign_in = ChannelSignIn.objects.get(channel=channel)
    assert timedelta(days=89) < sign_in.ends_at - clock.now() < timedelta(days=91)
    assert sign_in.renew_at is None


def test_a_page_that_is_connected_already_is_not_offered_again(networks: Networks) -> None:
    begun = networks.begin("facebook")
    first = networks.work(networks.come_home("facebook", networks.agree(begun.address, new="moor.two")))
    units = {first.offers[0]["id"]: networks.cast.coventry}
    choose_accounts(actor=networks.cast.admin.actor, connecting=first, units=units, now=clock.now())
    networks.work(first)

    begun = networks.begin("facebook")
    again = networks.work(networks.come_home("facebook", networks.agree(begun.address, new="moor.two")))

    assert again.offers[0]["taken"] == "Coventry"
    with pytest.raises(Unprocessable, match="connected already"):
        choose_accounts(actor=networks.cast.admin.actor, connecting=again, units=units, now=clock.now())


def test_a_wordpress_site_gives_its_application_password(networks: Networks) -> None:
    done = networks.connect("wordpress", "news.moor")

    assert done.state == State.CONNECTED, done.reason
    channel = Channel.objects.get(network="wordpress", base_url=networks.site("news.moor"))
    assert set(opened(channel)) == {"username", "application_password"}
    assert channel.handle.endswith("/wp/news.moor")


def test_signing_in_again_at_wordpress_ends_the_former_password(networks: Networks) -> None:
    networks.connect("wordpress", "again.moor")
    channel = Channel.objects.get(base_url=networks.site("again.moor"))
    former = opened(channel)
    done = networks.connect("wordpress", "again.moor", channel=channel)

    assert done.state == State.CONNECTED, done.reason
    assert opened(channel)["application_password"] != former["application_password"]
    me = f"{networks.site('again.moor')}/wp-json/wp/v2/users/me"
    import requests

    pair = (former["username"], former["application_password"])
    assert requests.get(me, auth=pair, timeout=5).status_code == 401
    assert ChannelSignIn.objects.get(channel=channel).left_to_do == ""


def test_the_step_of_a_rotation_that_is_left_is_said(networks: Networks) -> None:
    networks.connect("wordpress", "half.moor")
    channel = Channel.objects.get(base_url=networks.site("half.moor"))
    begun = networks.begin("wordpress", channel=channel)
    query = networks.agree(begun.address, new="newsdesk")
    networks.fault("wordpress", "half.moor", "server_error", value=500)
    done = networks.work(networks.come_home("wordpress", query))

    assert done.state == State.CONNECTED
    assert "former application password still works" in ChannelSignIn.objects.get(channel=channel).left_to_do


def test_a_sign_in_of_another_account_is_refused_with_both_names(networks: Networks) -> None:
    networks.connect("x", "Right_demo")
    channel = Channel.objects.get(handle="Right_demo")
    before = opened(channel)

    begun = networks.begin("x", channel=channel)
    refused = networks.work(networks.come_home("x", networks.agree(begun.address, new="Wrong_demo")))

    assert refused.state == State.REFUSED
    assert "Wrong_demo" in refused.reason
    assert "@Right_demo" in refused.reason
    assert opened(channel) == before
    assert not Credential.objects.filter(connecting=refused).exists()
    assert "Wrong_demo" in last_refusal().reason


def test_reconnecting_the_right_account_replaces_its_sign_in(networks: Networks) -> None:
    networks.connect("x", "Twice_demo")
    channel = Channel.objects.get(handle="Twice_demo")
    before = opened(channel)
    done = networks.connect("x", "Twice_demo", channel=channel)

    assert done.state == State.CONNECTED
    assert opened(channel)["access_token"] != before["access_token"]
    assert ChannelSignIn.objects.get(channel=channel).version == 2


def test_a_new_connection_of_an_account_that_is_bound_says_where(networks: Networks) -> None:
    networks.connect("x", "Bound_demo")
    again = networks.connect("x", "Bound_demo", unit=networks.cast.dudley)

    assert again.state == State.REFUSED
    assert "Coventry" in again.reason
    assert Channel.objects.get(handle="Bound_demo").unit == networks.cast.coventry


def test_a_suspended_account_stays_suspended_when_it_is_connected_again(networks: Networks) -> None:
    networks.connect("x", "Quiet_demo")
    channel = Channel.objects.get(handle="Quiet_demo")
    Channel.objects.filter(pk=channel.pk).update(state=Channel.State.SUSPENDED)
    channel.refresh_from_db()

    assert networks.connect("x", "Quiet_demo", channel=channel).state == State.CONNECTED
    channel.refresh_from_db()
    assert channel.state == Channel.State.SUSPENDED


@pytest.mark.parametrize("state", ["", "forged", "x" * 500])
def test_an_answer_with_a_forged_state_changes_nothing(networks: Networks, state: str) -> None:
    with pytest.raises(AnswerRefused, match="not asked for"):
        networks.come_home("x", {"state": state, "code": "stolen"})

    assert "not asked for" in last_refusal().reason
    assert not Connecting.objects.exists()


def test_an_answer_is_taken_once(networks: Networks) -> None:
    begun = networks.begin("x")
    query = networks.agree(begun.address, new="Once_demo")
    first = networks.come_home("x", query)

    with pytest.raises(AnswerRefused, match="taken already"):
        networks.come_home("x", query)
    assert networks.work(first).state == State.CONNECTED


def test_an_answer_that_comes_after_ten_minutes_is_refused(networks: Networks) -> None:
    query = networks.agree(networks.begin("x").address, new="Late_demo")
    with clock.frozen_at(clock.now() + timedelta(minutes=11)), pytest.raises(AnswerRefused, match="too late"):
        networks.come_home("x", query)
    assert not Channel.objects.filter(handle="Late_demo").exists()


def test_nobody_else_can_bring_the_answer(networks: Networks) -> None:
    query = networks.agree(networks.begin("x").address, new="Else_demo")

    with pytest.raises(AnswerRefused, match="Somebody else"):
        networks.come_home("x", query, person=networks.cast.itsec)
    assert last_refusal().username == "itsec.01"
    assert Connecting.objects.get().state == State.STARTED


def test_an_answer_for_another_network_is_forged(networks: Networks) -> None:
    query = networks.agree(networks.begin("x").address, new="Net_demo")
    with pytest.raises(AnswerRefused, match="not asked for"):
        networks.come_home("facebook", query)


def test_a_no_at_the_network_changes_nothing(networks: Networks) -> None:
    begun = networks.begin("x")
    refused = networks.come_home("x", networks.agree(begun.address, decision="deny"))

    assert refused.state == State.REFUSED
    assert "Access was not given" in refused.reason
    assert "Access was not given" in last_refusal().reason


def test_an_answer_without_a_code_is_refused(networks: Networks) -> None:
    query = networks.agree(networks.begin("x").address, new="NoCode_demo")
    del query["code"]
    assert "no sign-in" in networks.come_home("x", query).reason


def test_a_password_from_another_site_is_refused(networks: Networks) -> None:
    begun = networks.begin("wordpress", site=networks.site("real.moor"))
    query = networks.agree(begun.address, new="newsdesk") | {"site_url": networks.site("other.moor")}
    refused = networks.come_home("wordpress", query)

    assert refused.state == State.REFUSED
    assert "other.moor" in refused.reason
    assert not Credential.objects.filter(connecting=refused).exists()


def test_a_code_that_the_network_refuses_asks_to_begin_again(networks: Networks) -> None:
    query = networks.agree(networks.begin("x").address, new="Used_demo") | {"code": "practice-token-wrong"}
    failed = networks.work(networks.come_home("x", query))

    assert (failed.state, failed.failed_at_step) == (State.FAILED, "")
    assert "authorization code was invalid" in failed.reason
    assert "practice-token-wrong" not in failed.reason


def test_a_network_that_is_away_is_tried_again_without_the_person(networks: Networks) -> None:
    query = networks.agree(networks.begin("x").address, new="Away_demo")
    received = networks.come_home("x", query)
    networks.fault("x", "Away_demo", "server_error", times=None)
    waiting = networks.work(received)
    assert (waiting.state, waiting.attempts) == (State.RECEIVED, 1)
    assert waiting.due_at > clock.now()
    for _ in range(4):
        Connecting.objects.update(due_at=clock.now())
        waiting = networks.work(waiting)
    assert (waiting.state, waiting.failed_at_step) == (State.FAILED, State.RECEIVED)

    import requests

    requests.delete(f"{networks.address}/_control/faults", timeout=5)
    retry_connecting(actor=networks.cast.admin.actor, connecting=waiting, now=clock.now())
    assert networks.work(waiting).state == State.CONNECTED


def test_who_am_i_may_fail_and_be_asked_again(networks: Networks) -> None:
    begun = networks.begin("x")
    received = networks.come_home("x", networks.agree(begun.address, new="Who_demo"))
    networks.control(
        "faults", network="x", handle="Who_demo", kind="server_error", operation="read", times=1, value=503
    )
    waiting = networks.work(received)
    assert waiting.state == State.EXCHANGED
    assert "503" in waiting.reason
    Connecting.objects.update(due_at=clock.now())
    assert networks.work(waiting).state == State.CONNECTED


def test_a_person_who_lost_the_right_meanwhile_connects_nothing(networks: Networks) -> None:
    from accounts.models import Grant

    received = networks.come_home("x", networks.agree(networks.begin("x").address, new="Gone_demo"))
    Grant.objects.filter(user=networks.cast.admin.user).update(ends_at=clock.now())

    assert networks.work(received).state == State.REFUSED
    assert not Channel.objects.filter(handle="Gone_demo").exists()


def test_only_those_who_may_connect_begin(networks: Networks) -> None:
    with pytest.raises(NotAllowed):
        networks.begin("x", person=networks.cast.pc)
    with pytest.raises(NotAllowed):
        networks.begin("x", person=networks.cast.itsec)


@pytest.mark.parametrize(
    ("site", "said"),
    [
        ("", "not a web address"),
        ("http://news.example.org", "not encrypted"),
        ("https://user:pw@news.example.org", "carries a user name"),
        ("https://news.example.org/?p=1", "without a question mark"),
        ("ftp://news.example.org", "not a web address"),
    ],
)
def test_a_site_has_to_be_an_address(networks: Networks, site: str, said: str) -> None:
    with pytest.raises(Unprocessable, match=said):
        networks.begin("wordpress", site=site)


def test_without_an_app_the_person_is_told_where_to_add_one(
    networks: Networks, cast_without_app: Cast
) -> None:
    with pytest.raises(Unprocessable, match="Network apps"):
        networks.begin("x")


@pytest.fixture
def cast_without_app(networks: Networks) -> Cast:
    from accounts.models import NetworkApp

    NetworkApp.objects.all().delete()
    return networks.cast
