"""Real servers for a machine that has none: PostgreSQL and Valkey out of wheels, kept alive by a small supervisor."""
