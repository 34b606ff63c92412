import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

# Row-level security binds the owner too. It is lifted for this transaction alone, which no other session can look into.
_FILL = """
ALTER TABLE accounts_credential NO FORCE ROW LEVEL SECURITY;
UPDATE accounts_credential SET fingerprint = left(encode(sha256(sealed), 'hex'), 16);
INSERT INTO accounts_channelsignin (
    id, force_id, channel_id, version, created_at, put_at, put_by_name, ends_at, failures, failure, left_to_do
)
SELECT gen_random_uuid(), force_id, channel_id, 1, min(put_at), max(put_at), max(put_by_name), min(expires_at), 0, '', ''
FROM accounts_credential GROUP BY force_id, channel_id;
ALTER TABLE accounts_credential FORCE ROW LEVEL SECURITY;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    """Let the vault keep sign-ins that renew themselves, and what is needed to connect an account at its network."""

    dependencies = [("accounts", "0006_people")]

    operations = [
        migrations.CreateModel(
            name="Errand",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("test", "Test"), ("renew", "Renew"), ("revoke", "Revoke")], max_length=8
                    ),
                ),
                ("here_only", models.BooleanField(default=False)),
                ("asked_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "Waiting for a worker"), ("done", "Done"), ("failed", "Not done")],
                        default="asked",
                        max_length=8,
                    ),
                ),
                ("outcome", models.TextField(blank=True)),
                ("details", models.JSONField(default=dict)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "errand",
            },
        ),
        migrations.CreateModel(
            name="NetworkApp",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("network", models.SlugField(max_length=30)),
                ("client_id", models.CharField(max_length=200)),
                ("put_by_name", models.CharField(max_length=150)),
                ("put_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "network app",
            },
        ),
        migrations.AddField(
            model_name="channel",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="owned_channels",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="credential",
            name="channel",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="credentials",
                to="accounts.channel",
            ),
        ),
        migrations.AlterField(
            model_name="lease",
            name="channel",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="leases",
                to="accounts.channel",
            ),
        ),
        migrations.CreateModel(
            name="ChannelSignIn",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("put_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("put_by_name", models.CharField(blank=True, max_length=150)),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
                ("renew_at", models.DateTimeField(blank=True, null=True)),
                ("access_ends_at", models.DateTimeField(blank=True, null=True)),
                ("renewing_since", models.DateTimeField(blank=True, null=True)),
                ("renewing_until", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("failure", models.TextField(blank=True)),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                ("warned_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("left_to_do", models.TextField(blank=True)),
                (
                    "channel",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_in",
                        to="accounts.channel",
                    ),
                ),
                (
                    "force",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.force"
                    ),
                ),
            ],
            options={
                "verbose_name": "sign-in of an account",
            },
        ),
        migrations.CreateModel(
            name="Connecting",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("network", models.SlugField(max_length=30)),
                ("base_url", models.URLField(blank=True, max_length=500)),
                ("back_url", models.URLField(max_length=500)),
                ("state_hash", models.CharField(max_length=64, unique=True)),
                ("session", models.CharField(blank=True, max_length=64)),
                ("started_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("received_at", models.DateTimeField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("started", "Waiting for your answer at the network"),
                            ("received", "Asking the network for the sign-in"),
                            ("exchanged", "Asking the network whose account it is"),
                            ("choosing", "Waiting for your choice"),
                            ("chosen", "Putting the sign-ins into the vault"),
                            ("connected", "Connected"),
                            ("failed", "Stopped by a failure"),
                            ("refused", "Not connected"),
                        ],
                        default="started",
                        max_length=12,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("failed_at_step", models.CharField(blank=True, max_length=12)),
                ("works_until", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("offers", models.JSONField(default=list)),
                ("choices", models.JSONField(default=dict)),
                ("connected", models.JSONField(default=list)),
                (
                    "channel",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.channel",
                    ),
                ),
                (
                    "force",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.force"
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit"
                    ),
                ),
            ],
            options={
                "verbose_name": "connection",
            },
        ),
        migrations.AddField(
            model_name="credential",
            name="connecting",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="credentials",
                to="accounts.connecting",
            ),
        ),
        migrations.AddField(
            model_name="lease",
            name="connecting",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="leases",
                to="accounts.connecting",
            ),
        ),
        migrations.AddConstraint(
            model_name="lease",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("channel", None), ("connecting__isnull", False)),
                    models.Q(("channel__isnull", False), ("connecting", None)),
                    _connector="OR",
                ),
                name="lease_for_one_thing",
            ),
        ),
        migrations.AddField(
            model_name="errand",
            name="asked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="errand",
            name="channel",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="errands", to="accounts.channel"
            ),
        ),
        migrations.AddField(
            model_name="errand",
            name="force",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.force"
            ),
        ),
        migrations.AddField(
            model_name="networkapp",
            name="force",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.force"
            ),
        ),
        migrations.AddField(
            model_name="credential",
            name="app",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="credentials",
                to="accounts.networkapp",
            ),
        ),
        migrations.AddIndex(
            model_name="credential",
            index=models.Index(fields=["force", "key_id"], name="credential_by_key"),
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.UniqueConstraint(
                fields=("connecting", "field"), name="one_credential_per_step"
            ),
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.UniqueConstraint(fields=("app", "field"), name="one_credential_per_app"),
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("app", None), ("channel__isnull", False), ("connecting", None)),
                    models.Q(("app", None), ("channel", None), ("connecting__isnull", False)),
                    models.Q(("app__isnull", False), ("channel", None), ("connecting", None)),
                    _connector="OR",
                ),
                name="credential_of_one_thing",
            ),
        ),
        migrations.AddIndex(
            model_name="channelsignin",
            index=models.Index(fields=["renew_at"], name="sign_in_to_renew"),
        ),
        migrations.AddIndex(
            model_name="channelsignin",
            index=models.Index(fields=["ends_at"], name="sign_in_that_ends"),
        ),
        migrations.AddIndex(
            model_name="connecting",
            index=models.Index(fields=["state", "due_at"], name="connecting_due"),
        ),
        migrations.AddIndex(
            model_name="errand",
            index=models.Index(fields=["state", "asked_at"], name="errand_open"),
        ),
        migrations.AddIndex(
            model_name="errand",
            index=models.Index(fields=["channel", "-asked_at"], name="errand_of_channel"),
        ),
        migrations.AddConstraint(
            model_name="networkapp",
            constraint=models.UniqueConstraint(fields=("force", "network"), name="one_app_per_network"),
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
    ]
