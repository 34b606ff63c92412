from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, IntegerRangeField
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.deletion import CASCADE, PROTECT

ANSWERS = [("allowed", "Allowed"), ("approval", "Needs approval"), ("no", "Not allowed")]
FACTORS = [("optional", "Optional"), ("any", "Passkey or code"), ("passkey", "Passkey only")]
STATES = [
    ("open", "Being collected"),
    ("proposed", "Waiting for a second administrator"),
    ("sent_back", "Sent back"),
    ("in_force", "In force"),
    ("withdrawn", "Withdrawn"),
]

DUTIES_APART = """
CREATE FUNCTION accounts_grants_keep_duties_apart() RETURNS trigger LANGUAGE plpgsql
-- The plan is made once per connection, perhaps while there are few grants, and has to serve for many.
SET enable_seqscan = off AS $$
BEGIN
    -- Two grants given at the same moment must see each other, and what their tiers are becoming.
    PERFORM 1 FROM accounts_role WHERE id IN (SELECT role_id FROM given) ORDER BY id FOR SHARE;
    PERFORM 1 FROM accounts_user WHERE id IN (
        SELECT given.user_id FROM given JOIN accounts_role held ON held.id = given.role_id
        WHERE held.speaks OR held.administers
    ) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM given
        JOIN accounts_role own ON own.id = given.role_id AND (own.speaks OR own.administers)
        JOIN accounts_grant other ON other.user_id = given.user_id AND other.id <> given.id
            AND tstzrange(other.starts_at, other.ends_at) && tstzrange(given.starts_at, given.ends_at)
        JOIN accounts_role held ON held.id = other.role_id
            AND ((own.speaks AND held.administers) OR (own.administers AND held.speaks))
    ) THEN
        RAISE EXCEPTION 'Nobody both speaks to the public and administers.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_speaks_and_administers';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER new_grants_keep_duties_apart AFTER INSERT ON accounts_grant
    REFERENCING NEW TABLE AS given
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_grants_keep_duties_apart();
CREATE TRIGGER changed_grants_keep_duties_apart AFTER UPDATE ON accounts_grant
    REFERENCING NEW TABLE AS given
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_grants_keep_duties_apart();
CREATE FUNCTION accounts_role_keeps_duties_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM accounts_grant own
        JOIN accounts_grant other ON other.user_id = own.user_id AND other.role_id <> own.role_id
        JOIN accounts_role held ON held.id = other.role_id
        WHERE own.role_id = NEW.id AND (own.ends_at IS NULL OR own.ends_at > now())
          AND ((NEW.speaks AND held.administers) OR (NEW.administers AND held.speaks))
          AND tstzrange(other.starts_at, other.ends_at) && tstzrange(own.starts_at, own.ends_at)
    ) THEN
        RAISE EXCEPTION 'Nobody both speaks to the public and administers.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_speaks_and_administers';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keeps_duties_apart AFTER UPDATE OF speaks, administers ON accounts_role
    FOR EACH ROW WHEN (NEW.speaks <> OLD.speaks OR NEW.administers <> OLD.administers)
    EXECUTE FUNCTION accounts_role_keeps_duties_apart();
"""
DUTIES_TOGETHER = """
DROP TRIGGER new_grants_keep_duties_apart ON accounts_grant;
DROP TRIGGER changed_grants_keep_duties_apart ON accounts_grant;
DROP FUNCTION accounts_grants_keep_duties_apart();
DROP TRIGGER keeps_duties_apart ON accounts_role;
DROP FUNCTION accounts_role_keeps_duties_apart();
"""


def identity() -> tuple[str, models.Field[Any, Any]]:
    return ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False))


def force() -> tuple[str, models.Field[Any, Any]]:
    return ("force", models.ForeignKey(on_delete=PROTECT, related_name="+", to="accounts.force"))


def rights(**more: Any) -> ArrayField[Any, Any]:
    return ArrayField(base_field=models.CharField(max_length=100), default=list, size=None, **more)


def person(related_name: str, **more: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        on_delete=PROTECT, related_name=related_name, to=settings.AUTH_USER_MODEL, **more
    )


