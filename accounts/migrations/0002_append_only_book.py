from django.db import migrations

TABLES = ("accounts_auditentry", "accounts_auditleaf", "accounts_auditcheckpoint")

FUNCTION = """
CREATE FUNCTION accounts_book_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit book is append-only: % on % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$
"""

GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_book_is_append_only();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only
"""

FENCE = """
CREATE FUNCTION accounts_fence_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.fence < OLD.fence THEN
        RAISE EXCEPTION 'The fence of a lease only grows.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fence_only_grows BEFORE UPDATE ON accounts_lease
    FOR EACH ROW EXECUTE FUNCTION accounts_fence_only_grows()
"""


class Migration(migrations.Migration):
    """Nobody changes, deletes or empties the book, the owner of the tables included; a fence never shrinks."""

    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL([FUNCTION], "DROP FUNCTION accounts_book_is_append_only()"),
        *[
            migrations.RunSQL([GUARD.format(table=table)], f"DROP TRIGGER append_only ON {table}")
            for table in TABLES
        ],
        migrations.RunSQL(
            [FENCE],
            ["DROP TRIGGER fence_only_grows ON accounts_lease; DROP FUNCTION accounts_fence_only_grows()"],
        ),
    ]
