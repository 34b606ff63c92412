import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Hold deliveries back, and keep who was stopped for posting too fast."""

    dependencies = [
        ("accounts", "0009_keys_and_lockdown"),
        ("publishing", "0004_scheduled_and_handed_over"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonStop",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField()),
                ("posts", models.PositiveSmallIntegerField()),
                ("sessions_ended", models.PositiveSmallIntegerField(default=0)),
                ("held", models.PositiveIntegerField(default=0)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                ("lifted_why", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "stop of a person",
                "ordering": ["-at", "id"],
            },
        ),
        migrations.AddField(
            model_name="delivery",
            name="held_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="held_why",
            field=models.CharField(
                blank=True,
                choices=[
                    ("locked", "Held back by a lock-down"),
                    ("stopped", "Held back: its author was stopped"),
                ],
                max_length=12,
                db_default="",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("held_at__isnull", False), ("state", "scheduled")),
                fields=["force", "due_at", "id"],
                name="delivery_held",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held_at", None), ("held_why", "")),
                    models.Q(("held_at__isnull", False), models.Q(("held_why", ""), _negated=True)),
                    _connector="OR",
                ),
                name="held_says_why",
            ),
        ),
        migrations.AddField(
            model_name="personstop",
            name="force",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.force"
            ),
        ),
        migrations.AddField(
            model_name="personstop",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="personstop",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="publishing_stops",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="personstop",
            index=models.Index(fields=["force", "-at", "id"], name="person_stop_newest"),
        ),
        migrations.AddConstraint(
            model_name="personstop",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at", None)), fields=("person",), name="one_open_stop_per_person"
            ),
        ),
    ]
