"""The sending of a post to one channel: the outbox, and the only truth about what went out.

The constraints here and the triggers of migration 0002 keep the promise that a post goes out once or says
that it did not, whatever the processes do.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Channel
from hqdash.base.tenancy import TenantModel
from publishing.models.post import Post


class State(models.TextChoices):
    """How far a delivery is; see ``publishing.rules`` for the steps between them."""

    SCHEDULED = "scheduled", _("Waiting")
    LEASED = "leased", _("Starting")
    SENDING = "sending", _("Sending")
    UNKNOWN = "unknown", _("Checking")
    SENT = "sent", _("Delivered")
    REFUSED = "refused", _("Failed")
    EXPIRED = "expired", _("Expired")
    NEEDS_PERSON = "needs_person", _("Needs a person")
    CANCELLED = "cancelled", _("Cancelled")


class Held(models.TextChoices):
    """Why a delivery waits for a person to release it."""

    LOCKED = "locked", _("Held back by a lock-down")
    STOPPED = "stopped", _("Held back: its author was stopped")


IN_FLIGHT = (State.LEASED, State.SENDING, State.UNKNOWN)
"""While a delivery is in one of these, its channel sends nothing else: only so can a lost answer be told."""

FINAL = (State.SENT, State.REFUSED, State.EXPIRED, State.CANCELLED)


class Delivery(TenantModel):
    """One post, one channel, once. A person who tries a failed one again makes a new take of it."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="deliveries")
    part = models.PositiveSmallIntegerField(default=0)
    take = models.PositiveSmallIntegerField(default=0)
    text = models.TextField()
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State.choices, default=State.SCHEDULED)
    reason = models.CharField(max_length=40, blank=True)
    """Why it is where it is, for programs: sign_in, rate_limited, too_long, no_right, ..."""
    sentence = models.TextField(blank=True)
    """The same for people, with what to do next."""
    due_at = models.DateTimeField(db_default=Now())
    not_after = models.DateTimeField()
    rung_at = models.DateTimeField(db_default=Now())
    """When a worker was last woken for it."""
    fence = models.BigIntegerField(default=0)
    held_at = models.DateTimeField(null=True, blank=True)
    """Since when nobody may begin it: until a person releases it, looking at each."""
    held_why = models.CharField(max_length=12, choices=Held.choices, blank=True, db_default="")
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    looks = models.PositiveSmallIntegerField(default=0)
    """How often the channel was read back since the outcome became unknown."""
    clean_looks = models.PositiveSmallIntegerField(default=0)
    """How many of these, in a row, proved that nothing landed."""
    external_id = models.CharField(max_length=200, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(db_default=Now())
    superseded = models.BooleanField(default=False)
    """True once a later take stands in its place."""

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["post", "channel", "part", "take"], name="delivery_once"),
            models.UniqueConstraint(
                fields=["channel"],
                condition=Q(state__in=["leased", "sending", "unknown"]),
                name="one_in_flight",
            ),
            models.UniqueConstraint(
                fields=["channel", "external_id"],
                condition=~Q(external_id=""),
                name="delivery_external_id_once",
            ),
            models.CheckConstraint(
                condition=Q(held_at=None, held_why="") | (Q(held_at__isnull=False) & ~Q(held_why="")),
                name="held_says_why",
            ),
            models.CheckConstraint(
                condition=(Q(state="sent") & ~Q(external_id="")) | (~Q(state="sent") & Q(external_id="")),
                name="sent_means_the_network_has_it",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="scheduled"), name="delivery_due"),
            models.Index(
                fields=["leased_until"], condition=Q(state__in=["leased", "sending"]), name="delivery_lost"
            ),
            models.Index(fields=["due_at"], condition=Q(state="unknown"), name="delivery_to_look_for"),
            models.Index(fields=["force", "-created_at"], name="delivery_newest"),
            models.Index(fields=["channel", "-created_at"], name="delivery_of_channel"),
            # The figures of the wall are counted from these two alone, without a look at the rows.
            models.Index(
                fields=["force", "created_at"],
                include=["channel", "state", "superseded"],
                name="delivery_counted",
            ),
            models.Index(
                fields=["force", "created_at"],
                include=["channel", "post", "superseded"],
                condition=Q(state__in=["refused", "expired", "needs_person"]),
                name="delivery_failed",
            ),
            models.Index(
                fields=["force", "state"], condition=Q(state="needs_person"), name="delivery_for_a_person"
            ),
            models.Index(
                fields=["force", "due_at", "id"],
                condition=Q(held_at__isnull=False, state="scheduled"),
                name="delivery_held",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.post} to {self.channel}"

    @property
    def is_final(self) -> bool:
        """True when nothing more will happen to it."""
        return self.state in FINAL

    @property
    def seconds_taken(self) -> float | None:
        """From the click to the network's confirmation."""
        return (self.sent_at - self.created_at).total_seconds() if self.sent_at else None


class Attempt(TenantModel):
    """One try. It is committed before a byte leaves, so that no try can be forgotten."""

    class Outcome(models.TextChoices):
        """What became of it; open while empty."""

        SENT = "sent", _("Sent")
        NOT_SENT = "not_sent", _("Provably not sent")
        REFUSED = "refused", _("Refused by the network")
        UNKNOWN = "unknown", _("Unknown")
        FOUND = "found", _("Found at the network")
        ABSENT = "absent", _("Proven absent at the network")

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField()
    fence = models.BigIntegerField()
    seen_ids = models.JSONField(default=list)
    """The network's ids of our newest posts just before: what is not among them is new."""
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    detail = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="attempt_once"),
            models.UniqueConstraint(
                fields=["delivery"], condition=Q(finished_at=None), name="one_open_attempt"
            ),
        ]
