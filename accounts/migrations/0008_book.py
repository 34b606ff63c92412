import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

# Full text under row-level security cannot use its index, because @@ might leak. So the words stand in a table
# that no login of a process may read, and one function looks them up for the signed force alone.
WORDS = """
CREATE TABLE accounts_auditwords (
    force uuid NOT NULL,
    entry_id bigint NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (force, entry_id)
);
CREATE INDEX audit_words ON accounts_auditwords USING gin (words);
ALTER TABLE accounts_auditwords ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON accounts_auditwords FROM PUBLIC
"""

# The same letters part words here and in what people type.
SPLIT = """
CREATE FUNCTION accounts_book_split(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT translate(left(said, 100000), '.,;:!?-_/\\@#&+*=()[]{}<>|"''%$~^`', repeat(' ', 33))
$$
"""

WORDS_OF = """
CREATE FUNCTION accounts_book_words(e accounts_auditentry) RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
    SELECT array_to_tsvector(array_remove(ARRAY[
        'by:' || nullif(e.username, ''), 'act:' || e.action, 'at:' || e.channel_id::text,
        'it:' || nullif(e.object_id, '')], NULL))
    || to_tsvector('simple', accounts_book_split(concat_ws(
        ' ', e.username, e.object_label, e.unit_name, e.channel_name, e.reason,
        (SELECT string_agg(value::text, ' ') FROM jsonb_each(
            CASE jsonb_typeof(e.details) WHEN 'object' THEN e.details ELSE '{}' END))
    )))
$$
"""

SEARCH = """
CREATE FUNCTION accounts_book_search(exact text, typed text, low bigint, high bigint, most integer)
RETURNS SETOF bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path FROM CURRENT SET enable_seqscan = off SET enable_indexscan = off AS $$
DECLARE
    mine uuid := hqdash_force();
    wanted tsquery := exact::tsquery && to_tsquery('simple', typed);
    edge bigint;
    tail bigint;
    told integer;
    found integer;
BEGIN
    -- What was written in the last moment is not in the table yet: it is read itself.
    SELECT entry_id INTO tail FROM accounts_auditwords WHERE force = mine ORDER BY entry_id DESC LIMIT 1;
    RETURN QUERY SELECT (recent.line).id FROM (
        SELECT e AS line FROM accounts_auditentry AS e
        WHERE e.force_id = mine AND e.id > greatest(coalesce(tail, -1), low) AND e.id < high
          AND e.action <> 'vault.opened' ORDER BY e.id DESC LIMIT 2000
    ) AS recent WHERE accounts_book_words(recent.line) @@ wanted ORDER BY 1 DESC LIMIT most;
    GET DIAGNOSTICS told = ROW_COUNT;
    IF told >= most THEN RETURN; END IF;
    -- A frequent word is found among the newest lines, a rare one by the index: neither reads everything.
    SELECT entry_id INTO edge FROM accounts_auditwords
        WHERE force = mine AND entry_id < high ORDER BY entry_id DESC OFFSET 20000 LIMIT 1;
    edge := greatest(coalesce(edge, low), low);
    RETURN QUERY EXECUTE 'SELECT entry_id FROM accounts_auditwords WHERE force = $1 AND entry_id < $2 '
        'AND entry_id > $3 AND words @@ $4 ORDER BY entry_id DESC LIMIT $5'
        USING mine, high, edge, wanted, most - told;
    GET DIAGNOSTICS found = ROW_COUNT;
    found := found + told;
    IF found < most AND edge > low THEN
        RETURN QUERY EXECUTE 'SELECT entry_id FROM accounts_auditwords WHERE force = $1 AND entry_id <= $2 '
            'AND entry_id > $3 AND words @@ $4 ORDER BY entry_id DESC LIMIT $5'
            USING mine, edge, low, wanted, most - found;
    END IF;
END $$;
REVOKE ALL ON FUNCTION accounts_book_search(text, text, bigint, bigint, integer) FROM PUBLIC
"""

# What is in the book already; the owner of a table that forces its policies sees rows only where they are lifted.
FILL = """
ALTER TABLE accounts_auditentry NO FORCE ROW LEVEL SECURITY;
INSERT INTO accounts_auditwords (force, entry_id, words)
    SELECT e.force_id, e.id, accounts_book_words(e) FROM accounts_auditentry AS e WHERE e.action <> 'vault.opened';
ALTER TABLE accounts_auditentry FORCE ROW LEVEL SECURITY
"""


class Migration(migrations.Migration):
    """Leaves of a second format, exports with a signature, stops of the book, and its words."""

    dependencies = [("accounts", "0007_vault_board")]

    operations: list = [
        migrations.AddField(
            model_name="auditleaf", name="format", field=models.SmallIntegerField(db_default=1)
        ),
        migrations.AddField(model_name="auditleaf", name="parts", field=models.BinaryField(null=True)),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["force", "object_id", "id"], name="audit_by_object_id"),
        ),
        migrations.CreateModel(
            name="AuditExport",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("asked_by", models.UUIDField(null=True)),
                ("asked_by_name", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("reason", models.TextField(blank=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("whole", "the whole book"),
                            ("selection", "a selection"),
                            ("redacted", "a selection with parts blacked out"),
                        ],
                        max_length=10,
                    ),
                ),
                ("filters", models.JSONField(default=dict)),
                ("without", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("building", "being built"),
                            ("signing", "waiting for its signature"),
                            ("ready", "ready"),
                            ("failed", "failed"),
                            ("expired", "deleted after its time"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("claimed_at", models.DateTimeField(null=True)),
                ("done", models.BigIntegerField(default=0)),
                ("total", models.BigIntegerField(default=0)),
                ("size", models.BigIntegerField(default=0)),
                ("manifest_sha256", models.CharField(blank=True, max_length=64)),
                ("signature", models.TextField(blank=True, db_default="")),
                ("signed_at", models.DateTimeField(null=True)),
                ("file_bytes", models.BigIntegerField(default=0)),
                ("file_sha256", models.CharField(blank=True, max_length=64)),
                ("problem", models.TextField(blank=True)),
                ("ready_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "force",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.force"
                    ),
                ),
            ],
            options={
                "verbose_name": "audit export",
                "indexes": [
                    models.Index(fields=["force", "-asked_at", "id"], name="export_by_force"),
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "building", "signing", "ready"])),
                        fields=["state", "asked_at"],
                        name="export_at_work",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditHalt",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("noticed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("sentence", models.TextField()),
                ("kept_size", models.BigIntegerField()),
                ("kept_root", models.BinaryField()),
                ("kept_at", models.DateTimeField()),
                ("size", models.BigIntegerField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("accepted_by_name", models.CharField(blank=True, db_default="", max_length=150)),
                ("reason", models.TextField(blank=True, db_default="")),
                (
                    "force",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.force"
                    ),
                ),
            ],
            options={
                "verbose_name": "stop of the book",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("accepted_at", None)),
                        fields=("force", "kept_root", "size"),
                        name="one_stop_per_departure",
                    )
                ],
            },
        ),
        migrations.RunSQL([WORDS], "DROP TABLE accounts_auditwords"),
        migrations.RunSQL([SPLIT], "DROP FUNCTION accounts_book_split(text)"),
        migrations.RunSQL([WORDS_OF], "DROP FUNCTION accounts_book_words(accounts_auditentry)"),
        migrations.RunSQL(
            [SEARCH], "DROP FUNCTION accounts_book_search(text, text, bigint, bigint, integer)"
        ),
        migrations.RunSQL([FILL], migrations.RunSQL.noop),
    ]
