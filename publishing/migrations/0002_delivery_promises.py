from django.db import migrations

STEPS = """
CREATE TABLE publishing_delivery_step (
    before text NOT NULL, after text NOT NULL, needs_outcome text[] NOT NULL, PRIMARY KEY (before, after)
);
INSERT INTO publishing_delivery_step VALUES
    ('scheduled', 'leased', '{}'),
    ('scheduled', 'expired', '{}'),
    ('scheduled', 'cancelled', '{}'),
    ('scheduled', 'refused', '{}'),
    ('leased', 'scheduled', '{}'),
    ('leased', 'sending', '{}'),
    ('leased', 'refused', '{}'),
    ('leased', 'expired', '{}'),
    ('leased', 'cancelled', '{}'),
    ('sending', 'sent', '{sent}'),
    ('sending', 'refused', '{refused,not_sent}'),
    ('sending', 'scheduled', '{not_sent}'),
    ('sending', 'unknown', '{unknown}'),
    ('unknown', 'sent', '{found}'),
    ('unknown', 'scheduled', '{absent}'),
    ('unknown', 'refused', '{absent}'),
    ('unknown', 'expired', '{absent}'),
    ('unknown', 'needs_person', '{unknown}'),
    ('needs_person', 'sent', '{}'),
    ('needs_person', 'cancelled', '{}')
"""

KEEPER = """
CREATE FUNCTION publishing_keep_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted text[];
    last_outcome text;
BEGIN
    IF NEW.fence < OLD.fence THEN
        RAISE EXCEPTION 'The fence of a delivery only grows.' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.post_id, NEW.channel_id, NEW.part, NEW.take, NEW.text)
        IS DISTINCT FROM (OLD.post_id, OLD.channel_id, OLD.part, OLD.take, OLD.text) THEN
        RAISE EXCEPTION 'What a delivery sends, and where, never changes.' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = OLD.state THEN
        IF OLD.state IN ('sent', 'refused', 'expired', 'cancelled') AND
            (NEW.external_id, NEW.reason, NEW.sent_at) IS DISTINCT FROM (OLD.external_id, OLD.reason, OLD.sent_at) THEN
            RAISE EXCEPTION 'A delivery that is % is final.', OLD.state USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT needs_outcome INTO wanted FROM publishing_delivery_step WHERE before = OLD.state AND after = NEW.state;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'A delivery cannot go from % to %.', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF cardinality(wanted) > 0 THEN
        SELECT outcome INTO last_outcome FROM publishing_attempt
            WHERE delivery_id = NEW.id ORDER BY number DESC LIMIT 1;
        IF last_outcome IS NULL OR NOT last_outcome = ANY (wanted) THEN
            RAISE EXCEPTION 'A delivery cannot go from % to %: its last attempt is %.',
                OLD.state, NEW.state, coalesce(nullif(last_outcome, ''), 'open') USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER keep_delivery BEFORE UPDATE ON publishing_delivery
    FOR EACH ROW EXECUTE FUNCTION publishing_keep_delivery()
"""

UNDO = """
DROP TRIGGER keep_delivery ON publishing_delivery;
DROP FUNCTION publishing_keep_delivery();
DROP TABLE publishing_delivery_step
"""


class Migration(migrations.Migration):
    """The database knows the steps of a delivery, and refuses every other one."""

    dependencies = [("publishing", "0001_initial")]

    operations = [
        migrations.RunSQL([STEPS], [UNDO]),
        migrations.RunSQL([KEEPER], migrations.RunSQL.noop),
    ]
