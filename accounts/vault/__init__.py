"""Keeps the credentials of the channels: sealed in the web tier, opened by one process, for one lease at a time."""
