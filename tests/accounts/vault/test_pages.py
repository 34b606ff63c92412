"""The vault's pages: who sees the board, who acts, and that no page, log or row ever holds what is sealed."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions import errands
from accounts.models import AuditEntry, Channel, ChannelSignIn, Connecting, Credential, Errand
from accounts.vault import drawer
from hqdash.base import clock
from hqdash.base.tenancy import acting_for
from tests.accounts.vault.conftest import BACK, SECRET, Networks, opened
from tests.cast import Cast
from tests.signing_in import signed_in


@pytest.fixture
def admin(networks: Networks) -> Client:
    return signed_in(networks.cast.admin)


def walk(networks: Networks, admin: Client, network: str, new: str, **form: str) -> str:
    """The pages of a whole walk; the address of the connection's own page comes back."""
    begun = admin.post(
        "/vault/connect/", {"network": network, "unit": str(networks.cast.coventry.pk), **form}
    )
    assert begun.status_code == 302, begun.content.decode()
    page = admin.get(begun["Location"]).content.decode()
    address = page.split('href="' + networks.address)[1].split('"')[0].replace("&amp;", "&")
    query = networks.agree(networks.address + address, new=new)
    back = admin.get(BACK.format(network).removeprefix("http://testserver"), query)
    assert back.status_code == 302
    assert back["Referrer-Policy"] == "no-referrer"
    assert "?" not in back["Location"]
    return str(back["Location"])


def test_an_account_is_connected_through_the_pages(networks: Networks, admin: Client) -> None:
    address = walk(networks, admin, "x", "Pages_demo")
    assert "Asking the network" in admin.get(address).content.decode()
    networks.work(Connecting.objects.get())

    page = admin.get(address).content.decode()
    assert "@Pages_demo" in page
    assert "Connected." in page


def test_wordpress_passwords_never_stay_in_an_address(
    networks: Networks, admin: Client, caplog: pytest.LogCaptureFixture
) -> None:
    address = walk(networks, admin, "wordpress", "newsdesk", site=networks.site("pages.moor"))
    networks.work(Connecting.objects.get())
    password = opened(Channel.objects.get(network="wordpress", base_url=networks.site("pages.moor")))[
        "application_password"
    ]
    assert password not in admin.get(address).content.decode()
    assert password not in caplog.text
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" AS t')
            assert password not in "".join(row for (row,) in cursor.fetchall()), table


