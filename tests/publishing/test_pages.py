"""Writing, looking it over, sending and reading receipts, as people do it in a browser without scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Channel
from hqdash.base import clock
from hqdash.base.tenancy import acting_for
from publishing.actions.publish import publish_post
from publishing.delivery import steps
from publishing.delivery.claim import claim
from publishing.delivery.send import deliver_one
from publishing.models import Delivery, Post, State
from publishing.rules import Event
from tests.cast import Cast, Person
from tests.publishing.conftest import Connect
from tests.publishing.plain_forms import PlainForm, form_on

COMPOSE = "/publishing/compose/"
REVIEW, SEND, WRITE = ("step", "review"), ("step", "send"), ("step", "write")
LEAVE_OUT = ("step", "leave_out")
TOO_LONG_FOR_X = "Road closed. " * 30  # 390 characters; X takes 280, Facebook 63,206.


def browser(person: Person) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    with acting_for(person.user.force_id):
        client.force_login(person.user)
    return client


def empty_form(client: Client) -> PlainForm:
    page = client.get(COMPOSE)
    assert page.status_code == 200
    return form_on(page, to=COMPOSE)


def written(person: Person, *channels: Channel, text: str = "Road closed in Foleshill") -> Post:
    """A post that was sent off without the pages."""
    return publish_post(
        actor=person.actor,
        text=text,
        channel_ids=[channel.pk for channel in channels],
        form_key=uuid4(),
        now=clock.now(),
    )


def refused_by_network(delivery: Delivery) -> None:
    """The delivery fails for good, with a reason."""
    taken = claim(delivery.pk)
    assert taken is not None
    steps.fail(taken.delivery, event=Event.NO_RIGHT, reason="policy", sentence="X did not take it: policy.")


def beyond_proof(delivery: Delivery) -> None:
    """The answer was lost, and reading back showed nothing."""
    taken = claim(delivery.pk)
    assert taken is not None
    assert steps.start(taken, frozenset()) is not None
    steps.lose_sight(taken.delivery, sentence="No clear answer.", settle=timedelta())
    steps.hand_over(taken.delivery, sentence="Look at @Coventry_demo yourself.")


def test_from_the_empty_form_to_the_last_receipt(connect: Connect, committed_cast: Cast) -> None:
    chosen = [connect("x"), connect("wordpress")]
    client = browser(committed_cast.pc)
    form = empty_form(client).tick("channels", *(each.channel.pk for each in chosen))

    review = form.fill("text", "Knife surrender bins stand\nin Foleshill & Hillfields").send(
        client, button=REVIEW
    )
    said = review.content.decode()
    assert "Send to 2 accounts?" in said
    assert all(each.channel.at_handle in said for each in chosen)
    assert not Post.objects.exists()

    receipts = form_on(review, to=COMPOSE).send(client, button=SEND, follow=True)
    post = Post.objects.get()
    assert receipts.redirect_chain == [(reverse("publishing:post", args=[post.pk]), 302)]  # type: ignore[attr-defined]
    assert "Delivered to 0 of 2 accounts so far" in receipts.content.decode()
    assert post.text == "Knife surrender bins stand\nin Foleshill & Hillfields"
    assert AuditEntry.objects.get(action="post.published").username == "pc.4512"

    for delivery in Delivery.objects.all():
        deliver_one(delivery.pk)
    said = client.get(receipts.redirect_chain[0][0]).content.decode()  # type: ignore[attr-defined]
    assert "Delivered to all 2 accounts" in said
    assert said.count("open on the network") == 2
    assert [len(each.posts) for each in chosen] == [1, 1]


def test_the_same_form_sent_twice_makes_one_post(cast: Cast) -> None:
    client = browser(cast.pc)
    form = empty_form(client).fill("text", "Lost dog").tick("channels", cast.x.pk)
    review = form_on(form.send(client, button=REVIEW), to=COMPOSE)

    first, second = review.send(client, button=SEND), review.send(client, button=SEND)

    assert (first.status_code, first["Location"]) == (302, second["Location"])
    assert Post.objects.count() == Delivery.objects.count() == 1
    assert AuditEntry.objects.filter(action="post.published").count() == 1


def test_scripts_are_answered_with_the_address_of_the_receipts(cast: Cast) -> None:
    client = browser(cast.pc)
    key = empty_form(client).of("form_key")[0]
    sent = client.post(
        COMPOSE,
        {"text": "Lost dog", "channels": str(cast.x.pk), "form_key": key, "step": "send"},
        headers={"HX-Request": "true"},
    )
    assert sent.status_code == 204
    assert sent["HX-Redirect"] == reverse("publishing:post", args=[Post.objects.get().pk])


@pytest.mark.parametrize("button", [REVIEW, SEND])
def test_an_empty_post_is_not_sent(cast: Cast, button: tuple[str, str]) -> None:
    client = browser(cast.pc)
    form = empty_form(client).fill("text", " \n ").tick("channels", cast.x.pk)
    form.buttons.append(SEND)

    page = form.send(client, button=button)

    assert page.status_code == 422
    assert "Write what you want to say." in page.content.decode()
    assert form_on(page, to=COMPOSE).of("channels") == [str(cast.x.pk)]
    assert not Post.objects.exists()


@pytest.mark.parametrize("button", [REVIEW, SEND])
def test_a_post_to_nobody_is_not_sent(cast: Cast, button: tuple[str, str]) -> None:
    client = browser(cast.pc)
    form = empty_form(client).fill("text", "Lost dog")
    form.buttons.append(SEND)

    page = form.send(client, button=button)

    assert page.status_code == 422
    assert "Choose at least one account" in page.content.decode()
    assert form_on(page, to=COMPOSE).of("text") == ["Lost dog"]
    assert not Post.objects.exists()


@pytest.fixture
def too_long(cast: Cast) -> tuple[Client, HttpResponse]:
    """A text for X and Facebook that only X cannot take."""
    client = browser(cast.pc)
    form = empty_form(client).fill("text", TOO_LONG_FOR_X).tick("channels", cast.x.pk, cast.facebook.pk)
    return client, form.send(client, button=REVIEW)


def test_a_text_too_long_for_x_says_so_by_how_much_and_loses_nothing(
    cast: Cast, too_long: tuple[Client, HttpResponse]
) -> None:
    _, page = too_long

    assert page.status_code == 422
    # The last blank does not count: it would be cut off.
    assert "X takes 280 characters; this text is 109 too long for it." in page.content.decode()
    assert "Facebook takes" not in page.content.decode()
    form = form_on(page, to=COMPOSE)
    assert form.of("text") == [TOO_LONG_FOR_X]
    assert set(form.of("channels")) == {str(cast.x.pk), str(cast.facebook.pk)}
    assert not Post.objects.exists()


def test_leaving_x_out_goes_on_with_the_others(cast: Cast, too_long: tuple[Client, HttpResponse]) -> None:
    client, page = too_long
    assert "Leave these out and go on with 1 account" in page.content.decode()

    review = form_on(page, to=COMPOSE).send(client, button=LEAVE_OUT)
    assert "Send to 1 account?" in review.content.decode()
    sent = form_on(review, to=COMPOSE).send(client, button=SEND)

    assert sent.status_code == 302
    assert [row.channel for row in Delivery.objects.all()] == [cast.facebook]
    assert Post.objects.get().text == TOO_LONG_FOR_X.strip()


def test_another_text_for_x_goes_to_x_alone(cast: Cast, too_long: tuple[Client, HttpResponse]) -> None:
    client, page = too_long

    review = form_on(page, to=COMPOSE).fill("variant_x", "Road closed.").send(client, button=REVIEW)
    form_on(review, to=COMPOSE).send(client, button=SEND)

    texts = {row.channel: row.text for row in Delivery.objects.select_related("channel")}
    assert texts == {cast.x: "Road closed.", cast.facebook: TOO_LONG_FOR_X.strip()}
    receipts = client.get(reverse("publishing:post", args=[Post.objects.get().pk]))
    assert "Text on this network" in receipts.content.decode()


def test_a_forged_send_of_a_text_too_long_is_refused_as_well(cast: Cast) -> None:
    client = browser(cast.pc)
    form = empty_form(client).fill("text", TOO_LONG_FOR_X).tick("channels", cast.x.pk, cast.facebook.pk)
    form.buttons.append(SEND)

    page = form.send(client, button=SEND)

    assert page.status_code == 422
    assert "X takes 280 characters" in page.content.decode()
    assert not Delivery.objects.exists()


def test_going_back_to_change_keeps_everything(cast: Cast) -> None:
    client = browser(cast.pc)
    form = empty_form(client).fill("text", "Lost dog").fill("variant_x", "Dog").tick("channels", cast.x.pk)
    review = form_on(form.send(client, button=REVIEW), to=COMPOSE)

    again = form_on(review.send(client, button=WRITE), to=COMPOSE)

    assert [again.of(name) for name in ("text", "variant_x", "channels")] == [
        ["Lost dog"],
        ["Dog"],
        [str(cast.x.pk)],
    ]
    assert again.of("form_key") == form.of("form_key")


@pytest.mark.parametrize("step", ["review", "send"])
@pytest.mark.parametrize(
    "foreign",
    [lambda cast: cast.x_dudley.pk, lambda cast: cast.other_channel.pk, lambda cast: uuid4()],
    ids=["another unit", "another force", "nowhere"],
)
def test_an_account_that_was_not_offered_is_refused_and_written_down(
    cast: Cast, step: str, foreign: Callable[[Cast], UUID]
) -> None:
    client, asked_for = browser(cast.pc), foreign(cast)
    answer = client.post(
        COMPOSE,
        {
            "text": "Canary in a mine",
            "channels": [str(cast.x.pk), str(asked_for)],
            "form_key": str(uuid4()),
            "step": step,
        },
    )

    assert answer.status_code == 403
    assert "Fenland" not in answer.content.decode()
    entry = AuditEntry.objects.get(action="access.refused")
    assert (entry.username, entry.details["permission"]) == ("pc.4512", "publishing.publish_post")
    assert entry.details["asked_for"] == str(asked_for)
    assert not Post.objects.exists()


@pytest.mark.parametrize("who", ["admin", "auditor", "desk", "itsec"])
def test_who_sets_the_tiers_or_reads_the_book_does_not_speak(cast: Cast, who: str) -> None:
    person: Person = getattr(cast, who)
    client = browser(person)
    form = {"text": "Hello", "channels": str(cast.x.pk), "form_key": str(uuid4()), "step": "send"}

    assert client.get(COMPOSE).status_code == 403
    assert client.post(COMPOSE, form).status_code == 403

    assert f'href="{COMPOSE}"' not in client.get(reverse("publishing:posts")).content.decode()
    assert not Post.objects.exists()
    refusals = AuditEntry.objects.filter(action="access.refused", username=person.user.username)
    assert refusals.count() == 2


def test_a_post_of_another_unit_or_force_is_not_there(cast: Cast) -> None:
    theirs = written(cast.press, cast.x_dudley)
    ours = written(cast.press, cast.x_dudley, cast.x)

    assert browser(cast.pc).get(reverse("publishing:post", args=[theirs.pk])).status_code == 404
    assert browser(cast.stranger).get(reverse("publishing:post", args=[ours.pk])).status_code == 404
    seen = browser(cast.pc).get(reverse("publishing:post", args=[ours.pk]))
    assert seen.status_code == 200
    # Somebody from Coventry reads the receipts of Coventry's accounts alone.
    assert cast.x.at_handle in seen.content.decode()
    assert cast.x_dudley.at_handle not in seen.content.decode()
    assert "Delivered to 0 of 1 accounts so far" in seen.content.decode()


@pytest.mark.parametrize("name", ["retry", "cancel"])
def test_nothing_can_be_done_to_a_post_of_another_force(cast: Cast, name: str) -> None:
    post = written(cast.pc, cast.x)
    answer = browser(cast.stranger).post(reverse(f"publishing:{name}", args=[post.pk]))
    assert answer.status_code == 404
    assert Delivery.objects.get().state == State.SCHEDULED


def test_one_failed_account_is_tried_again_from_its_line(cast: Cast) -> None:
    post = written(cast.pc, cast.x, cast.facebook)
    for row in Delivery.objects.all():
        refused_by_network(row)
    client, address = browser(cast.pc), reverse("publishing:post", args=[post.pk])
    failed = Delivery.objects.get(channel=cast.x)

    page = client.get(address)
    assert "Not delivered to 2 of 2 accounts" in page.content.decode()
    form = form_on(page, to=reverse("publishing:retry", args=[post.pk]))
    again = form.send(client, button=("delivery", str(failed.pk)), follow=True)

    assert "Trying 1 account again." in again.content.decode()
    takes = Delivery.objects.filter(channel=cast.x).order_by("take").values_list("state", "superseded")
    assert list(takes) == [(State.REFUSED, True), (State.SCHEDULED, False)]
    assert Delivery.objects.filter(channel=cast.facebook).count() == 1
    assert form.send(client, button=("delivery", str(failed.pk))).status_code == 404


def test_all_failed_accounts_are_tried_again_with_one_button(cast: Cast) -> None:
    post = written(cast.press, cast.x, cast.facebook, cast.x_dudley)
    for row in Delivery.objects.all():
        refused_by_network(row)

    # A neighbourhood officer of Coventry tries Coventry's accounts: Dudley's is none of their business.
    mine = browser(cast.pc).post(reverse("publishing:retry", args=[post.pk]), follow=True)
    assert "Trying 2 accounts again." in mine.content.decode()
    assert Delivery.objects.filter(channel=cast.x_dudley).count() == 1

    rest = browser(cast.press).post(reverse("publishing:retry", args=[post.pk]), follow=True)
    assert "Trying 1 account again." in rest.content.decode()
    assert browser(cast.press).post(reverse("publishing:retry", args=[post.pk])).status_code == 409


def test_what_has_not_begun_is_called_off_where_one_may_post(cast: Cast) -> None:
    post = written(cast.press, cast.x, cast.x_dudley)

    page = browser(cast.pc).post(reverse("publishing:cancel", args=[post.pk]), follow=True)

    assert "1 account was cancelled." in page.content.decode()
    assert Delivery.objects.get(channel=cast.x).state == State.CANCELLED
    assert Delivery.objects.get(channel=cast.x_dudley).state == State.SCHEDULED


def test_who_only_reads_neither_retries_nor_cancels(cast: Cast) -> None:
    post = written(cast.pc, cast.x)
    refused_by_network(Delivery.objects.get())
    client = browser(cast.auditor)

    assert "Retry" not in client.get(reverse("publishing:post", args=[post.pk])).content.decode()
    for name in ("retry", "cancel"):
        assert client.post(reverse(f"publishing:{name}", args=[post.pk])).status_code == 403
    assert AuditEntry.objects.filter(action="access.refused", username="psd.01").count() == 2


def test_a_damaged_retry_is_not_found(cast: Cast) -> None:
    post = written(cast.pc, cast.x)
    address = reverse("publishing:retry", args=[post.pk])
    assert browser(cast.pc).post(address, {"delivery": "not an id"}).status_code == 404


class TestSettling:
    """A person says what became of a delivery that nobody could prove."""

    @pytest.fixture
    def delivery(self, cast: Cast) -> Delivery:
        written(cast.pc, cast.x)
        beyond_proof(Delivery.objects.get())
        return Delivery.objects.get()

    @pytest.fixture
    def address(self, delivery: Delivery) -> str:
        return reverse("publishing:settle", args=[delivery.pk])

    def test_the_receipts_lead_there_and_the_answer_stays(
        self, cast: Cast, delivery: Delivery, address: str
    ) -> None:
        client = browser(cast.press)
        receipts = client.get(reverse("publishing:post", args=[delivery.post_id]))
        assert f'href="{address}"' in receipts.content.decode()

        form = form_on(client.get(address), to=address)
        form.fill("outcome", "sent").fill("address", "https://x.com/Coventry_demo/status/177").fill(
            "reason", "It stands there since 14:02."
        )
        page = form.send(client, follow=True)

        assert "Delivered to the account" in page.content.decode()
        delivery.refresh_from_db()
        assert (delivery.state, delivery.external_id) == (State.SENT, "177")
        entry = AuditEntry.objects.get(action="delivery.settled")
        assert (entry.username, entry.reason) == ("press.03", "It stands there since 14:02.")
        assert form.send(client).status_code == 409

    @pytest.mark.parametrize(
        ("filled", "complaint"),
        [
            ({"outcome": "sent", "reason": "I saw it"}, "Give the link"),
            ({"outcome": "sent", "address": "https://x.com/1"}, "Say what you saw"),
            ({"outcome": "sent", "address": "javascript:alert(1)", "reason": "I saw it"}, "Give the link"),
            (
                {"outcome": "sent", "address": "https://x.com/" + "1" * 300, "reason": "I saw it"},
                "Give the link",
            ),
        ],
    )
    def test_what_proves_nothing_is_refused_and_kept(
        self, cast: Cast, delivery: Delivery, address: str, filled: dict[str, str], complaint: str
    ) -> None:
        page = browser(cast.press).post(address, filled)

        assert page.status_code == 422
        assert complaint in page.content.decode()
        kept = form_on(page, to=address)
        assert [kept.of(name)[0] for name in filled] == list(filled.values())
        delivery.refresh_from_db()
        assert delivery.state == State.NEEDS_PERSON

    def test_one_post_at_the_network_proves_one_delivery(
        self, cast: Cast, delivery: Delivery, address: str
    ) -> None:
        earlier = written(cast.pc, cast.x, text="Earlier").deliveries.get()
        beyond_proof(earlier)
        seen = {"outcome": "sent", "address": "https://x.com/i/status/177", "reason": "Seen"}
        client = browser(cast.press)
        assert client.post(reverse("publishing:settle", args=[earlier.pk]), seen).status_code == 302

        page = client.post(address, seen)

        assert page.status_code == 422
        assert "belongs to another delivery" in page.content.decode()

    def test_an_officer_reads_who_can_settle_it_and_cannot(
        self, cast: Cast, delivery: Delivery, address: str
    ) -> None:
        client = browser(cast.pc)
        assert "needs the right" in client.get(address).content.decode()
        assert client.post(address, {"outcome": "not_sent", "reason": "Gone"}).status_code == 403
        assert AuditEntry.objects.get(action="access.refused").username == "pc.4512"
        assert browser(cast.stranger).get(address).status_code == 404


@pytest.mark.parametrize(
    "damage",
    [
        {"form_key": "damaged"},
        {"channels": "damaged"},
        {"form_key": ""},
        {"text": "A \x00 in the middle"},
        {"variant_x": "A \x00 in the middle"},
        {"step": "nonsense"},
        {"variant_nowhere": "Not a network"},
    ],
)
def test_a_damaged_form_never_breaks_the_page(cast: Cast, damage: dict[str, str]) -> None:
    whole = {"text": "Lost dog", "channels": str(cast.x.pk), "form_key": str(uuid4()), "step": "send"}
    answer = browser(cast.pc).post(COMPOSE, whole | damage)
    assert answer.status_code in {200, 302, 422}


@pytest.mark.parametrize(
    "query",
    ["?q=%00", "?author=%00", "?unit=x", "?channel=x", "?network=nowhere", "?state=nonsense", "?after=%00"],
)
def test_a_damaged_filter_never_breaks_the_list(cast: Cast, query: str) -> None:
    assert browser(cast.pc).get(reverse("publishing:posts") + query).status_code in {200, 400, 422}
