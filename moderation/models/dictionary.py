"""What screening looks for: a dictionary has versions, and a published version never changes.

The triggers of migration 0002 keep that promise, whoever writes.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from hqdash.base.tenancy import TenantModel
from moderation.screening.categories import Action as AskedFor
from moderation.screening.categories import Category
from moderation.screening.entries import Direction, Kind


class Dictionary(TenantModel):
    """A named list of a force; ``live`` is the version that screens now."""

    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    direction = models.CharField(
        max_length=10,
        choices=[
            (Direction.INBOUND.value, _("What the public writes")),
            (Direction.OUTBOUND.value, _("What we write")),
            (Direction.BOTH.value, _("Both")),
        ],
        default=Direction.INBOUND.value,
    )
    live = models.ForeignKey(
        "moderation.Version", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("dictionary")
        verbose_name_plural = _("dictionaries")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["force", "slug"], name="dictionary_slug_once")]

    def __str__(self) -> str:
        return self.name


class Version(TenantModel):
    """One edition of a dictionary: a draft until it is published, and then for ever as it is."""

    dictionary = models.ForeignKey(Dictionary, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_by_name = models.CharField(max_length=150, blank=True)
    second_person = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    """Without a second person's name a version may hide by itself, but never delete."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("version")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["dictionary", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["dictionary"], condition=Q(published_at=None), name="one_draft_per_dictionary"
            ),
            models.CheckConstraint(
                condition=Q(second_person=None) | ~Q(second_person=models.F("published_by")),
                name="second_person_is_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dictionary.name} v{self.number}"

    @property
    def is_draft(self) -> bool:
        """True while it may still be changed."""
        return self.published_at is None


class Entry(TenantModel):
    """One term of one version."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="entries")
    pattern = models.CharField(max_length=200)
    kind = models.CharField(
        max_length=10,
        choices=[
            (Kind.LITERAL.value, _("Word")),
            (Kind.PHRASE.value, _("Phrase")),
            (Kind.WILDCARD.value, _("Word with a star")),
            (Kind.DOMAIN.value, _("Website")),
            (Kind.REGEX.value, _("Regular expression")),
        ],
    )
    category = models.CharField(max_length=30, choices=[(one.value, one.value) for one in Category])
    severity = models.PositiveSmallIntegerField()
    action = models.CharField(
        max_length=10,
        choices=[
            (AskedFor.NONE.slug, _("Only record")),
            (AskedFor.ALERT.slug, _("Alert")),
            (AskedFor.REVIEW.slug, _("Review")),
            (AskedFor.HIDE.slug, _("Hide")),
            (AskedFor.REMOVE.slug, _("Remove")),
        ],
    )
    exceptions = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    note = models.CharField(max_length=300, blank=True)
    added_by_name = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("term")
        ordering = ["category", "pattern"]
        constraints = [
            models.UniqueConstraint(fields=["version", "kind", "pattern"], name="term_once_per_version"),
            models.CheckConstraint(
                condition=Q(severity__gte=1, severity__lte=4), name="severity_from_one_to_four"
            ),
        ]

    def __str__(self) -> str:
        # The book and log lines must not spread the words that the screens mask.
        return f"term {str(self.pk)[:8]} ({self.category})"
