"""Every write of moderation, one verb per function."""
