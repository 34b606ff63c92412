"""Keeps the channels' credentials: sealed in the web tier, opened by one process for one lease at a time."""
