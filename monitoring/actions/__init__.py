"""Every write of monitoring, one verb per function."""
