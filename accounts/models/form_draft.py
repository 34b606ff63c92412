"""What somebody had typed into a form when their session ended."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from hqdash.base.tenancy import TenantModel


class FormDraft(TenantModel):
    """The fields of one form, kept for the person who typed them and for nobody else; never secret ones."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="form_drafts")
    key = models.CharField(max_length=120)
    """The form: “compose”, or the address that a late submission was meant for."""
    fields = models.JSONField(default=dict)
    """For each name the values in their order, as the browser sends them."""
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_draft_per_form")]

    def __str__(self) -> str:
        return f"{self.user}, {self.key}"
