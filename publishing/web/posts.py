"""Posts and their receipts: what went where, what did not, and what to do about it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.gate import can
from accounts.queries import units_below
from hqdash.base import clock
from hqdash.base.errors import Refusal
from hqdash.base.keyset import page
from hqdash.base.pages import Page
from hqdash.networks.network import all_networks
from publishing.actions.resolve import cancel_waiting, retry_failed, settle_delivery
from publishing.models import State
from publishing.permissions import PUBLISH_POST, SETTLE_DELIVERY
from publishing.queries import deliveries_for, posts_for, with_counts
from publishing.receipts import receipts_of


class Posts(Page):
    """Every post that the reader may see, newest first."""

    template = "publishing/posts.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Filters: ``unit``, ``author``, ``network``, ``channel``, ``state=failed|needs_person`` and ``q``."""
        rows = posts_for(self.actor)
        names = ("unit", "author", "network", "channel", "state", "q")
        wanted = {name: request.GET.get(name, "").replace("\x00", "") for name in names}
        try:
            if wanted["unit"]:
                rows = rows.filter(deliveries__channel__unit__in=units_below(UUID(wanted["unit"]))).distinct()
            if wanted["channel"]:
                rows = rows.filter(deliveries__channel=UUID(wanted["channel"])).distinct()
        except ValueError:
            rows = rows.none()
        if wanted["author"]:
            rows = rows.filter(author__username=wanted["author"])
        if wanted["network"]:
            rows = rows.filter(deliveries__channel__network=wanted["network"]).distinct()
        if wanted["state"] == "failed":
            rows = rows.filter(
                deliveries__superseded=False, deliveries__state__in=[State.REFUSED, State.EXPIRED]
            ).distinct()
        elif wanted["state"]:
            rows = rows.filter(deliveries__superseded=False, deliveries__state=wanted["state"]).distinct()
        if wanted["q"]:
            rows = rows.filter(text__icontains=wanted["q"])
        found = page(rows, after=request.GET.get("after", ""), size=40)
        ids = [post.pk for post in found.items]
        counted = {
            post.pk: post for post in with_counts(self.actor, posts_for(self.actor).filter(pk__in=ids))
        }
        return self.render(
            posts=[counted[pk] for pk in ids],
            next_cursor=found.next_cursor,
            wanted=wanted,
            networks=all_networks(),
        )


class PostDetail(Page):
    """One post with a receipt for each channel, kept up to date while one looks."""

    template = "publishing/post.html"

    def get(self, request: HttpRequest, post_id: UUID) -> HttpResponse:
        """404 for a post of which no channel is the reader's to see."""
        post = get_object_or_404(posts_for(self.actor), pk=post_id)
        return self.render(
            post=post,
            variants=post.variants.all(),
            receipts=receipts_of(self.actor, post),
            can_retry=can(self.actor, PUBLISH_POST),
        )


class RetryFailed(Page):
    """Try the failed deliveries again, or the one that is named."""

    def post(self, request: HttpRequest, post_id: UUID) -> HttpResponse:
        """``delivery`` names one; without it all failed ones are tried."""
        post = get_object_or_404(posts_for(self.actor), pk=post_id)
        one = None
        if wanted := request.POST.get("delivery"):
            one = get_object_or_404(deliveries_for(self.actor), pk=_uuid(wanted), post=post)
        count = retry_failed(actor=self.actor, post=post, delivery=one, now=clock.now())
        note = ngettext("Trying %(n)s account again.", "Trying %(n)s accounts again.", count) % {"n": count}
        return self.redirect("publishing:post", post.pk, note=note)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


class CancelWaiting(Page):
    """Call off what has not begun."""

    def post(self, request: HttpRequest, post_id: UUID) -> HttpResponse:
        """What is being sent at this moment cannot be called off any more."""
        post = get_object_or_404(posts_for(self.actor), pk=post_id)
        count = cancel_waiting(actor=self.actor, post=post)
        note = ngettext("%(n)s account was cancelled.", "%(n)s accounts were cancelled.", count) % {
            "n": count
        }
        return self.redirect("publishing:post", post.pk, note=note)


class SettleDelivery(Page):
    """A person says what became of a delivery that nobody could prove."""

    template = "publishing/settle.html"

    def get(self, request: HttpRequest, delivery_id: UUID) -> HttpResponse:
        """The question, with the account to look at."""
        delivery = get_object_or_404(deliveries_for(self.actor).select_related("post"), pk=delivery_id)
        return self.render(delivery=delivery, allowed=can(self.actor, SETTLE_DELIVERY, delivery.channel))

    def post(self, request: HttpRequest, delivery_id: UUID) -> HttpResponse:
        """``outcome`` is sent or not_sent; ``reason`` what was seen; ``address`` the link when it was sent."""
        delivery = get_object_or_404(deliveries_for(self.actor).select_related("post"), pk=delivery_id)
        try:
            settle_delivery(
                actor=self.actor,
                delivery=delivery,
                was_sent=request.POST.get("outcome") == "sent",
                reason=request.POST.get("reason", ""),
                address=request.POST.get("address", ""),
                now=clock.now(),
            )
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return self.refused(refusal, self.template, delivery=delivery, allowed=True, typed=request.POST)
        return self.redirect("publishing:post", delivery.post_id, note=_("Settled."))
