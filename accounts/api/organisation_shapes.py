"""The shapes of the organisation at the JSON door, each with every field by name."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.importing.steps import Plan
from accounts.models import Change, Grant, Unit


class UnitOut(serializers.ModelSerializer[Unit]):
    """A unit of the tree."""

    parent = serializers.UUIDField(source="parent_id", read_only=True, allow_null=True)  # type: ignore[assignment]  # DRF takes fields out of the class

    class Meta:
        model = Unit
        fields = ("id", "code", "name", "parent", "position", "closed_on")
        read_only_fields = fields


class UnitIn(serializers.Serializer[Any]):
    """A new unit."""

    name = serializers.CharField(max_length=200)
    code = serializers.CharField(max_length=120)
    parent = serializers.UUIDField(help_text="The id of the unit above it.")  # type: ignore[assignment]  # DRF takes fields out of the class


class UnitChangeIn(serializers.Serializer[Any]):
    """A new name, a new place among its siblings, or both."""

    name = serializers.CharField(max_length=200, required=False)
    after = serializers.UUIDField(
        required=False, allow_null=True, help_text="The sibling that it stands behind; null puts it first."
    )


class UnitsFilter(serializers.Serializer[Any]):
    """Which units are listed."""

    parent = serializers.UUIDField(required=False, help_text="Only those directly below this unit.")  # type: ignore[assignment]  # DRF takes fields out of the class
    closed = serializers.BooleanField(default=False, help_text="Closed ones as well.")


class MoveIn(serializers.Serializer[Any]):
    """Where a unit moves."""

    parent = serializers.UUIDField()  # type: ignore[assignment]  # DRF takes fields out of the class


class CloseIn(serializers.Serializer[Any]):
    """When a unit closes."""

    on = serializers.DateField(help_text="The first day on which it is closed.")
    with_everything_below = serializers.BooleanField(default=False)


class CollectedOut(serializers.ModelSerializer[Change]):
    """A change that waits in a set of changes; it counts when a second administrator says so."""

    change_set = serializers.UUIDField(source="change_set_id", read_only=True)

    class Meta:
        model = Change
        fields = ("id", "change_set", "kind", "sentence", "added_at")
        read_only_fields = fields


class HeldRoleOut(serializers.ModelSerializer[Grant]):
    """A role that somebody holds in a unit or below it."""

    username = serializers.CharField(source="user.username", read_only=True)
    role = serializers.CharField(source="role.slug", read_only=True)
    unit = serializers.UUIDField(source="unit_id", read_only=True, allow_null=True)
    channel = serializers.UUIDField(source="channel_id", read_only=True, allow_null=True)
    team = serializers.UUIDField(source="team_id", read_only=True, allow_null=True)

    class Meta:
        model = Grant
        fields = ("id", "username", "role", "unit", "channel", "team", "starts_at", "ends_at")
        read_only_fields = fields


class FileIn(serializers.Serializer[Any]):
    """A file as text: CSV or JSON."""

    name = serializers.CharField(max_length=100)
    content = serializers.CharField(max_length=1_900_000, trim_whitespace=False)


class ImportIn(serializers.Serializer[Any]):
    """Files, and what is chosen about roles and networks that are not known here."""

    files = FileIn(many=True, allow_empty=False)
    roles = serializers.DictField(child=serializers.CharField(max_length=60, allow_blank=True), default=dict)
    networks = serializers.DictField(
        child=serializers.CharField(max_length=30, allow_blank=True), default=dict
    )
    with_missing = serializers.BooleanField(default=False)


class ApplyIn(ImportIn):
    """The same with the digest of the preview that was looked at."""

    digest = serializers.CharField(max_length=64)


class StepOut(serializers.Serializer[Any]):
    """One thing that would change."""

    subject = serializers.CharField()
    verb = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF takes fields out of the class
    before = serializers.CharField()
    after = serializers.CharField()
    needs_second = serializers.BooleanField(help_text="Whether a second administrator has to agree.")


class ProblemOut(serializers.Serializer[Any]):
    """One thing that stands in the way."""

    place = serializers.CharField(help_text="The file, and the line or entry in it.")
    column = serializers.CharField()
    why = serializers.CharField(source="sentence")


class PlanOut(serializers.Serializer[Any]):
    """What an import would do."""

    digest = serializers.CharField()
    steps = StepOut(source="everything", many=True)
    problems = ProblemOut(many=True)
    notes = serializers.ListField(child=serializers.CharField())
    missing = StepOut(many=True)
    unchanged = serializers.SerializerMethodField()

    def get_unchanged(self, plan: Plan) -> int:
        """How many rows change nothing."""
        return sum(plan.unchanged.values())


class ImportedOut(serializers.Serializer[Any]):
    """What an import did, and what it left for a second administrator."""

    done = serializers.IntegerField()
    proposed = serializers.IntegerField()
