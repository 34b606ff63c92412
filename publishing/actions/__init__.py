"""Every write of publishing, one verb per function."""