def test_the_access_log_says_nothing_of_what_came_back(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("uvicorn.access")
    log.propagate = True
    with caplog.at_level(logging.INFO, logger="uvicorn.access"):
        log.info(
            '%s - "%s %s HTTP/%s" %d',
            "127.0.0.1:1",
            "GET",
            "/vault/connect/wordpress/back/?password=pw",
            "1.1",
            302,
        )
        log.info("GET /vault/connect/x/back/?code=secret HTTP/1.1")
        log.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", "/accounts/?q=moor", "1.1", 200)
    assert "pw" not in caplog.text
    assert "secret" not in caplog.text
    assert "/vault/connect/wordpress/back/?[removed]" in caplog.text
    assert "/accounts/?q=moor" in caplog.text


@pytest.mark.parametrize(
    "query",
    [{}, {"state": "forged", "code": "x"}, {"code": "practice-token-stolen"}, {"error": "access_denied"}],
)
def test_a_forged_answer_leads_to_a_clear_page(admin: Client, query: dict[str, str]) -> None:
    answer = admin.get("/vault/connect/x/back/", query)
    assert answer["Location"] == "/vault/connect/refused/"
    page = admin.get(answer["Location"])
    assert page.status_code == 400
    assert "not asked for here" in page.content.decode()
    assert "practice-token" not in page.content.decode()


def test_an_answer_in_another_session_of_the_same_person_is_refused(
    networks: Networks, admin: Client
) -> None:
    begun = networks.begin("x")
    Connecting.objects.filter(pk=begun.connecting.pk).update(session="another")
    query = networks.agree(begun.address, new="Session_demo")
    admin.get("/vault/connect/x/back/", query)
    assert "another session" in admin.get("/vault/connect/refused/").content.decode()


def test_a_stranger_who_brings_an_answer_is_sent_to_the_door_and_the_book_knows(networks: Networks) -> None:
    query = networks.agree(networks.begin("x").address, new="Stranger_demo")
    answer = Client().get("/vault/connect/x/back/", query)

    assert answer.status_code == 302
    assert query["code"] not in answer["Location"]
    assert AuditEntry.objects.filter(action="connecting.refused", username="not signed in").count() == 1
    assert Connecting.objects.get().state == Connecting.State.STARTED


def test_connecting_asks_again_who_is_there(networks: Networks) -> None:
    client = signed_in(networks.cast.admin, ago=3600)
    for address in ("/vault/connect/", "/vault/apps/"):
        assert client.get(address)["Location"].startswith("/signin/again/")
    channel = networks.cast.x
    for act in ("test", "rotate", "revoke", "suspend"):
        answer = client.post(f"/vault/{channel.pk}/{act}/")
        assert answer["Location"].startswith("/signin/again/"), act


def test_the_board_is_for_those_who_may_see_it_and_acts_for_those_who_may_act(networks: Networks) -> None:
    cast = networks.cast
    drawer.put(cast.admin.actor, cast.x, {"access_token": "practice-token-board"})
    assert signed_in(cast.pc).get("/vault/").status_code == 403
    for looker in (cast.auditor, cast.itsec):
        client = signed_in(looker)
        page = client.get("/vault/").content.decode()
        assert "Coventry_demo" in page
        assert "Fenland_demo" not in page
        assert "Connect an account" not in page
        assert client.post(f"/vault/{cast.x.pk}/test/").status_code == 403
        assert client.post(f"/vault/{cast.x.pk}/revoke/").status_code == 403
        assert client.post(f"/vault/{cast.x.pk}/suspend/", {"reason": "x"}).status_code == 403
    assert signed_in(cast.stranger).get(f"/vault/{cast.x.pk}/").status_code in (403, 404)


def test_no_page_of_the_vault_shows_what_is_sealed(networks: Networks, admin: Client) -> None:
    networks.connect("x", "Shown_demo")
    channel = Channel.objects.get(handle="Shown_demo")
    secrets = [*opened(channel).values(), SECRET]
    for address in (
        "",
        f"{channel.pk}/",
        f"{channel.pk}/rotate/",
        f"{channel.pk}/revoke/",
        "apps/",
        "connect/",
    ):
        page = admin.get(f"/vault/{address}")
        assert page.status_code == 200
        for secret in secrets:
            assert secret not in page.content.decode()
            assert secret[-6:] not in page.content.decode()


def test_the_board_orders_by_days_and_says_why(networks: Networks, admin: Client) -> None:
    cast, now = networks.cast, clock.now()
    for channel, days in ((cast.x, 20), (cast.facebook, 3), (cast.x_dudley, None)):
        drawer.put(
            cast.admin.actor,
            channel,
            {"access_token": "t"},
            expires_at=now + timedelta(days=days, hours=1) if days else None,
        )
    page = admin.get("/vault/").content.decode()
    assert page.index("coventrypolice.demo") < page.index("Coventry_demo") < page.index("Dudley_demo")
    assert "Ends in 3 days" in page
    soon = admin.get("/vault/?state=soon").content.decode()
    assert "coventrypolice.demo" in soon
    assert "Dudley_demo" not in soon
    assert "Dudley_demo" in admin.get(f"/vault/?unit={cast.dudley.pk}").content.decode()
    assert "Coventry_demo" not in admin.get(f"/vault/?unit={cast.dudley.pk}").content.decode()
    assert "coventrypolice" not in admin.get("/vault/?network=x").content.decode()
    assert admin.get("/vault/?state=nonsense&unit=nonsense&after=").status_code == 200
    assert admin.get("/vault/?after=broken").status_code == 422


def test_a_thousand_accounts_cost_as_many_queries_as_ten(networks: Networks, admin: Client) -> None:
    cast = networks.cast

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert admin.get("/vault/").status_code == 200
        return len(seen)

    admin.get("/vault/")
    few = queries()
    Channel.objects.bulk_create(
        [
            Channel(
                unit=cast.coventry, network="x", handle=f"many_{n:04}", name="Many", owner=cast.admin.user
            )
            for n in range(1000)
        ]
    )
    made = list(Channel.objects.filter(handle__startswith="many_"))
    ChannelSignIn.objects.bulk_create(
        [
            ChannelSignIn(channel=channel, ends_at=clock.now() + timedelta(days=n % 90))
            for n, channel in enumerate(made)
        ]
    )
    assert queries() == few <= 22
    seen: set[str] = set()
    address = "/vault/"
    while address:
        page = admin.get(address)
        found = {part.split("<")[0] for part in page.content.decode().split("@many_")[1:]}
        assert not found & seen
        seen |= found
        cursor = page.context["next_cursor"]
        address = f"/vault/?after={cursor}" if cursor else ""
    assert len({name[:4] for name in seen}) == 1000


def test_owners_are_set_for_several_accounts_at_once(networks: Networks, admin: Client) -> None:
    cast = networks.cast
    ids = [str(cast.x.pk), str(cast.facebook.pk)]
    admin.post("/vault/owners/", {"channel": ids, "owner": "PRESS.03"})
    assert set(Channel.objects.filter(owner=cast.press.user).values_list("pk", flat=True)) == {
        cast.x.pk,
        cast.facebook.pk,
    }
    assert AuditEntry.objects.filter(action="channel.owner_changed").count() == 2
    assert admin.post("/vault/owners/", {"channel": ids, "owner": "nobody.9"}).status_code == 422
    foreign = [str(cast.other_channel.pk)]
    assert admin.post("/vault/owners/", {"channel": foreign, "owner": "press.03"}).status_code == 404
    assert signed_in(cast.pc).post("/vault/owners/", {"channel": ids, "owner": "pc.4512"}).status_code == 403


def run_errand(admin: Client, address: str, **form: str) -> Errand:
    answer = admin.post(address, form)
    assert answer.status_code == 302, answer.content.decode()
    errand = Errand.objects.latest("asked_at")
    assert str(errand.pk) in answer["Location"]
    errands.run(errand_id=errand.pk)
    errand.refresh_from_db()
    page = admin.get(answer["Location"]).content.decode()
    assert errand.get_state_display() in page
    return errand


def test_a_test_says_whose_account_it_is(networks: Networks, admin: Client) -> None:
    networks.connect("x", "Tested_demo")
    channel = Channel.objects.get(handle="Tested_demo")
    errand = run_errand(admin, f"/vault/{channel.pk}/test/")
    assert errand.state == Errand.State.DONE
    assert "Tested_demo" in errand.outcome

    networks.end_tokens("x", "Tested_demo")
    errand = run_errand(admin, f"/vault/{channel.pk}/test/")
    assert errand.state == Errand.State.FAILED
    assert Channel.objects.get(pk=channel.pk).state == Channel.State.SIGN_IN_NEEDED


def test_a_test_that_reaches_nobody_disconnects_nothing(networks: Networks, admin: Client) -> None:
    networks.connect("x", "Deaf_demo")
    channel = Channel.objects.get(handle="Deaf_demo")
    networks.control(
        "faults", network="x", handle="Deaf_demo", kind="server_error", operation="read", times=1
    )
    assert run_errand(admin, f"/vault/{channel.pk}/test/").state == Errand.State.FAILED
    assert Channel.objects.get(pk=channel.pk).state == Channel.State.CONNECTED


def test_rotate_renews_at_once_where_the_network_can(networks: Networks, admin: Client) -> None:
    networks.connect("x", "Rotated_demo")
    channel = Channel.objects.get(handle="Rotated_demo")
    assert "Renew now" in admin.get(f"/vault/{channel.pk}/rotate/").content.decode()
    before = opened(channel)
    assert run_errand(admin, f"/vault/{channel.pk}/rotate/").state == Errand.State.DONE
    assert opened(channel) != before


@pytest.mark.parametrize("network", ["x", "wordpress"])
def test_revoke_ends_it_at_the_network_and_then_here(networks: Networks, admin: Client, network: str) -> None:
    new = f"revoke.{network}"
    networks.connect(network, new)
    channel = Channel.objects.filter(network=network).latest("created_at")
    errand = run_errand(admin, f"/vault/{channel.pk}/revoke/")

    assert errand.state == Errand.State.DONE, errand.outcome
    assert "confirmed" in errand.outcome
    channel.refresh_from_db()
    assert channel.state == Channel.State.SIGN_IN_NEEDED
    assert "Revoked by admin.comms01" in channel.state_reason
    assert not Credential.objects.filter(channel=channel).exists()
    assert not ChannelSignIn.objects.filter(channel=channel).exists()
    assert AuditEntry.objects.filter(action="credential.revoked", username="admin.comms01").exists()
    assert admin.post(f"/vault/{channel.pk}/revoke/").status_code == 409


def test_a_revoke_that_cannot_reach_the_network_changes_nothing_and_offers_the_rest(
    networks: Networks, admin: Client
) -> None:
    networks.connect("x", "Stays_demo")
    channel = Channel.objects.get(handle="Stays_demo")
    networks.fault("x", "Stays_demo", "server_error")
    errand = run_errand(admin, f"/vault/{channel.pk}/revoke/")
    assert errand.state == Errand.State.FAILED
    assert "Nothing was changed" in errand.outcome
    assert ChannelSignIn.objects.filter(channel=channel).exists()

    assert run_errand(admin, f"/vault/{channel.pk}/revoke/", here="1").state == Errand.State.DONE
    assert not ChannelSignIn.objects.filter(channel=channel).exists()


def test_facebook_says_what_a_person_has_to_do_there(networks: Networks, admin: Client) -> None:
    drawer.put(networks.cast.admin.actor, networks.cast.facebook, {"page_access_token": "practice-token-fb"})
    errand = run_errand(admin, f"/vault/{networks.cast.facebook.pk}/revoke/")
    assert "Business integrations" in errand.outcome


def test_suspending_needs_a_reason_and_keeps_the_sign_in(networks: Networks, admin: Client) -> None:
    channel = networks.cast.x
    drawer.put(networks.cast.admin.actor, channel, {"access_token": "t"})
    address = f"/vault/{channel.pk}/suspend/"
    assert admin.post(address, {"reason": " "}).status_code == 422
    admin.post(address, {"reason": "Somebody else posts there"})
    channel.refresh_from_db()
    assert (channel.state, channel.state_reason) == ("suspended", "Somebody else posts there")
    with pytest.raises(drawer.VaultRefused, match="suspended"):
        opened(channel)
    assert "Resume" in admin.get(address).content.decode()
    admin.post(address, {"reason": "Cleared up"})
    channel.refresh_from_db()
    assert channel.state == "connected"
    assert opened(channel) == {"access_token": "t"}


def test_a_connection_of_one_force_is_not_there_for_another(networks: Networks) -> None:
    begun = networks.begin("x")
    cast: Cast = networks.cast
    assert signed_in(cast.stranger).get(f"/vault/connecting/{begun.connecting.pk}/").status_code == 404
    with acting_for(cast.other_force.pk):
        assert not Connecting.objects.filter(pk=begun.connecting.pk).exists()
