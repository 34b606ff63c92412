"""When people are on shift: a pattern of shifts that repeats, and the teams that walk through it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField, IntegerRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _

from hqdash.base.tenancy import TenantModel

MINUTES_OF_A_DAY = 1440


class Rota(TenantModel):
    """A pattern of shifts that begins anew every ``cycle_days``, on the clocks of the force's walls.

    A window counts minutes from the cycle's first midnight and may reach beyond its last one: a night shift
    of the last day ends in the next cycle. A rota in use is never changed, so that the past stays what it was.
    """

    name = models.CharField(max_length=120)
    cycle_days = models.PositiveSmallIntegerField()
    first_day = models.DateField()
    """The first day of a cycle for a team without offset."""
    windows = ArrayField(IntegerRangeField())
    shift_names = ArrayField(models.CharField(max_length=60))
    """What each window is called, in the same order."""
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("rota")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["force", "name"], name="rota_name_once_per_force"),
            models.CheckConstraint(condition=models.Q(cycle_days__gte=1), name="rota_has_days"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def cycle_minutes(self) -> int:
        """How many minutes a cycle has by the clock on the wall."""
        return self.cycle_days * MINUTES_OF_A_DAY


class Team(TenantModel):
    """Those who walk through a rota together, some days behind the first team."""

    rota = models.ForeignKey(Rota, on_delete=models.PROTECT, related_name="teams")
    name = models.CharField(max_length=120)
    offset_days = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("rota team")
        ordering = ["offset_days", "name"]
        constraints = [models.UniqueConstraint(fields=["rota", "name"], name="team_name_once_per_rota")]

    def __str__(self) -> str:
        return f"{self.name} ({self.rota})"
