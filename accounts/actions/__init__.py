"""Every write of accounts, one verb per function."""
