"""Real servers for a machine that has none: PostgreSQL and Valkey from wheels, under a small supervisor."""
