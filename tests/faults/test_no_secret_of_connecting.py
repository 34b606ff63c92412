"""After a walk to each network, a renewal, a failure and a revocation: all that is kept is searched for secrets."""

from __future__ import annotations

from datetime import timedelta

import redis

from accounts.actions.connecting import choose_accounts
from accounts.models import AuditEntry, Channel, ChannelSignIn, Connecting, Credential, Errand
from accounts.tasks import look_after_sign_ins
from hqdash.base import clock
from tests.accounts.vault.conftest import SECRET, Networks, networks  # noqa: F401  # the fixture
from tests.faults.conftest import StartWorker, until
from tests.faults.test_no_secret_anywhere import BEGINNING, files, forms_of, keys, tables
from tests.networks.conftest import sandbox_address  # noqa: F401  # the fixture
from tests.signing_in import signed_in

State = Connecting.State


def test_no_code_token_or_password_is_left_behind_by_connecting(
    networks: Networks,  # noqa: F811
    worker: StartWorker,
    broker: redis.Redis,
) -> None:
    admin = signed_in(networks.cast.admin)
    with worker(queues="housekeeping", threads=2) as log:
        codes = []
        for network, new in (("x", "Leak_demo"), ("facebook", "leak.page"), ("wordpress", "newsdesk")):
            begun = networks.begin(network, site=networks.site("leak.news"))
            query = networks.agree(begun.address, new=new)
            codes.append(query.get("code") or query["password"])
            admin.get(f"/vault/connect/{network}/back/", query)
            walk = Connecting.objects.get(pk=begun.connecting.pk)
            until(lambda walk=walk: _now(walk).state in {State.CONNECTED, State.CHOOSING}, log=log)
        waiting = Connecting.objects.get(state=State.CHOOSING)
        units = {offer["id"]: networks.cast.coventry for offer in waiting.offers}
        choose_accounts(actor=networks.cast.admin.actor, connecting=waiting, units=units, now=clock.now())
        until(lambda: _now(waiting).state == State.CONNECTED, log=log)

        account = Channel.objects.get(handle="Leak_demo")
        for fault in ("html_error", None):
            if fault:
                networks.fault("x", "Leak_demo", fault)
            sign_in = ChannelSignIn.objects.get(channel=account)
            ChannelSignIn.objects.filter(pk=sign_in.pk).update(renew_at=clock.now() - timedelta(seconds=1))
            look_after_sign_ins.apply_async(queue="housekeeping")
            until(lambda: not ChannelSignIn.objects.filter(renew_at__lt=clock.now()).exists(), log=log)
        until(lambda: ChannelSignIn.objects.get(channel=account).version == 2, log=log)
        answer = admin.post(f"/vault/{account.pk}/revoke/")
        assert answer.status_code == 302
        until(lambda: Errand.objects.filter(state=Errand.State.DONE).exists(), log=log)
        found = [*tables(), *keys(broker), ("the worker's log", log.read_bytes())]

    found += files()
    assert AuditEntry.objects.filter(action="connecting.received").count() == 3
    assert Credential.objects.exclude(channel=None).count() == 3
    assert b"accounts.tasks.carry_on_connecting" in dict(found)["the worker's log"]
    assert codes[0].startswith(BEGINNING) and SECRET.startswith(BEGINNING)
    for form in (*forms_of(BEGINNING), *forms_of(codes[2])):
        assert not [where for where, content in found if form in content]


def _now(walk: Connecting) -> Connecting:
    return Connecting.objects.get(pk=walk.pk)
