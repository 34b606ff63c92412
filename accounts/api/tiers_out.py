"""Tiers, grants, rotas and changes as programs read them: every field by its name."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Answer, Change, ChangeSet, Grant, Role, Rota, Rule, Team


class RoleOut(serializers.ModelSerializer[Role]):
    """A tier with what it allows by default."""

    class Meta:
        model = Role
        fields = (
            "id", "slug", "name", "number", "permissions", "with_approval", "second_factor", "speaks",
            "administers", "retired_at",
        )  # fmt: skip
        read_only_fields = fields


class CellOut(serializers.Serializer[Any]):
    """What one tier says to one right at the place asked about."""

    role = serializers.UUIDField(source="role.pk")
    answer = serializers.ChoiceField(choices=Answer.choices)
    force_default = serializers.ChoiceField(choices=Answer.choices)
    set_here = serializers.BooleanField(help_text="Whether this very unit says so itself.")
    set_at = serializers.UUIDField(
        source="set_at.pk", default=None, allow_null=True, help_text="The unit whose override counts."
    )


class RowOut(serializers.Serializer[Any]):
    """One right and what every tier says to it."""

    permission = serializers.CharField(source="permission.name")
    label = serializers.CharField(source="permission.label")  # type: ignore[assignment]  # a field
    help = serializers.CharField(source="permission.help_text")
    speaks = serializers.BooleanField(source="permission.speaks")
    administers = serializers.BooleanField(source="permission.administers")
    cells = CellOut(many=True)


class RuleOut(serializers.ModelSerializer[Rule]):
    """An override on a unit."""

    class Meta:
        model = Rule
        fields = ("id", "unit", "role", "permission", "answer", "starts_at", "ends_at")
        read_only_fields = fields


class GrantOut(serializers.ModelSerializer[Grant]):
    """Who holds which tier where, and since when."""

    username = serializers.CharField(source="user.username", read_only=True)
    role_name = serializers.CharField(source="role.name", read_only=True)
    place_name = serializers.CharField(source="place", read_only=True)
    requested_by = serializers.CharField(
        source="requested_by.username", default=None, allow_null=True, read_only=True
    )
    approved_by = serializers.CharField(
        source="approved_by.username", default=None, allow_null=True, read_only=True
    )

    class Meta:
        model = Grant
        fields = (
            "id", "user", "username", "role", "role_name", "unit", "channel", "place_name", "team",
            "starts_at", "ends_at", "given_by", "requested_by", "approved_by", "reason",
        )  # fmt: skip
        read_only_fields = fields


class WindowOut(serializers.Serializer[Any]):
    """A shift of a cycle in minutes from its first midnight; one may reach beyond the cycle's end."""

    name = serializers.CharField()
    starts = serializers.IntegerField()
    ends = serializers.IntegerField()


class TeamOut(serializers.ModelSerializer[Team]):
    """A team of a rota."""

    class Meta:
        model = Team
        fields = ("id", "name", "offset_days")
        read_only_fields = fields


class RotaOut(serializers.ModelSerializer[Rota]):
    """A rota with its shifts and its teams."""

    shifts = serializers.SerializerMethodField()
    teams = TeamOut(many=True, read_only=True)

    class Meta:
        model = Rota
        fields = ("id", "name", "cycle_days", "first_day", "shifts", "teams", "retired_at")
        read_only_fields = fields

    @extend_schema_field(WindowOut(many=True))
    def get_shifts(self, rota: Rota) -> list[dict[str, int | str]]:
        """Names and minutes together."""
        return [
            {"name": name, "starts": int(span.lower or 0), "ends": int(span.upper or 0)}
            for name, span in zip(rota.shift_names, rota.windows, strict=True)
        ]


class ChangeOut(serializers.ModelSerializer[Change]):
    """One change of a set."""

    class Meta:
        model = Change
        fields = ("id", "change_set", "kind", "what", "sentence", "added_at")
        read_only_fields = fields


