from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION moderation_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are append-only: % is refused.', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION moderation_published_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'A published version never changes.' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION moderation_published_entries_are_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.version_id ELSE NEW.version_id END;
BEGIN
    PERFORM 1 FROM moderation_version
        WHERE id IN (touched, CASE WHEN TG_OP = 'INSERT' THEN touched ELSE OLD.version_id END)
          AND published_at IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'The terms of a published version never change.' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION moderation_act_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.fence < OLD.fence THEN
        RAISE EXCEPTION 'The fence of an act only grows.' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'due>leased', 'due>dropped', 'leased>acting', 'leased>due', 'leased>refused', 'acting>done',
        'acting>refused', 'acting>due', 'acting>unknown', 'unknown>leased', 'unknown>refused'
    ]) THEN
        RAISE EXCEPTION 'An act cannot go from % to %.', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state IN ('done', 'refused', 'dropped') THEN
        RAISE EXCEPTION 'An act that is over never changes.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON moderation_evidence
    FOR EACH ROW EXECUTE FUNCTION moderation_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON moderation_decision
    FOR EACH ROW EXECUTE FUNCTION moderation_append_only();
CREATE TRIGGER published_is_frozen BEFORE UPDATE OR DELETE ON moderation_version
    FOR EACH ROW EXECUTE FUNCTION moderation_published_is_frozen();
CREATE TRIGGER published_is_frozen BEFORE INSERT OR UPDATE OR DELETE ON moderation_entry
    FOR EACH ROW EXECUTE FUNCTION moderation_published_entries_are_frozen();
CREATE TRIGGER act_steps BEFORE UPDATE ON moderation_networkact
    FOR EACH ROW EXECUTE FUNCTION moderation_act_steps();
"""

UNDO = """
DROP TRIGGER act_steps ON moderation_networkact;
DROP TRIGGER published_is_frozen ON moderation_entry;
DROP TRIGGER published_is_frozen ON moderation_version;
DROP TRIGGER append_only ON moderation_decision;
DROP TRIGGER append_only ON moderation_evidence;
DROP FUNCTION moderation_act_steps();
DROP FUNCTION moderation_published_entries_are_frozen();
DROP FUNCTION moderation_published_is_frozen();
DROP FUNCTION moderation_append_only();
"""


class Migration(migrations.Migration):
    """The database keeps the promises: published versions, decisions and evidence stay as they are."""

    dependencies = [("moderation", "0001_initial")]

    operations = [migrations.RunSQL([FUNCTIONS], [UNDO])]