class Migration(migrations.Migration):
    """Overrides per unit, shifts, grants on one account, changes that take two, and what the tiers were."""

    dependencies = [("accounts", "0004_index_of_acts")]

    operations = [
        migrations.AddField("role", "with_approval", rights(blank=True)),
        migrations.AddField(
            "role",
            "second_factor",
            models.CharField(choices=FACTORS, default="optional", max_length=10),
        ),
        migrations.AddField("role", "speaks", models.BooleanField(default=False)),
        migrations.AddField("role", "administers", models.BooleanField(default=False)),
        migrations.AddField("role", "retired_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddConstraint(
            "role",
            models.CheckConstraint(
                condition=~Q(speaks=True, administers=True), name="role_speaks_or_administers"
            ),
        ),
        migrations.CreateModel(
            name="RoleVersion",
            fields=[
                identity(),
                ("permissions", rights()),
                ("with_approval", rights(blank=True)),
                ("second_factor", models.CharField(choices=FACTORS, max_length=10)),
                ("until", models.DateTimeField()),
                force(),
                (
                    "role",
                    models.ForeignKey(on_delete=CASCADE, related_name="versions", to="accounts.role"),
                ),
            ],
            options={
                "verbose_name": "former state of a role",
                "indexes": [models.Index(fields=["role", "until"], name="role_version_by_time")],
            },
        ),
        migrations.CreateModel(
            name="KnownRight",
            fields=[identity(), ("permission", models.CharField(max_length=100)), force()],
            options={
                "verbose_name": "known right",
                "constraints": [
                    models.UniqueConstraint(fields=("force", "permission"), name="right_known_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Rule",
            fields=[
                identity(),
                ("permission", models.CharField(max_length=100)),
                ("answer", models.CharField(choices=ANSWERS, max_length=10)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                force(),
                ("role", models.ForeignKey(on_delete=PROTECT, related_name="rules", to="accounts.role")),
                ("unit", models.ForeignKey(on_delete=PROTECT, related_name="rules", to="accounts.unit")),
            ],
            options={
                "verbose_name": "override",
                "indexes": [models.Index(fields=["unit", "role"], name="override_on_unit")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(ends_at=None),
                        fields=("role", "permission", "unit"),
                        name="one_override_in_force",
                    ),
                    models.CheckConstraint(
                        condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")),
                        name="override_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rota",
            fields=[
                identity(),
                ("name", models.CharField(max_length=120)),
                ("cycle_days", models.PositiveSmallIntegerField()),
                ("first_day", models.DateField()),
                ("windows", ArrayField(base_field=IntegerRangeField(), size=None)),
                ("shift_names", ArrayField(base_field=models.CharField(max_length=60), size=None)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                force(),
            ],
            options={
                "verbose_name": "rota",
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(fields=("force", "name"), name="rota_name_once_per_force"),
                    models.CheckConstraint(condition=Q(cycle_days__gte=1), name="rota_has_days"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                identity(),
                ("name", models.CharField(max_length=120)),
                ("offset_days", models.PositiveSmallIntegerField(default=0)),
                force(),
                ("rota", models.ForeignKey(on_delete=PROTECT, related_name="teams", to="accounts.rota")),
            ],
            options={
                "verbose_name": "rota team",
                "ordering": ["offset_days", "name"],
                "constraints": [
                    models.UniqueConstraint(fields=("rota", "name"), name="team_name_once_per_rota")
                ],
            },
        ),
        migrations.RemoveConstraint("grant", "grant_ends_after_it_starts"),
        migrations.AlterField(
            "grant",
            "unit",
            models.ForeignKey(
                blank=True, null=True, on_delete=PROTECT, related_name="grants", to="accounts.unit"
            ),
        ),
        migrations.AddField(
            "grant",
            "channel",
            models.ForeignKey(
                blank=True, null=True, on_delete=PROTECT, related_name="grants", to="accounts.channel"
            ),
        ),
        migrations.AddField(
            "grant",
            "team",
            models.ForeignKey(
                blank=True, null=True, on_delete=PROTECT, related_name="grants", to="accounts.team"
            ),
        ),
        migrations.AddField("grant", "requested_by", person("grants_requested", blank=True, null=True)),
        migrations.AddField("grant", "approved_by", person("grants_approved", blank=True, null=True)),
        migrations.AddIndex(
            "grant",
            models.Index(condition=Q(channel__isnull=False), fields=["channel"], name="grant_on_channel"),
        ),
        migrations.AddConstraint(
            "grant",
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at")), name="grant_ends_after_it_starts"
            ),
        ),
        migrations.AddConstraint(
            "grant",
            models.CheckConstraint(
                condition=Q(unit=None, channel__isnull=False) | Q(unit__isnull=False, channel=None),
                name="grant_on_unit_or_channel",
            ),
        ),
        migrations.AddConstraint(
            "grant",
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | (
                    Q(requested_by__isnull=False)
                    & ~Q(approved_by=F("requested_by"))
                    & ~Q(approved_by=F("user"))
                ),
                name="grant_approved_by_another",
            ),
        ),
        migrations.CreateModel(
            name="ChangeSet",
            fields=[
                identity(),
                ("state", models.CharField(choices=STATES, default="open", max_length=10)),
                ("reason", models.TextField(blank=True)),
                ("opened_at", models.DateTimeField()),
                ("proposed_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decision_reason", models.TextField(blank=True)),
                ("decided_by", person("change_sets_decided", blank=True, null=True)),
                force(),
                ("proposed_by", person("change_sets")),
            ],
            options={
                "verbose_name": "set of changes",
                "ordering": ["-opened_at", "id"],
                "indexes": [
                    models.Index(fields=["force", "state", "-proposed_at"], name="change_sets_by_state")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=Q(state="open"), fields=("proposed_by",), name="one_open_set_per_person"
                    ),
                    models.CheckConstraint(
                        condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                        name="set_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=~Q(state="in_force") | Q(decided_by__isnull=False),
                        name="set_in_force_has_two_names",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                identity(),
                ("position", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=30)),
                ("about", models.CharField(max_length=300)),
                ("what", models.JSONField()),
                ("before", models.JSONField(default=dict)),
                ("sentence", models.TextField()),
                ("added_at", models.DateTimeField()),
                (
                    "change_set",
                    models.ForeignKey(on_delete=CASCADE, related_name="changes", to="accounts.changeset"),
                ),
                force(),
            ],
            options={
                "verbose_name": "change",
                "ordering": ["position", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("change_set", "about"), name="change_once_per_set")
                ],
            },
        ),
        migrations.RunSQL([DUTIES_APART], [DUTIES_TOGETHER]),
    ]
