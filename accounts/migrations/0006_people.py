import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def of_force() -> models.Field:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.force"
    )


def of_user(name: str) -> models.Field:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name=name, to=settings.AUTH_USER_MODEL
    )


def own_id() -> models.Field:
    return models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    """Invitations, where somebody is signed in and for how long, and what they had typed when it ended."""

    dependencies = [("accounts", "0005_tiers")]

    operations = [
        migrations.AddField("force", "idle_minutes", models.PositiveSmallIntegerField(default=30)),
        migrations.AddField("force", "session_hours", models.PositiveSmallIntegerField(default=12)),
        migrations.AddField("user", "email", models.EmailField(blank=True, default="", max_length=254)),
        migrations.AddField("user", "must_enrol", models.BooleanField(default=False)),
        migrations.AddField("user", "seen_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("user", "left_at", models.DateTimeField(blank=True, null=True)),
        migrations.CreateModel(
            name="SignedInSession",
            fields=[
                ("id", own_id()),
                ("session_key", models.CharField(max_length=40, unique=True)),
                ("address", models.GenericIPAddressField(blank=True, null=True)),
                ("device", models.CharField(blank=True, max_length=300)),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("force", of_force()),
                ("user", of_user("signed_in_sessions")),
            ],
            options={
                "verbose_name": "session",
                "indexes": [models.Index(fields=["user", "seen_at"], name="session_of_user")],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", own_id()),
                (
                    "purpose",
                    models.CharField(
                        choices=[("join", "first sign-in"), ("return", "sign in again after a reset")],
                        default="join",
                        max_length=10,
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("made_by", models.CharField(max_length=150)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("mailed_to", models.EmailField(blank=True, max_length=254)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("force", of_force()),
                ("user", of_user("invitations")),
            ],
            options={
                "verbose_name": "invitation",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None), ("used_at", None)),
                        fields=("user",),
                        name="one_open_invitation_per_user",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("used_at", None), ("revoked_at", None), _connector="OR"),
                        name="invitation_used_or_revoked",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FormDraft",
            fields=[
                ("id", own_id()),
                ("key", models.CharField(max_length=120)),
                ("fields", models.JSONField(default=dict)),
                ("updated_at", models.DateTimeField()),
                ("force", of_force()),
                ("user", of_user("form_drafts")),
            ],
            options={
                "verbose_name": "draft",
                "constraints": [models.UniqueConstraint(fields=("user", "key"), name="one_draft_per_form")],
            },
        ),
    ]