class ChangeSetOut(serializers.ModelSerializer[ChangeSet]):
    """A set of changes with everything in it."""

    proposed_by = serializers.CharField(source="proposed_by.username", read_only=True)
    decided_by = serializers.CharField(
        source="decided_by.username", default=None, allow_null=True, read_only=True
    )
    changes = ChangeOut(many=True, read_only=True)

    class Meta:
        model = ChangeSet
        fields = (
            "id", "state", "proposed_by", "reason", "opened_at", "proposed_at", "decided_by", "decided_at",
            "decision_reason", "changes",
        )  # fmt: skip
        read_only_fields = fields


class DifferenceOut(serializers.Serializer[Any]):
    """One right at one place, before and after."""

    permission = serializers.CharField(source="permission.name")
    place = serializers.UUIDField(source="place.pk")
    place_name = serializers.CharField(source="place")
    before = serializers.ChoiceField(choices=Answer.choices)
    after = serializers.ChoiceField(choices=Answer.choices)
    from_at = serializers.DateTimeField(allow_null=True, help_text="When it begins, if that is later.")


class PersonEffectOut(serializers.Serializer[Any]):
    """What one person gains or loses."""

    user = serializers.UUIDField(source="user_id")
    username = serializers.CharField()
    what = DifferenceOut(many=True)


class ObstacleOut(serializers.Serializer[Any]):
    """A change that could not come into force as things are."""

    change = serializers.UUIDField(source="change_id")
    sentence = serializers.CharField()


class EffectOut(serializers.Serializer[Any]):
    """Who gains, who loses, and what stands in the way."""

    summary = serializers.CharField()
    gains = PersonEffectOut(many=True)
    losses = PersonEffectOut(many=True)
    obstacles = ObstacleOut(many=True)


class ReasonOut(serializers.Serializer[Any]):
    """One link of the chain."""

    holds = serializers.BooleanField()
    rule = serializers.CharField()
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # a field
    changed_by = serializers.ListField(child=serializers.CharField())


class ExplanationOut(serializers.Serializer[Any]):
    """Why somebody may or may not, with who else could."""

    answer = serializers.ChoiceField(choices=Answer.choices)
    allowed = serializers.BooleanField()
    at = serializers.DateTimeField()
    reasons = ReasonOut(many=True)
    others = serializers.ListField(child=serializers.CharField())


class ShiftOut(serializers.Serializer[Any]):
    """One shift on the calendar."""

    name = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class CouldOut(serializers.Serializer[Any]):
    """One person who holds a right at a place."""

    user = serializers.UUIDField(source="user_id")
    username = serializers.CharField()
    can = serializers.BooleanField()
    answer = serializers.ChoiceField(choices=Answer.choices)
    on_shift = serializers.BooleanField()
    role = serializers.CharField()
    place_name = serializers.CharField(source="place")
    source = serializers.CharField()  # type: ignore[assignment]  # a field
    shift = ShiftOut(allow_null=True)


class ElsewhereOut(serializers.Serializer[Any]):
    """A unit below that says something else."""

    unit = serializers.CharField()
    answer = serializers.ChoiceField(choices=Answer.choices)


class HeldRightOut(serializers.Serializer[Any]):
    """A right that a tier gives at its place."""

    permission = serializers.CharField(source="permission.name")
    label = serializers.CharField(source="permission.label")  # type: ignore[assignment]  # a field
    answer = serializers.ChoiceField(choices=Answer.choices)
    elsewhere = serializers.SerializerMethodField()

    @extend_schema_field(ElsewhereOut(many=True))
    def get_elsewhere(self, held: Any) -> list[dict[str, str]]:
        """Units below that say something else."""
        return [{"unit": unit, "answer": str(answer)} for unit, answer in held.elsewhere]


class HeldTierOut(serializers.Serializer[Any]):
    """A tier that somebody holds, with everything it lets them do."""

    grant = GrantOut()
    on_shift = serializers.BooleanField()
    shift = ShiftOut(allow_null=True)
    rights = HeldRightOut(many=True)
