"""Warnings 14, 7 and 1 days before a sign-in ends: each once for each sign-in, to whoever owns the account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.test import override_settings

from accounts.actions.ending import ending_soon, tidy_connections, warn
from accounts.actions.looking_after import look_after
from accounts.models import AuditEntry, Channel, ChannelSignIn, Connecting, Credential
from accounts.vault import drawer
from hqdash.base import clock
from hqdash.base.menu import entries_for
from tests.accounts.vault.conftest import Networks


def put(networks: Networks, *, days: float) -> Channel:
    channel = networks.cast.facebook
    drawer.put(
        networks.cast.admin.actor,
        channel,
        {"page_access_token": "t"},
        expires_at=clock.now() + timedelta(days=days),
    )
    return channel


def given() -> list[int]:
    entries = AuditEntry.objects.filter(action="credential.ends_soon").order_by("id")
    return [entry.details["days"] for entry in entries]


def go_on(channel: Channel, *, days: float) -> None:
    ChannelSignIn.objects.filter(channel=channel).update(ends_at=clock.now() + timedelta(days=days))
    look_after(now=clock.now())
    look_after(now=clock.now())


def test_each_warning_is_given_once(networks: Networks) -> None:
    channel = put(networks, days=20)
    look_after(now=clock.now())
    assert given() == []
    for days in (13.5, 10, 6.5, 3, 0.5, 0.1):
        go_on(channel, days=days)
    assert given() == [14, 7, 1]


def test_a_sign_in_that_is_new_and_ends_soon_is_warned_of_with_the_nearest(networks: Networks) -> None:
    put(networks, days=0.5)
    look_after(now=clock.now())
    assert given() == [1]


def test_a_new_sign_in_begins_anew(networks: Networks) -> None:
    go_on(put(networks, days=5), days=5)
    go_on(put(networks, days=6), days=6)
    assert given() == [7, 7]


def test_two_clocks_give_one_warning(networks: Networks) -> None:
    put(networks, days=5)
    about = ending_soon(most=5)[0]
    assert [warn(about=about), warn(about=about)] == [True, False]


@override_settings(EMAIL_HOST="mail.test", EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
def test_the_owner_gets_a_letter_and_without_one_those_who_can_mend_it(networks: Networks) -> None:
    cast = networks.cast
    for person in (cast.press, cast.admin):
        person.user.email = f"{person.user.username}@force.test"
        person.user.save()
    channel = put(networks, days=5)
    look_after(now=clock.now())
    assert mail.outbox[-1].to == ["admin.comms01@force.test"]
    Channel.objects.filter(pk=channel.pk).update(owner=cast.press.user)
    go_on(channel, days=0.5)
    assert mail.outbox[-1].to == ["press.03@force.test"]
    assert "coventrypolice.demo" in mail.outbox[-1].subject
    cast.press.user.is_active = False
    cast.press.user.save()
    put(networks, days=0.5)
    look_after(now=clock.now())
    assert mail.outbox[-1].to == ["admin.comms01@force.test"]


def test_the_menu_counts_what_needs_somebody(networks: Networks) -> None:
    put(networks, days=5)
    entry = next(
        one for one in entries_for(networks.cast.auditor.actor) if one.url_name == "accounts:channels"
    )
    assert entry.count is not None
    count = entry.count(networks.cast.auditor.actor)
    # The three accounts of the cast that have no sign-in yet, and the one that ends soon.
    assert count is not None
    assert count.number == 4


@pytest.mark.parametrize("minutes", [30, 61])
def test_what_was_brought_home_and_never_chosen_is_forgotten_after_an_hour(
    networks: Networks, minutes: int
) -> None:
    begun = networks.begin("facebook")
    waiting = networks.work(networks.come_home("facebook", networks.agree(begun.address, new="slow.page")))
    assert waiting.state == Connecting.State.CHOOSING
    tidy_connections(now=clock.now() + timedelta(minutes=minutes))
    assert Credential.objects.filter(connecting=waiting).exists() is (minutes < 60)
